//! Memory as a release build reads and writes it, in debug builds too.
//!
//! A program that is compiled for debugging gets checks into the methods of pointers, `read_unaligned` and the load and store
//! intrinsics among them: that pointers lie in bounds, are aligned, do not overlap, are not null. Around each vector of the innermost loop of
//! a product they take three times as long as the arithmetic. References to packed structures, as here, are not checked; but they must
//! be made without `&*`, which is. Pointers are moved with `wrapping_` methods for the same reason.

use std::mem;

/// Something at any address.
#[derive(Clone, Copy)]
#[repr(C, packed)]
struct Unaligned<T>(T);

/// The value at an address, which need not be aligned.
///
/// # Safety
/// It can be read there.
#[inline(always)]
#[allow(clippy::transmute_ptr_to_ref)] // As said above.
pub(crate) unsafe fn read<T: Copy>(from: *const T) -> T {
    // SAFETY: the caller's promise; a packed structure needs no alignment. The reference is gone when this returns.
    let place: &Unaligned<T> = unsafe { mem::transmute(from) };
    place.0
}

/// Writes a value to an address, which need not be aligned.
///
/// # Safety
/// It can be written there.
#[inline(always)]
#[allow(clippy::transmute_ptr_to_ref)]
pub(crate) unsafe fn write<T: Copy>(to: *mut T, value: T) {
    // SAFETY: as above, and nobody else accesses what is written.
    let place: &mut Unaligned<T> = unsafe { mem::transmute(to) };
    place.0 = value;
}

/// The beginning of a row, so many elements apart from the next.
#[inline(always)]
pub(crate) fn row_of<T>(first: *const T, row: usize, stride: isize) -> *const T {
    first.wrapping_offset((row as isize).wrapping_mul(stride))
}

/// Asks for the cache line of an address, which may be any.
#[inline(always)]
pub(crate) fn prefetch<T>(address: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the instruction belongs to every x86-64 and reads nothing that a program could notice.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
