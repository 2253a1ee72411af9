use std::panic::Location;

use backprop_tensor::formula::Formula;
use backprop_tensor::{Error, Float, Result, Tensor};

use crate::{Differential, InputGradients, MultiOp, Op, Var};

/// A [`Formula`] of the elements, with broadcasting: `z = f(x, y, ...)`, `dz/dx = ∂f/∂x`, by the [calculus](Formula::derivative) of formulas.
///
/// Any formula is an operation by that alone, differentiable to any order; a kernel written by hand is some times as fast, and can avoid what leaves the
/// range on the way.
///
/// With one result it is an [`Op`], with `N` a [`MultiOp`].
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
            let expected = "must be 1; Tape::apply_multi and Var::elementwise_multi take several";
            return Err(Error::argument(
                "elementwise",
                "results",
                self.formula.results(),
                expected,
            ));
        }
        let results = self.formula.apply(inputs)?;
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
                for slope in self.formula.derivative(index)?.apply(&operands)? {
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

impl<T: Float, const N: usize> MultiOp<T, N> for Elementwise {
    /// The operands.
    type Saved = Vec<Tensor<T>>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<([Tensor<T>; N], Self::Saved)> {
        let results = self.formula.apply(inputs)?;
        let results = results.try_into().map_err(|results: Vec<_>| {
            let expected = format!("must be {N}, as many as values are asked for");
            Error::argument("elementwise", "results", results.len(), expected)
        })?;
        Ok((results, inputs.iter().map(|&input| input.clone()).collect()))
    }

    fn backward(
        &self,
        operands: Self::Saved,
        gradients: [Option<Tensor<T>>; N],
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let operands: Vec<_> = operands.iter().collect();
        for (result, gradient) in gradients.iter().enumerate() {
            let Some(gradient) = gradient else { continue };
            let formula = self.formula.result(result)?;
            for index in (0..operands.len()).filter(|&index| formula.depends_on(index)) {
                if inputs.needed(index) {
                    for slope in formula.derivative(index)?.apply(&operands)? {
                        inputs.add_broadcast(index, slope.try_mul(gradient)?)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn formula(&self) -> Option<Formula> {
        Some(self.formula.clone())
    }
}

/// The derivatives of an operation whose formula is known: the gradients times those of the formula.
pub(crate) fn differentiate_formula<T: Float>(
    formula: &Formula,
    gradients: &[Option<&Var<T>>],
    at: &Differential<T>,
) -> crate::Result<()> {
    let operands: Vec<_> = at.inputs().iter().collect();
    for (result, gradient) in gradients.iter().enumerate() {
        let Some(gradient) = gradient else { continue };
        let formula = formula.result(result)?;
        for index in (0..operands.len()).filter(|&index| formula.depends_on(index)) {
            if at.needed(index) {
                let formula = formula.derivative(index)?;
                let slope = gradient.tape().apply(Elementwise { formula }, &operands);
                at.add_broadcast(index, *gradient * slope)?;
            }
        }
    }
    Ok(())
}

impl<T: Float> Var<T> {
    /// A formula of this variable and others, broadcast together: an operation of one's own in one line, [`Elementwise`].
    ///
    /// ```
    /// use backprop_autodiff::Tape;
    /// use backprop_tensor::{Tensor, formula, math};
    ///
    /// let tape = Tape::new();
    /// let x = tape.variable(Tensor::from([-1.0_f64, 2.0]));
    /// let snake = formula!(|x; a: 0.5| x + math::sin(a * x) * math::sin(a * x) / a);
    /// let gradients = x.elementwise(&snake, &[]).sum(..).backward()?;
    /// let right = Tensor::from([1.0 - 1.0_f64.sin(), 1.0 + 2.0_f64.sin()]);
    /// assert!(gradients.wrt(&x).is_some_and(|g| g.all_close(&right, 0.0, 1e-12, false).is_ok_and(|close| close)));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn elementwise(&self, formula: &Formula, others: &[&Self]) -> Self {
        let formula = formula.clone();
        let location = Location::caller();
        self.tape
            .apply_at(Elementwise { formula }, &self.and(others), location)
    }

    /// As [`elementwise`](Self::elementwise), of a formula with `N` results: a fused operation with several values, in one pass.
    ///
    /// ```
    /// use backprop_autodiff::Tape;
    /// use backprop_tensor::{Tensor, formula, math};
    ///
    /// // The state and the output of an LSTM cell, of its four gates.
    /// let cell = formula!(|state, input, forget, new, output| {
    ///     let state = math::sigmoid(forget) * state + math::sigmoid(input) * math::tanh(new);
    ///     (state, math::sigmoid(output) * math::tanh(state))
    /// });
    /// let tape = Tape::new();
    /// let gate = |x: f64| tape.variable(Tensor::from([x, -x]));
    /// let (state, input, forget) = (gate(0.5), gate(1.0), gate(2.0));
    /// let [state, hidden] = state.elementwise_multi(&cell, &[&input, &forget, &gate(0.1), &gate(0.3)]);
    /// assert_eq!((state.shape(), hidden.shape()), (input.shape(), input.shape()));
    /// assert!((state * hidden).sum(..).backward()?.wrt(&forget).is_some());
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn elementwise_multi<const N: usize>(&self, formula: &Formula, others: &[&Self]) -> [Self; N] {
        let formula = formula.clone();
        let location = Location::caller();
        self.tape
            .apply_multi_at(Elementwise { formula }, &self.and(others), location)
    }

    fn and<'a>(&'a self, others: &[&'a Self]) -> Vec<&'a Self> {
        std::iter::once(self).chain(others.iter().copied()).collect()
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::{formula, math};

    use crate::ops::cases::Case;

    vec![
        Case::unary(|x| x.elementwise(&formula!(|x; p: 0.7| math::tanh(p * x) * x), &[])),
        Case::binary(|x, y| x.elementwise(&formula!(|x, y| x * math::exp(y) + y / (1.0 + x * x)), &[y])),
        Case::unary(|x| x.elementwise(&formula!(|x, y| x * x * y), &[x])),
    ]
}
