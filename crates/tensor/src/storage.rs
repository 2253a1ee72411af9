//! The elements of one or more tensors: pooled memory with a length and a type.
//!
//! # Why this is sound
//!
//! The slices that [`Storage::as_slice`] and [`Storage::as_mut_slice`] make are the only use of the memory, and need four
//! things:
//!
//! * **Room and alignment.** No elements need no memory. Of others, [`Buffer::take`] returns at least the bytes asked for, and their number, `len` times the size
//!   of an element, was computed without overflow. A buffer is aligned to 64 bytes, more than any element needs.
//! * **Initialized, valid values.** A buffer's bytes are zeroed when the system hands them out, and from then on written
//!   only as elements, none of which has padding: they stay initialized through any number of users. Whatever was left
//!   there is a value of every type of [`ANY_BITS`](Element::ANY_BITS); the others (`bool`) start from zeros. The element types
//!   are a sealed set, so there are no others.
//! * **No aliasing.** A buffer belongs to one storage: it is taken from the pool by value, goes back in `drop`, and
//!   cannot be cloned. Within a storage, the borrow checker rules the slices, as their lifetimes are those of `self`.
//! * **A pointer to all of it.** The pointer is the one that the allocator returned, cast to the element type but never
//!   made from a reference to a part.
//!
//! Everything above indexes these slices, with bounds checked: a layout that lied about its storage would panic, not read
//! elsewhere.

use std::ptr::NonNull;

use crate::pool::Buffer;
use crate::{Element, Error, Result, counters};

/// `len` elements in a pooled buffer, all of them initialized.
#[derive(Debug)]
pub(crate) struct Storage<T: Element> {
    pointer: NonNull<T>,
    len: usize,
    /// `None` only of no elements, and while being dropped.
    buffer: Option<Buffer>,
}

// SAFETY: a storage owns its elements, and elements are plain numbers.
unsafe impl<T: Element> Send for Storage<T> {}
// SAFETY: as above; changing them takes `&mut`.
unsafe impl<T: Element> Sync for Storage<T> {}

impl<T: Element> Storage<T> {
    /// The elements of a tensor, of unspecified value: whatever the buffer held before.
    pub(crate) fn stale(len: usize) -> Result<Self> {
        let storage = Self::room(len)?;
        if len > 0 {
            counters::buffer(len * size_of::<T>());
        }
        Ok(storage)
    }

    /// As [`stale`](Self::stale), for what an operation needs for itself.
    pub(crate) fn scratch(len: usize) -> Result<Self> {
        let storage = Self::room(len)?;
        if len > 0 {
            counters::scratch(len * size_of::<T>());
        }
        Ok(storage)
    }

    fn room(len: usize) -> Result<Self> {
        if len == 0 {
            return Ok(Self {
                pointer: NonNull::dangling(),
                len,
                buffer: None,
            });
        }
        let bytes = len
            .checked_mul(size_of::<T>())
            .ok_or(Error::Memory { bytes: usize::MAX })?;
        let buffer = Buffer::take(bytes)?;
        let storage = Self {
            pointer: buffer.pointer().cast(),
            len,
            buffer: Some(buffer),
        };
        if !T::ANY_BITS {
            // SAFETY: the buffer has room for `len` elements, and no reference to them exists yet.
            unsafe { storage.pointer.as_ptr().write_bytes(0, len) }
        }
        Ok(storage)
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        // SAFETY: the buffer holds `len` initialized elements, aligned to 64 bytes, for as long as `self` lives; or `len` is 0, and the
        // pointer aligned.
        unsafe { std::slice::from_raw_parts(self.pointer.as_ptr(), self.len) }
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: as above, and `&mut self` makes the access exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.pointer.as_ptr(), self.len) }
    }
}

impl<T: Element> Drop for Storage<T> {
    fn drop(&mut self) {
        if let Some(buffer) = self.buffer.take() {
            buffer.give();
        }
    }
}
