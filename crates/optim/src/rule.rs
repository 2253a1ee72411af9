use std::fmt::Debug;

use backprop_tensor::{Float, Kernel, Tensor};

use crate::{Check, Result};

/// An optimizer's rule for one parameter: its formula, what it keeps for a parameter, and its settings.
///
/// A [`RuleOptimizer`](crate::RuleOptimizer) does everything else, for the optimizers of this crate and for custom ones alike: it walks the model,
/// gives each parameter the learning rate and the weight decay of its group, counts the steps, keeps, saves and loads the state, leaves frozen
/// parameters alone, divides the work among threads, tells models apart, and sees to it that a step changes all or nothing.
///
/// The learning rate, the weight decay and the groups are common to all optimizers; a rule is told them in a [`ParamStep`] and has settings for the rest.
/// `backprop-testing` has `check_optimizer`, the laws that every optimizer keeps.
///
/// # A custom optimizer
///
/// Lion (Chen et al., NeurIPS 2023) moves each weight by the learning rate, in the direction of the sign of a running mean:
///
/// ```text
/// c ← β₁ m + (1 - β₁) g
/// w ← w - η (sign(c) + λ w)
/// m ← β₂ m + (1 - β₂) g
/// ```
///
/// This is all of it:
///
/// ```
#[doc = include_str!("../tests/lion/rule.rs")]
/// use backprop_autodiff::{Param, Tape};
/// use backprop_optim::{Group, Optimizer};
/// use backprop_tensor::Tensor;
///
/// let mut optimizer = Lion::new(0.25).weight_decay(0.5).group(Group::matching("*.bias").weight_decay(0.0));
/// let mut w = Param::new(Tensor::from([1.0_f32, -2.0]));
/// let loss = Tape::training(0).param(&w).square().sum(..);
/// optimizer.step(&mut w, &loss.backward()?)?;
/// assert_eq!(w.value(), &Tensor::from([1.0 - 0.25 * (1.0 + 0.5 * 1.0), -2.0 + 0.25 * (1.0 + 0.5 * 2.0)]));
/// # Ok::<(), backprop_optim::Error>(())
/// ```
pub trait UpdateRule: Clone + Debug + Send + Sync {
    /// What the optimizer is called, in errors and in checkpoints.
    const NAME: &'static str;

    /// The weight decay of a new optimizer.
    const WEIGHT_DECAY: f64 = 0.0;

    /// Checks the rule's settings, before each step. Those that all optimizers have are checked already.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting), as `check`'s methods make it, for one out of its range.
    fn check(&self, check: Check) -> Result<()>;

    /// The names of the tensors that it keeps for each parameter, all of the parameter's shape: in the order in which they are saved, and in which
    /// the kernel updates them behind the parameter.
    ///
    /// It may depend on the settings. A state with more than these is accepted, so that one can go on with fewer; what is missing is made.
    /// A name that begins with `_` holds its place for other settings: the tensor is kept, but the kernel does not see it.
    fn state(&self) -> &'static [&'static str] {
        &[]
    }

    /// What all elements of the tensor of this name are before the first step.
    fn initial(&self, state: &str) -> f64 {
        let _ = state;
        0.0
    }

    /// The formula of one parameter's step: a kernel that updates the parameter and its [`state`](Self::state), and reads the gradient.
    ///
    /// It is made for each parameter before anything has changed. It may look at the parameter, the gradient and the state, at their norms for
    /// instance.
    ///
    /// # Errors
    /// If it cannot be made; nothing changes then.
    fn kernel<T: Float>(&self, step: &ParamStep<'_, T>) -> Result<Kernel>;
}

/// The step of one parameter that a [rule](UpdateRule) makes its kernel for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ParamStep<'a, T: Float = f32> {
    /// The parameter's learning rate `η`: the optimizer's times the factor of the parameter's group.
    pub learning_rate: f64,
    /// The parameter's weight decay `λ`: its group's, or the optimizer's.
    pub weight_decay: f64,
    /// The number `t` of this step for this parameter, from 1.
    pub number: u64,
    /// The parameter before the step.
    pub parameter: &'a Tensor<T>,
    /// Its gradient.
    pub gradient: &'a Tensor<T>,
    /// Its state before the step.
    pub state: &'a [Tensor<T>],
}

impl<T: Float> ParamStep<'_, T> {
    /// What weight decay does, as two numbers: the weights' share that is added to the gradient, and the factor of the weights.
    ///
    /// `(λ, 1)` where it is coupled, an L2 penalty; `(0, 1 - η λ)` where it is decoupled (Loshchilov and Hutter 2019).
    pub fn decay(&self, decoupled: bool) -> (f64, f64) {
        match decoupled {
            true => (0.0, 1.0 - self.learning_rate * self.weight_decay),
            false => (self.weight_decay, 1.0),
        }
    }

    /// `1 - βᵗ`: what a running mean that began at 0 is divided by to be without bias.
    pub fn bias_correction(&self, beta: f64) -> f64 {
        1.0 - beta.powi(i32::try_from(self.number).unwrap_or(i32::MAX))
    }

    /// The least velocity, or other running mean of gradients, that is worth keeping: 8 times the smallest normal number.
    ///
    /// Without a gradient a mean falls to numbers below the smallest normal one, which take a hundred times as long; so does its product with a share, a
    /// little above it.
    pub fn least_mean(&self) -> f64 {
        8.0 * T::MIN_NORMAL.to_f64()
    }

    /// The least gradient whose square is worth counting, and the least mean of squares that is worth keeping.
    ///
    /// Squares of smaller ones, or what is left of them, would fall below the smallest normal number, where arithmetic is many times slower. Both
    /// are 0 if `epsilon`, which is added to the root of that mean, is so small that they would be seen beside it.
    pub fn least_counted(&self, epsilon: f64) -> (f64, f64) {
        let least_square = self.least_mean();
        // A thousandth of a square, as Adam takes, is kept.
        let least = (1024.0 * least_square).sqrt();
        if epsilon < 1e6 * least {
            return (0.0, 0.0);
        }
        (least, least_square)
    }
}
