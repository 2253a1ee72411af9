//! The helpers, many and few, busy and idle, with panics among their work.

use std::sync::atomic::AtomicU32;

use super::*;

fn started(count: usize) -> &'static Workers {
    let workers: &'static Workers = Box::leak(Box::new(Workers::new(count)));
    workers.start().unwrap();
    workers
}

/// How many leaves a tree of this depth has, counted by one job a leaf.
fn count(workers: &Workers, depth: u32, leaves: &AtomicU32) {
    if depth == 0 {
        leaves.fetch_add(1, Ordering::Relaxed);
        return;
    }
    workers.join(8, &mut || count(workers, depth - 1, leaves), &mut || {
        count(workers, depth - 1, leaves);
    });
}

#[test]
fn all_of_it_is_done_once_from_many_threads_at_once() {
    for threads in [1, 2, 8] {
        let workers = started(threads);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let leaves = AtomicU32::new(0);
                        count(workers, 9, &leaves);
                        assert_eq!(leaves.into_inner(), 512);
                    }
                });
            }
        });
        let state = workers.lock();
        assert!(state.jobs.is_empty() && state.operations.is_empty());
    }
}

#[test]
fn small_work_wakes_a_helper_when_enough_of_it_has_come() {
    // Nobody looks for work, as nobody has been started.
    let workers = Workers::new(2);
    for _ in 0..3 {
        assert!((1..WAKING).all(|_| !workers.are_worth(1)));
        assert!(workers.are_worth(1));
    }
    assert!(workers.are_worth(WAKING));
    workers.looking.store(1, Ordering::Relaxed);
    assert!(workers.are_worth(1));
}

#[test]
fn no_more_threads_work_than_the_machine_has() {
    let workers = started(1000);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert_eq!((workers.count(), workers.most), (1000, cores.clamp(FEW, 1000)));
    let (working, most) = (AtomicU32::new(0), AtomicU32::new(0));
    fn tree(workers: &Workers, depth: u32, leaf: &(dyn Fn() + Sync)) {
        match depth {
            0 => leaf(),
            _ => workers.join(1000, &mut || tree(workers, depth - 1, leaf), &mut || {
                tree(workers, depth - 1, leaf);
            }),
        }
    }
    tree(workers, 8, &|| {
        most.fetch_max(working.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(std::time::Duration::from_millis(1));
        working.fetch_sub(1, Ordering::SeqCst);
    });
    assert!(most.into_inner() as usize <= workers.most);
}

#[test]
fn two_threads_work_at_the_same_time() {
    let workers = started(2);
    let barrier = std::sync::Barrier::new(2);
    workers.join(2, &mut || _ = barrier.wait(), &mut || _ = barrier.wait());
}

#[test]
fn a_panic_arrives_where_the_work_was_divided_and_the_workers_go_on() {
    let workers = started(2);
    for side in 0..2 {
        let result = catch_unwind(|| {
            workers.join(2, &mut || assert!(side != 0, "first"), &mut || {
                assert!(side != 1, "second")
            });
        });
        assert!(result.is_err());
    }
    let leaves = AtomicU32::new(0);
    count(workers, 6, &leaves);
    assert_eq!(leaves.into_inner(), 64);
}

/// Adds its place to each element, by halves that look at what the others have written; the leaf at `panics` panics.
fn fill(workers: &Workers, limit: usize, data: &mut [usize], start: usize, panics: usize) {
    if data.len() <= 4 {
        for (place, element) in data.iter_mut().enumerate() {
            *element += start + place;
        }
        if (start..start + data.len()).contains(&panics) {
            // As a panic, but without its message.
            resume_unwind(Box::new("as asked for"));
        }
        return;
    }
    let middle = data.len() / 2;
    let (left, right) = data.split_at_mut(middle);
    let mut first = || fill(workers, limit, left, start, panics);
    let mut second = || fill(workers, limit, right, start + middle, panics);
    workers.join(limit, &mut first, &mut second);
    assert_eq!((left[0], right[right.len() - 1]), (start, start + data.len() - 1));
}

/// Nothing here is atomic, so that a thread that went on too early would see what is not there yet, and the thread sanitizer a race.
#[test]
fn what_others_have_written_is_seen_and_panics_stop_no_other_part() {
    for threads in [1, 2, 3, 8] {
        let workers = started(threads);
        std::thread::scope(|scope| {
            for caller in 0..4 {
                scope.spawn(move || {
                    for round in 0..60 {
                        let count = 16 + 50 * (round % 7);
                        let panics = [usize::MAX, 0, count / 2, count - 1][(round + caller) % 4];
                        let mut data = vec![0; count];
                        let filled = || fill(workers, 1 + round % 5, &mut data, 0, panics);
                        let result = catch_unwind(AssertUnwindSafe(filled));
                        assert_eq!(result.is_err(), panics < count);
                        // Each leaf was done once, those beside a panic too.
                        assert!(data.iter().enumerate().all(|(place, &element)| place == element));
                    }
                });
            }
        });
        assert_idle(workers);
    }
}

/// Helpers count themselves out a moment after the job they did is done.
fn assert_idle(workers: &Workers) {
    let started = std::time::Instant::now();
    while workers.lock().working > 0 {
        assert!(started.elapsed().as_secs() < 20, "{:?}", workers.lock());
        std::thread::yield_now();
    }
    let state = workers.lock();
    assert!(state.jobs.is_empty() && state.operations.is_empty());
}

/// Counts how many are in it at the same time.
fn crowd(workers: &Workers, limit: usize, depth: u32, now: &AtomicU32, most: &AtomicU32) {
    if depth == 0 {
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(std::time::Duration::from_micros(200));
        now.fetch_sub(1, Ordering::SeqCst);
        return;
    }
    let part = || crowd(workers, limit, depth - 1, now, most);
    workers.join(limit, &mut { part }, &mut { part });
}

#[test]
fn no_more_threads_work_on_an_operation_than_its_limit() {
    let workers = started(6);
    for limit in [1, 2, 4, 6, 9] {
        let (now, most) = (AtomicU32::new(0), AtomicU32::new(0));
        crowd(workers, limit, 7, &now, &most);
        let most = most.into_inner() as usize;
        assert!(most <= limit.min(6), "{most} of {limit}");
    }
    assert_idle(workers);
}
