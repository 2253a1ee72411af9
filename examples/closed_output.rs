//! For programs that are stopped while they print, as `program | head` does: they end quietly.
//!
//! Rust's `println!` panics when nobody reads the output any more. The reader has seen what it wanted, so that is no mistake.

use std::panic;
use std::process;

/// From now on, the program ends, without a message and with exit code 0, when it prints and nobody reads.
pub(crate) fn end_quietly() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let message = panic.payload().downcast_ref::<String>();
        // What `println!` says; CI runs the examples with their output closed, and so sees if that changes.
        if message.is_some_and(|message| message.starts_with("failed printing to stdout: Broken pipe")) {
            process::exit(0);
        }
        usual(panic);
    }));
}
