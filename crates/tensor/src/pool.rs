//! The memory of tensors: 64-byte aligned buffers that go back to a pool when their tensor is dropped.
//!
//! A training step asks for the same sizes again and again; giving them back to the system costs page faults that
//! exceed the arithmetic. Sizes are rounded up to one of four classes a doubling, and each class keeps a stack of its
//! own, so taking and returning a buffer costs the same however many are held. In front of the shared stacks, each thread
//! has a shelf for a few small buffers of its own: the tensors of a small network live so shortly that locks and counters
//! shared with other threads would be a tenth of a training step.
//!
//! ```
//! use backprop_tensor::pool;
//!
//! pool::set_limit(Some(64 << 20)); // hold no more than 64 MiB of unused memory
//! pool::clear(); // give all of it back to the system now
//! assert!(pool::held_bytes() <= 64 << 20);
//! ```

mod shelf;

use std::alloc::{self, Layout};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Error, Result, counters};

/// The alignment of every buffer: a cache line, and the widest vector register.
pub const ALIGNMENT: usize = 64;

/// The smallest class holds 64 bytes, the largest the largest size that exists.
const CLASSES: usize = 4 * (usize::BITS as usize - 6);
const DEFAULT_LIMIT: usize = 1 << 30;

static STACKS: [Mutex<Vec<Buffer>>; CLASSES] = [const { Mutex::new(Vec::new()) }; CLASSES];
static HELD: AtomicUsize = AtomicUsize::new(0);
static LIMIT: AtomicUsize = AtomicUsize::new(DEFAULT_LIMIT);

/// Memory of a size class, owned, all of it initialized (to whatever its last user left).
///
/// It is neither `Copy` nor `Clone`, so that its memory has one user at a time; the class, from which the layout for
/// `dealloc` is computed, never changes.
#[derive(Debug)]
pub(crate) struct Buffer {
    pointer: NonNull<u8>,
    class: usize,
}

// SAFETY: a buffer owns its memory and gives access to it only through its owner.
unsafe impl Send for Buffer {}
// SAFETY: as above; a shared buffer gives nothing but its address.
unsafe impl Sync for Buffer {}

impl Buffer {
    pub(crate) fn pointer(&self) -> NonNull<u8> {
        self.pointer
    }

    /// A buffer of at least `bytes` bytes, out of the pool if it has one.
    pub(crate) fn take(bytes: usize) -> Result<Self> {
        let none = || Error::Memory { bytes };
        let class = class_of(bytes).ok_or_else(none)?;
        if let Some(buffer) = shelf::take(class) {
            return Ok(buffer);
        }
        if let Some(buffer) = stack(class).pop() {
            HELD.fetch_sub(size_of_class(class), Relaxed);
            return Ok(buffer);
        }
        let layout = layout(class).ok_or_else(none)?;
        counters::new_buffer();
        // SAFETY: no class has size 0.
        let pointer = unsafe { alloc::alloc_zeroed(layout) };
        let pointer = NonNull::new(pointer).ok_or_else(none)?;
        Ok(Self { pointer, class })
    }

    /// Back to the pool, or to the system if the pool is full.
    pub(crate) fn give(self) {
        if let Err(buffer) = shelf::give(self) {
            buffer.share();
        }
    }

    /// To the shared stacks, or to the system if they are full.
    fn share(self) {
        let bytes = size_of_class(self.class);
        if HELD.fetch_add(bytes, Relaxed).saturating_add(bytes) > LIMIT.load(Relaxed) {
            HELD.fetch_sub(bytes, Relaxed);
            return;
        }
        stack(self.class).push(self);
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(layout) = layout(self.class) {
            // SAFETY: allocated in `take` with the same layout, and freed nowhere else.
            unsafe { alloc::dealloc(self.pointer.as_ptr(), layout) }
        }
    }
}

/// Sets how many bytes of unused memory the pool holds at most; `None` for no bound. The default is 1 GiB.
///
/// Memory in use by tensors does not count, nor do the 256 KiB that each thread may hold besides; a bound below that leaves
/// none to the threads either. What is over the new bound is given back to the system at once.
pub fn set_limit(bytes: Option<usize>) {
    LIMIT.store(bytes.unwrap_or(usize::MAX), Relaxed);
    if LIMIT.load(Relaxed) < shelf::ROOM {
        shelf::clear();
    }
    // The largest go first: they are the fewest, and the cheapest a byte to get again.
    for class in (0..CLASSES).rev() {
        while HELD.load(Relaxed) > LIMIT.load(Relaxed) {
            let Some(buffer) = stack(class).pop() else { break };
            HELD.fetch_sub(size_of_class(class), Relaxed);
            drop(buffer);
        }
    }
}

/// The bound set by [`set_limit`].
pub fn limit() -> Option<usize> {
    Some(LIMIT.load(Relaxed)).filter(|&limit| limit != usize::MAX)
}

/// The bytes of unused memory that the pool holds now, and the calling thread besides.
pub fn held_bytes() -> usize {
    HELD.load(Relaxed) + shelf::held_bytes()
}

/// Gives all unused memory of the pool and of the calling thread back to the system; other threads give theirs when they end.
pub fn clear() {
    shelf::clear();
    for class in 0..CLASSES {
        let buffers = std::mem::take(&mut *stack(class));
        HELD.fetch_sub(buffers.len() * size_of_class(class), Relaxed);
    }
}

fn stack(class: usize) -> MutexGuard<'static, Vec<Buffer>> {
    // A panic cannot leave a stack half changed, so poisoning means nothing here.
    STACKS[class].lock().unwrap_or_else(PoisonError::into_inner)
}

/// The smallest class with room for `bytes`.
fn class_of(bytes: usize) -> Option<usize> {
    let units = bytes.max(1).div_ceil(ALIGNMENT);
    if units <= 4 {
        return Some(units - 1);
    }
    // `units` lies in (2^k, 2^(k+1)], divided into four classes.
    let k = (units - 1).ilog2() as usize;
    let quarter = (units - 1 - (1 << k)) >> (k - 2);
    let class = 4 + 4 * (k - 2) + quarter;
    (class < CLASSES && isize::try_from(size_of_class(class)).is_ok()).then_some(class)
}

const fn size_of_class(class: usize) -> usize {
    if class < 4 {
        return (class + 1) * ALIGNMENT;
    }
    let (k, quarter) = (class / 4 + 1, class % 4);
    ((5 + quarter) << (k - 2)).saturating_mul(ALIGNMENT)
}

fn layout(class: usize) -> Option<Layout> {
    Layout::from_size_align(size_of_class(class), ALIGNMENT).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_class_is_the_smallest_that_fits(bytes in prop_oneof![0..100_000_usize, 0..1_usize << 45]) {
            let class = class_of(bytes).unwrap();
            prop_assert!(size_of_class(class) >= bytes);
            prop_assert!(class == 0 || size_of_class(class - 1) < bytes);
            prop_assert!(size_of_class(class) <= (bytes + bytes / 4).next_multiple_of(ALIGNMENT).max(ALIGNMENT));
        }
    }

    #[test]
    fn impossible_sizes_are_errors() {
        for bytes in [usize::MAX, usize::MAX / 2 + 1, 1 << 62] {
            assert_eq!(Buffer::take(bytes).unwrap_err(), Error::Memory { bytes });
        }
    }
}
