//! The derivative in variables.

use backprop_tensor::{Axes, Float, Result, Tensor, kernel, math};

use super::{BatchNorm, along_channels};
use crate::ops::reduction::distances;
use crate::{Differential, InputGradients, Op, Var, operands};

impl<T: Float> BatchNorm<T> {
    /// Adds the gradients, the statistics written as what they are of `x`, so that they are differentiated with it.
    pub(super) fn differentiate_with(&self, at: &Differential<T>) -> crate::Result<()> {
        let (x, gradient) = match at.inputs() {
            [x, ..] => (x, at.gradient()),
            [] => return Ok(()),
        };
        let mut channels = vec![1; x.rank()];
        if let (Some(length), Some(&count)) = (channels.get_mut(1), x.shape().get(1)) {
            *length = count;
        }
        let others: Vec<isize> = (0..x.rank() as isize).filter(|&axis| axis != 1).collect();
        let axes = others.resolve("batch_norm", x.shape())?.keep();
        let inverse = InverseStd {
            epsilon: self.epsilon,
        };
        let (distances, scale) = match &self.statistics {
            None => (distances(x, axes), x.var(axes, 0).apply(inverse)),
            Some(statistics) => {
                let constant = |vector: &Tensor<T>| Ok(x.constant(along_channels(x.shape(), vector)?));
                let constant = |vector| -> Result<Var<T>> { constant(vector) };
                let variance = constant(&statistics.variance)?;
                (x - constant(&statistics.mean)?, variance.apply(inverse))
            }
        };
        let normal = distances * &scale;
        let products = gradient * &normal;
        for (index, parts) in [(1, &products), (2, gradient)] {
            if let Some(vector) = at.inputs().get(index).filter(|_| at.needed(index)) {
                at.add(index, parts.sum(axes).reshape(vector.shape()))?;
            }
        }
        if !at.needed(0) {
            return Ok(());
        }
        let change = match self.statistics {
            Some(_) => gradient.clone(),
            // What the mean and the variance take back.
            None => gradient - gradient.mean(axes) - normal * products.mean(axes),
        };
        let change = change * scale;
        at.add(
            0,
            match at.inputs().get(1) {
                None => change,
                Some(weight) => change * weight.reshape(&channels),
            },
        )
    }
}

/// `y = 1 / √(v + ε)`, `dy/dv = -y³ / 2`, which is a product of what the derivative is made of.
#[derive(Debug, Clone, Copy)]
struct InverseStd {
    epsilon: f64,
}

impl<T: Float> Op<T> for InverseStd {
    /// `y`.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [v] = operands(inputs)?;
        let y = v.apply(
            &kernel!(|v; epsilon: self.epsilon| 1.0 / math::sqrt(v + epsilon)),
            &[],
        )?;
        Ok((y.clone(), y))
    }

    fn backward(
        &self,
        y: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        inputs.add(
            0,
            gradient.into_apply(&kernel!(|g, y| -0.5 * g * y * y * y), &[&y])?,
        )
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let y = at.output();
        at.add(0, at.gradient() * y * (y * y) * T::from_f64(-0.5))
    }
}
