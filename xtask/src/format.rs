//! rustfmt, on files instead of crates: `cargo fmt` follows `mod` lines, and does not see those that a macro writes.

use crate::{
    error::{Error, Result},
    process,
    workspace::Workspace,
};
use lexopt::Arg;
use std::process::Command;

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

/// Formats every source file, or with `check` fails when one is not formatted.
pub fn run(workspace: &Workspace, check: bool) -> Result<()> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(workspace.sources()?).current_dir(&workspace.root);
    if check {
        rustfmt.arg("--check");
    }
    match rustfmt.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) if check => Err(Error::failed("not formatted: run `cargo xtask format`")),
        Ok(status) => Err(Error::failed(format!("rustfmt: {status}"))),
        Err(error) => Err(process::not_started(&Command::new("rustfmt"), error)),
    }
}
