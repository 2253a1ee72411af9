//! The gradient of the largest or smallest elements over axes, shared among equal ones.

use backprop_tensor::{AxisSet, Float, Result, Tensor, kernel};

use crate::{Differential, InputGradients};

/// Gives the gradient of the extremes `y` over axes to the elements of `x` that are equal to them, or NaN.
pub(crate) fn share<T: Float>(
    [x, y]: [Tensor<T>; 2],
    axes: AxisSet,
    gradient: Tensor<T>,
    inputs: &mut InputGradients<'_, T>,
) -> Result<()> {
    let shape = *x.shape();
    let kept = axes.reduce_keeping(&shape);
    let is_extreme = x.into_apply(
        &kernel!(|x, y| if x == y || x.is_nan() { 1.0 } else { 0.0 }),
        &[&y.reshape(kept)?],
    )?;
    let ties = is_extreme.sum(axes.keep())?;
    let gradient = gradient.reshape(kept)?;
    let share = kernel!(|hit, g, ties| if hit > 0.0 { g / ties } else { 0.0 });
    inputs.add(0, is_extreme.into_apply(&share, &[&gradient, &ties])?)
}

/// As [`share`], in variables.
pub(crate) fn differentiate<T: Float>(
    [x, y]: &[Tensor<T>; 2],
    axes: AxisSet,
    at: &Differential<T>,
) -> crate::Result<()> {
    let [var] = at.operands()?;
    let kept = axes.reduce_keeping(x.shape());
    let is_extreme = x.equal(&y.reshape(kept)?)?.or(&x.is_nan()?)?;
    let ties = is_extreme.to_numeric::<T>()?.sum(axes.keep())?;
    let share = at.gradient().reshape(kept) / var.constant(ties);
    let shares = share.broadcast_to(x.shape());
    at.add(0, shares.masked_fill(&is_extreme.not()?, T::ZERO))
}
