use backprop_autodiff::{Differential, InputGradients, Op, Var, operands};
use backprop_tensor::{Error, Float, Numeric, Result, Tensor};

use super::{Fault, of_sample};

/// `r = x - y` of these outputs and targets, without broadcasting; a failure sticks to the tape.
#[track_caller]
pub(crate) fn residual<T: Float, Y: Numeric>(
    loss: &'static str,
    output: &Var<T>,
    targets: &Tensor<Y>,
) -> Var<T> {
    let targets = targets.cast();
    output.apply(Residual { loss, targets })
}

/// `r = x - y` without broadcasting, `dr/dx = 1`.
#[derive(Debug)]
struct Residual<T: Float> {
    loss: &'static str,
    targets: Result<Tensor<T>>,
}

impl<T: Float> Op<T> for Residual<T> {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [output] = operands(inputs)?;
        let targets = fitting(self.loss, output.shape(), self.targets.clone()?)?;
        Ok((output.try_sub(&targets)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add(0, gradient)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> backprop_autodiff::Result<()> {
        at.add(0, at.gradient().clone())
    }
}

/// The targets in the shape of the outputs, which must be their own, or `[n, 1]` for `[n]`.
pub(crate) fn fitting<T: Float>(
    loss: &'static str,
    output: &[usize],
    targets: Tensor<T>,
) -> Result<Tensor<T>> {
    if !fits(output, targets.shape()) {
        let expected = "must be equal: a target for each output";
        return Err(Error::shapes(loss, output, targets.shape(), expected));
    }
    targets.reshape(output)
}

/// The check of a loss with a target for each output: that they fit, and that each target is right.
pub(crate) fn check_each<Y: Numeric>(
    output: &[usize],
    targets: &Tensor<Y>,
    what: &'static str,
    expected: &str,
    is_right: impl Fn(f64) -> bool,
) -> std::result::Result<(), Fault> {
    let shape = targets.shape().dims();
    if !fits(output, shape) {
        return Err(Fault::shapes(output, shape, what));
    }
    let numbers = targets
        .cast::<f64>()
        .map(|numbers| numbers.to_vec())
        .unwrap_or_default();
    Fault::first(&numbers, of_sample(shape), expected, is_right)
}

/// The check of a loss whose targets are any numbers.
pub(crate) fn check_numbers<Y: Numeric>(
    output: &[usize],
    targets: &Tensor<Y>,
) -> std::result::Result<(), Fault> {
    let what = "a target for each output";
    check_each(output, targets, what, "must be a finite number", f64::is_finite)
}

/// Whether there is a target for each output.
pub(crate) fn fits(output: &[usize], targets: &[usize]) -> bool {
    output == targets || matches!((output, targets), ([n, 1], [m]) | ([n], [m, 1]) if n == m)
}

/// The mean over all axes but the first.
pub(crate) fn mean_of_samples<T: Float>(losses: &Var<T>) -> Var<T> {
    match losses.shape().rank() {
        0 | 1 => losses.clone(),
        rank => losses.mean((1..rank as isize).collect::<Vec<_>>()),
    }
}

/// The mean loss of predictions that are the same for all samples: for each output, `place` finds where, from its targets and their weights, and
/// `loss` is that of a distance from there.
pub(crate) fn loss_around<Y: Numeric>(
    targets: &Tensor<Y>,
    weights: Option<&Tensor<f64>>,
    place: impl Fn(&[f64], &[f64]) -> Option<f64>,
    loss: impl Fn(f64) -> f64,
) -> Option<f64> {
    let targets = targets.cast::<f64>().ok().filter(|targets| !targets.is_empty())?;
    let (samples, width) = (targets.shape().first().copied()?, of_sample(targets.shape()));
    let targets = targets.reshape([samples, width]).ok()?;
    let weights_of = weights.map_or_else(|| vec![1.0; samples], Tensor::to_vec);
    let places: Option<Vec<f64>> = (0..width)
        .map(|column| place(&targets.select(1, column).ok()?.to_vec(), &weights_of))
        .collect();
    let distances = targets.try_sub(&Tensor::from(places?)).ok()?;
    let losses = distances.map(loss).ok()?;
    weighted_mean(&losses, weights).ok()?.mean(..).ok()?.item().ok()
}

/// `Σ w y / Σ w` over the first axis; the mean without weights.
pub(crate) fn weighted_mean(values: &Tensor<f64>, weights: Option<&Tensor<f64>>) -> Result<Tensor<f64>> {
    let Some(weights) = weights else {
        return values.mean(0);
    };
    let mut shape = vec![1; values.rank()];
    if let Some(samples) = shape.first_mut() {
        *samples = weights.count();
    }
    if shape.first() != values.shape().first() {
        let expected = "do not fit: one weight for each sample";
        return Err(Error::shapes(
            "weighted_mean",
            values.shape(),
            weights.shape(),
            expected,
        ));
    }
    let total = weights.sum(..)?;
    if total.item()? == 0.0 {
        let expected = "must not all be 0: one sample at least must count";
        return Err(Error::argument("weighted_mean", "weights", 0.0, expected));
    }
    let shares = weights.try_div(&total)?.reshape(shape)?;
    values.try_mul(&shares)?.sum(0)
}
