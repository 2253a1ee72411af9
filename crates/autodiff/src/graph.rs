//! A tape read back.

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use backprop_tensor::formula::Formula;
use backprop_tensor::{Float, Result, Shape, Tensor, formula};

use crate::node::{Node, NodeId, Origin};
use crate::{Differential, InputGradients, Op, ParamId, Tape, operands};

/// A record of a tape, read back with [`Tape::records`]: how a value came to be.
///
/// A value like any other, which does not hold the tape: it can be cloned, kept, and sent to another thread.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Record<T: Float = f32> {
    /// What made the value.
    pub source: Source<T>,
    /// The operands of an operation, as places in the list of records; `None` for a constant, which has a record only on a [tracing](Tape::tracing) tape.
    pub inputs: Vec<Option<usize>>,
    /// The shape of the value; of an operation with [several](crate::MultiOp), that of the first.
    pub shape: Shape,
    /// Its name, if [`Var::name`](crate::Var::name) has given it one.
    pub name: Option<String>,
    /// The line of the program that asked for it.
    pub location: &'static Location<'static>,
    operation: Traced,
}

/// What made a recorded value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Source<T: Float = f32> {
    /// The program, with [`Tape::variable`].
    Variable,
    /// The program, with [`Tape::input`], [`Tape::constant`], [`Tape::buffer`] or a number in a formula; only on a [tracing](Tape::tracing) tape.
    Constant(Tensor<T>),
    /// A parameter.
    #[non_exhaustive]
    Param {
        /// Its identity.
        id: ParamId,
        /// Its value, on a [tracing](Tape::tracing) tape.
        value: Option<Tensor<T>>,
        /// Whether it is trained. Those that are not have a record only on a [tracing](Tape::tracing) tape.
        is_trainable: bool,
    },
    /// An operation. On a [tracing](Tape::tracing) tape, [`Record::operation`] has it.
    #[non_exhaustive]
    Operation {
        /// Its name.
        name: &'static str,
        /// The operation with its settings, as its `Debug` prints them.
        settings: String,
        /// What it makes of the elements of its operands, if that is an elementwise formula.
        formula: Option<Formula>,
        /// How many of the records right after this one are its values, if it is one with [several](crate::MultiOp), else 0: the value is that of this record.
        outputs: usize,
    },
    /// An operation with several values, whose record is the only input of this one.
    #[non_exhaustive]
    Output {
        /// Which of them it is, from 0.
        index: usize,
    },
}

/// The operation of a tracing tape. What can be compared of it, the source has.
#[derive(Clone)]
struct Traced(Option<Arc<dyn Any + Send + Sync>>);

impl PartialEq for Traced {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "kept" } else { "not kept" })
    }
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
    pub fn records(&self) -> Vec<Record<T>> {
        let records = self.inner.records.borrow();
        let nodes = records.nodes.iter().enumerate();
        let named = nodes.map(|(place, node)| Record::of(place, node, records.name(NodeId::new(place))));
        named.collect()
    }
}

impl<T: Float> Record<T> {
    /// The operation itself, with its fields, if it is of this type: so that a program that knows the type can compute the value again, write it to a file, or
    /// translate it.
    ///
    /// `None` but on a [tracing](Tape::tracing) tape: the others hold an operation no longer than its gradient needs it, and [`Source::Operation`] has its
    /// settings as text.
    ///
    /// ```
    /// use backprop_autodiff::{Tape, ops};
    /// use backprop_tensor::Tensor;
    ///
    /// let tape = Tape::tracing();
    /// let _ = tape.variable(Tensor::from([1.0_f32, 2.0])).powf(1.5);
    /// let record = tape.records().pop().unwrap();
    /// assert_eq!(record.operation::<ops::Powf<f32>>().unwrap().exponent, 1.5);
    /// assert!(record.operation::<ops::Exp>().is_none());
    /// ```
    pub fn operation<O: 'static>(&self) -> Option<&O> {
        self.operation.0.as_ref()?.downcast_ref()
    }

    fn of(place: usize, node: &Node<T>, name: Option<&str>) -> Self {
        let inputs: Vec<_> = node.inputs.iter().map(|input| NodeId::index(*input)).collect();
        let mut operation = None;
        let source = match &node.origin {
            Origin::Variable => Source::Variable,
            Origin::Constant(value) => Source::Constant((**value).clone()),
            Origin::Param(id) => Source::Param {
                id: *id,
                value: None,
                is_trainable: true,
            },
            Origin::TracedParam(param) => Source::Param {
                id: param.id,
                value: Some(param.value.clone()),
                is_trainable: param.is_trainable,
            },
            Origin::Operation(record) => {
                operation = record.shared();
                Source::Operation {
                    name: record.name(),
                    settings: format!("{record:?}"),
                    formula: record.formula(),
                    outputs: record.outputs(),
                }
            }
            Origin::Output => {
                let operation = inputs.first().copied().flatten().unwrap_or(place);
                let index = (place - operation).saturating_sub(1);
                Source::Output { index }
            }
            Origin::Checkpoint(again) => Source::Operation {
                name: "Checkpoint",
                settings: format!("{again:?}"),
                formula: None,
                outputs: 0,
            },
        };
        Self {
            source,
            inputs,
            shape: node.shape,
            name: name.map(Into::into),
            location: node.location,
            operation: Traced(operation),
        }
    }
}

/// What [`Var::detach`](crate::Var::detach) is on a [tracing](Tape::tracing) tape: `y = x`, without a gradient. Elsewhere, it is no operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detach;

impl<T: Float> Op<T> for Detach {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, ())> {
        let [x] = operands(inputs)?;
        Ok((x.clone(), ()))
    }

    fn backward(&self, (): (), _: Tensor<T>, _: &mut InputGradients<'_, T>) -> Result<()> {
        Ok(())
    }

    fn differentiate(&self, (): &(), _: &Differential<T>) -> crate::Result<()> {
        Ok(())
    }

    /// That of the value, which has another derivative.
    fn formula(&self) -> Option<Formula> {
        Some(formula!(|x| x))
    }
}
