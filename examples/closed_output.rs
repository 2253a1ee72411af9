//! For programs that are stopped while they print, as `program | head` does: they end quietly.
//!
//! The `println!` of Rust panics when nobody reads the output any more. The reader has seen what it wanted, so that is no mistake. Where this module is
//! declared first, as `#[macro_use] mod closed_output;`, `println!` and `print!` are those below, everywhere in the program. All else is as
//! usual.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process;

/// Prints a line; the program ends, without a message and with exit code 0, if nobody reads it.
macro_rules! println {
    () => { crate::closed_output::print(format_args!("\n")) };
    ($($what:tt)*) => { crate::closed_output::print(format_args!("{}\n", format_args!($($what)*))) };
}

/// Prints, as [`println!`] does, without a new line.
#[allow(unused_macros, reason = "some programs print whole lines only")]
macro_rules! print {
    ($($what:tt)*) => { crate::closed_output::print(format_args!($($what)*)) };
}

pub(crate) fn print(text: fmt::Arguments<'_>) {
    match io::stdout().write_fmt(text) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => process::exit(0),
        Err(error) => panic!("printing failed: {error}"),
    }
}
