//! One record of a tape.

use std::fmt::Debug;
use std::panic::Location;

use backprop_tensor::formula::Formula;
use backprop_tensor::{Error as TensorError, Float, Shape, Tensor};
use smallvec::SmallVec;

use crate::Differential;
use crate::checkpoint::Again;
use crate::op::{InputGradients, Op};
use crate::param::ParamId;

/// The place of a record on its tape, or nowhere for a value without one. Half the size of `Option<usize>`.
///
/// Without a record are constants, and the values inside of a [checkpoint](crate::Tape::checkpoint), which are tracked nevertheless. The rest of
/// their bits is one more than the number of their name, or 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeId(u32);

/// The bit of what has no record.
const WITHOUT: u32 = 1 << 31;
/// Together with it, the bit of what is tracked.
const TRACKED: u32 = 1 << 30;

impl NodeId {
    /// That of a constant.
    pub(crate) const NONE: Self = Self(WITHOUT);
    /// That of a value that is tracked inside of a checkpoint.
    pub(crate) const SUSPENDED: Self = Self(WITHOUT | TRACKED);

    /// `NONE` beyond two billion records.
    pub(crate) fn new(index: usize) -> Self {
        match u32::try_from(index) {
            Ok(index) if index < WITHOUT => Self(index),
            _ => Self::NONE,
        }
    }

    pub(crate) fn index(self) -> Option<usize> {
        (self.0 < WITHOUT).then_some(self.0 as usize)
    }

    /// Whether a gradient can be taken with respect to it.
    pub(crate) fn is_tracked(self) -> bool {
        self.0 < WITHOUT || self.is_suspended()
    }

    pub(crate) fn is_suspended(self) -> bool {
        self.0 >= Self::SUSPENDED.0
    }

    /// The same value, which has no record, with the name of this number.
    pub(crate) fn with_name(self, number: usize) -> Self {
        let flags = self.0 & (WITHOUT | TRACKED);
        match u32::try_from(number + 1) {
            Ok(number) if number < TRACKED => Self(flags | number),
            _ => Self(flags),
        }
    }

    /// The number of its name, if it has no record but a name.
    pub(crate) fn name(self) -> Option<usize> {
        let number = self.0 & (TRACKED - 1);
        (self.0 >= WITHOUT && number > 0).then(|| number as usize - 1)
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
    /// Operations that have no records until backward applies them again.
    Checkpoint(Box<dyn Again<T>>),
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
