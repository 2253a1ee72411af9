//! A counted pointer: what the handles of a tensor share.
//!
//! `std::sync::Arc` takes two locked instructions to see whether it is the only handle, and two more to free what it points to, because weak
//! handles may be made meanwhile. There are none here, so the only handle sees that it is by a plain load. Most tensors never have a second one,
//! and in a step of a small network these instructions were a twentieth of its time.
//!
//! The memory of a value that went is kept for the next one of the thread, in [`blocks`]: a step makes and drops more tensors than an allocator keeps
//! blocks at hand.

mod blocks;

use std::alloc::Layout;
use std::marker::PhantomData;
use std::ops::Deref;
use std::process;
use std::ptr::NonNull;
use std::sync::atomic::{
    AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};

/// A handle of a value that goes with its last one.
pub(crate) struct Shared<T> {
    inner: NonNull<Inner<T>>,
    owned: PhantomData<Inner<T>>,
}

struct Inner<T> {
    /// The number of handles.
    count: AtomicUsize,
    value: T,
}

// SAFETY: a handle gives `&T` to its thread, and the last one `T`; the count is atomic.
unsafe impl<T: Send + Sync> Send for Shared<T> {}
// SAFETY: as above; a shared handle can be cloned, so it is no less than a handle.
unsafe impl<T: Send + Sync> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub(crate) fn new(value: T) -> Self {
        let count = AtomicUsize::new(1);
        let inner = blocks::take(Layout::new::<Inner<T>>()).cast::<Inner<T>>();
        // SAFETY: the block is new, and has room for it.
        unsafe { inner.write(Inner { count, value }) };
        Self {
            inner,
            owned: PhantomData,
        }
    }

    /// Whether there is no other handle.
    ///
    /// It stays so as long as the handle is borrowed mutably, because another one could only be made from it.
    #[inline]
    pub(crate) fn is_only(&mut self) -> bool {
        // What other threads did before they dropped theirs has happened.
        self.count().load(Acquire) == 1
    }

    /// The value, to be changed, if there is no other handle.
    #[inline]
    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        if !self.is_only() {
            return None;
        }
        // SAFETY: it lives as long as a handle does; there is no other, and this one is borrowed mutably as long as the value is.
        Some(unsafe { &mut self.inner.as_mut().value })
    }

    #[inline]
    fn count(&self) -> &AtomicUsize {
        // SAFETY: it lives as long as a handle does.
        unsafe { &self.inner.as_ref().count }
    }
}

impl<T> Clone for Shared<T> {
    #[inline]
    fn clone(&self) -> Self {
        // A count that wraps around would free what is in use. As in the standard library: no program that drops its handles gets there.
        if self.count().fetch_add(1, Relaxed) > isize::MAX as usize {
            process::abort();
        }
        Self { ..*self }
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: it lives as long as a handle does, and is changed only where that is the only one.
        unsafe { &self.inner.as_ref().value }
    }
}

impl<T> Drop for Shared<T> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_only() {
            if self.count().fetch_sub(1, Release) != 1 {
                return;
            }
            fence(Acquire);
        }
        // Given back also where the value panics when it is dropped.
        let _block = Block(self.inner);
        // SAFETY: this was the last handle, which nobody uses any more.
        unsafe { self.inner.drop_in_place() }
    }
}

/// The memory of a value that is gone, or is just going.
struct Block<T>(NonNull<Inner<T>>);

