//! Running other programs.

use crate::error::{Error, Result};
use std::{
    env,
    ffi::OsString,
    path::Path,
    process::{Command, Stdio},
};

/// `cargo` with arguments, in the root of the workspace; the same cargo that started this program.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.args(arguments).current_dir(root());
    command
}

/// The root of the workspace: the folder above this crate's.
pub fn root() -> &'static Path {
    let crate_root = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_root.parent().unwrap_or(crate_root)
}

/// A command as one would type it, without the environment.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name();
    program
        .into_iter()
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs a command whose output goes where ours goes.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| not_started(command, error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::failed(format!("`{}`: {status}", line(command))))
    }
}

/// Runs a command and returns what it printed; its error output goes where ours goes.
pub fn output(mut command: Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| not_started(&command, error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Error::failed(format!("`{}`: {}", line(&command), output.status)))
    }
}

/// The error of a command that could not be started.
pub fn not_started(command: &Command, error: std::io::Error) -> Error {
    Error::failed(format!("`{}` could not be started: {error}", line(command)))
}
