//! What a tape of higher order keeps beside its records.

use std::panic::Location;

use backprop_tensor::{Float, Tensor};
use smallvec::SmallVec;

use crate::node::{Node, NodeId};
use crate::{Tape, Var};

/// What a second pass needs of the first. Tensors and not variables: those would hold the tape that holds them.
#[derive(Debug)]
pub(crate) struct Kept<T: Float> {
    /// Of each record.
    values: Vec<Value<T>>,
    /// The line of the program whose operation is being differentiated: what is recorded now is due to it.
    pub(crate) location: Option<&'static Location<'static>>,
}

#[derive(Debug)]
struct Value<T: Float> {
    value: Tensor<T>,
    /// The operands that have no record, in their order.
    constants: SmallVec<[Tensor<T>; 1]>,
}

impl<T: Float> Default for Kept<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            location: None,
        }
    }
}

impl<T: Float> Kept<T> {
    /// Keeps the value of the next record.
    pub(crate) fn keep(&mut self, value: &Tensor<T>, operands: &[&Var<T>]) {
        let constants = operands.iter().filter(|var| var.node.index().is_none());
        let constants = constants.map(|var| var.value.clone()).collect();
        let value = value.clone();
        self.values.push(Value { value, constants });
    }

    /// Forgets all but the first records.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.values.truncate(length);
    }

    /// The value of a record.
    pub(crate) fn output(&self, tape: &Tape<T>, place: NodeId) -> Option<Var<T>> {
        let value = self.values.get(place.index()?)?.value.clone();
        Some(Var::new(tape.clone(), value, place))
    }

    /// The operands of a record.
    pub(crate) fn inputs(
        &self,
        tape: &Tape<T>,
        place: NodeId,
        node: &Node<T>,
    ) -> Option<SmallVec<[Var<T>; 4]>> {
        let mut constants = self.values.get(place.index()?)?.constants.iter();
        let operand = |input: &NodeId| match input.index() {
            None => Some(Var::new(tape.clone(), constants.next()?.clone(), *input)),
            Some(_) => self.output(tape, *input),
        };
        node.inputs.iter().map(operand).collect()
    }
}
