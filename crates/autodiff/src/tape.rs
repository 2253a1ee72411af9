//! The tape: a list of the operations applied, in order.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use backprop_tensor::{Float, Rng, Tensor, counters};

use crate::kept::Kept;
use crate::names::Names;
use crate::node::{Inputs, Node, NodeId, Origin, TracedParam};
use crate::param::{BufferId, ParamId, TapeId};
use crate::{Buffer, Error, Param, Result, Var, spare};

/// A list to which every operation on its variables appends one record, for one forward pass and one backward.
///
/// Three kinds matter. [`training`](Self::training) records, and layers behave as in training (dropout drops, batch
/// normalization uses the batch); [`new`](Self::new) records, and layers behave as in use; [`inference`](Self::inference)
/// records nothing, so that a value lives no longer than its last [`Var`]. A fourth, [`tracing`](Self::tracing), is for reading models, and
/// [`higher_order`](Self::higher_order) for gradients of gradients. A layer needs to be told nothing else: it asks the tape of its input.
///
/// A tape belongs to one thread; the model, which it only reads, can be shared among many. Cloning gives a second handle.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_tensor::Tensor;
///
/// let tape = Tape::new();
/// let x = tape.variable(Tensor::from([1.0_f32, 2.0, 3.0]));
/// let y = (&x * &x).sum(..);
/// assert_eq!(y.value()?, &Tensor::from(14.0));
/// assert_eq!(y.backward()?.wrt(&x), Some(&Tensor::from([2.0, 4.0, 6.0])));
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
#[derive(Clone)]
pub struct Tape<T: Float = f32> {
    pub(crate) inner: Rc<Inner<T>>,
}

pub(crate) struct Inner<T: Float> {
    pub(crate) id: TapeId,
    mode: Mode,
    higher_order: bool,
    pub(crate) rng: RefCell<Rng>,
    pub(crate) records: RefCell<Records<T>>,
    pub(crate) failure: RefCell<Option<Error>>,
    /// Whether it looks for anomalies.
    pub(crate) detects: Cell<bool>,
}

/// How many records there is room for at first: enough for a small network.
const RECORDS: usize = 32;

/// How many parameters one is put before in their list: for so few that is faster than a tree, and for all it would take quadratic time.
const NEAR: usize = 64;

/// What a tape is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Training,
    Use,
    Inference,
    Tracing,
}

/// What is consumed by backward.
#[derive(Debug)]
pub(crate) struct Records<T: Float> {
    pub(crate) nodes: Vec<Node<T>>,
    /// In the order of their identities, which is often that of their use.
    params: Vec<(ParamId, NodeId)>,
    /// Those that would have to be put far from the end of the list.
    late_params: BTreeMap<ParamId, NodeId>,
    /// In the order in which they were left; the last one of a buffer counts.
    pub(crate) updates: Vec<(BufferId, Tensor<T>)>,
    pub(crate) spent: bool,
    /// Of a tape of higher order.
    pub(crate) kept: Option<Box<Kept<T>>>,
    /// Once something has one.
    pub(crate) names: Option<Box<Names>>,
    /// Inside of a checkpoint, where operations are not recorded: the parameters met there.
    pub(crate) suspended: Option<Vec<NodeId>>,
    /// Inside of one that is being computed again.
    pub(crate) replaying: bool,
}

impl<T: Float> Records<T> {
    /// The number of parameters.
    pub(crate) fn params(&self) -> usize {
        self.params.len() + self.late_params.len()
    }

    /// The record of a parameter, or the place to remember it at.
    fn find(&self, id: ParamId) -> Result<NodeId, usize> {
        let next = self.params.len();
        if self.params.last().is_none_or(|(last, _)| *last < id) {
            return Err(next);
        }
        let place = match self.params.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(place) => return self.params.get(place).map(|(_, node)| *node).ok_or(next),
            Err(place) => place,
        };
        self.late_params.get(&id).copied().ok_or(place)
    }

    /// As `find`, for a parameter that is used.
    fn meet(&mut self, id: ParamId) -> Result<NodeId, usize> {
        let node = self.find(id)?;
        if let Some(met) = &mut self.suspended {
            met.push(node);
        }
        Ok(node)
    }

    /// Remembers the record of a parameter at the place that `find` gave.
    fn remember(&mut self, place: usize, id: ParamId, node: NodeId) {
        if let Some(met) = &mut self.suspended {
            met.push(node);
        }
        if self.params.len() - place <= NEAR {
            self.params.insert(place, (id, node));
        } else {
            self.late_params.insert(id, node);
        }
    }
}

impl<T: Float> Tape<T> {
    /// A tape that records, for layers in training. `seed` decides what dropout drops.
    pub fn training(seed: u64) -> Self {
        Self::with(Mode::Training, seed, false)
    }

