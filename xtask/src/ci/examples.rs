//! The examples, each run in a form short enough for CI, and judged by its last line; then again with nobody to read what they print.

use super::{Note, cargo};
use crate::{
    error::{Error, Result},
    process,
    workspace::Workspace,
};
use std::{
    collections::BTreeSet,
    process::{Command, Stdio},
};

/// A run of an example: arguments that make it short, and its last line, where `*` stands for any text and `#` for a digit.
struct Run {
    example: &'static str,
    arguments: &'static str,
    last_line: &'static str,
}

/// At least one run of every example of the workspace. They run in this order, so one can leave a file for another.
const RUNS: &[Run] = &[
    Run {
        example: "mnist",
        arguments: "--epochs 3 --lr 0.003 --samples 10000 --hidden 64 --out target/examples/ci/mnist.safetensors",
        last_line: "test accuracy 9#.## %, training time * s",
    },
    Run {
        example: "mnist",
        arguments: "--load target/examples/ci/mnist.safetensors",
        last_line: "test accuracy 9#.## %",
    },
    Run {
        example: "neuron",
        arguments: "--steps 500",
        last_line: "pictures are in target/examples/neuron",
    },
    Run {
        example: "perceptron",
        arguments: "--samples 2000 --epochs 3",
        last_line: "pictures are in target/examples/perceptron",
    },
    Run {
        example: "own_framework",
        arguments: "--epochs 3 --lab-epochs 1 --lab-images 2000",
        last_line: "pictures are in target/examples/own_framework; all that was checked is right",
    },
    Run {
        example: "three_ways",
        arguments: "--steps 50",
        last_line: "largest difference over 50 steps: *, so the three agree",
    },
    Run {
        example: "overfitting",
        arguments: "--models 20 --seeds 2",
        last_line: "pictures are in target/examples/overfitting",
    },
    Run {
        example: "frameworks",
        arguments: "",
        last_line: "8 of 8 comparisons hold",
    },
    Run {
        example: "equation",
        arguments: "--steps 1000",
        last_line: "worst error 0.0#*, of an amplitude of 1",
    },
    Run {
        example: "iris",
        arguments: "",
        last_line: "mean accuracy 0.9### and 0.9###: at least 0.96",
    },
    Run {
        example: "gallery",
        arguments: "",
        last_line: "pictures are in *",
    },
];

/// Arguments of the example `mnist` that are mistakes: each gets one line that begins with `error: `, and exit code 2.
const MISTAKES: &[&str] = &[
    "--nonsense",
    "extra",
    "--epochs",
    "--epochs 0",
    "--epochs many",
    "--hidden 256,many",
    "--hidden 0",
    "--batch -1",
    "--lr fast",
    "--lr -1",
    "--optimizer magic",
    "--seed 1.5",
    "--threads many",
    "--threads 1000000",
];

/// Arguments of the example `mnist` that name files it cannot use: the same, with exit code 1.
const UNUSABLE: &[&str] = &[
    "--out Cargo.toml/model.safetensors",
    "--out crates",
    "--data no/such/folder",
    "--data crates",
    "--load no/such/file",
    "--load crates",
    // A file that is something else.
    "--load Cargo.toml",
];

/// Runs the tables; fails when an example is missing from it.
pub fn run(workspace: &Workspace) -> Result<Note> {
    let found = registered(workspace);
    let listed: BTreeSet<&str> = RUNS.iter().map(|run| run.example).collect();
    if let Some(name) = found.symmetric_difference(&listed).next() {
        return Err(Error::failed(format!(
            "example {name}: not in both the workspace and the table of xtask/src/ci/examples.rs"
        )));
    }
    // As the tests are compiled, so that nothing but the examples is.
    cargo("build --workspace --examples")?;
    for run in RUNS {
        run_one(workspace, run)?;
    }
    for run in RUNS {
        unread(workspace, run)?;
    }
    for (arguments, code) in [(MISTAKES, 2), (UNUSABLE, 1)] {
        { arguments.iter() }.try_for_each(|arguments| mistake(workspace, arguments, code))?;
    }
    Ok(format!("{} examples", found.len()))
}

