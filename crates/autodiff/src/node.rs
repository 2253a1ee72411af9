//! One record of a tape.

use std::any::Any;
use std::array;
use std::fmt::Debug;
use std::ops::Deref;
use std::panic::Location;
use std::sync::Arc;

use backprop_tensor::formula::Formula;
use backprop_tensor::{Error as TensorError, Float, Shape, Tensor};
use smallvec::SmallVec;

use crate::checkpoint::Again;
use crate::op::{InputGradients, Op};
use crate::param::ParamId;
use crate::{Differential, MultiOp};

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
    /// Of a tape that is read back.
    TracedParam(Box<TracedParam<T>>),
    /// Of a tape that is read back; it takes no gradient.
    Constant(Box<Tensor<T>>),
    Operation(Box<dyn Recorded<T>>),
    /// One of the values of the operation that is its input. Its gradient stays at its place until backward has come to that.
    Output,
    /// Operations that have no records until backward applies them again.
    Checkpoint(Box<dyn Again<T>>),
}

#[derive(Debug)]
pub(crate) struct TracedParam<T: Float> {
    pub(crate) id: ParamId,
    pub(crate) value: Tensor<T>,
    pub(crate) is_trainable: bool,
}

/// Who holds an operation: a type and not a choice, so that the record of an operation without fields or savings takes no memory.
pub(crate) trait Hold: Deref + 'static {
    /// The operation, of a tape that is read back.
    fn shared(&self) -> Option<Arc<dyn Any + Send + Sync>>;
}

/// The tape alone.
pub(crate) struct Own<O>(O);

/// The tape, and what was read back from it.
pub(crate) struct Shared<O>(Arc<O>);

impl<O> Deref for Own<O> {
    type Target = O;

    fn deref(&self) -> &O {
        &self.0
    }
}

impl<O> Deref for Shared<O> {
    type Target = O;

    fn deref(&self) -> &O {
        &self.0
    }
}

impl<O: 'static> Hold for Own<O> {
    fn shared(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        None
    }
}

impl<O: Any + Send + Sync> Hold for Shared<O> {
    fn shared(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        Some(Arc::<O>::clone(&self.0))
    }
}

impl<T: Float> Origin<T> {
    /// An operation, on a tape that is read back or not.
    pub(crate) fn operation<O: Op<T>>(op: O, saved: O::Saved, is_traced: bool) -> Self {
        Self::Operation(match is_traced {
            false => Box::new(Record { op: Own(op), saved }),
            true => Box::new(Record {
                op: Shared(Arc::new(op)),
                saved,
            }),
        })
    }

    /// As [`operation`](Self::operation), for one with several values.
    pub(crate) fn multi<const N: usize, O: MultiOp<T, N>>(op: O, saved: O::Saved, is_traced: bool) -> Self {
        Self::Operation(match is_traced {
            false => Box::new(MultiRecord::<_, _, N> { op: Own(op), saved }),
            true => Box::new(MultiRecord::<_, _, N> {
                op: Shared(Arc::new(op)),
                saved,
            }),
        })
    }
}

/// What came of an operation's derivative; an error comes with the name: asking for it before would cost more than some of the operations.
pub(crate) type Derived = Result<(), (&'static str, TensorError)>;

/// An operation with what it saved, whatever its type.
pub(crate) trait Recorded<T: Float>: Debug {
    fn name(&self) -> &'static str;
    /// Of the operation.
    fn formula(&self) -> Option<Formula>;
    /// How many records after its own are its values; 0 if it has one, which is its own record.
    fn outputs(&self) -> usize;
    /// The operation, of a tape that is read back.
    fn shared(&self) -> Option<Arc<dyn Any + Send + Sync>>;
    /// Takes the gradient of its own record, the first, or those of its values after it. Without any, there is nothing to do.
    fn backward(
        self: Box<Self>,
        gradients: &mut [Option<Tensor<T>>],
        inputs: &mut InputGradients<'_, T>,
    ) -> Derived;
    /// The derivative in variables.
    fn differentiate(&self, at: &Differential<T>) -> crate::Result<()>;
}

/// An operation with one value.
struct Record<H, S> {
    op: H,
    saved: S,
}

impl<H: Deref<Target: Debug>, S> Debug for Record<H, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.op.deref().fmt(f)
    }
}

impl<T, H> Recorded<T> for Record<H, <H::Target as Op<T>>::Saved>
where
    T: Float,
    H: Hold<Target: Op<T> + Sized>,
{
    fn name(&self) -> &'static str {
        self.op.name()
    }

    fn formula(&self) -> Option<Formula> {
        self.op.formula()
    }

    fn outputs(&self) -> usize {
        0
    }

    fn shared(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        self.op.shared()
    }

    fn backward(
        self: Box<Self>,
        gradients: &mut [Option<Tensor<T>>],
        inputs: &mut InputGradients<'_, T>,
    ) -> Derived {
        let Self { op, saved } = *self;
        match gradients.first_mut().and_then(Option::take) {
            None => Ok(()),
            Some(gradient) => op
                .backward(saved, gradient, inputs)
                .map_err(|error| (op.name(), error)),
        }
    }

    fn differentiate(&self, at: &Differential<T>) -> crate::Result<()> {
        self.op.differentiate(&self.saved, at)
    }
}

/// An operation with `N` values, whose records come after its own.
struct MultiRecord<H, S, const N: usize> {
    op: H,
    saved: S,
}

impl<H: Deref<Target: Debug>, S, const N: usize> Debug for MultiRecord<H, S, N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.op.deref().fmt(f)
    }
}

impl<T, H, const N: usize> Recorded<T> for MultiRecord<H, <H::Target as MultiOp<T, N>>::Saved, N>
where
    T: Float,
    H: Hold<Target: MultiOp<T, N> + Sized>,
{
    fn name(&self) -> &'static str {
        self.op.name()
    }

    fn formula(&self) -> Option<Formula> {
        self.op.formula()
    }

    fn outputs(&self) -> usize {
        N
    }

    fn shared(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        self.op.shared()
    }

    fn backward(
        self: Box<Self>,
        gradients: &mut [Option<Tensor<T>>],
        inputs: &mut InputGradients<'_, T>,
    ) -> Derived {
        let Self { op, saved } = *self;
        let mut own = gradients.iter_mut().skip(1);
        let own: [_; N] = array::from_fn(|_| own.next().and_then(Option::take));
        if own.iter().all(Option::is_none) {
            return Ok(());
        }
        op.backward(saved, own, inputs)
            .map_err(|error| (op.name(), error))
    }

    fn differentiate(&self, at: &Differential<T>) -> crate::Result<()> {
        let mut given = at.given.iter();
        let gradients = array::from_fn(|_| given.next().and_then(Option::as_ref));
        self.op.differentiate(&self.saved, gradients, at)
    }
}
