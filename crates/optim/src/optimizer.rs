use backprop_autodiff::{Gradients, Module};
use backprop_tensor::Float;

use crate::Result;

/// Something that changes a model by the gradients of a loss.
pub trait Optimizer<T: Float = f32> {
    /// One step: updates every parameter that has a gradient, and writes what the forward pass has left for buffers.
    ///
    /// # Errors
    /// If a setting is out of its range or a gradient does not fit its parameter. Nothing has changed then.
    fn step(&mut self, model: &mut dyn Module<T>, gradients: &Gradients<T>) -> Result<()>;

    /// The learning rate of parameters that are in no group with one of its own.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate for the steps to come; a schedule does this.
    fn set_learning_rate(&mut self, rate: f64);
}

impl<T: Float, O: Optimizer<T> + ?Sized> Optimizer<T> for Box<O> {
    fn step(&mut self, model: &mut dyn Module<T>, gradients: &Gradients<T>) -> Result<()> {
        (**self).step(model, gradients)
    }

    fn learning_rate(&self) -> f64 {
        (**self).learning_rate()
    }

    fn set_learning_rate(&mut self, rate: f64) {
        (**self).set_learning_rate(rate);
    }
}
