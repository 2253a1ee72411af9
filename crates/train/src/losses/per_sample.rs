use std::fmt;

use backprop_autodiff::Var;
use backprop_tensor::{Element, Float, Tensor};

use super::Loss;

/// A closure that gives the loss of each sample, `[n]`: the loss is their mean, and samples can be weighted.
///
/// ```
/// use backprop_autodiff::Var;
/// use backprop_optim::Sgd;
/// use backprop_tensor::Tensor;
/// use backprop_train::{PerSample, Trainer};
///
/// let pinball = PerSample(|output: &Var, targets: &Tensor| {
///     let above = output.constant(targets.clone()) - output.squeeze(-1);
///     (&above * 0.9).maximum(&(above * -0.1))
/// });
/// let trainer: Trainer<_, Sgd, f32> = Trainer::new(pinball, Sgd::new(0.1));
/// ```
#[derive(Clone, Copy)]
pub struct PerSample<F>(pub F);

impl<Y: Element, T: Float, F: Fn(&Var<T>, &Tensor<Y>) -> Var<T>> Loss<Y, T> for PerSample<F> {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        (self.0)(output, targets).mean(..)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        Some((self.0)(output, targets))
    }
}

impl<F> fmt::Debug for PerSample<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerSample")
    }
}
