use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// A choice, element by element, with broadcasting of all three: `z = x` where the mask is true, else `z = y`; `dz/dx = 1` where the mask is
/// true, `dz/dy = 1` where it is not, else 0.
///
/// What is not chosen has no influence, not even by NaN.
#[derive(Debug, Clone)]
pub struct WhereElse {
    /// Where to take `x`.
    pub mask: Tensor<bool>,
}

impl<T: Float> Op<T> for WhereElse {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x, y] = operands(inputs)?;
        Ok((self.mask.where_else(x, y)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let zero = Tensor::scalar(T::ZERO);
        if inputs.needed(0) {
            inputs.add_broadcast(0, self.mask.where_else(&gradient, &zero)?)?;
        }
        if inputs.needed(1) {
            inputs.add_broadcast(1, self.mask.where_else(&zero, &gradient)?)?;
        }
        Ok(())
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let zero = at.output().constant(Tensor::scalar(T::ZERO));
        if at.needed(0) {
            at.add_broadcast(0, at.gradient().where_else(&self.mask, &zero))?;
        }
        if at.needed(1) {
            at.add_broadcast(1, zero.where_else(&self.mask, at.gradient()))?;
        }
        Ok(())
    }
}

impl<T: Float> Var<T> {
    /// This where the mask is true, `other` elsewhere, [`WhereElse`].
    ///
    /// ```
    /// # use backprop_autodiff::Tape;
    /// # use backprop_tensor::Tensor;
    /// let tape = Tape::new();
    /// let x = tape.variable(Tensor::from([4.0_f32, -1.0]));
    /// let zero = tape.input(Tensor::scalar(0.0));
    /// let root = x.sqrt().where_else(&Tensor::from([true, false]), &zero);
    /// assert_eq!(root.value()?, &Tensor::from([2.0, 0.0]));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn where_else(&self, mask: &Tensor<bool>, other: &Self) -> Self {
        self.apply_with(WhereElse { mask: mask.clone() }, other)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, every_third};

    vec![
        Case::binary(|x, y| x.where_else(&every_third(x.shape()), y)),
        Case::binary(|x, y| x.where_else(&every_third(y.shape()), y)),
        Case::unary(|x| x.where_else(&every_third(&[3, 1, 1, 1]), x)),
    ]
}
