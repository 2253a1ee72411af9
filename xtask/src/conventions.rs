//! What every crate must have, and how long a file may be.

use crate::{
    error::{Error, Result},
    workspace::{Package, Workspace},
};
use std::fs;

/// A file of this many lines or more is to be divided.
const TOO_LONG: usize = 500;

/// Everything that a crate lacks, and every file that is too long.
pub fn faults(workspace: &Workspace) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for package in &workspace.packages {
        let manifest =
            fs::read_to_string(&package.manifest_path).map_err(Error::file(&package.manifest_path))?;
        faults.extend(missing(package, &manifest).map(|what| format!("{}: {what}", package.name)));
    }
    for path in workspace.sources()? {
        let lines = fs::read_to_string(&path)
            .map_err(Error::file(&path))?
            .lines()
            .count();
        if lines >= TOO_LONG {
            let path = workspace.relative(&path).display();
            faults.push(format!(
                "{path}: {lines} lines, a file is to have fewer than {TOO_LONG}"
            ));
        }
    }
    Ok(faults)
}

/// What a crate lacks.
fn missing(package: &Package, manifest: &str) -> impl Iterator<Item = &'static str> {
    let readme = package.readme.as_ref().is_some_and(|readme| {
        package
            .manifest_path
            .parent()
            .is_some_and(|folder| folder.join(readme).is_file())
    });
    [
        (readme, "no README.md"),
        (package.description.is_some(), "no description in its manifest"),
        (package.license.is_some(), "no license in its manifest"),
        (
            inherits_lints(manifest),
            "its manifest does not say `lints.workspace = true`",
        ),
    ]
    .into_iter()
    .filter_map(|(there, what)| (!there).then_some(what))
}

/// Whether a manifest takes the workspace's lints, in either of the two ways to write that (`cargo metadata` does not
/// tell).
fn inherits_lints(manifest: &str) -> bool {
    let mut section = "";
    manifest.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            section = line;
        }
        let line: String = line.split_whitespace().collect();
        match section {
            "" => line == "lints.workspace=true",
            "[lints]" => line == "workspace=true",
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn lints_are_inherited_in_either_spelling_and_only_there() {
        assert!(inherits_lints(
            "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"
        ));
        assert!(inherits_lints("lints.workspace = true\n[package]\n"));
        assert!(!inherits_lints("[package]\nname = \"a\"\n"));
        assert!(!inherits_lints("[dependencies.serde]\nworkspace = true\n"));
        assert!(!inherits_lints("[lints]\nworkspace = false\n"));
    }

    #[test]
    fn an_empty_package_lacks_everything() {
        let faults: Vec<_> = missing(&Package::default(), "").collect();
        assert_eq!(faults.len(), 4, "{faults:?}");
    }

    #[test]
    fn a_readme_must_exist_and_not_only_be_named() {
        let manifest_path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let named = |readme: &str| Package {
            manifest_path: manifest_path.clone(),
            readme: Some(readme.into()),
            ..Package::default()
        };
        assert!(missing(&named("README.md"), "").all(|what| what != "no README.md"));
        assert!(missing(&named("ABSENT.md"), "").any(|what| what == "no README.md"));
    }
}
