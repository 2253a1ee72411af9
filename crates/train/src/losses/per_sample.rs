use std::fmt;

use backprop_autodiff::Var;
use backprop_tensor::{Element, Float, Tensor};

use super::Loss;

/// A closure that gives the loss of each sample, `[n]`: the loss is their mean, and samples can be weighted.
///
/// Made by [the function of its name](fn@PerSample).
#[derive(Clone, Copy)]
pub struct PerSample<F> {
    f: F,
}

/// Makes a loss of a closure from outputs and targets to the loss of each sample, `[n]`: the loss is their mean, and samples can be weighted.
///
/// The arguments of the closure need no types.
///
/// ```
/// use backprop_optim::Sgd;
/// use backprop_train::{PerSample, Trainer};
///
/// let pinball = PerSample(|output, targets| {
///     let above = output.constant(targets.clone()) - output.squeeze(-1);
///     (&above * 0.9).maximum(&(above * -0.1))
/// });
/// let trainer: Trainer<_, Sgd, f32, f32> = Trainer::new(pinball, Sgd::new(0.1));
/// ```
///
/// What the closure does not say of the types, here `constant` that the targets are numbers as the outputs are, a call of `fit` in the same function says.
// A function, because the bound of a struct could not name the types of outputs and targets, and without it no closure's arguments are inferred.
#[allow(non_snake_case)]
pub fn PerSample<T: Float, Y: Element, F: Fn(&Var<T>, &Tensor<Y>) -> Var<T>>(f: F) -> PerSample<F> {
    PerSample { f }
}

impl<T: Float, Y: Element, F: Fn(&Var<T>, &Tensor<Y>) -> Var<T>> Loss<T, Y> for PerSample<F> {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        (self.f)(output, targets).mean(..)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        Some((self.f)(output, targets))
    }
}

impl<F> fmt::Debug for PerSample<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerSample")
    }
}
