//! Searches end, whoever calls them and however many threads there are. Each case is a process of its own, so that its main thread
//! is really the first one, and so that one that hangs fails and does not stop the tests.

use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use backprop_tensor::Tensor;
use backprop_train::{Search, Space};

const CASE: &str = "BACKPROP_TEST_CASE";

/// Far more than any of the cases takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

fn search() {
    let results = Search::new(Space::new().uniform("x", 0.0, 1.0)).random(8, |trial| {
        let x = Tensor::full([300, 300], trial.get("x")?)?;
        Ok(x.matmul(&x)?.get([0, 0])?)
    });
    assert!(
        results
            .unwrap()
            .outcomes
            .iter()
            .all(|outcome| outcome.score.is_ok())
    );
}

/// An operation large enough that several threads share it.
fn operation() {
    let x = Tensor::<f32>::ones([600, 600]).unwrap();
    assert_eq!(x.matmul(&x).unwrap().get([0, 0]).unwrap(), 600.0);
}

type Case = (&'static str, fn());

const CASES: &[Case] = &[
    ("main", search),
    ("another thread", || thread::spawn(search).join().unwrap()),
    ("main after an operation", || {
        operation();
        search();
    }),
    ("another thread after an operation on main", || {
        operation();
        thread::spawn(search).join().unwrap();
    }),
    ("many threads at once", || {
        operation();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(search);
            }
        });
    }),
    ("the program's pools", || {
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap().install(search);
        }
    }),
];

fn run(command: &mut Command, name: &str) -> bool {
    let mut child = command.spawn().unwrap();
    let begin = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if begin.elapsed() > PATIENCE => {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    let good = status.is_some_and(|status| status.success());
    if !good {
        eprintln!("FAILED: {name}: {status:?} (none: it hung)");
    }
    good
}

fn main() -> ExitCode {
    if let Ok(wanted) = std::env::var(CASE) {
        let (_, case) = CASES.iter().find(|(name, _)| *name == wanted).unwrap();
        case();
        return ExitCode::SUCCESS;
    }
    let own = std::env::current_exe().unwrap();
    let affinity = Command::new("taskset").args(["-c", "0", "true"]).status();
    let affinity = affinity.is_ok_and(|status| status.success());
    if !affinity {
        println!("left out, as there is no taskset: one core");
    }
    let mut good = true;
    for (name, _) in CASES {
        for threads in ["1", "2", "8"] {
            let mut command = Command::new(&own);
            command.env(CASE, name).env("RAYON_NUM_THREADS", threads);
            good &= run(&mut command, &format!("{name}, {threads} threads"));
        }
        if affinity {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(&own).env(CASE, name);
            good &= run(&mut command, &format!("{name}, on one core"));
        }
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
