//! Operations with several values.

use std::array;
use std::fmt::Debug;
use std::panic::Location;

use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Tensor};

use crate::apply::inputs;
use crate::node::{Inputs, Origin};
use crate::op::{NOT_WRITTEN, type_name};
use crate::{Differential, InputGradients, Tape, Var};

/// A differentiable operation with `N` values: as [`Op`](crate::Op), which is the same with one.
///
/// Apply it with [`Tape::apply_multi`]. The values are variables like any others; the gradients of all of them come to the operation at once, `None` for
/// a value that the loss does not depend on. If it depends on none of them, the operation is not asked.
///
/// A formula of the elements with several results needs no operation of its own: [`Var::elementwise_multi`].
///
/// ```
/// use backprop_autodiff::{Differential, InputGradients, MultiOp, Tape, Var, gradcheck, gradgradcheck, operands};
/// use backprop_tensor::{Float, Result, Tensor, kernel};
///
/// /// Sum and difference, `(x + y, x - y)`.
/// #[derive(Debug, Clone, Copy)]
/// struct Butterfly;
///
/// impl<T: Float> MultiOp<T, 2> for Butterfly {
///     type Saved = ();
///
///     fn forward(&self, inputs: &[&Tensor<T>]) -> Result<([Tensor<T>; 2], ())> {
///         let [x, y] = operands(inputs)?;
///         Ok(([x.try_add(y)?, x.try_sub(y)?], ()))
///     }
///
///     fn backward(&self, (): (), gradients: [Option<Tensor<T>>; 2], inputs: &mut InputGradients<'_, T>) -> Result<()> {
///         let [sum, difference] = gradients;
///         if let Some(g) = sum {
///             inputs.add(0, g.clone())?;
///             inputs.add(1, g)?;
///         }
///         if let Some(g) = difference {
///             inputs.add(0, g.clone())?;
///             inputs.add(1, g.into_apply(&kernel!(|g| -g), &[])?)?;
///         }
///         Ok(())
///     }
///
///     // For gradients of gradients.
///     fn differentiate(
///         &self,
///         (): &(),
///         gradients: [Option<&Var<T>>; 2],
///         at: &Differential<T>,
///     ) -> backprop_autodiff::Result<()> {
///         let [sum, difference] = gradients;
///         if let Some(g) = sum {
///             at.add(0, g.clone())?;
///             at.add(1, g.clone())?;
///         }
///         if let Some(g) = difference {
///             at.add(0, g.clone())?;
///             at.add(1, -g)?;
///         }
///         Ok(())
///     }
/// }
///
/// let product = |x: &[Var<f64>]| {
///     let [sum, difference] = x[0].tape().apply_multi(Butterfly, &[&x[0], &x[1]]);
///     sum * difference // x² - y²
/// };
/// let inputs = [Tensor::from([1.0, 2.0]), Tensor::from([0.5, -1.0])];
/// gradcheck(product, &inputs)?;
/// gradgradcheck(product, &inputs)?;
/// # Ok::<(), backprop_autodiff::GradcheckError>(())
/// ```
pub trait MultiOp<T: Float, const N: usize>: Debug + Send + Sync + 'static {
    /// What the derivative needs of the forward pass, and nothing more. It lives until backward has passed the operation.
    type Saved: 'static;

    /// The name in errors and drawings; that of the type unless overridden.
    fn name(&self) -> &'static str {
        type_name::<Self>()
    }

    /// The values, and what to keep for [`backward`](Self::backward). There are as many inputs as the operation was applied to.
    ///
    /// # Errors
    /// If the inputs' shapes or values do not allow the operation; it then sticks to the tape.
    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<([Tensor<T>; N], Self::Saved)>;

    /// Adds to the gradient of each input what follows, by the chain rule, from the `gradients` of the outputs: `None` for one that the loss does
    /// not depend on, never for all of them.
    ///
    /// # Errors
    /// If a tensor operation fails, for want of memory for instance.
    fn backward(
        &self,
        saved: Self::Saved,
        gradients: [Option<Tensor<T>>; N],
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()>;

    /// The same as [`backward`](Self::backward), written in variables, so that it can be differentiated again, as [`Op::differentiate`](crate::Op::differentiate). The
    /// operands are those of [`Differential::operands`], the values those of [`Differential::outputs`].
    ///
    /// # Errors
    /// If a variable operation fails, or this operation is differentiable once ([`Differential::first_order`]).
    fn differentiate(
        &self,
        saved: &Self::Saved,
        gradients: [Option<&Var<T>>; N],
        at: &Differential<T>,
    ) -> crate::Result<()> {
        let _ = saved;
        match self.formula() {
            Some(formula) => crate::ops::differentiate_formula(&formula, &gradients, at),
            None => Err(at.first_order(NOT_WRITTEN)),
        }
    }

    /// The formula with `N` results, if each element of the values is one of the elements of the operands at its place, broadcast together; as [`Op::formula`](crate::Op::formula).
    fn formula(&self) -> Option<Formula> {
        None
    }
}

impl<T: Float> Tape<T> {
    /// Applies an operation with several values to any number of operands. If it fails, so have all of them.
    ///
    /// ```
    /// use backprop_autodiff::{Tape, ops::Elementwise};
    /// use backprop_tensor::{Tensor, formula};
    ///
    /// let tape = Tape::new();
    /// let (x, y) = (tape.variable(Tensor::from([3.0, 1.0])), tape.variable(Tensor::from([1.0, 2.0])));
    /// let formula = formula!(mut x, y; => { let sum = x + y; y = x - y; x = sum; });
    /// let [sum, difference] = tape.apply_multi(Elementwise { formula }, &[&x, &y]);
    /// assert_eq!((sum * &difference).value()?, &Tensor::from([8.0, -3.0]));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn apply_multi<const N: usize, O: MultiOp<T, N>>(&self, op: O, operands: &[&Var<T>]) -> [Var<T>; N] {
        self.apply_multi_at(op, operands, Location::caller())
    }

    pub(crate) fn apply_multi_at<const N: usize, O: MultiOp<T, N>>(
        &self,
        op: O,
        operands: &[&Var<T>],
        location: &'static Location<'static>,
    ) -> [Var<T>; N] {
        let result = self.run(
            (&|| op.name(), &op),
            operands,
            location,
            |values| op.forward(values),
            |(values, _)| &values[..],
        );
        let Some((values, saved)) = result else {
            return array::from_fn(|_| Var::failed(self.clone()));
        };
        let Some(inputs) = inputs(operands) else {
            return values.map(|value| self.constant_at(value, location));
        };
        let origin = Origin::multi::<N, O>(op, saved, self.is_tracing());
        // Its own record has no value: only a shape to be drawn.
        let first = values.first().cloned().unwrap_or_default();
        let operation = self.record(first, origin, inputs, operands, location).node;
        values.map(|value| {
            let inputs = Inputs::from_slice(&[operation]);
            self.record(value, Origin::Output, inputs, &[], location)
        })
    }
}
