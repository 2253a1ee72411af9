//! `cargo xtask ci`: one step after the other, stopping at the first that fails.
//!
//! The steps share one target folder and one choice of features (all of them), so that each dependency is compiled
//! once for checking and once for running, not once per step.

mod examples;
mod tally;

use crate::{
    counts,
    error::{Error, Result},
    format, guide, layers, process, tree,
    workspace::Workspace,
};
use lexopt::Arg;
use std::time::{Duration, Instant};

/// What a step has to say besides that it passed.
type Note = String;

/// A step: its name, and what it does.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Workspace) -> Result<Note>,
}

/// Cheap ones first.
const STEPS: &[Step] = &[
    Step {
        name: "format",
        about: "every source file is formatted",
        run: formatted,
    },
    Step {
        name: "layers",
        about: "no crate knows one above it, none lacks what each must have",
        run: layered,
    },
    Step {
        name: "clippy",
        about: "no warning in any target with all features",
        run: clippy,
    },
    Step {
        name: "panics",
        about: "no library panics where it could return an error",
        run: panics,
    },
    Step {
        name: "tests",
        about: "tests and doctests of the workspace",
        run: tests,
    },
    Step {
        name: "accuracy",
        about: "every single f32 is as near to the exact value as its function says",
        run: accuracy,
    },
    Step {
        name: "counts",
        about: "a step allocates, reads and writes no more than it did",
        run: counted,
    },
    Step {
        name: "docs",
        about: "no warning from rustdoc",
        run: documentation,
    },
    Step {
        name: "alone",
        about: "each crate compiles without the others' features",
        run: each_alone,
    },
    Step {
        name: "tree",
        about: "a program that trains depends on few crates",
        run: small_tree,
    },
    Step {
        name: "examples",
        about: "each example runs, in a short form",
        run: examples::run,
    },
];

/// How a step ended.
struct Outcome {
    name: &'static str,
    time: Duration,
    result: Result<Note>,
}

/// `cargo xtask ci [--list] [--keep-going] [STEP...]`.
pub fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let mut keep_going = false;
    let mut chosen = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("keep-going") => keep_going = true,
            Arg::Long("list") => {
                STEPS
                    .iter()
                    .for_each(|step| println!("{:9} {}", step.name, step.about));
                return Ok(());
            }
            Arg::Value(name) => chosen.push(step(&name.to_string_lossy())?),
            other => return Err(other.unexpected().into()),
        }
    }
    if chosen.is_empty() {
        chosen.extend(STEPS);
    }
    report(&run(&chosen, keep_going)?)
}

fn step(name: &str) -> Result<&'static Step> {
    let known = || STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
    STEPS
        .iter()
        .find(|step| step.name == name)
        .ok_or_else(|| Error::Usage(format!("there is no step {name:?}, the steps are {}", known())))
}

fn run(steps: &[&'static Step], keep_going: bool) -> Result<Vec<Outcome>> {
    let workspace = Workspace::load()?;
    let mut outcomes = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!(
            "\n==> {}/{} {}: {}",
            index + 1,
            steps.len(),
            step.name,
            step.about
        );
        let start = Instant::now();
        let result = (step.run)(&workspace);
        if let Err(error) = &result {
            println!("error: {error}");
        }
        let stop = result.is_err() && !keep_going;
        outcomes.push(Outcome {
            name: step.name,
            time: start.elapsed(),
            result,
        });
        if stop {
            break;
        }
    }
    Ok(outcomes)
}

/// Prints a line for each step, and fails with the names of those that failed.
fn report(outcomes: &[Outcome]) -> Result<()> {
    println!("\n==> summary");
    for Outcome { name, time, result } in outcomes {
        let (verdict, note) = match result {
            Ok(note) => ("passed", note.as_str()),
            Err(_) => ("FAILED", ""),
        };
        println!(
            "{}",
            format!("{name:9} {verdict} {:7.1} s   {note}", time.as_secs_f64()).trim_end()
        );
    }
    let failed: Vec<_> = outcomes
        .iter()
        .filter(|outcome| outcome.result.is_err())
        .map(|outcome| outcome.name)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    let failed = failed.join(" ");
    Err(Error::failed(format!(
        "failed: {failed} (alone: `cargo xtask ci {failed}`)"
    )))
}

