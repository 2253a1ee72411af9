use backprop_tensor::{Float, Result, Shape, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The whole tensor repeated along each axis. The gradients of the repetitions are summed.
#[derive(Debug, Clone)]
pub struct Repeat {
    /// How often, for each axis.
    pub counts: Box<[usize]>,
}

impl<T: Float> Op<T> for Repeat {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.repeat(&self.counts)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        let mut sum = gradient;
        for axis in 0..sum.rank() {
            if let Some([parts, after]) = parts(sum.shape(), axis, &shape) {
                sum = sum.reshape(parts)?.sum(1)?.reshape(after)?;
            }
        }
        inputs.add(0, sum.reshape(shape)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let mut sum = at.gradient().clone();
        for axis in 0..sum.rank() {
            if let Some([parts, after]) = parts(sum.shape(), axis, x.shape()) {
                sum = sum.reshape(parts).sum(1).reshape(after);
            }
        }
        at.add(0, sum.reshape(x.shape()))
    }
}

/// For an axis that was repeated the shape with an axis of the repetitions, the second, and that without them.
fn parts(before: &Shape, axis: usize, shape: &Shape) -> Option<[Vec<usize>; 2]> {
    // Of a variable that has failed, no axis is left.
    let repeated = *before.get(axis)?;
    // `repeat` gives a tensor of fewer axes than counts more of them in front.
    let inner = (axis + shape.rank()).checked_sub(before.rank());
    let length = inner.map_or(1, |axis| shape[axis]);
    if repeated == length {
        return None;
    }
    let outer: usize = before[..axis].iter().product();
    let rest: usize = before[axis + 1..].iter().product();
    let times = repeated.checked_div(length).unwrap_or(0);
    let mut after = before.to_vec();
    after[axis] = length;
    Some([vec![outer, times, length * rest], after])
}

impl<T: Float> Var<T> {
    /// The whole tensor repeated along each axis, [`Repeat`].
    #[track_caller]
    pub fn repeat(&self, counts: impl AsRef<[usize]>) -> Self {
        self.apply(Repeat {
            counts: counts.as_ref().into(),
        })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    vec![
        Case::unary(|x| x.repeat(vec![2; x.rank()])),
        Case::new(|rng| vec![normal(&[2, 3], rng)], |x| x[0].repeat([2, 1, 3])),
        Case::new(|rng| vec![normal(&[2, 3], rng)], |x| x[0].repeat([0, 2])),
    ]
}
