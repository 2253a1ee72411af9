//! Data made up for a purpose: to see what a model can learn, in a moment and without a download.
//!
//! | source                                  | what it shows                                                          |
//! |-----------------------------------------|------------------------------------------------------------------------|
//! | [`blobs`], [`MakeBlobs`]                | round clusters: the easiest classes there are                          |
//! | [`moons`], [`circles`], [`spirals`]     | classes in the plane that no line divides, each harder than the last   |
//! | [`xor`]                                 | the smallest problem that takes a hidden layer                         |
//!
//! All of them draw from the generator they are handed, so the same seed gives the same data. Samples come in random
//! order. The names and the meaning of the parameters are those of scikit-learn's `make_blobs`, `make_moons` and
//! `make_circles`; the numbers are not, because the generator is another.
//!
//! ```
//! use backprop_datasets::synthetic::moons;
//! use backprop_tensor::Rng;
//!
//! let mut rng = Rng::seed(0);
//! let data = moons(200, 0.1, &mut rng)?;
//! assert_eq!(data.inputs().shape(), &[200, 2]);
//! # Ok::<(), backprop_datasets::Error>(())
//! ```

mod blobs;
mod circles;
mod moons;
mod plane;
mod spirals;
mod xor;

pub use blobs::{MakeBlobs, blobs};
pub use circles::circles;
pub use moons::moons;
pub use spirals::spirals;
pub use xor::xor;

use backprop_tensor::Error;

use crate::Result;

/// Makes sure that a standard deviation is one.
fn check_deviation(operation: &'static str, argument: &'static str, value: f64) -> Result<()> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    let expected = "needs to be finite and not negative: it is a standard deviation";
    Err(Error::argument(operation, argument, value, expected).into())
}

/// Makes sure that a number is one, and finite.
fn check_finite(operation: &'static str, argument: &'static str, value: f64) -> Result<()> {
    if value.is_finite() {
        return Ok(());
    }
    Err(Error::argument(operation, argument, value, "needs to be finite").into())
}
