//! A program of the examples whose output cannot be written says so and ends with code 1; one whose reader has gone ends quietly.
//!
//! Run without libtest, which would print to the same output.

#[macro_use]
#[path = "../../../examples/closed_output.rs"]
mod closed_output;
#[path = "../../../examples/exit_code.rs"]
mod exit_code;

use std::env;
use std::process::{Command, ExitCode, Stdio};

fn main() -> ExitCode {
    match env::args().nth(1).as_deref() {
        Some("print") => println!("the output"),
        Some("complain") => eprintln!("no one reads this"),
        _ => check(),
    }
    ExitCode::SUCCESS
}

#[cfg(target_os = "linux")]
fn check() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let program = |argument: &str| {
        let mut program = Command::new(env::current_exe().unwrap());
        program
            .arg(argument)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        program
    };

    let ended = program("print").stdout(full()).output().unwrap();
    let message = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{message}");
    assert!(
        message.starts_with("error: the output cannot be written: No space left on device"),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1, "{message}");

    let ended = program("print").stdout(full()).stderr(full()).status().unwrap();
    assert_eq!(ended.code(), Some(1));
    let ended = program("complain").stderr(full()).status().unwrap();
    assert_eq!(ended.code(), Some(0));

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = program("print").stdout(writer).output().unwrap();
    assert_eq!((ended.status.code(), &*ended.stderr), (Some(0), &b""[..]));

    let right = program("print").output().unwrap();
    assert_eq!(
        (right.status.code(), &*right.stdout),
        (Some(0), &b"the output\n"[..])
    );

    assert_eq!(
        exit_code::of(&lexopt::Error::from("an option")),
        ExitCode::from(2)
    );
    assert_eq!(exit_code::of(&std::fmt::Error), ExitCode::from(1));
}

#[cfg(not(target_os = "linux"))]
fn check() {
    print!("");
}
