//! What is done to the data before it is learned from.

mod min_max_scaler;
mod one_hot;
mod pca;
mod pixels;
mod standard_scaler;

pub use min_max_scaler::MinMaxScaler;
pub use pca::Pca;
pub use pixels::scale_pixels;
pub use standard_scaler::StandardScaler;

use backprop_tensor::{Element, Error, Float, Tensor};

use crate::Result;

/// Makes sure that there are samples to learn a transform from.
fn check_fit<T: Element>(operation: &'static str, x: &Tensor<T>) -> Result<()> {
    match x.shape().first() {
        Some(&samples) if samples > 0 => Ok(()),
        _ => {
            let expected = "needs samples along the first axis";
            Err(Error::shape(operation, x.shape(), expected).into())
        }
    }
}

/// Makes sure that a statistic of features applies to samples: that it broadcasts to them and leaves their shape.
fn check_features<T: Element>(operation: &'static str, x: &Tensor<T>, features: &Tensor<T>) -> Result<()> {
    match x.shape().broadcast(operation, features.shape()) {
        Ok(shape) if shape == *x.shape() => Ok(()),
        _ => {
            let expected = "differ: the samples need the features that the scaler was fitted to";
            Err(Error::shapes(operation, x.shape(), features.shape(), expected).into())
        }
    }
}

/// About this many elements are converted to f64 at once.
const PIECE: usize = 1 << 16;

/// The sum over all samples of what `f` makes of them, in f64, some samples at a time.
fn sum_of_samples<T: Float>(
    x: &Tensor<T>,
    f: impl Fn(Tensor<f64>) -> Result<Tensor<f64>>,
) -> Result<Tensor<f64>> {
    let samples = x.shape()[0];
    let step = (PIECE / (x.count() / samples).max(1)).max(1);
    let mut total = Tensor::zeros(&x.shape()[1..])?;
    if x.is_empty() {
        // Samples without features may be more than could ever be counted through.
        return Ok(total);
    }
    for start in (0..samples).step_by(step) {
        let piece = x
            .slice(0, start..samples.min(start.saturating_add(step)))?
            .cast()?;
        total = total.try_add(&f(piece)?.sum(0)?)?;
    }
    Ok(total)
}
