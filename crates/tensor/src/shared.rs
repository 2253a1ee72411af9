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
        // SAFETY: this was the last handle, which nobody uses any more; the block was taken for this layout, and is given back once.
        unsafe {
            self.inner.drop_in_place();
            blocks::give(self.inner.cast(), Layout::new::<Inner<T>>());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
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
}
