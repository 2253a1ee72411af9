//! What happens when there is no memory.

use backprop_tensor::Error;

use crate::Result;

/// An empty vector with room for `count` elements, however many were asked for.
pub(crate) fn vector<T>(count: usize) -> Result<Vec<T>> {
    let mut vector = Vec::new();
    match vector.try_reserve_exact(count) {
        Ok(()) => Ok(vector),
        Err(_) => Err(Error::Memory {
            bytes: count.saturating_mul(size_of::<T>()),
        }
        .into()),
    }
}

/// The result of something that can fail for lack of memory alone, and then as a `Vec` does.
pub(crate) fn sufficient<T>(result: Result<T>) -> T {
    result.unwrap_or_else(|error| {
        let bytes = match error {
            crate::Error::Tensor(Error::Memory { bytes }) => bytes,
            _ => 0,
        };
        let layout = std::alloc::Layout::array::<u8>(bytes).unwrap_or(std::alloc::Layout::new::<u8>());
        std::alloc::handle_alloc_error(layout)
    })
}
