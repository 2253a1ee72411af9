use std::fmt;

use backprop_autodiff::Var;
use backprop_tensor::{Element, Float, Tensor};

use super::Loss;

/// A closure that gives the loss of a batch, one number. Samples cannot be weighted: [`PerSample`](struct@super::PerSample) can.
///
/// Made by [the function of its name](fn@PerBatch).
#[derive(Clone, Copy)]
pub struct PerBatch<F> {
    f: F,
}

/// Makes a loss of a closure from outputs and targets to the loss of the batch, one number.
///
/// The closure is [a loss](Loss) by itself too, but then the types of its arguments have to be written.
///
/// ```
/// use backprop_datasets::synthetic::moons;
/// use backprop_layers::Linear;
/// use backprop_optim::Sgd;
/// use backprop_tensor::Rng;
/// use backprop_train::{PerBatch, Progress, Trainer};
///
/// let data = moons(100, 0.1, &mut Rng::seed(0))?;
/// let loss = PerBatch(|output, targets| output.cross_entropy(targets) + output.square().mean(..) * 1e-3);
/// let mut trainer = Trainer::new(loss, Sgd::new(0.1)).progress(Progress::Silent);
/// trainer.fit(&mut Linear::new(2, 2, &mut Rng::seed(0)), &data, None)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What the closure does not say of the types, the call of `fit` says: it must be in the same function.
// A function, as `PerSample` is.
#[allow(non_snake_case)]
pub fn PerBatch<T: Float, Y: Element, F: Fn(&Var<T>, &Tensor<Y>) -> Var<T>>(f: F) -> PerBatch<F> {
    PerBatch { f }
}

impl<T: Float, Y: Element, F: Fn(&Var<T>, &Tensor<Y>) -> Var<T>> Loss<T, Y> for PerBatch<F> {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        (self.f)(output, targets)
    }
}

impl<F> fmt::Debug for PerBatch<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerBatch")
    }
}
