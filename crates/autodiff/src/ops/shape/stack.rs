use backprop_tensor::{Error, Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var};

/// Tensors of one shape one after another along a new axis. Each has its part of the gradient.
#[derive(Debug, Clone, Copy)]
pub struct Stack {
    /// Where the axis will be; negative ones count from the end.
    pub axis: isize,
}

impl<T: Float> Op<T> for Stack {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        Ok((Tensor::stack(inputs, self.axis)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        (0..inputs.len()).try_for_each(|index| inputs.add(index, gradient.select(self.axis, index)?))
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        (0..at.inputs().len())
            .filter(|&index| at.needed(index))
            .try_for_each(|index| at.add(index, at.gradient().select(self.axis, index)))
    }
}

impl<T: Float> Var<T> {
    /// Variables of one tape and shape one after another along a new axis, [`Stack`].
    ///
    /// # Errors
    /// If there are none, for want of a tape that the result could be on; a wrong shape sticks to the tape.
    #[track_caller]
    pub fn stack(variables: &[&Self], axis: isize) -> crate::Result<Self> {
        match variables.first() {
            Some(first) => Ok(first.tape().apply(Stack { axis }, variables)),
            None => Err(Error::argument("stack", "variables", 0, "needs at least one").into()),
        }
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal};

    let two = |axis: isize| {
        Case::new(
            |rng| vec![normal(&[2, 3], rng), normal(&[2, 3], rng)],
            move |x| Var::stack(&[&x[0], &x[1]], axis).unwrap(),
        )
    };
    vec![
        two(0),
        two(-1),
        two(1),
        Case::unary(|x| Var::stack(&[x, x], 0).unwrap()),
    ]
}
