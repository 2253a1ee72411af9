use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// A fixed value where a mask says so, with broadcasting of the mask: `y = value`, `dy/dx = 0` where it is true, else `y = x`, `dy/dx = 1`.
#[derive(Debug, Clone)]
pub struct MaskedFill<T: Float> {
    /// Where to put the value.
    pub mask: Tensor<bool>,
    /// The value.
    pub value: T,
}

impl<T: Float> Op<T> for MaskedFill<T> {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = self.mask.where_else(&Tensor::scalar(self.value), x);
        Ok((y.map_err(|error| error.within("masked_fill"))?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add_broadcast(0, self.mask.where_else(&Tensor::scalar(T::ZERO), &gradient)?)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        at.add_broadcast(0, at.gradient().masked_fill(&self.mask, T::ZERO))
    }
}

impl<T: Float> Var<T> {
    /// A fixed value where the mask is true, this elsewhere, [`MaskedFill`].
    #[track_caller]
    pub fn masked_fill(&self, mask: &Tensor<bool>, value: T) -> Self {
        self.apply(MaskedFill {
            mask: mask.clone(),
            value,
        })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, every_third};

    vec![
        Case::unary(|x| x.masked_fill(&every_third(x.shape()), f64::INFINITY).tanh()),
        Case::unary(|x| x.masked_fill(&every_third(&[3, 1, 1, 1]), -2.0)),
    ]
}
