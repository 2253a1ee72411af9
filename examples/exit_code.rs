//! What a program that fails tells the shell.

use std::error::Error;
use std::process::ExitCode;

/// 2 if the error is about the arguments, otherwise 1.
pub(crate) fn of(error: &(dyn Error + 'static)) -> ExitCode {
    ExitCode::from(if error.is::<lexopt::Error>() { 2 } else { 1 })
}
