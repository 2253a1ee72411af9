use backprop_tensor::formula::Formula;
use backprop_tensor::{Error, Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var};

/// A [`Formula`] of the elements, with broadcasting: `z = f(x, y, ...)`, `dz/dx = ∂f/∂x`, by the [calculus](Formula::derivative) of formulas.
///
/// Any formula is an operation by that alone, differentiable to any order; a kernel written by hand is some times as fast, and can avoid what leaves the
/// range on the way.
///
/// The formula has one result, and no parameters ([`Formula::bind`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Elementwise {
    /// Of as many inputs as there are operands.
    pub formula: Formula,
}

impl<T: Float> Op<T> for Elementwise {
    /// The operands.
    type Saved = Vec<Tensor<T>>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        if self.formula.results() != 1 {
            let expected = "an operation has one value";
            return Err(Error::argument(
                "elementwise",
                "results",
                self.formula.results(),
                expected,
            ));
        }
        let results = self.formula.apply(&[], inputs)?;
        let saved = inputs.iter().map(|&input| input.clone()).collect();
        Ok((results.into_iter().next().unwrap_or_default(), saved))
    }

    fn backward(
        &self,
        operands: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let operands: Vec<_> = operands.iter().collect();
        for index in 0..operands.len() {
            if inputs.needed(index) {
                for slope in self.formula.derivative(index)?.apply(&[], &operands)? {
                    inputs.add_broadcast(index, slope.try_mul(&gradient)?)?;
                }
            }
        }
        Ok(())
    }

    fn formula(&self) -> Option<Formula> {
        Some(self.formula.clone())
    }
}

/// The derivatives of an operation whose formula is known: the gradient times those of the formula.
pub(crate) fn differentiate_formula<T: Float>(formula: &Formula, at: &Differential<T>) -> crate::Result<()> {
    let operands: Vec<_> = at.inputs().iter().collect();
    for index in 0..operands.len() {
        if at.needed(index) {
            let formula = formula.derivative(index)?;
            let slope = at.gradient().tape().apply(Elementwise { formula }, &operands);
            at.add_broadcast(index, at.gradient() * slope)?;
        }
    }
    Ok(())
}

impl<T: Float> Var<T> {
    /// A formula of this variable and others, broadcast together, with these parameters: an operation of one's own in one line, [`Elementwise`].
    ///
    /// ```
    /// use backprop_autodiff::Tape;
    /// use backprop_tensor::{Tensor, formula, math};
    ///
    /// let tape = Tape::new();
    /// let x = tape.variable(Tensor::from([-1.0_f64, 2.0]));
    /// let snake = formula!(|x; a| x + math::sin(a * x) * math::sin(a * x) / a);
    /// let gradients = x.elementwise(&snake, &[0.5], &[]).sum(..).backward()?;
    /// let right = Tensor::from([1.0 - 1.0_f64.sin(), 1.0 + 2.0_f64.sin()]);
    /// assert!(gradients.wrt(&x).is_some_and(|g| g.all_close(&right, 0.0, 1e-12, false).is_ok_and(|close| close)));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn elementwise(&self, formula: &Formula, parameters: &[f64], others: &[&Self]) -> Self {
        let location = std::panic::Location::caller();
        let operands: Vec<_> = std::iter::once(self).chain(others.iter().copied()).collect();
        match formula.bind(parameters) {
            Ok(formula) => self.tape.apply_at(Elementwise { formula }, &operands, location),
            Err(source) if !self.failed => self.tape.refuse("elementwise", &operands, location, source),
            Err(_) => self.clone(),
        }
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::{formula, math};

    use crate::ops::cases::Case;

    vec![
        Case::unary(|x| x.elementwise(&formula!(|x; p| math::tanh(p * x) * x), &[0.7], &[])),
        Case::binary(|x, y| x.elementwise(&formula!(|x, y| x * math::exp(y) + y / (1.0 + x * x)), &[], &[y])),
        Case::unary(|x| x.elementwise(&formula!(|x, y| x * x * y), &[], &[x])),
    ]
}