    /// A tape that records, for layers in use: for gradients of anything but a training step.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self::with(Mode::Use, 0, false)
    }

    /// A tape that records nothing, for layers in use: to predict.
    pub fn inference() -> Self {
        Self::with(Mode::Inference, 0, false)
    }

    /// A tape that records everything, for layers in use: to be [read back](Self::records).
    ///
    /// What other tapes leave out has records too: constants ([`Source::Constant`](crate::Source::Constant)) with what is computed of them alone, frozen parameters, and
    /// [`Var::detach`] (as the operation [`Detach`](crate::Detach)). They hold the values of constants and parameters, and the operations
    /// ([`Record::operation`](crate::Record::operation)), so that the records alone say how to compute all of it again. A number that the program takes from a
    /// [value](Var::value) and puts back is a constant, and what it was computed of is not known.
    ///
    /// ```
    /// use backprop_autodiff::{Source, Tape};
    /// use backprop_tensor::Tensor;
    ///
    /// let tape = Tape::tracing();
    /// let x = tape.input(Tensor::from([1.0_f32, 2.0]));
    /// let _ = (x * 3.0).exp();
    /// let records = tape.records();
    /// assert_eq!(records[1].source, Source::Constant(Tensor::scalar(3.0)));
    /// assert_eq!(records[2].inputs, [Some(0), Some(1)]); // the product
    /// assert_eq!(records[3].inputs, [Some(2)]);
    /// ```
    pub fn tracing() -> Self {
        Self::with(Mode::Tracing, 0, false)
    }

    /// A tape for gradients of gradients, for layers in use: it keeps what [`Var::gradients`] needs, the value of every operation, until it is
    /// used up or dropped.
    ///
    /// ```
    /// use backprop_autodiff::Tape;
    /// use backprop_tensor::Tensor;
    ///
    /// let tape = Tape::higher_order();
    /// let x = tape.variable(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// let y = (&x * &x * &x).sum(..);
    /// let [dx] = y.gradients([&x])?; // 3 x²
    /// let second = dx.sum(..).backward()?; // 6 x
    /// assert_eq!(second.wrt(&x), Some(&Tensor::from([6.0, 12.0, 18.0])));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    pub fn higher_order() -> Self {
        Self::with(Mode::Use, 0, true)
    }

    /// As [`higher_order`](Self::higher_order), for layers in training: a gradient penalty in a training step, for instance. `seed` decides what
    /// dropout drops.
    pub fn training_higher_order(seed: u64) -> Self {
        Self::with(Mode::Training, seed, true)
    }

    fn with(mode: Mode, seed: u64, higher_order: bool) -> Self {
        let records = Records {
            nodes: Vec::new(),
            params: Vec::new(),
            late_params: BTreeMap::new(),
            updates: Vec::new(),
            spent: false,
            kept: higher_order.then(Box::default),
            names: None,
            suspended: None,
            replaying: false,
        };
        let inner = Inner {
            id: TapeId::next(),
            mode,
            higher_order,
            rng: RefCell::new(Rng::seed(seed)),
            records: RefCell::new(records),
            failure: RefCell::new(None),
            detects: Cell::new(false),
        };
        Self {
            inner: Rc::new(inner),
        }
    }

    /// Whether layers shall behave as in training.
    pub fn is_training(&self) -> bool {
        self.inner.mode == Mode::Training
    }

    /// Whether operations are recorded.
    pub fn is_recording(&self) -> bool {
        self.inner.mode != Mode::Inference
    }

    /// Whether it keeps what backward needs of an operation, and nothing else.
    pub(crate) fn keeps_for_backward(&self) -> bool {
        matches!(self.inner.mode, Mode::Training | Mode::Use) && !self.inner.higher_order
    }

    pub(crate) fn is_tracing(&self) -> bool {
        self.inner.mode == Mode::Tracing
    }

    /// Whether [`Var::gradients`] works on it.
    pub fn is_higher_order(&self) -> bool {
        self.inner.higher_order
    }

    /// A seed from the tape's random stream, for an operation that needs randomness.
    pub fn next_seed(&self) -> u64 {
        self.inner.rng.borrow_mut().next_seed()
    }

    /// A value that no gradient is wanted for: data.
    #[track_caller]
    pub fn input(&self, value: Tensor<T>) -> Var<T> {
        self.constant_at(value, Location::caller())
    }

    pub(crate) fn constant_at(&self, value: Tensor<T>, location: &'static Location<'static>) -> Var<T> {
        if self.is_tracing() && !self.inner.records.borrow().spent {
            let origin = Origin::Constant(Box::new(value.clone()));
            return self.record(value, origin, Inputs::new(), &[], location);
        }
        Var::new(self.clone(), value, NodeId::NONE)
    }

    /// A value that takes no gradient, whatever becomes of it: a fixed number in a formula. The same as [`input`](Self::input), by its other name.
    ///
    /// ```
    /// # use backprop_autodiff::Tape;
    /// # use backprop_tensor::Tensor;
    /// let tape = Tape::new();
    /// let (x, weights) = (tape.variable(Tensor::from([1.0_f32, 2.0])), tape.constant(Tensor::from([0.5, 3.0])));
    /// let gradients = (&x * &weights).sum(..).backward()?;
    /// assert_eq!(gradients.wrt(&x), Some(&Tensor::from([0.5, 3.0])));
    /// assert_eq!(gradients.wrt(&weights), None);
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn constant(&self, value: Tensor<T>) -> Var<T> {
        self.input(value)
    }

    /// A value that a gradient is wanted for; [`Gradients::wrt`](crate::Gradients::wrt) has it.
    #[track_caller]
    pub fn variable(&self, value: Tensor<T>) -> Var<T> {
        self.leaf(value, Origin::Variable, Location::caller())
    }

    /// The value of a parameter. However often it is used on a tape, it is one parameter, whose gradients add up.
    #[track_caller]
    pub fn param(&self, param: &Param<T>) -> Var<T> {
        let location = Location::caller();
        if let Some(error) = param.failure() {
            let source = error.clone();
            return self.fail(Error::Parameter { source, location });
        }
        if !self.is_recording() || !(param.is_trainable() || self.is_tracing()) {
            return self.input(param.value().clone());
        }
        let found = self.inner.records.borrow_mut().meet(param.id());
        let place = match found {
            Ok(node) => return Var::new(self.clone(), param.value().clone(), node),
            Err(place) => place,
        };
        let origin = match self.is_tracing() {
            false => Origin::Param(param.id()),
            true => Origin::TracedParam(Box::new(TracedParam {
                id: param.id(),
                value: param.value().clone(),
                is_trainable: param.is_trainable(),
            })),
        };
        let var = self.leaf(param.value().clone(), origin, location);
        if var.node.index().is_some() {
            let mut records = self.inner.records.borrow_mut();
            records.remember(place, param.id(), var.node);
        }
        var
    }

    /// The value of a buffer, without gradient.
    #[track_caller]
    pub fn buffer(&self, buffer: &Buffer<T>) -> Var<T> {
        self.input(buffer.value().clone())
    }

    /// Leaves a new value for a buffer, which the optimizer's step (or
    /// [`Gradients::apply_state`](crate::Gradients::apply_state)) will write. The last one counts. Ignored by a tape that does not train.
    pub fn update(&self, buffer: &Buffer<T>, value: Tensor<T>) {
        if self.is_training() {
            let mut records = self.inner.records.borrow_mut();
            if records.replaying {
                return;
            }
            match records.updates.last_mut() {
                Some((last, before)) if *last == buffer.id() => *before = value,
                _ => records.updates.push((buffer.id(), value)),
            }
        }
    }

    fn leaf(&self, value: Tensor<T>, origin: Origin<T>, location: &'static Location<'static>) -> Var<T> {
        if !self.is_recording() {
            return self.input(value);
        }
        if self.inner.records.borrow().spent {
            let operation = "variable";
            return self.fail(Error::Spent { operation, location });
        }
        self.record(value, origin, Inputs::new(), &[], location)
    }

    pub(crate) fn record(
        &self,
        value: Tensor<T>,
        origin: Origin<T>,
        inputs: Inputs,
        operands: &[&Var<T>],
        mut location: &'static Location<'static>,
    ) -> Var<T> {
        let mut records = self.inner.records.borrow_mut();
        if records.suspended.is_some() && !matches!(origin, Origin::Param(_)) {
            drop(records);
            return Var::new(self.clone(), value, NodeId::SUSPENDED);
        }
        if records.nodes.capacity() == 0 {
            records.nodes = spare::take();
            records.nodes.reserve(RECORDS);
            records.params.reserve(RECORDS / 2);
        }
        if let Some(kept) = &mut records.kept {
            kept.keep(&value, operands);
            location = kept.location.unwrap_or(location);
        }
        counters::tape_record();
        let node = NodeId::new(records.nodes.len());
        records.nodes.push(Node {
            origin,
            inputs,
            shape: *value.shape(),
            location,
        });
        drop(records);
        Var::new(self.clone(), value, node)
    }

    /// Keeps the error if it is the first, and gives a variable that has failed.
    pub(crate) fn fail(&self, mut error: Error) -> Var<T> {
        if let Some(location) = self
            .inner
            .records
            .borrow()
            .kept
            .as_ref()
            .and_then(|kept| kept.location)
        {
            error = error.at(location);
        }
        self.inner.failure.borrow_mut().get_or_insert(error);
        Var::failed(self.clone())
    }

    /// Forgets all but the first records. No variable of the others may be used after that.
    pub(crate) fn rewind(&self, length: usize) {
        let mut records = self.inner.records.borrow_mut();
        records.nodes.truncate(length);
        if let Some(kept) = &mut records.kept {
            kept.truncate(length);
        }
        if let Some(names) = &mut records.names {
            names.truncate(length);
        }
    }

    /// The first error of this tape, if there was one.
    pub fn failure(&self) -> Option<Error> {
        self.inner.failure.borrow().clone()
    }

    /// The number of records: operations, and the parameters and variables they began with.
    pub fn len(&self) -> usize {
        self.inner.records.borrow().nodes.len()
    }

    /// Whether nothing has been recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: Float> fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape")
            .field("recording", &self.is_recording())
            .field("training", &self.is_training())
            .field("records", &self.len())
            .field("failure", &self.failure())
            .finish_non_exhaustive()
    }
}
