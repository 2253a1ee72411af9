//! A value on a tape.

use std::fmt;
use std::panic::Location;

use backprop_tensor::{Axes, AxisSet, Error as TensorError, Float, Shape, Tensor};

use crate::node::NodeId;
use crate::{Detach, Error, Op, Result, Tape};

/// A tensor with a place on a [`Tape`].
///
/// A cheap handle: cloning shares the tensor. An operation on variables gives a variable, never a `Result`; if it fails,
/// so has the result, and the error waits on the tape ([`Tape::apply`]). The methods named like those of
/// [`Tensor`] are the differentiable operations; each is documented in [`ops`](crate::ops) with its derivative.
#[derive(Clone)]
#[must_use = "an operation without use of its result is in vain"]
pub struct Var<T: Float = f32> {
    pub(crate) tape: Tape<T>,
    pub(crate) value: Tensor<T>,
    pub(crate) node: NodeId,
    pub(crate) failed: bool,
}

impl<T: Float> Var<T> {
    pub(crate) fn new(tape: Tape<T>, value: Tensor<T>, node: NodeId) -> Self {
        Self {
            tape,
            value,
            node,
            failed: false,
        }
    }

    pub(crate) fn failed(tape: Tape<T>) -> Self {
        Self {
            failed: true,
            ..Self::new(tape, Tensor::default(), NodeId::NONE)
        }
    }

    /// The tape it is on.
    pub fn tape(&self) -> &Tape<T> {
        &self.tape
    }

    /// The shape of the value; that of a scalar if there is none because an operation failed.
    pub fn shape(&self) -> &Shape {
        self.value.shape()
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.value.rank()
    }

    /// Whether an operation it depends on failed.
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// Whether a gradient can be taken with respect to it.
    pub fn is_tracked(&self) -> bool {
        self.node.is_tracked()
    }

    /// The value.
    ///
    /// # Errors
    /// The first error of the tape, if an operation this depends on failed.
    pub fn value(&self) -> Result<&Tensor<T>> {
        match self.error() {
            Some(error) => Err(error),
            None => Ok(&self.value),
        }
    }

    /// The value, handed over: if this was the last handle, the tensor can be changed in place.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn into_value(self) -> Result<Tensor<T>> {
        match self.error() {
            Some(error) => Err(error),
            None => Ok(self.value),
        }
    }

    /// The value of a scalar.
    ///
    /// # Errors
    /// As [`value`](Self::value), and if there is more than one element.
    pub fn item(&self) -> Result<T> {
        Ok(self.value()?.item()?)
    }

    /// The same value as a constant: no gradient goes beyond it.
    #[track_caller]
    pub fn detach(&self) -> Self {
        if self.tape.is_tracing() {
            return self.apply(Detach);
        }
        Self {
            node: NodeId::NONE,
            ..self.clone()
        }
    }

    /// Applies an operation with one operand.
    #[track_caller]
    pub fn apply<O: Op<T>>(&self, op: O) -> Self {
        self.tape.apply_at(op, &[self], Location::caller())
    }

    /// Applies an operation with two operands.
    #[track_caller]
    pub fn apply_with<O: Op<T>>(&self, op: O, other: &Self) -> Self {
        self.tape.apply_at(op, &[self, other], Location::caller())
    }

    /// Applies an operation over axes of this variable's shape.
    #[track_caller]
    pub(crate) fn apply_over<O: Op<T>>(
        &self,
        operation: &'static str,
        axes: impl Axes,
        op: impl FnOnce(AxisSet) -> O,
    ) -> Self {
        let location = Location::caller();
        if self.failed {
            return self.clone();
        }
        match axes.resolve(operation, self.shape()) {
            Ok(axes) => self.tape.apply_at(op(axes), &[self], location),
            Err(source) => self.tape.refuse(operation, &[self], location, source),
        }
    }

    /// A variable that has failed, for this reason, as an operation does that its operand does not allow: for a layer that refuses an input. The error has the line of
    /// the caller. If this variable has failed, it stays with its own reason.
    ///
    /// ```
    /// use backprop_autodiff::{Tape, Var};
    /// use backprop_tensor::{Error, Tensor};
    ///
    /// #[track_caller]
    /// fn halves(x: &Var) -> Var {
    ///     match x.shape().first() {
    ///         Some(rows) if rows % 2 == 0 => x.slice(0, ..rows / 2) + x.slice(0, rows / 2..),
    ///         _ => x.fail("halves", Error::shape("halves", x.shape(), "needs an even number of rows")),
    ///     }
    /// }
    ///
    /// let x = Tape::new().variable(Tensor::from([1.0, 2.0, 3.0]));
    /// let text = halves(&x).sum(..).backward().unwrap_err().to_string();
    /// assert!(text.contains("needs an even number of rows") && text.contains(".rs:"), "{text}");
    /// ```
    #[track_caller]
    pub fn fail(&self, operation: &'static str, reason: TensorError) -> Self {
        if self.failed {
            return self.clone();
        }
        self.tape.refuse(operation, &[self], Location::caller(), reason)
    }

    /// A constant on the tape of this variable.
    #[track_caller]
    pub fn constant(&self, value: Tensor<T>) -> Self {
        self.tape.input(value)
    }

    pub(crate) fn error(&self) -> Option<Error> {
        if !self.failed {
            return None;
        }
        self.tape.failure()
    }
}

impl<T: Float> fmt::Debug for Var<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.error() {
            Some(error) => write!(f, "Var(failed: {error})"),
            None => write!(f, "Var({:?})", self.value),
        }
    }
}
