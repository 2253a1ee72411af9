//! A tape read back.

use std::panic::Location;

use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Shape};

use crate::node::{Node, NodeId, Origin};
use crate::{ParamId, Tape};

/// A record of a tape, read back with [`Tape::records`]: how a value came to be.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Record {
    /// What made the value.
    pub source: Source,
    /// The operands of an operation, as places in the list of records; `None` for a constant. Those of a [checkpoint](Tape::checkpoint) are its inputs and then
    /// the parameters that it uses.
    pub inputs: Vec<Option<usize>>,
    /// The shape of the value.
    pub shape: Shape,
    /// Its name, if [`Var::name`](crate::Var::name) has given it one.
    pub name: Option<String>,
    /// The line of the program that asked for it.
    pub location: &'static Location<'static>,
}

/// What made a recorded value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Source {
    /// The program, with [`Tape::variable`].
    Variable,
    /// A parameter.
    Param(ParamId),
    /// An operation.
    Operation {
        /// Its name.
        name: &'static str,
        /// The operation with its settings, as its `Debug` prints them.
        settings: String,
        /// What it makes of the elements of its operands, if that is an elementwise formula.
        formula: Option<Formula>,
    },
}

impl<T: Float> Tape<T> {
    /// The records so far, each after those it depends on; none after a backward, which uses them up.
    ///
    /// ```
    /// use backprop_autodiff::{Source, Tape};
    /// use backprop_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.variable(Tensor::from([1.0_f32, 2.0]));
    /// let _ = (x * 3.0).square();
    /// let records = tape.records();
    /// assert_eq!(records[0].source, Source::Variable);
    /// assert_eq!(records[1].inputs, [Some(0), None]);
    /// assert!(matches!(records[2].source, Source::Operation { name: "Square", .. }));
    /// ```
    pub fn records(&self) -> Vec<Record> {
        let records = self.inner.records.borrow();
        let each = records.nodes.iter().enumerate();
        let named = each.map(|(place, node)| Record::of(node, records.name(NodeId::new(place))));
        named.collect()
    }
}

impl Record {
    fn of<T: Float>(node: &Node<T>, name: Option<&str>) -> Self {
        let source = match &node.origin {
            Origin::Variable => Source::Variable,
            Origin::Param(id) => Source::Param(*id),
            Origin::Operation(record) => Source::Operation {
                name: record.name(),
                settings: format!("{record:?}"),
                formula: record.formula(),
            },
            Origin::Checkpoint(again) => Source::Operation {
                name: "Checkpoint",
                settings: format!("{again:?}"),
                formula: None,
            },
        };
        Self {
            source,
            inputs: node.inputs.iter().map(|input| NodeId::index(*input)).collect(),
            shape: node.shape,
            name: name.map(Into::into),
            location: node.location,
        }
    }
}
