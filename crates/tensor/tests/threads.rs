//! Operations end, whoever calls them and however many threads there are. Each case is a process of its own, so that its main thread
//! is really the first one, and so that one that hangs fails and does not stop the tests.

use std::process::{Command, ExitCode};
use std::sync::{Mutex, mpsc};
use std::thread;

use backprop_tensor::{Tensor, set_threads};
use backprop_testing::processes::{CASE, Case, all_end, run_wanted};

/// The number that a process gives to `set_threads`.
const SET: &str = "BACKPROP_TEST_SET";

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
    ("set_threads while others work, at most once", || {
        let set = std::sync::atomic::AtomicUsize::new(0);
        thread::scope(|scope| {
            for number in 0..8 {
                let set = &set;
                scope.spawn(move || match number % 2 {
                    0 => work(),
                    _ if set_threads(number).is_ok() => {
                        _ = set.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
                    }
                    _ => {}
                });
            }
        });
        assert!(set.into_inner() <= 1);
        work();
    }),
    ("set_threads after the first operation is an error", || {
        work();
        assert!(set_threads(2).is_err());
    }),
];

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

/// How many threads there are to be, by the environment or by the program.
const THREADS: &[(&str, &str)] = &[
    ("RAYON_NUM_THREADS", "1"),
    ("RAYON_NUM_THREADS", "2"),
    ("RAYON_NUM_THREADS", "8"),
    (SET, "1"),
    (SET, "2"),
    (SET, "8"),
];

fn main() -> ExitCode {
    if let Some(threads) = std::env::var(SET).ok().and_then(|n| n.parse().ok()) {
        set_threads(threads).unwrap();
    }
    if let Some(exit) = run_wanted(CASES) {
        return exit;
    }
    let own = std::env::current_exe().unwrap();
    let mut good = unknown_level_is_named(&own);
    good &= all_end(CASES, THREADS);
    // More threads than one can want are no more than `set_threads` takes.
    good &= all_end(&CASES[..1], &[("RAYON_NUM_THREADS", "100000000")]);
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