/// Runs cargo with the arguments of a line, which is shown first.
fn cargo(line: &str) -> Result<()> {
    println!("cargo {line}");
    process::run(&mut process::cargo(&line.split_whitespace().collect::<Vec<_>>()))
}

fn formatted(workspace: &Workspace) -> Result<Note> {
    format::run(workspace, true)?;
    Ok(format!("{} files", workspace.sources()?.len()))
}

fn layered(workspace: &Workspace) -> Result<Note> {
    layers::run(workspace)?;
    Ok(format!("{} crates", workspace.packages.len()))
}

fn clippy(_: &Workspace) -> Result<Note> {
    cargo("clippy --workspace --all-targets --all-features --locked -- -D warnings")?;
    Ok(Note::new())
}

/// Lints too strict for tests and programs. Where a library means to panic, it says why in an `allow` of the lint.
fn panics(_: &Workspace) -> Result<Note> {
    const LINTS: [&str; 7] = [
        "dbg_macro",
        "expect_used",
        "panic",
        "todo",
        "unimplemented",
        "unreachable",
        "unwrap_used",
    ];
    let lints: String = LINTS.map(|lint| format!(" -D clippy::{lint}")).concat();
    cargo(&format!(
        "clippy --workspace --lib --all-features --locked -- -D warnings{lints}"
    ))?;
    Ok(Note::new())
}

/// What the README tells to run. (The facade's tests ask for all features, so these are all tested.)
fn tests(_: &Workspace) -> Result<Note> {
    println!("cargo test --workspace");
    guide::forget_drawn()?;
    let tally = tally::run(process::cargo(&["test", "--workspace"]))?;
    Ok(format!("{tally}; guide: {}", guide::compare()?))
}

/// With what the step before has compiled: tests of the numeric crates are optimized.
fn accuracy(_: &Workspace) -> Result<Note> {
    println!("BACKPROP_ACCURACY=1 cargo test -p backprop-tensor --lib math::accuracy");
    let line = ["test", "-p", "backprop-tensor", "--lib", "math::accuracy"];
    let mut command = process::cargo(&line);
    command.env("BACKPROP_ACCURACY", "1");
    Ok(tally::run(command)?.to_string())
}

/// What only exists with the counters is tested here.
fn counted(workspace: &Workspace) -> Result<Note> {
    println!("cargo xtask counts");
    let note = counts::run(workspace)?;
    cargo("test --quiet -p backprop-benchmarks --features counters --locked")?;
    Ok(note)
}

fn documentation(_: &Workspace) -> Result<Note> {
    println!("RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --all-features --no-deps");
    let mut command = process::cargo(&["doc", "--workspace", "--all-features", "--no-deps"]);
    process::run(command.env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Note::new())
}

/// Tests of the whole workspace see the features that any crate asks for; here each crate has only its own. clippy, as
/// what is left over without a feature shows in warnings.
fn each_alone(workspace: &Workspace) -> Result<Note> {
    for package in &workspace.packages {
        let name = &package.name;
        cargo(&format!("clippy --quiet -p {name} --all-targets -- -D warnings"))?;
        if !package.features.is_empty() {
            cargo(&format!(
                "clippy --quiet -p {name} --all-targets --no-default-features -- -D warnings"
            ))?;
        }
    }
    Ok(Note::new())
}

/// As many crates as a program that trains may depend on.
const MOST_CRATES: usize = 60;

fn small_tree(workspace: &Workspace) -> Result<Note> {
    let crates = tree::crates(workspace)?;
    tree::at_most(&crates, MOST_CRATES)?;
    Ok(format!("{} crates", crates.len()))
}
