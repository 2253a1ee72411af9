//! Names of values, for messages and drawings.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use backprop_tensor::{Float, Shape};

use crate::node::{Node, NodeId};
use crate::tape::Records;
use crate::{Tape, Var};

/// An operand of an operation, in a message: by its [name](Var::name), if it has one, and its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operand {
    /// Its name.
    pub name: Option<Box<str>>,
    /// Its shape; unknown of a constant whose operation is met again in the backward pass.
    pub shape: Option<Shape>,
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, &self.shape) {
            (Some(name), Some(shape)) => write!(f, "{name} {shape}"),
            (Some(name), None) => f.write_str(name),
            (None, Some(shape)) => shape.fmt(f),
            (None, None) => f.write_str("constant"),
        }
    }
}

/// The operands of an operation, in a message, which separates them by commas.
///
/// ```
/// use backprop_autodiff::{Error, Tape};
/// use backprop_tensor::{Shape, Tensor};
///
/// let tape = Tape::new();
/// let (x, y) = (tape.input(Tensor::from([1.0, 2.0])).name("x"), tape.input(Tensor::from([1.0, 2.0, 3.0])));
/// let Err(Error::Operation { operands, .. }) = (x + y).into_value() else { panic!("the shapes differ") };
/// assert_eq!(operands.to_string(), "x [2], [3]");
/// assert_eq!((operands[0].name.as_deref(), operands[1].shape), (Some("x"), Some(Shape::new([3])?)));
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
// One pointer wide: an error should be small.
pub struct Operands(Box<Box<[Operand]>>);

impl Deref for Operands {
    type Target = [Operand];

    fn deref(&self) -> &[Operand] {
        &self.0
    }
}

impl FromIterator<Operand> for Operands {
    fn from_iter<I: IntoIterator<Item = Operand>>(operands: I) -> Self {
        Self(Box::new(operands.into_iter().collect()))
    }
}

impl fmt::Display for Operands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, operand) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{operand}")?;
        }
        Ok(())
    }
}

/// The names on a tape.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Of values that have a record, by its place.
    records: BTreeMap<usize, Rc<str>>,
    /// Of values that have none, which know their number in this list.
    others: Vec<Rc<str>>,
    numbers: BTreeMap<Rc<str>, usize>,
}

impl Names {
    /// Names a value, and gives it the identity by which it is found.
    fn give(&mut self, node: NodeId, name: &str) -> NodeId {
        if let Some(place) = node.index() {
            self.records.insert(place, name.into());
            return node;
        }
        if let Some(number) = self.numbers.get(name) {
            return node.with_name(*number);
        }
        let (name, number) = (Rc::<str>::from(name), self.others.len());
        self.others.push(name.clone());
        self.numbers.insert(name, number);
        node.with_name(number)
    }

    pub(crate) fn get(&self, node: NodeId) -> Option<&str> {
        let name = match node.index() {
            Some(place) => self.records.get(&place),
            None => self.others.get(node.name()?),
        };
        name.map(|name| &**name)
    }

    /// Forgets those of all but the first records.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.records.split_off(&length);
    }
}

impl<T: Float> Records<T> {
    pub(crate) fn name(&self, node: NodeId) -> Option<&str> {
        self.names.as_ref()?.get(node)
    }

    fn operand(&self, node: NodeId, shape: Option<Shape>) -> Operand {
        let name = self.name(node).map(Into::into);
        Operand { name, shape }
    }
}

impl<T: Float> Tape<T> {
    /// Variables in a message.
    pub(crate) fn operands(&self, variables: &[&Var<T>]) -> Operands {
        let records = self.inner.records.borrow();
        let operands = variables
            .iter()
            .map(|var| records.operand(var.node, Some(*var.shape())));
        operands.collect()
    }

    /// Inputs of a record in a message, when the variables are gone. `nodes` are the records before it.
    pub(crate) fn recorded_operands(&self, inputs: &[NodeId], nodes: &[Node<T>]) -> Operands {
        let records = self.inner.records.borrow();
        let shape = |input: &NodeId| nodes.get(input.index()?).map(|node| node.shape);
        let operands = inputs.iter().map(|input| records.operand(*input, shape(input)));
        operands.collect()
    }
}

impl<T: Float> Var<T> {
    /// The same variable with a name, for messages and drawings: errors say it beside the shape, [`Tape::records`] gives it back.
    ///
    /// The name belongs to the place on the tape, so that every handle of a recorded value has it, however it was cloned; a constant's belongs to this
    /// handle and its clones. The last name given counts. A tape on which nothing has a name does not pay for them.
    ///
    /// ```
    /// use backprop_autodiff::Tape;
    /// use backprop_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let scores = tape.variable(Tensor::from([1.0_f32, 2.0])).name("scores");
    /// let targets = tape.input(Tensor::from([1.0, 2.0, 3.0])).name("targets");
    /// let error = (&scores - &targets).sum(..).backward().unwrap_err();
    /// assert!(error.to_string().starts_with("Sub(scores [2], targets [3]): "), "{error}");
    /// assert_eq!(tape.records()[0].name.as_deref(), Some("scores"));
    /// ```
    pub fn name(mut self, name: impl AsRef<str>) -> Self {
        if !self.failed {
            let mut records = self.tape.inner.records.borrow_mut();
            // The records of a tape that is used up are gone.
            if !(records.spent && self.node.index().is_some()) {
                let names = records.names.get_or_insert_default();
                self.node = names.give(self.node, name.as_ref());
            }
        }
        self
    }
}