impl<T> Drop for Block<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: only the last handle makes one; the memory was taken for this layout, and is given back once.
        unsafe { blocks::give(self.0.cast(), Layout::new::<Inner<T>>()) }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::hint::spin_loop;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    struct Counted<'a>(&'a AtomicUsize, usize);

    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn the_value_goes_once_with_the_last_handle() {
        let dropped = AtomicUsize::new(0);
        let first = Shared::new(Counted(&dropped, 7));
        let second = first.clone();
        drop(first);
        assert_eq!((dropped.load(Relaxed), second.1), (0, 7));
        drop(second);
        assert_eq!(dropped.load(Relaxed), 1);
    }

    #[test]
    fn only_the_only_handle_can_change_the_value() {
        let mut first = Shared::new(1);
        *first.get_mut().unwrap() = 2;
        let mut second = first.clone();
        assert!(first.get_mut().is_none() && second.get_mut().is_none());
        drop(first);
        *second.get_mut().unwrap() += 1;
        assert_eq!(*second, 3);
    }

    #[test]
    fn threads_drop_and_clone_and_the_last_one_sees_all_that_was_written() {
        for _ in 0..200 {
            let dropped = AtomicUsize::new(0);
            let written = [const { AtomicUsize::new(0) }; 4];
            let handle = Shared::new(Counted(&dropped, 0));
            thread::scope(|scope| {
                for written in &written {
                    let mut handle = handle.clone();
                    scope.spawn(move || {
                        for _ in 0..50 {
                            handle = handle.clone();
                        }
                        written.store(1, Relaxed);
                    });
                }
                let mut handle = handle;
                while !handle.is_only() {
                    thread::yield_now();
                }
                // Without the order of the count, a relaxed load could still see 0.
                assert!(written.iter().all(|written| written.load(Relaxed) == 1));
                assert_eq!(dropped.load(Relaxed), 0);
            });
            assert_eq!(dropped.load(Relaxed), 1);
        }
    }

    /// Handles are made by some threads and dropped by others, which end meanwhile; the last ones of all meet.
    #[test]
    fn values_go_from_thread_to_thread() {
        const THREADS: usize = 4;
        let rounds = if cfg!(miri) { 5 } else { 300 };
        let (made, dropped) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let common = Shared::new(Counted(&dropped, usize::MAX));
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (sender, receiver) = mpsc::channel::<Vec<Shared<Counted<'_>>>>();
                let (made, dropped, mut common) = (&made, &dropped, common.clone());
                scope.spawn(move || {
                    for round in 0..rounds {
                        // More than a thread keeps, now and then.
                        let count = if round % 16 == 0 { 150 } else { 3 };
                        let new = (0..count).map(|i| Shared::new(Counted(dropped, thread + i)));
                        let mut handles: Vec<_> = new.collect();
                        made.fetch_add(count, Relaxed);
                        handles.extend(handles[..count / 2].to_vec());
                        handles.push(common.clone());
                        if sender.send(handles).is_err() {
                            return;
                        }
                        common = common.clone();
                    }
                });
                scope.spawn(move || {
                    for (round, mut handles) in receiver.into_iter().enumerate() {
                        let count = if round % 16 == 0 { 150 } else { 3 };
                        for (i, handle) in handles[..count].iter_mut().enumerate() {
                            assert_eq!(handle.1, thread + i);
                            // The one that has a twin cannot change it, the other one can.
                            assert_eq!(handle.get_mut().is_none(), i < count / 2);
                        }
                        handles.reverse();
                    }
                });
            }
        });
        assert_eq!(dropped.load(Relaxed), made.load(Relaxed));
        drop(common);
        assert_eq!(dropped.load(Relaxed), made.load(Relaxed) + 1);
    }

    #[test]
    fn two_last_handles_that_go_at_once_drop_the_value_once() {
        let rounds = if cfg!(miri) { 20 } else { 2000 };
        let dropped = AtomicUsize::new(0);
        // How many threads are ready, in all rounds: at a barrier that sleeps they would not meet.
        let ready = AtomicUsize::new(0);
        let wait = |round: usize| {
            ready.fetch_add(1, Relaxed);
            let mut looks = 0;
            while ready.load(Relaxed) < 2 * (round + 1) {
                spin_loop();
                looks += 1;
                if looks % 1000 == 0 {
                    thread::yield_now();
                }
            }
        };
        let (to_other, from_first) = mpsc::channel::<Shared<Counted<'_>>>();
        thread::scope(|scope| {
            let (wait, dropped) = (&wait, &dropped);
            scope.spawn(move || {
                for (round, handle) in from_first.into_iter().enumerate() {
                    wait(round);
                    assert_eq!(handle.1, round);
                    drop(handle);
                }
            });
            for round in 0..rounds {
                let handle = Shared::new(Counted(dropped, round));
                to_other.send(handle.clone()).unwrap();
                wait(round);
                assert_eq!(handle.1, round);
                drop(handle);
            }
            drop(to_other);
        });
        assert_eq!(dropped.load(Relaxed), rounds);
    }

    /// A thread's list of blocks ends before or after what the thread keeps itself, whose blocks then go to the system.
    #[test]
    fn what_a_thread_keeps_to_its_end_goes_then() {
        static DROPPED: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static KEPT: RefCell<Vec<Shared<Counted<'static>>>> = const { RefCell::new(Vec::new()) };
        }
        for list_first in [false, true] {
            let handle = thread::spawn(move || {
                if list_first {
                    drop(Shared::new(1));
                }
                KEPT.with_borrow_mut(|kept| kept.reserve(3));
                for i in 0..3 {
                    let value = Shared::new(Counted(&DROPPED, i));
                    KEPT.with_borrow_mut(|kept| kept.push(value));
                }
            });
            handle.join().unwrap();
        }
        assert_eq!(DROPPED.load(Relaxed), 6);
    }

    /// As in the standard library's: the value counts as dropped, and the program goes on.
    #[test]
    fn a_value_that_panics_when_it_is_dropped_is_dropped_once() {
        struct Panics<'a>(Counted<'a>);

        impl Drop for Panics<'_> {
            fn drop(&mut self) {
                assert!(self.0.1 == 0, "meant to");
            }
        }

        let dropped = AtomicUsize::new(0);
        for panics in [1, 0] {
            let first = Shared::new(Panics(Counted(&dropped, panics)));
            let (second, place) = (first.clone(), first.inner);
            let result = catch_unwind(AssertUnwindSafe(move || drop(first)));
            assert!(result.is_ok());
            let result = catch_unwind(AssertUnwindSafe(move || drop(second)));
            assert_eq!(result.is_err(), panics == 1);
            // The block is the thread's next one.
            assert_eq!(Shared::new(1).inner.cast(), place);
        }
        assert_eq!(dropped.load(Relaxed), 2);
    }

    #[test]
    fn values_of_no_size_and_of_a_large_alignment_have_their_places() {
        #[derive(Debug, PartialEq)]
        #[repr(align(256))]
        struct Aligned(u8);

        for i in 0..100 {
            let (nothing, aligned, large) = (Shared::new(()), Shared::new(Aligned(i)), Shared::new([i; 500]));
            let other = aligned.clone();
            assert!((&raw const *aligned).addr().is_multiple_of(256));
            assert_eq!((*nothing, &*other, large[499]), ((), &Aligned(i), i));
        }
    }
}
