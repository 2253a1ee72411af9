//! What a thread keeps for itself: small buffers, taken and returned without a lock.

use std::cell::RefCell;
use std::sync::atomic::Ordering::Relaxed;

use super::{Buffer, LIMIT, size_of_class};

/// Classes of up to 16 KiB; beyond, the work on a buffer outweighs a lock by far.
const CLASSES: usize = 36;

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
        if held <= ROOM && ROOM <= LIMIT.load(Relaxed) {
            stack.extend(buffer.take());
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
