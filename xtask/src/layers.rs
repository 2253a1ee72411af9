//! Which crate may know which.
//!
//! The workspace is a stack: each crate names the crates below it that it needs, and knows none above. Cargo would
//! accept any graph without a cycle; this table is what keeps the gradients out of the tensors, and the files out of the
//! layers.

use crate::{
    conventions,
    error::{Error, Result},
    returns,
    workspace::{Kind, Package, Workspace},
};
use std::collections::BTreeSet;

/// A crate, the crates it may know, and those that its tests may know besides.
struct Layer {
    name: &'static str,
    uses: &'static [&'static str],
    tests_use: &'static [&'static str],
}

const fn layer(
    name: &'static str,
    uses: &'static [&'static str],
    tests_use: &'static [&'static str],
) -> Layer {
    Layer {
        name,
        uses,
        tests_use,
    }
}

const FILES: &str = "backprop-files";
const KERNEL: &str = "backprop-kernel";
const TENSOR: &str = "backprop-tensor";
const DERIVE: &str = "backprop-derive";
const AUTODIFF: &str = "backprop-autodiff";
const LAYERS: &str = "backprop-layers";
const OPTIM: &str = "backprop-optim";
const MNIST: &str = "backprop-mnist";
const DATASETS: &str = "backprop-datasets";
const TRAIN: &str = "backprop-train";
const PLOT: &str = "backprop-plot";
const TESTING: &str = "backprop-testing";
const FACADE: &str = "backprop";

/// From the bottom up. A row may name only crates of rows before it, except for tests.
const TABLE: &[Layer] = &[
    layer(FILES, &[], &[]),
    layer(KERNEL, &[], &[TENSOR]),
    layer(TENSOR, &[KERNEL], &[TESTING]),
    layer(DERIVE, &[], &[TENSOR, AUTODIFF, LAYERS]),
    layer(AUTODIFF, &[TENSOR], &[TESTING]),
    layer(LAYERS, &[TENSOR, DERIVE, AUTODIFF], &[TESTING]),
    layer(OPTIM, &[TENSOR, AUTODIFF], &[LAYERS, TESTING]),
    layer(MNIST, &[], &[]),
    layer(DATASETS, &[FILES, TENSOR, MNIST], &[TESTING]),
    layer(
        TRAIN,
        &[FILES, TENSOR, AUTODIFF, LAYERS, OPTIM, DATASETS],
        &[TESTING],
    ),
    layer(PLOT, &[FILES, TENSOR, AUTODIFF, TRAIN], &[TESTING]),
    layer(TESTING, &[TENSOR, AUTODIFF, LAYERS, OPTIM], &[DERIVE]),
    layer(
        FACADE,
        &[
            TENSOR, DERIVE, AUTODIFF, LAYERS, OPTIM, MNIST, DATASETS, TRAIN, PLOT, TESTING,
        ],
        &[],
    ),
    layer(
        "backprop-benchmarks",
        &[TENSOR, AUTODIFF, LAYERS, OPTIM, DATASETS, TRAIN],
        &[],
    ),
    layer("xtask", &[], &[]),
];

/// Checks the workspace against the table, the conventions of [`conventions`], and that all functions are called with anything ([`returns`]).
pub fn run(workspace: &Workspace) -> Result<()> {
    let mut faults = faults(&workspace.packages, TABLE);
    faults.extend(conventions::faults(workspace)?);
    faults.extend(returns::faults(workspace)?);
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::failed(faults.join("\nerror: ")))
    }
}

/// Every dependency between crates of the workspace that the table does not allow, and every crate missing from it.
fn faults(packages: &[Package], table: &[Layer]) -> Vec<String> {
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut faults = Vec::new();
    for package in packages {
        let Some(layer) = table.iter().find(|layer| layer.name == package.name) else {
            faults.push(format!(
                "{}: a crate without a row in the table of xtask/src/layers.rs",
                package.name
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            // A crate may name itself, with the features that its examples need.
            let for_tests =
                dependency.kind == Kind::Dev && (name == layer.name || layer.tests_use.contains(&name));
            if ours.contains(name) && !layer.uses.contains(&name) && !for_tests {
                faults.push(forbidden(layer, name, dependency.kind));
            }
        }
    }
    faults
}

fn forbidden(layer: &Layer, dependency: &str, kind: Kind) -> String {
    let mut allowed = layer.uses.to_vec();
    let who = if kind == Kind::Dev {
        allowed.extend(layer.tests_use);
        "its tests may know"
    } else {
        "it may know"
    };
    let allowed = if allowed.is_empty() {
        "no crate of the workspace".into()
    } else {
        allowed.join(", ")
    };
    format!("{} depends on {dependency}, but {who} {allowed}", layer.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    const BOTTOM: &str = "bottom";
    const MIDDLE: &str = "middle";
    const TOP: &str = "top";
    const MADE_UP: &[Layer] = &[
        layer(BOTTOM, &[], &[TOP]),
        layer(MIDDLE, &[BOTTOM], &[]),
        layer(TOP, &[BOTTOM, MIDDLE], &[]),
    ];

    fn package(name: &str, dependencies: &[(&str, Kind)]) -> Package {
        let dependencies = dependencies.iter().map(|&(name, kind)| Dependency {
            name: name.into(),
            kind,
        });
        Package {
            name: name.into(),
            dependencies: dependencies.collect(),
            ..Package::default()
        }
    }

    #[test]
    fn the_workspace_keeps_its_layers_and_conventions() {
        run(&Workspace::load().unwrap()).unwrap();
    }

    #[test]
    fn the_table_points_downwards_only() {
        for (place, layer) in TABLE.iter().enumerate() {
            for name in layer.uses {
                let below = TABLE[..place].iter().any(|lower| lower.name == *name);
                assert!(below, "{} names {name}, which is not below it", layer.name);
            }
            for name in layer.tests_use {
                assert!(
                    TABLE.iter().any(|any| any.name == *name),
                    "{name} is no crate of the table"
                );
            }
            let rows = TABLE.iter().filter(|row| row.name == layer.name).count();
            assert_eq!(rows, 1, "{} has several rows", layer.name);
        }
    }

    #[test]
    fn allowed_edges_pass() {
        let packages = [
            package(
                BOTTOM,
                &[("serde", Kind::Normal), (TOP, Kind::Dev), (BOTTOM, Kind::Dev)],
            ),
            package(MIDDLE, &[(BOTTOM, Kind::Normal), (BOTTOM, Kind::Dev)]),
            package(TOP, &[(BOTTOM, Kind::Build), (MIDDLE, Kind::Normal)]),
        ];
        assert_eq!(faults(&packages, MADE_UP), [""; 0]);
    }

    #[test]
    fn a_forbidden_edge_of_each_kind_is_found() {
        for kind in [Kind::Normal, Kind::Build, Kind::Dev] {
            let packages = [
                package(BOTTOM, &[]),
                package(TOP, &[]),
                package(MIDDLE, &[(TOP, kind)]),
            ];
            let faults = faults(&packages, MADE_UP);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].starts_with("middle depends on top"), "{faults:?}");
        }
    }

    #[test]
    fn what_tests_may_know_the_crate_may_not() {
        let packages = [package(BOTTOM, &[(TOP, Kind::Normal)]), package(TOP, &[])];
        assert_eq!(
            faults(&packages, MADE_UP),
            ["bottom depends on top, but it may know no crate of the workspace"]
        );
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        let packages = [package(BOTTOM, &[]), package("newcomer", &[])];
        let faults = faults(&packages, MADE_UP);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("newcomer"), "{faults:?}");
    }
}
