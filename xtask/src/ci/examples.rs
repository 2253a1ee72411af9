//! The examples, each run in a form short enough for CI, and judged by its last line.

use super::{Note, cargo};
use crate::{
    error::{Error, Result},
    process,
    workspace::Workspace,
};
use std::{collections::BTreeSet, process::Command};

/// An example, arguments that make it short, and its last line, where `*` stands for anything.
struct Example {
    name: &'static str,
    arguments: &'static [&'static str],
    last_line: &'static str,
}

/// Every example of the workspace.
const EXAMPLES: &[Example] = &[];

/// Runs every example of the table; fails when one is missing from it.
pub fn run(workspace: &Workspace) -> Result<Note> {
    let found = registered(workspace);
    let listed: BTreeSet<&str> = EXAMPLES.iter().map(|example| example.name).collect();
    if let Some(name) = found.symmetric_difference(&listed).next() {
        return Err(Error::failed(format!(
            "example {name}: not in both the workspace and xtask/src/ci/examples.rs"
        )));
    }
    if found.is_empty() {
        return Ok("0 examples".into());
    }
    // The same features as the tests have, so nothing but the examples is compiled.
    cargo("build --workspace --all-features --examples")?;
    for example in EXAMPLES {
        run_one(workspace, example)?;
    }
    Ok(format!("{} examples", EXAMPLES.len()))
}

/// The names of the workspace's examples.
fn registered(workspace: &Workspace) -> BTreeSet<&str> {
    let targets = workspace.packages.iter().flat_map(|package| &package.targets);
    targets
        .filter(|target| target.kind.iter().any(|kind| kind == "example"))
        .map(|target| target.name.as_str())
        .collect()
}

fn run_one(workspace: &Workspace, example: &Example) -> Result<()> {
    let program = workspace
        .target_directory
        .join("debug/examples")
        .join(example.name);
    let mut command = Command::new(program);
    command.args(example.arguments).current_dir(&workspace.root);
    println!("\n{}", process::line(&command));
    let output = process::output(command)?;
    print!("{output}");
    let last = output.lines().last().unwrap_or_default();
    if matches(example.last_line, last) {
        Ok(())
    } else {
        Err(Error::failed(format!(
            "{}: its last line should be like `{}`",
            example.name, example.last_line
        )))
    }
}

/// Whether a line is like a pattern in which each `*` stands for any text.
fn matches(pattern: &str, line: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
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
        ] {
            assert_eq!(matches(pattern, line), expected, "{pattern:?} {line:?}");
        }
    }
}
