//! Tests whose cases are processes of their own: of what hangs, or depends on the first thread of a program or on its environment.
//!
//! Such a test is a program with a `main` (`harness = false`) that starts itself again for each case.
//!
//! ```no_run
//! use backprop_testing::processes::{Case, all_end, run_wanted};
//! use std::process::ExitCode;
//!
//! const CASES: &[Case] = &[("a sum", || assert_eq!(1 + 1, 2))];
//!
//! fn main() -> ExitCode {
//!     if let Some(exit) = run_wanted(CASES) {
//!         return exit;
//!     }
//!     match all_end(CASES, &[("RAYON_NUM_THREADS", "1"), ("RAYON_NUM_THREADS", "8")]) {
//!         true => ExitCode::SUCCESS,
//!         false => ExitCode::FAILURE,
//!     }
//! }
//! ```

use std::env;
use std::io;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A name, and what is to end without a panic.
pub type Case = (&'static str, fn());

/// The environment variable that names the case to a process that is to run it.
pub const CASE: &str = "BACKPROP_TEST_CASE";

/// How long a case may take: far more than it needs on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs the case that this process was started for, and says what it is to end with; `None` if it was started for none. A case that there is not has
/// failed.
pub fn run_wanted(cases: &[Case]) -> Option<ExitCode> {
    let wanted = env::var(CASE).ok()?;
    let Some((_, case)) = cases.iter().find(|(name, _)| *name == wanted) else {
        eprintln!("there is no case {wanted:?}");
        return Some(ExitCode::FAILURE);
    };
    case();
    Some(ExitCode::SUCCESS)
}

/// Runs each case in processes of its own: one with each of these environment variables, and one on a single core where the system has `taskset`.
/// Whether all of them ended well and in time; those that did not are named on the standard error.
pub fn all_end(cases: &[Case], variables: &[(&str, &str)]) -> bool {
    let own = match env::current_exe() {
        Ok(own) => own,
        Err(error) => {
            eprintln!("FAILED: this program is not found: {error}");
            return false;
        }
    };
    let one_core = has_taskset();
    let mut good = true;
    for (name, _) in cases {
        for (variable, value) in variables {
            let mut command = Command::new(&own);
            command.env(variable, value);
            good &= ends(&mut command, name, &format!("{variable}={value}"));
        }
        if one_core {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(&own);
            good &= ends(&mut command, name, "on one core");
        }
    }
    good
}

fn has_taskset() -> bool {
    let found = Command::new("taskset").args(["-c", "0", "true"]).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        println!("left out, as there is no taskset: one core");
    }
    found
}

fn ends(command: &mut Command, name: &str, how: &str) -> bool {
    let fault = match ended(command.env(CASE, name).stdout(Stdio::null())) {
        Ok(Some(true)) => return true,
        Ok(Some(false)) => "it failed".to_owned(),
        Ok(None) => "it hung".to_owned(),
        Err(error) => error.to_string(),
    };
    eprintln!("FAILED: {name}, {how}: {fault}");
    false
}

/// Whether a process succeeded; `None` if it had to be killed.
fn ended(command: &mut Command) -> io::Result<Option<bool>> {
    let mut child = command.spawn()?;
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if begin.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}
