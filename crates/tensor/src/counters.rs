//! What the library does, counted: kernel calls and the bytes they move, buffers, records of tapes.
//!
//! Only with the feature `counters`, which is off by default: without it nothing is counted, and the places that would count
//! compile to nothing. So a program without a clock can tell that a training step makes one copy more than it did.
//!
//! The numbers are those of the whole program, all threads together, and only grow: take the difference of two of
//! `counts()`. What a kernel reads and writes is counted where it is called, once a call however many threads share it:
//! each element of an operand once (of a broadcast one, those that there are) and each element of the result once, whatever
//! the caches do. Beside the families of kernels there are
//!
//! * `allocations`: calls of the system's allocator, in a program that has `Allocator` for its own, and bytes in multiples of 16,
//! * `buffers`: those taken out of the [pool](crate::pool), and how many of them were `new`, asked of the system,
//! * `records` on tapes,
//! * `packing` and `scratch`: the copies and the memory that products need beside their operands. These two depend on the level of the
//!   instruction set; all other numbers do not.
//!
//! Decompositions ([`linalg`](crate::linalg)) and loops outside of this crate are not counted, but for their buffers and allocations.
//!
//! ```standalone_crate
//! # #[cfg(feature = "counters")] {
//! use backprop_tensor::{Tensor, counters};
//!
//! let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
//! let before = counters::counts();
//! let y = x.matmul(&x)?;
//! let counts = counters::counts().since(&before);
//! let text = counts.to_string(); // `product  calls 1  read 32  written 16  multiplications 8` is one of the lines
//! assert_eq!(counts.get("product", "multiplications"), Some(8));
//! assert_eq!(counts.get("buffers", "bytes"), Some(16));
//! # assert!(text.lines().any(|line| line.split_whitespace().eq("product calls 1 read 32 written 16 multiplications 8".split(' '))), "{text}");
//! # }
//! # Ok::<(), backprop_tensor::Error>(())
//! ```

#[cfg(feature = "counters")]
mod counts;

#[cfg(feature = "counters")]
pub use counts::{Allocator, Counts, Row, counts};

/// What a kernel does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Product,
    Elementwise,
    Update,
    Reduction,
    Search,
    Softmax,
    Copy,
    Fill,
    Pick,
    Scatter,
    Comparison,
    Selection,
    Cast,
    Cumulative,
    Sort,
    Random,
    Triangle,
    Packing,
}

/// A call of a kernel that reads and writes so many bytes.
#[inline(always)]
pub(crate) fn kernel(family: Family, bytes: impl FnOnce() -> [usize; 2]) {
    #[cfg(feature = "counters")]
    counts::add_kernel(family, bytes());
    #[cfg(not(feature = "counters"))]
    let _ = (family, bytes);
}

/// The multiplications of a product.
#[inline(always)]
pub(crate) fn multiplications(number: impl FnOnce() -> usize) {
    #[cfg(feature = "counters")]
    counts::add(counts::Other::Multiplications, number());
    #[cfg(not(feature = "counters"))]
    let _ = number;
}

/// The memory of a tensor.
#[inline(always)]
pub(crate) fn buffer(bytes: usize) {
    #[cfg(feature = "counters")]
    {
        counts::add(counts::Other::Buffers, 1);
        counts::add(counts::Other::BufferBytes, bytes);
    }
    #[cfg(not(feature = "counters"))]
    let _ = bytes;
}

/// Memory that an operation needs for itself.
#[inline(always)]
pub(crate) fn scratch(bytes: usize) {
    #[cfg(feature = "counters")]
    {
        counts::add(counts::Other::Scratch, 1);
        counts::add(counts::Other::ScratchBytes, bytes);
    }
    #[cfg(not(feature = "counters"))]
    let _ = bytes;
}

/// A buffer that the pool did not have.
#[inline(always)]
pub(crate) fn new_buffer() {
    #[cfg(feature = "counters")]
    counts::add(counts::Other::NewBuffers, 1);
}

/// A record on a tape; for the crate that has them.
#[doc(hidden)]
#[inline(always)]
pub fn tape_record() {
    #[cfg(feature = "counters")]
    counts::add(counts::Other::Records, 1);
}
