//! One record of a tape.

use std::fmt::Debug;
use std::panic::Location;

use backprop_tensor::formula::Formula;
use backprop_tensor::{Error as TensorError, Float, Shape, Tensor};
use smallvec::SmallVec;

use crate::Differential;
use crate::op::{InputGradients, Op};
use crate::param::ParamId;

/// The place of a record on its tape, or nowhere for a value without gradient. Half the size of `Option<usize>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeId(u32);

impl NodeId {
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// `NONE` beyond four billion records.
    pub(crate) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub(crate) fn index(self) -> Option<usize> {
        (self != Self::NONE).then_some(self.0 as usize)
    }
}

pub(crate) type Inputs = SmallVec<[NodeId; 4]>;

/// How a value came to be.
#[derive(Debug)]
pub(crate) struct Node<T: Float> {
    pub(crate) origin: Origin<T>,
    pub(crate) inputs: Inputs,
    /// Of the value.
    pub(crate) shape: Shape,
    pub(crate) location: &'static Location<'static>,
}

impl<T: Float> Node<T> {
    /// How it came to be, which it does not know any more then.
    pub(crate) fn take(&mut self) -> Origin<T> {
        std::mem::replace(&mut self.origin, Origin::Variable)
    }
}

#[derive(Debug)]
pub(crate) enum Origin<T: Float> {
    Variable,
    Param(ParamId),
    Operation(Box<dyn Recorded<T>>),
}

/// An operation with what it saved, whatever its type.
pub(crate) trait Recorded<T: Float>: Debug {
    fn name(&self) -> &'static str;
    /// Of the operation.
    fn formula(&self) -> Option<Formula>;
    /// An error comes with the name: asking for it before would cost more than some of the operations.
    fn backward(
        self: Box<Self>,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<(), (&'static str, TensorError)>;
    /// The derivative in variables.
    fn differentiate(&self, at: &Differential<T>) -> crate::Result<()>;
}

pub(crate) struct Record<O, S> {
    pub(crate) op: O,
    pub(crate) saved: S,
}

impl<O: Debug, S> Debug for Record<O, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.op.fmt(f)
    }
}

impl<T: Float, O: Op<T>> Recorded<T> for Record<O, O::Saved> {
    fn name(&self) -> &'static str {
        self.op.name()
    }

    fn formula(&self) -> Option<Formula> {
        self.op.formula()
    }

    fn backward(
        self: Box<Self>,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<(), (&'static str, TensorError)> {
        let Self { op, saved } = *self;
        op.backward(saved, gradient, inputs)
            .map_err(|error| (op.name(), error))
    }

    fn differentiate(&self, at: &Differential<T>) -> crate::Result<()> {
        self.op.differentiate(&self.saved, at)
    }
}
