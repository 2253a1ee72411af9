//! Where an operation is to be differentiated, in variables.

use std::cell::RefCell;
use std::panic::Location;
use std::rc::Rc;

use backprop_tensor::{Error as TensorError, Float};
use smallvec::SmallVec;

use crate::op::is_input;
use crate::{Error, Result, Var};

/// The application of an operation that [`Op::differentiate`](crate::Op::differentiate) is asked to differentiate: its operands and its value, with
/// their places on the tape, the gradient that has come to it, and where those of its operands go.
///
/// What is computed of these variables is recorded on their tape.
#[derive(Debug)]
pub struct Differential<T: Float = f32> {
    pub(crate) operation: &'static str,
    pub(crate) location: &'static Location<'static>,
    pub(crate) inputs: SmallVec<[Var<T>; 4]>,
    pub(crate) needed: SmallVec<[bool; 4]>,
    /// One, or those of an operation with several values.
    pub(crate) outputs: SmallVec<[Var<T>; 1]>,
    /// The gradient of each output, where somebody used it.
    pub(crate) given: SmallVec<[Option<Var<T>>; 1]>,
    /// That of the first output, or 0.
    pub(crate) gradient: Var<T>,
    pub(crate) gradients: RefCell<SmallVec<[Option<Var<T>>; 4]>>,
}

impl<T: Float> Differential<T> {
    /// The operands.
    pub fn inputs(&self) -> &[Var<T>] {
        &self.inputs
    }

    /// The operands of an operation that takes `N`.
    ///
    /// # Errors
    /// [`Error::Tensor`] if it was applied to more or fewer.
    pub fn operands<const N: usize>(&self) -> Result<[&Var<T>; N]> {
        array("operands", &self.inputs, "this operation takes")
    }

    /// The value of the operation; of a [`MultiOp`](crate::MultiOp), the first.
    pub fn output(&self) -> &Var<T> {
        &self.outputs[0]
    }

    /// The values of an operation that has `N`.
    ///
    /// # Errors
    /// [`Error::Tensor`] if it has more or fewer.
    pub fn outputs<const N: usize>(&self) -> Result<[&Var<T>; N]> {
        array("outputs", &self.outputs, "this operation has")
    }

    /// The gradient of the value, of its shape; of a [`MultiOp`](crate::MultiOp), which is given all of them, that of the first, or 0 if nobody used it.
    pub fn gradient(&self) -> &Var<T> {
        &self.gradient
    }

    /// Whether anybody wants the gradient of this operand.
    pub fn needed(&self, index: usize) -> bool {
        self.needed.get(index) == Some(&true)
    }

    /// Adds to the gradient of an operand. Without effect where no gradient is [needed](Self::needed).
    ///
    /// # Errors
    /// If the gradient has failed, is on another tape, or does not have the operand's shape, and if there is no such operand.
    pub fn add(&self, index: usize, gradient: Var<T>) -> Result<()> {
        if !self.needed(index) {
            return Ok(is_input(index, self.inputs.len())?);
        }
        let (operation, location) = (self.operation, self.location);
        if !Rc::ptr_eq(&gradient.tape.inner, &self.output().tape.inner) {
            return Err(Error::DifferentTapes { operation, location });
        }
        if let Some(error) = gradient.error() {
            return Err(error);
        }
        let shape = self.inputs.get(index).map(|input| *input.shape());
        if let Some(shape) = shape.filter(|shape| shape != gradient.shape()) {
            let expected = "must be equal: a gradient has the shape of its input";
            return Err(TensorError::shapes("gradient", gradient.shape(), &shape, expected).into());
        }
        // Taken out, as the sum is recorded meanwhile.
        let before = self.slot(index, None);
        let sum = match before {
            None => gradient,
            Some(before) => sum(&before, &gradient)?,
        };
        self.slot(index, Some(sum));
        Ok(())
    }

    /// As [`add`](Self::add), for an operand that was broadcast: the gradient is summed over the axes it was stretched along.
    ///
    /// # Errors
    /// As [`add`](Self::add), and if the operand's shape does not broadcast to the gradient's.
    pub fn add_broadcast(&self, index: usize, gradient: Var<T>) -> Result<()> {
        match self.inputs.get(index) {
            Some(input) if self.needed(index) && input.shape() != gradient.shape() => {
                self.add(index, gradient.sum_to(input.shape()))
            }
            _ => self.add(index, gradient),
        }
    }

    /// The error of an operation that is differentiable once, with the reason.
    pub fn first_order(&self, reason: &'static str) -> Error {
        Error::FirstOrder {
            operation: self.operation,
            reason,
            location: self.location,
        }
    }

    /// What has been added for an operand, and what is to be there instead.
    fn slot(&self, index: usize, value: Option<Var<T>>) -> Option<Var<T>> {
        let mut gradients = self.gradients.borrow_mut();
        std::mem::replace(gradients.get_mut(index)?, value)
    }
}

/// So many of the variables as there are.
fn array<'a, T: Float, const N: usize>(
    argument: &'static str,
    all: &'a [Var<T>],
    expected: &str,
) -> Result<[&'a Var<T>; N]> {
    let all: SmallVec<[&Var<T>; 4]> = all.iter().collect();
    (&all[..]).try_into().map_err(|_| {
        let expected = format!("{expected} {N}");
        TensorError::argument("differentiate", argument, all.len(), expected).into()
    })
}

/// The sum, or why there is none.
pub(crate) fn sum<T: Float>(first: &Var<T>, second: &Var<T>) -> Result<Var<T>> {
    let sum = first + second;
    match sum.error() {
        Some(error) => Err(error),
        None => Ok(sum),
    }
}
