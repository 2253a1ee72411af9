use backprop_tensor::{Error, Float, Result, Tensor, formula, kernel};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The rectifier whose leak is learned: `y = x` for `x > 0`, else `y = w x`; `dy/dx = 1` or `w`, `dy/dw = 0` or `x`, at the kink too the second. NaN: [the rule](crate::ops::elementwise#nan).
///
/// `w` is one number, or one for each channel, on axis 1. Where it is 0, it is [`Relu`](super::Relu), and 0 at -∞ too (PyTorch: NaN), as is `dL/dx` of
/// an infinite `dL/dy`; but `dy/dw` is -∞ there. (He et al., "Delving deep into rectifiers", 2015.)
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prelu;

impl<T: Float> Op<T> for Prelu {
    /// `x`, and `w` with as many axes.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x, weight] = operands(inputs)?;
        let weight = along_channels(x, weight)?;
        // Infinity must not be multiplied with 0.
        let formula = kernel!(|x, w| {
            let low = if w == 0.0 && x <= 0.0 { 0.0 } else { w * x };
            if x > 0.0 { x } else { low }
        });
        let y = x.apply(&formula, &[&weight])?;
        Ok((y, [x.clone(), weight]))
    }

    fn backward(
        &self,
        [x, weight]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        if let Some(shape) = inputs.shape(1) {
            let parts = gradient.apply(&kernel!(|g, x| if x > 0.0 { 0.0 } else { g * x }), &[&x])?;
            inputs.add(1, parts.sum_to(weight.shape())?.reshape(shape)?)?;
        }
        if inputs.needed(0) {
            let kernel = kernel!(|g, x, w| {
                let low = if w == 0.0 { 0.0 } else { g * w };
                if x > 0.0 { g } else { low }
            });
            inputs.add(0, gradient.into_apply(&kernel, &[&x, &weight])?)?;
        }
        Ok(())
    }

    fn differentiate(&self, [_, weight]: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x, w] = at.operands()?;
        if at.needed(0) {
            let slope = formula!(|x, w| if x > 0.0 { 1.0 } else { w });
            let along = w.reshape(weight.shape());
            at.add(0, at.gradient() * x.elementwise(&slope, &[&along]))?;
        }
        if at.needed(1) {
            let parts = at.gradient() * x.elementwise(&formula!(|x| if x > 0.0 { 0.0 } else { x }), &[]);
            at.add(1, parts.sum_to(weight.shape()).reshape(w.shape()))?;
        }
        Ok(())
    }
}

/// The weight with the axes of `x`, of length 1 but for that of the channels.
fn along_channels<T: Float>(x: &Tensor<T>, weight: &Tensor<T>) -> Result<Tensor<T>> {
    let mut shape = vec![1; x.rank()];
    if weight.count() != 1 {
        match (shape.get_mut(1), x.shape().get(1)) {
            (Some(length), Some(&channels)) if **weight.shape() == [channels] => *length = channels,
            _ => {
                let expected = "must agree: a weight is one number or one for each channel, on axis 1";
                return Err(Error::shapes("prelu", x.shape(), weight.shape(), expected));
            }
        }
    }
    weight.reshape(shape)
}

impl<T: Float> Var<T> {
    /// The rectifier whose leak is learned, [`Prelu`].
    #[track_caller]
    pub fn prelu(&self, weight: &Self) -> Self {
        self.apply_with(Prelu, weight)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, any_shape, distinct, normal, shape_of_rank};

    let one_weight = |rng: &mut backprop_tensor::Rng| {
        let shape = any_shape(rng);
        vec![distinct(&shape, rng), normal(&[1], rng)]
    };
    let by_channel = |rng: &mut backprop_tensor::Rng| {
        let shape = shape_of_rank(2 + rng.below(3), rng);
        vec![distinct(&shape, rng), normal(&shape[1..2], rng)]
    };
    vec![
        Case::new(one_weight, |x| x[0].prelu(&x[1])),
        Case::new(by_channel, |x| x[0].prelu(&x[1])),
    ]
}
