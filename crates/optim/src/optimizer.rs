use std::collections::BTreeMap;

use backprop_autodiff::{Gradients, Module};
use backprop_tensor::{Float, Tensor};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Something that changes a model by the gradients of a loss.
pub trait Optimizer<T: Float = f32> {
    /// What it is called where a checkpoint says whose state it holds: the name of its type unless overridden.
    fn name(&self) -> &str {
        let name = std::any::type_name::<Self>();
        let name = name.split('<').next().unwrap_or(name);
        name.rsplit("::").next().unwrap_or(name)
    }

    /// One step: updates every parameter that has a gradient, and writes what the forward pass has left for buffers.
    ///
    /// # Errors
    /// If a setting is out of its range or a gradient does not fit its parameter. Nothing has changed then.
    fn step(&mut self, model: &mut dyn Module<T>, gradients: &Gradients<T>) -> Result<()>;

    /// The learning rate of parameters that are in no group with one of its own.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate for the steps to come; a schedule does this.
    fn set_learning_rate(&mut self, rate: f64);

    /// What it has gathered about the parameters, for a training that is continued later.
    ///
    /// # Errors
    /// If it does not say, which is so unless overridden.
    fn state(&self) -> Result<OptimizerState<T>> {
        Err(Error::State(
            "this optimizer does not say what it has gathered".into(),
        ))
    }

    /// Takes over what was gathered. The settings stay.
    ///
    /// # Errors
    /// If it cannot, which is so unless overridden.
    fn load_state(&mut self, state: OptimizerState<T>) -> Result<()> {
        let _ = state;
        Err(Error::State(
            "this optimizer does not take over what was gathered".into(),
        ))
    }
}

/// What an optimizer has gathered about each parameter, by path: how many steps were taken, and momenta and the like.
///
/// ```
/// use backprop_autodiff::{Param, Tape};
/// use backprop_optim::{Adam, Optimizer};
/// use backprop_tensor::Tensor;
///
/// let mut w = Param::new(Tensor::from([1.0_f32, 2.0]));
/// let mut optimizer = Adam::new(0.1);
/// let step = |w: &mut Param, optimizer: &mut Adam| {
///     let gradients = Tape::training(0).param(w).square().sum(..).backward()?;
///     optimizer.step(w, &gradients)
/// };
/// step(&mut w, &mut optimizer)?;
/// let (mut same, mut other) = (w.clone(), Adam::new(0.1));
/// other.load_state(optimizer.state()?)?;
/// step(&mut w, &mut optimizer)?;
/// step(&mut same, &mut other)?;
/// assert_eq!(w, same);
/// # Ok::<(), backprop_optim::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct OptimizerState<T: Float = f32>(pub BTreeMap<String, (u64, Vec<Tensor<T>>)>);

impl<T: Float, O: Optimizer<T> + ?Sized> Optimizer<T> for Box<O> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn step(&mut self, model: &mut dyn Module<T>, gradients: &Gradients<T>) -> Result<()> {
        (**self).step(model, gradients)
    }

    fn learning_rate(&self) -> f64 {
        (**self).learning_rate()
    }

    fn set_learning_rate(&mut self, rate: f64) {
        (**self).set_learning_rate(rate);
    }

    fn state(&self) -> Result<OptimizerState<T>> {
        (**self).state()
    }

    fn load_state(&mut self, state: OptimizerState<T>) -> Result<()> {
        (**self).load_state(state)
    }
}
