use std::collections::BTreeMap;

use backprop_autodiff::{Gradients, Module};
use backprop_tensor::{Float, Tensor};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Something that changes a model by the gradients of a loss.
///
/// A custom optimizer implements [`UpdateRule`](crate::UpdateRule), the rule for one parameter, and is one by [`RuleOptimizer`](crate::RuleOptimizer). To implement this trait
/// instead is for what no such rule can say: a step that looks at several parameters at once, for instance.
///
/// # Several models
/// What is gathered about a model (momenta and the like) is for this model alone. A step with another one, though its parameters have the same names
/// and shapes, begins afresh, as with a new optimizer; and a step with the first one goes on where it was, for as long as it lives. So one
/// optimizer can train models one after the other, or by turns.
///
/// A clone made after the first step is the same model: one goes on from a copy of the best weights, or from a moving average. One made before is
/// another, and so is a model that was built anew or read from a file. To have it take over what was gathered nevertheless, say so:
/// `optimizer.load_state(optimizer.state()?)?`. What was loaded goes to the first model that has parameters of these names. [`reset`](Self::reset)
/// forgets everything.
///
/// ```
/// use backprop_autodiff::{Param, Tape};
/// use backprop_optim::{Optimizer, Sgd};
/// use backprop_tensor::Tensor;
///
/// let mut optimizer = Sgd::new(0.5).momentum(0.5);
/// let mut step = |w: &mut Param| {
///     let gradients = Tape::training(0).param(w).sum(..).backward()?;
///     optimizer.step(w, &gradients)
/// };
/// let mut first = Param::new(Tensor::from(0.0_f32));
/// let mut second = Param::new(Tensor::from(0.0));
/// step(&mut first)?;
/// step(&mut second)?;
/// assert_eq!(second.value(), &Tensor::from(-0.5)); // and not -0.5 - 0.5 · 0.5
/// step(&mut first)?;
/// assert_eq!(first.value(), &Tensor::from(-0.5 - 0.5 * 1.5));
/// # Ok::<(), backprop_optim::Error>(())
/// ```
pub trait Optimizer<T: Float = f32> {
    /// What it is called where a checkpoint says whose state it holds: the name of its type unless overridden.
    fn name(&self) -> &str {
        let name = std::any::type_name::<Self>();
        let name = name.split('<').next().unwrap_or(name);
        name.rsplit("::").next().unwrap_or(name)
    }

    /// One step: updates every parameter that has a gradient and is not frozen, and writes what the forward pass has left for buffers.
    ///
    /// # Errors
    /// If a setting is out of its range, or a gradient or a buffer's new value does not fit. Nothing has changed then.
    fn step(&mut self, model: &mut dyn Module<T>, gradients: &Gradients<T>) -> Result<()>;

    /// The learning rate of parameters that are in no group with one of its own.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate for the steps to come; a schedule does this.
    fn set_learning_rate(&mut self, rate: f64);

    /// What it has gathered about the parameters, for a training that is continued later: of each path, about the model of the last step.
    ///
    /// # Errors
    /// If it does not say, which is so unless overridden.
    fn state(&self) -> Result<OptimizerState<T>> {
        Err(Error::State(
            "this optimizer does not say what it has gathered".into(),
        ))
    }

    /// Takes over what was gathered, for the first model that has these parameters, and forgets what it has. The settings stay.
    ///
    /// # Errors
    /// If it cannot, which is so unless overridden.
    fn load_state(&mut self, state: OptimizerState<T>) -> Result<()> {
        let _ = state;
        Err(Error::State(
            "this optimizer does not take over what was gathered".into(),
        ))
    }

    /// Forgets what it has gathered, about every model: the next step is a first one. The settings stay.
    ///
    /// # Errors
    /// If it cannot [take over a state](Self::load_state).
    fn reset(&mut self) -> Result<()> {
        self.load_state(OptimizerState::default())
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

    fn reset(&mut self) -> Result<()> {
        (**self).reset()
    }
}
