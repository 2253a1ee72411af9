//! Small blocks of memory that a thread keeps for itself.
//!
//! They are a list, each of which begins with a pointer to the next. No thread ever has more than [`MOST`]; where one makes what another drops, what is over goes
//! back to the system.

use std::alloc::{self, Layout};
use std::cell::Cell;
use std::ptr::NonNull;

/// Two cache lines, which hold what a tensor's handles share.
const BLOCK: Layout = match Layout::from_size_align(128, 64) {
    Ok(layout) => layout,
    Err(_) => Layout::new::<[usize; 16]>(),
};

/// The most that a thread keeps: 8 kB, enough for the tensors of a step of a network of some layers.
const MOST: usize = 64;

struct Spare {
    first: Cell<Option<NonNull<Next>>>,
    count: Cell<usize>,
}

/// What is in a block that nobody uses.
struct Next(Option<NonNull<Next>>);

thread_local! {
    static SPARE: Spare = const { Spare { first: Cell::new(None), count: Cell::new(0) } };
}

impl Spare {
    fn pop(&self) -> Option<NonNull<u8>> {
        let first = self.first.get()?;
        // SAFETY: a block in the list holds what `push` wrote to it, and is used by nobody else.
        self.first.set(unsafe { first.read() }.0);
        self.count.set(self.count.get() - 1);
        Some(first.cast())
    }

    /// Whether there was room for it.
    ///
    /// # Safety
    /// The block is of the layout [`BLOCK`], and nobody uses it.
    unsafe fn push(&self, block: NonNull<u8>) -> bool {
        if self.count.get() == MOST {
            return false;
        }
        let first = block.cast::<Next>();
        // SAFETY: the caller's promise; a block has room for a pointer.
        unsafe { first.write(Next(self.first.get())) };
        self.first.set(Some(first));
        self.count.set(self.count.get() + 1);
        true
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        while let Some(block) = self.pop() {
            // SAFETY: blocks in the list are of this layout, and used by nobody.
            unsafe { alloc::dealloc(block.as_ptr(), BLOCK) }
        }
    }
}

/// The layout that memory for this one is allocated with.
const fn layout_for(wanted: Layout) -> Layout {
    if is_block(wanted) { BLOCK } else { wanted }
}

const fn is_block(wanted: Layout) -> bool {
    wanted.size() <= BLOCK.size() && wanted.align() <= BLOCK.align()
}

/// Memory for a value of this layout, which is not empty. Without any left the program ends, as for a box.
#[inline]
pub(super) fn take(wanted: Layout) -> NonNull<u8> {
    debug_assert!(wanted.size() > 0);
    // In a thread that is ending there is no list.
    let spare = is_block(wanted).then(|| SPARE.try_with(Spare::pop).ok().flatten());
    spare.flatten().unwrap_or_else(|| allocate(layout_for(wanted)))
}

#[cold]
fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: the layout is not empty.
    NonNull::new(unsafe { alloc::alloc(layout) }).unwrap_or_else(|| alloc::handle_alloc_error(layout))
}

/// Gives back what was taken for this layout.
///
/// # Safety
/// It was, and nobody uses it.
#[inline]
pub(super) unsafe fn give(block: NonNull<u8>, wanted: Layout) {
    // SAFETY: the caller's promise.
    let kept = is_block(wanted)
        && SPARE
            .try_with(|spare| unsafe { spare.push(block) })
            .unwrap_or(false);
    if !kept {
        // SAFETY: it was allocated with this layout.
        unsafe { alloc::dealloc(block.as_ptr(), layout_for(wanted)) }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_block_comes_back_and_no_more_are_kept_than_there_is_room_for() {
        // On a thread of its own, whose list is empty, and freed at its end.
        thread::spawn(|| {
            let small = Layout::new::<[u64; 3]>();
            let block = take(small);
            assert!(block.as_ptr().addr().is_multiple_of(64));
            // SAFETY: taken above.
            unsafe { give(block, small) };
            assert_eq!(take(Layout::new::<u64>()), block);
            let others: Vec<_> = (0..2 * MOST).map(|_| take(small)).collect();
            for block in others.into_iter().chain([block]) {
                // SAFETY: taken above, for a layout that is as much a block's.
                unsafe { give(block, small) };
            }
            assert_eq!(SPARE.with(|spare| spare.count.get()), MOST);
        })
        .join()
        .unwrap();
    }

    #[test]
    fn what_is_too_large_for_a_block_is_not_kept() {
        thread::spawn(|| {
            let large = Layout::new::<[u64; 17]>();
            let block = take(large);
            // SAFETY: taken above.
            unsafe { give(block, large) };
            assert_eq!(SPARE.with(|spare| spare.count.get()), 0);
        })
        .join()
        .unwrap();
    }
}
