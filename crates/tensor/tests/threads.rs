//! Operations end, whoever calls them and however many threads there are. Each case is a process of its own, so that its main thread
//! is really the first one, and so that one that hangs fails and does not stop the tests.

use std::process::{Command, ExitCode, Stdio};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use backprop_tensor::{Tensor, set_threads};

const CASE: &str = "BACKPROP_TEST_CASE";

/// Far more than any of the cases takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Products, sums, elementwise operations and sorts, all large enough to be divided.
fn work() {
    let x = Tensor::<f32>::full([600, 600], 0.5).unwrap();
    let product = x.matmul(&x).unwrap();
    assert_eq!(product.get([599, 599]).unwrap(), 150.0);
    assert_eq!((&x + &x).sum(..).unwrap(), Tensor::scalar(360_000.0));
    assert_eq!(
        x.exp().unwrap().sort(1, false).unwrap().0.shape().dims(),
        [600, 600]
    );
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
}

type Case = (&'static str, fn());

const CASES: &[Case] = &[
    ("main", work),
    ("another thread", || thread::spawn(work).join().unwrap()),
    ("main, then another while main waits", || {
        work();
        thread::spawn(work).join().unwrap();
    }),
    ("many threads at once", || {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(work);
            }
        });
    }),
    ("the program's pools", || {
        for threads in [1, 2, 8] {
            pool(threads).install(work);
            work();
            pool(threads).broadcast(|_| work());
        }
    }),
    ("rayon's global pool from a thread that main waits for", || {
        work();
        thread::spawn(|| rayon::broadcast(|_| work())).join().unwrap();
    }),
    ("main belongs to no pool", || {
        work();
        assert_eq!(rayon::current_thread_index(), None);
        // The job needs a thread of rayon's while main sleeps.
        let (sender, receiver) = mpsc::channel();
        rayon::spawn(move || {
            work();
            sender.send(()).unwrap();
        });
        receiver.recv().unwrap();
    }),
    ("a global pool of the program's after the first operation", || {
        work();
        rayon::ThreadPoolBuilder::new()
            .num_threads(2)
            .build_global()
            .unwrap();
        rayon::broadcast(|_| work());
    }),
    ("under a lock that other jobs want", || {
        let lock = Mutex::new(());
        pool(4).install(|| {
            rayon::scope(|scope| {
                for number in 0..64 {
                    let lock = &lock;
                    scope.spawn(move |_| {
                        // The others are idle enough to take parts of what is done under the lock.
                        let _guard = (number % 2 == 0).then(|| lock.lock().unwrap());
                        work();
                    });
                }
            });
        });
    }),
    ("set_threads after the first operation is an error", || {
        work();
        assert!(set_threads(2).is_err());
    }),
];

fn run(command: &mut Command, name: &str) -> bool {
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
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

fn affinity() -> bool {
    let found = Command::new("taskset").args(["-c", "0", "true"]).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        println!("left out, as there is no taskset: one core");
    }
    found
}

fn unknown_level_is_named(own: &std::path::Path) -> bool {
    let level = |value| {
        let output = Command::new(own)
            .env(CASE, CASES[0].0)
            .env("BACKPROP_SIMD", value)
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let (good, text) = level("avx1024");
    let named =
        good && text.lines().count() == 1 && text.contains("\"avx1024\"") && text.contains("baseline, avx2");
    let silent = level("avx2").1.is_empty() && level("").1.is_empty();
    if !named || !silent {
        eprintln!("FAILED: the warning of an unknown level: {text:?}");
    }
    named && silent
}

fn main() -> ExitCode {
    if let Ok(wanted) = std::env::var(CASE) {
        if let Some(threads) = std::env::var("BACKPROP_TEST_SET")
            .ok()
            .and_then(|n| n.parse().ok())
        {
            set_threads(threads).unwrap();
        }
        let (_, case) = CASES.iter().find(|(name, _)| *name == wanted).unwrap();
        case();
        return ExitCode::SUCCESS;
    }
    let own = std::env::current_exe().unwrap();
    let affinity = affinity();
    let mut good = unknown_level_is_named(&own);
    for (name, _) in CASES {
        for threads in ["1", "2", "8"] {
            for variable in ["RAYON_NUM_THREADS", "BACKPROP_TEST_SET"] {
                let mut command = Command::new(&own);
                command.env(CASE, name).env(variable, threads);
                good &= run(&mut command, &format!("{name}, {variable}={threads}"));
            }
        }
        if affinity {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(&own).env(CASE, name);
            good &= run(&mut command, &format!("{name}, on one core"));
        }
    }
    // More threads than one can want are no more than `set_threads` takes.
    let mut command = Command::new(&own);
    command
        .env(CASE, CASES[0].0)
        .env("RAYON_NUM_THREADS", "100000000");
    good &= run(&mut command, "100000000 threads");
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
