//! The elements of one or more tensors: pooled memory with a length and a type.

use std::ptr::NonNull;

use crate::pool::Buffer;
use crate::{Element, Error, Result};

/// `len` elements in a pooled buffer, all of them initialised.
#[derive(Debug)]
pub(crate) struct Storage<T: Element> {
    pointer: NonNull<T>,
    len: usize,
    /// `None` only while being dropped.
    buffer: Option<Buffer>,
}

// SAFETY: a storage owns its elements, and elements are plain numbers.
unsafe impl<T: Element> Send for Storage<T> {}
// SAFETY: as above; changing them takes `&mut`.
unsafe impl<T: Element> Sync for Storage<T> {}

impl<T: Element> Storage<T> {
    /// Elements of unspecified value: whatever the buffer held before.
    pub(crate) fn stale(len: usize) -> Result<Self> {
        let bytes = len
            .checked_mul(size_of::<T>())
            .ok_or(Error::Memory { bytes: usize::MAX })?;
        let buffer = Buffer::take(bytes)?;
        let mut storage = Self {
            pointer: buffer.pointer().cast(),
            len,
            buffer: Some(buffer),
        };
        if !T::ANY_BITS {
            // SAFETY: the buffer has room for `bytes` bytes, and all-zero bits are a valid element.
            unsafe { storage.pointer.as_ptr().write_bytes(0, len) }
            storage.as_mut_slice().fill(T::default());
        }
        Ok(storage)
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        // SAFETY: the buffer holds `len` initialised elements, aligned to 64 bytes, for as long as `self` lives.
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