/// The names of the workspace's examples.
fn registered(workspace: &Workspace) -> BTreeSet<&str> {
    let targets = workspace.packages.iter().flat_map(|package| &package.targets);
    targets
        .filter(|target| target.kind.iter().any(|kind| kind == "example"))
        .map(|target| target.name.as_str())
        .collect()
}

/// The command that runs an example with these arguments.
fn command(workspace: &Workspace, example: &str, arguments: &str) -> Command {
    let program = workspace.target_directory.join("debug/examples").join(example);
    let mut command = Command::new(program);
    command
        .args(arguments.split_whitespace())
        .current_dir(&workspace.root);
    println!("\n{}", process::line(&command));
    command
}

fn mistake(workspace: &Workspace, arguments: &str, code: i32) -> Result<()> {
    let mut command = command(workspace, "mnist", arguments);
    let output = command
        .output()
        .map_err(|error| process::not_started(&command, error))?;
    let message = String::from_utf8_lossy(&output.stderr);
    print!("{message}");
    let right = message.starts_with("error: ") && message.lines().count() == 1 && output.stdout.is_empty();
    if right && output.status.code() == Some(code) {
        return Ok(());
    }
    let (stdout, status) = (String::from_utf8_lossy(&output.stdout), output.status);
    Err(Error::failed(format!(
        "mnist {arguments}: should end with exit code {code} and one line about it, not with {status} and\n{stdout}{message}"
    )))
}

fn run_one(workspace: &Workspace, run: &Run) -> Result<()> {
    let command = command(workspace, run.example, run.arguments);
    let output = process::output(command)?;
    print!("{output}");
    let last = output.lines().last().unwrap_or_default();
    if matches(run.last_line.as_bytes(), last.as_bytes()) {
        return Ok(());
    }
    Err(Error::failed(format!(
        "{}: its last line should be like `{}`",
        run.example, run.last_line
    )))
}

/// Runs an example whose output nobody reads, as after `| head`: it is to end without a word.
fn unread(workspace: &Workspace, run: &Run) -> Result<()> {
    let mut command = command(workspace, run.example, run.arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| process::not_started(&command, error))?;
    drop(child.stdout.take());
    let output = child
        .wait_with_output()
        .map_err(|error| process::not_started(&command, error))?;
    let message = String::from_utf8_lossy(&output.stderr);
    if output.status.success() && !message.contains("panicked") {
        return Ok(());
    }
    let status = output.status;
    Err(Error::failed(format!(
        "{}: should end quietly when nobody reads its output, not with {status} and\n{message}",
        run.example
    )))
}

/// Whether a line is like a pattern in which each `*` stands for any text and each `#` for a digit.
fn matches(pattern: &[u8], line: &[u8]) -> bool {
    match (pattern, line) {
        ([], []) => true,
        ([b'*', after @ ..], _) => (0..=line.len()).any(|length| matches(after, &line[length..])),
        ([b'#', after @ ..], [digit, rest @ ..]) => digit.is_ascii_digit() && matches(after, rest),
        ([expected, after @ ..], [found, rest @ ..]) => expected == found && matches(after, rest),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_lines() {
        for (pattern, line, expected) in [
            ("", "", true),
            ("", "a", false),
            ("done", "done", true),
            ("done", "done.", false),
            ("*", "", true),
            ("*", "anything", true),
            (
                "test accuracy * %, training time * s",
                "test accuracy 98.31 %, training time 6.2 s",
                true,
            ),
            (
                "test accuracy * %, training time * s",
                "test accuracy 98.31 %, training time 6.2 min",
                false,
            ),
            (
                "test accuracy * %, training time * s",
                "accuracy 98.31 %, training time 6.2 s",
                false,
            ),
            ("ab*ba", "aba", false),
            ("ab*ba", "abba", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("9#.## %", "98.31 %", true),
            ("9#.## %", "9.831 %", false),
            ("9#.## %", "9a.31 %", false),
            ("#", "", false),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), line.as_bytes()),
                expected,
                "{pattern:?} {line:?}"
            );
        }
    }
}
