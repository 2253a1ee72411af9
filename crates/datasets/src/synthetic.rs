//! Data made up for a purpose: to see what a model can learn, in a moment and without a download.
//!
//! | source                                  | what it shows                                                          |
//! |-----------------------------------------|------------------------------------------------------------------------|
//! | [`blobs`], [`MakeBlobs`]                | round clusters: the easiest classes there are                          |
//! | [`moons`], [`circles`], [`spirals`]     | classes in the plane that no line divides, each harder than the last   |
//! | [`xor`]                                 | the smallest problem that takes a hidden layer                         |
//! | [`MakeClassification`]                  | any number of features, of which some say nothing                      |
//! | [`MakeRegression`]                      | a linear relation with noise, and its true coefficients                |
//!
//! All of them draw from the generator they are handed, so the same seed gives the same data. Samples come in random
//! order. The names and the meaning of the parameters are those of scikit-learn's `make_blobs`, `make_moons`,
//! `make_circles`, `make_classification` and `make_regression`; the numbers are not, because the generator is another.
//!
//! ```
//! use backprop_datasets::synthetic::{MakeClassification, moons};
//! use backprop_tensor::Rng;
//!
//! let mut rng = Rng::seed(0);
//! let data = moons(200, 0.1, &mut rng)?;
//! assert_eq!(data.inputs().shape(), &[200, 2]);
//!
//! let data = MakeClassification::new(100).features(10).informative(4).classes(3).generate(&mut rng)?;
//! assert_eq!(data.inputs().shape(), &[100, 10]);
//!
//! let error = MakeClassification::new(100).features(3).informative(2).generate(&mut rng).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "make_classification: features = 3: needs at least 4: informative (2) + redundant (2) + repeated (0)"
//! );
//! # Ok::<(), backprop_datasets::Error>(())
//! ```

mod blobs;
mod circles;
mod classification;
mod moons;
mod per_feature;
mod plane;
mod regression;
mod spirals;
mod xor;

pub use blobs::{MakeBlobs, blobs};
pub use circles::circles;
pub use classification::MakeClassification;
pub use moons::moons;
pub use per_feature::PerFeature;
pub use regression::{MakeRegression, Regression};
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
