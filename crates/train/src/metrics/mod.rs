//! What is reported beside the loss: one file a metric.

mod accuracy;
mod confusion_matrix;

pub use accuracy::Accuracy;
pub use confusion_matrix::ConfusionMatrix;

use std::fmt::Debug;

use backprop_tensor::{Element, Float, Tensor};

use crate::Result;

/// A number that says how good outputs are.
pub trait Metric<Y: Element = i64, T: Float = f32>: Debug {
    /// What it is called in progress lines and histories: `accuracy`.
    fn name(&self) -> &str;

    /// A fresh count, for one pass over the data.
    fn start(&self) -> Box<dyn Count<Y, T>>;
}

/// A metric being counted, batch by batch: exact whatever the sizes of the batches.
pub trait Count<Y: Element = i64, T: Float = f32> {
    /// Counts a batch.
    ///
    /// # Errors
    /// If the shapes of outputs and targets do not fit.
    fn add(&mut self, output: &Tensor<T>, targets: &Tensor<Y>) -> Result<()>;

    /// The metric over all batches so far; NaN if there were none.
    fn value(&self) -> f64;
}
