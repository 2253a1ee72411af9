//! Applying operations: the value is computed, and the operation put on the tape.

use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use backprop_tensor::{Error as TensorError, Float, Tensor};
use smallvec::SmallVec;

use crate::backward::OUTSIDE;
use crate::node::{Inputs, Origin};
use crate::{Error, Op, Result, Tape, Var};

impl<T: Float> Tape<T> {
    /// Applies an operation to any number of operands.
    ///
    /// If it fails, so has the result: the tape keeps the first error, further operations on the result do nothing, and
    /// [`Var::backward`], [`Var::value`] and [`Var::into_value`] report it.
    #[track_caller]
    pub fn apply<O: Op<T>>(&self, op: O, operands: &[&Var<T>]) -> Var<T> {
        self.apply_at(op, operands, Location::caller())
    }

    /// As [`apply`](Self::apply), and reads what the operation has saved, before it goes on the tape: what the forward pass knows beside its value (the
    /// statistics of a batch, the places of maxima) needs not be computed a second time. `None` if the operation fails.
    ///
    /// It works on every tape, one that records nothing too.
    ///
    /// ```
    /// use backprop_autodiff::{InputGradients, Op, Tape, operands};
    /// use backprop_tensor::{Float, Result, Tensor};
    ///
    /// /// The largest element along the last axis.
    /// #[derive(Debug)]
    /// struct Largest;
    ///
    /// impl<T: Float> Op<T> for Largest {
    ///     /// The places of the maxima, which the gradients go to.
    ///     type Saved = Tensor<i64>;
    ///
    ///     fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
    ///         let [x] = operands(inputs)?;
    ///         let places = x.argmax(-1)?.unsqueeze(-1)?;
    ///         Ok((x.gather(-1, &places)?, places))
    ///     }
    ///
    ///     fn backward(&self, places: Self::Saved, gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
    ///         let Some(shape) = inputs.shape(0) else { return Ok(()) };
    ///         inputs.add(0, Tensor::zeros(shape)?.scatter_add(-1, &places, &gradient)?)
    ///     }
    /// }
    ///
    /// let tape = Tape::new();
    /// let x = tape.variable(Tensor::from([[1.0, 5.0], [4.0, 3.0]]));
    /// let (largest, places) = tape.apply_reading(Largest, &[&x], |places| places.clone());
    /// assert_eq!(largest.value()?, &Tensor::from([[5.0], [4.0]]));
    /// assert_eq!(places, Some(Tensor::from([[1], [0]])));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn apply_reading<O: Op<T>, R>(
        &self,
        op: O,
        operands: &[&Var<T>],
        read: impl FnOnce(&O::Saved) -> R,
    ) -> (Var<T>, Option<R>) {
        self.apply_reading_at(op, operands, Location::caller(), read)
    }

    pub(crate) fn apply_at<O: Op<T>>(
        &self,
        op: O,
        operands: &[&Var<T>],
        location: &'static Location<'static>,
    ) -> Var<T> {
        self.apply_reading_at(op, operands, location, |_| ()).0
    }

    pub(crate) fn apply_reading_at<O: Op<T>, R>(
        &self,
        op: O,
        operands: &[&Var<T>],
        location: &'static Location<'static>,
        read: impl FnOnce(&O::Saved) -> R,
    ) -> (Var<T>, Option<R>) {
        let result = self.run(
            (&|| op.name(), &op),
            operands,
            location,
            |values| op.forward(values),
            |(value, _)| std::slice::from_ref(value),
        );
        let Some((value, saved)) = result else {
            return (Var::failed(self.clone()), None);
        };
        let read = Some(read(&saved));
        let Some(inputs) = inputs(operands) else {
            return (self.constant_at(value, location), read);
        };
        let origin = Origin::operation(op, saved, self.is_tracing());
        (self.record(value, origin, inputs, operands, location), read)
    }

    /// Computes an operation, or leaves the error on the tape.
    pub(crate) fn run<R>(
        &self,
        (name, settings): (&dyn Fn() -> &'static str, &dyn fmt::Debug),
        operands: &[&Var<T>],
        location: &'static Location<'static>,
        forward: impl FnOnce(&[&Tensor<T>]) -> backprop_tensor::Result<R>,
        values_of: impl Fn(&R) -> &[Tensor<T>],
    ) -> Option<R> {
        if let Err(error) = self.check(name, operands, location) {
            let _ = error.map(|error| self.fail(error));
            return None;
        }
        let values: SmallVec<[&Tensor<T>; 4]> = operands.iter().map(|var| &var.value).collect();
        let result = match forward(&values) {
            Ok(result) => result,
            Err(source) => {
                let _ = self.refuse(name(), operands, location, source);
                return None;
            }
        };
        if self.inner.detects.get() {
            for value in values_of(&result) {
                if let Err(error) = self.check_value(value, (name(), settings), operands, location) {
                    let _ = self.fail(error);
                    return None;
                }
            }
        }
        Some(result)
    }

    /// Whether an operation can be tried; `Err(None)` if an operand has failed, which has been reported already.
    pub(crate) fn check(
        &self,
        name: &dyn Fn() -> &'static str,
        operands: &[&Var<T>],
        location: &'static Location<'static>,
    ) -> Result<(), Option<Error>> {
        for var in operands {
            if !Rc::ptr_eq(&var.tape.inner, &self.inner) {
                let operation = name();
                return Err(Some(Error::DifferentTapes { operation, location }));
            }
            if var.failed {
                return Err(None);
            }
        }
        if operands.iter().any(|var| var.node.is_tracked()) {
            let records = self.inner.records.borrow();
            if records.spent {
                let operation = name();
                return Err(Some(Error::Spent { operation, location }));
            }
            if records.suspended.is_none() && operands.iter().any(|var| var.node.is_suspended()) {
                let reason = OUTSIDE;
                return Err(Some(Error::Checkpoint { reason, location }));
            }
        }
        Ok(())
    }

    /// An operation that its operands do not allow.
    #[cold]
    pub(crate) fn refuse(
        &self,
        operation: &'static str,
        operands: &[&Var<T>],
        location: &'static Location<'static>,
        source: TensorError,
    ) -> Var<T> {
        self.fail(Error::Operation {
            operation,
            operands: self.operands(operands),
            location,
            source,
        })
    }
}

/// The places of operands; `None` if all of them are constants.
pub(crate) fn inputs<T: Float>(operands: &[&Var<T>]) -> Option<Inputs> {
    if operands.iter().all(|var| !var.node.is_tracked()) {
        return None;
    }
    let mut inputs = Inputs::new();
    for var in operands {
        inputs.push(var.node);
    }
    Some(inputs)
}
