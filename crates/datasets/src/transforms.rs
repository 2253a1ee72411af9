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

use backprop_tensor::{Element, Error, Float, Tensor, kernel, math};

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

/// A mean that is further from 0 than so many standard deviations is kept in two parts: what it lost when it was rounded is then not far below
/// what is left of the samples.
const FAR: f64 = 16.0;

/// What the means of the samples lost when they were rounded to their type: the mean of `x - mean`. `None` if no mean is far, or nothing was lost.
fn remainder<T: Float>(x: &Tensor<T>, mean: &Tensor<T>, std: &Tensor<f64>) -> Result<Option<Tensor<T>>> {
    let mean: Tensor<f64> = mean.cast()?;
    let mut sizes = mean.to_vec().into_iter().zip(std.to_vec());
    if !sizes.any(|(mean, std)| mean.is_finite() && mean.abs() > FAR * std) {
        return Ok(None);
    }
    let sum = sum_of_samples(x, |x| Ok(x.into_apply(&kernel!(|x, mean| x - mean), &[&mean])?))?;
    let (n, infinity) = (x.shape()[0] as f64, f64::INFINITY);
    // Of a feature with infinity or NaN, the mean alone says it.
    let share = kernel!(|sum; n, infinity| if math::abs(sum) < infinity { sum / n } else { 0.0 });
    let remainder: Tensor<T> = sum.into_apply(&share, &[])?.cast()?;
    let is_lost = remainder.to_vec().iter().any(|&remainder| remainder != T::ZERO);
    Ok(is_lost.then_some(remainder))
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
