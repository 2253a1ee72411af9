//! Random numbers: an explicit, seedable generator, and tensors filled from it.

mod box_muller;
mod distribution;
mod rng;
mod stream;
mod tensors;
mod truncated;

pub use distribution::Distribution;
pub(crate) use distribution::{fill, fill_integers};
pub use rng::Rng;
pub(crate) use truncated::Truncated;
