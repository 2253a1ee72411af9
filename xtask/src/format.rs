//! rustfmt, on files instead of crates: `cargo fmt` follows `mod` lines, and does not see those that a macro writes.

use crate::{
    error::{Error, Result},
    process,
    workspace::Workspace,
};
use lexopt::Arg;
use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Stdio},
};

/// `cargo xtask format [--check]`.
pub fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let mut check = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("check") => check = true,
            other => return Err(other.unexpected().into()),
        }
    }
    run(&Workspace::load()?, check)
}

/// Formats every source file, or with `check` fails with the names of those that are not formatted.
pub fn run(workspace: &Workspace, check: bool) -> Result<()> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(workspace.sources()?).current_dir(&workspace.root);
    if !check {
        return process::run(&mut rustfmt);
    }
    let output = rustfmt
        .args(["--check", "--files-with-diff"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| process::not_started(&rustfmt, error))?;
    if output.status.success() {
        return Ok(());
    }
    // A file is named once for itself and once for the file that declares it.
    let files: BTreeSet<_> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|file| workspace.relative(Path::new(file)).display().to_string())
        .collect();
    let files: Vec<_> = files.into_iter().collect();
    Err(Error::failed(format!(
        "not formatted (run `cargo xtask format`): {}",
        files.join(" ")
    )))
}
