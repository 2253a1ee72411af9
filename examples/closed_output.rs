//! For programs whose output cannot be printed: they end without a panic.
//!
//! The `println!` of Rust panics when nobody reads the output any more, as in `program | head`. The reader has seen what it wanted, so that is no mistake, and the
//! program ends quietly. On a full disk it ends with an error. Where this module is declared first, as `#[macro_use] mod closed_output;`, `println!`, `print!` and `eprintln!` are
//! those below, everywhere in the program. All else is as usual.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process;

/// Prints a line. The program ends without a message and with exit code 0 if nobody reads it, and with a message and code 1 if it cannot be written.
macro_rules! println {
    () => { crate::closed_output::print(format_args!("\n")) };
    ($($what:tt)*) => { crate::closed_output::print(format_args!("{}\n", format_args!($($what)*))) };
}

/// Prints, as [`println!`] does, without a new line.
#[allow(unused_macros, reason = "some programs print whole lines only")]
macro_rules! print {
    ($($what:tt)*) => { crate::closed_output::print(format_args!($($what)*)) };
}

/// Prints a line of what went wrong, if that can be written: there is no other place to say so.
macro_rules! eprintln {
    ($($what:tt)*) => { crate::closed_output::complain(format_args!("{}\n", format_args!($($what)*))) };
}

pub(crate) fn print(text: fmt::Arguments<'_>) {
    match io::stdout().write_fmt(text) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => process::exit(0),
        Err(error) => {
            eprintln!("error: the output cannot be written: {error}");
            process::exit(1);
        }
    }
}

pub(crate) fn complain(text: fmt::Arguments<'_>) {
    let _ = io::stderr().write_fmt(text);
}
