//! What a thread keeps for itself: small buffers, taken and returned without a lock.

use std::cell::RefCell;
use std::sync::atomic::Ordering::Relaxed;

use super::{Buffer, LIMIT, size_of_class};

/// The largest buffer: with more in it, the work on it outweighs a lock by far.
const LARGEST: usize = 16 << 10;

/// The classes up to the largest buffer.
const CLASSES: usize = 28;
const _: () = assert!(size_of_class(CLASSES - 1) == LARGEST);

/// The bytes that a shelf has room for.
pub(super) const ROOM: usize = 256 << 10;

struct Shelf {
    stacks: [Vec<Buffer>; CLASSES],
    held: usize,
}

thread_local! {
    static SHELF: RefCell<Shelf> = const { RefCell::new(Shelf { stacks: [const { Vec::new() }; CLASSES], held: 0 }) };
}

/// A buffer of this class off the thread's shelf.
pub(super) fn take(class: usize) -> Option<Buffer> {
    with(|shelf| {
        let buffer = shelf.stacks.get_mut(class)?.pop()?;
        shelf.held -= size_of_class(class);
        Some(buffer)
    })
    .flatten()
}

/// Puts a buffer on the thread's shelf, or returns it if it is too large, the shelf is full, or the pool's bound leaves no
/// room for shelves.
pub(super) fn give(buffer: Buffer) -> Result<(), Buffer> {
    let mut buffer = Some(buffer);
    with(|shelf| {
        let class = buffer.as_ref().map_or(CLASSES, |buffer| buffer.class);
        let held = shelf.held + size_of_class(class);
        let Some(stack) = shelf.stacks.get_mut(class) else {
            return;
        };
        if held <= ROOM
            && ROOM <= LIMIT.load(Relaxed)
            && let Some(buffer) = buffer.take()
        {
            stack.push(buffer);
            shelf.held = held;
        }
    });
    buffer.map_or(Ok(()), Err)
}

/// The bytes on the thread's shelf.
pub(super) fn held_bytes() -> usize {
    with(|shelf| shelf.held).unwrap_or(0)
}

/// Gives what is on the thread's shelf back to the system.
pub(super) fn clear() {
    with(|shelf| {
        shelf.stacks.iter_mut().for_each(|stack| *stack = Vec::new());
        shelf.held = 0;
    });
}

/// `None` in a thread that is ending, whose shelf is gone.
fn with<R>(f: impl FnOnce(&mut Shelf) -> R) -> Option<R> {
    SHELF.try_with(|shelf| f(&mut shelf.borrow_mut())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Result;

    #[test]
    fn a_small_buffer_comes_back_to_the_thread_that_dropped_it() -> Result<()> {
        clear();
        let buffer = Buffer::take(1000)?;
        let (address, bytes) = (buffer.pointer(), size_of_class(buffer.class));
        buffer.give();
        assert_eq!(held_bytes(), bytes);
        assert_eq!(Buffer::take(1000)?.pointer(), address);
        assert_eq!(held_bytes(), 0);
        Ok(())
    }

    #[test]
    fn a_shelf_has_room_for_so_much_and_for_small_buffers_only() -> Result<()> {
        clear();
        Buffer::take(LARGEST + 1)?.give();
        assert_eq!(held_bytes(), 0);
        let buffers: Result<Vec<_>> = (0..40).map(|_| Buffer::take(LARGEST)).collect();
        buffers?.into_iter().for_each(Buffer::give);
        assert_eq!(held_bytes(), ROOM);
        clear();
        assert_eq!(held_bytes(), 0);
        Ok(())
    }
}
