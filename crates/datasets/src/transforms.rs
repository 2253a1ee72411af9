//! What is done to the data before it is learnt from.

mod one_hot;
mod pixels;

pub use pixels::scale_pixels;
