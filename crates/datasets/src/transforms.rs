//! What is done to the data before it is learnt from.

mod min_max_scaler;
mod one_hot;
mod pixels;
mod standard_scaler;

pub use min_max_scaler::MinMaxScaler;
pub use pixels::scale_pixels;
pub use standard_scaler::StandardScaler;

use backprop_tensor::{Element, Error, Tensor};

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
