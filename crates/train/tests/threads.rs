//! Searches end, whoever calls them and however many threads there are. Each case is a process of its own, so that its main thread
//! is really the first one, and so that one that hangs fails and does not stop the tests.

use std::process::ExitCode;
use std::thread;

use backprop_tensor::Tensor;
use backprop_testing::processes::{Case, all_end, run_wanted};
use backprop_train::{Search, Space};
use rayon::prelude::*;

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
    ("a lock that is held in the program's pools", || {
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let lock = std::sync::Mutex::new(());
            pool.unwrap().install(|| {
                (0..16).into_par_iter().for_each(|_| {
                    let _guard = lock.lock();
                    search();
                });
            });
        }
    }),
    ("a global pool that waits", || {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let receiver = std::sync::Arc::new(std::sync::Mutex::new(receiver));
        for _ in 0..8 {
            let receiver = receiver.clone();
            rayon::spawn(move || drop(receiver.lock().map(|receiver| receiver.recv())));
        }
        search();
        drop(sender);
    }),
    ("the program's pools", || {
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap().install(search);
        }
    }),
];

const THREADS: &[(&str, &str)] = &[
    ("RAYON_NUM_THREADS", "1"),
    ("RAYON_NUM_THREADS", "2"),
    ("RAYON_NUM_THREADS", "8"),
];

fn main() -> ExitCode {
    if let Some(exit) = run_wanted(CASES) {
        return exit;
    }
    if all_end(CASES, THREADS) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
