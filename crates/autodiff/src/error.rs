use std::panic::Location;

use backprop_tensor::{Error as TensorError, Shape};

use crate::{Anomaly, Operands};

/// What went wrong on a tape, with the operation, its operands and the line of the caller's program.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_tensor::Tensor;
///
/// let tape = Tape::new();
/// let a = tape.variable(Tensor::from([1.0_f32, 2.0]));
/// let b = tape.variable(Tensor::from([1.0, 2.0, 3.0]));
/// let error = (&a * &b).sum(..).backward().unwrap_err();
/// assert!(error.to_string().starts_with("Mul([2], [3]): "), "{error}");
/// assert!(error.location().is_some_and(|location| location.file().ends_with(".rs")));
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An operation that its operands do not allow.
    #[error("{operation}({operands}): {source}, at {location}")]
    Operation {
        /// The operation's name.
        operation: &'static str,
        /// Its operands.
        operands: Operands,
        /// Where the program applied it.
        location: &'static Location<'static>,
        /// What the tensors said.
        source: TensorError,
    },
    /// The derivative of an operation failed.
    #[error("gradient of {operation}({operands}): {source}, at {location}")]
    Gradient {
        /// The operation's name.
        operation: &'static str,
        /// Its operands.
        operands: Operands,
        /// Where the program applied it.
        location: &'static Location<'static>,
        /// What the tensors said.
        source: TensorError,
    },
    /// The first NaN or infinity, found by a tape that [looks for it](crate::Tape::detect_anomaly).
    #[error("{_0}, at {}", _0.location)]
    Anomaly(Box<Anomaly>),
    /// A [checkpoint](crate::Tape::checkpoint) used wrongly.
    #[error("checkpoint: {reason}, at {location}")]
    Checkpoint {
        /// In what way.
        reason: &'static str,
        /// Where the program did.
        location: &'static Location<'static>,
    },
    /// An operation on values of several tapes.
    #[error("{operation}: operands are on different tapes, at {location}")]
    DifferentTapes {
        /// The operation's name.
        operation: &'static str,
        /// Where the program applied it.
        location: &'static Location<'static>,
    },
    /// A tape that was walked back already: its records are gone.
    #[error("{operation}: the tape was used up by an earlier backward; start a new one, at {location}")]
    Spent {
        /// What was tried.
        operation: &'static str,
        /// Where the program tried it.
        location: &'static Location<'static>,
    },
    /// A loss of more or less than one number.
    #[error(
        "backward: a loss is one number, not a tensor of shape {shape}; take its mean or sum, at {location}"
    )]
    NotScalar {
        /// Its shape.
        shape: Shape,
        /// Where the program asked for gradients.
        location: &'static Location<'static>,
    },
    /// A result that depends on nothing a gradient can be taken for.
    #[error("backward: the result depends on no parameter or variable of a recording tape, at {location}")]
    NotTracked {
        /// Where the program asked for gradients.
        location: &'static Location<'static>,
    },
    /// Gradients to be differentiated again, of a tape that does not keep what they need.
    #[error(
        "gradients: this tape does not keep what they need; start with Tape::higher_order \
         (in training Tape::training_higher_order), at {location}"
    )]
    NotHigherOrder {
        /// Where the program asked for gradients.
        location: &'static Location<'static>,
    },
    /// Gradients with respect to a constant.
    #[error(
        "gradients: number {input} of what they are wanted for is a constant; \
         take it from Tape::variable or Tape::param, at {location}"
    )]
    Constant {
        /// Its place among what they were wanted for, from 0.
        input: usize,
        /// Where the program asked for gradients.
        location: &'static Location<'static>,
    },
    /// An operation whose gradient cannot be differentiated again.
    #[error(
        "{operation}: first-order, it has a gradient for backward, but none for gradients: {reason}, at {location}"
    )]
    FirstOrder {
        /// The operation's name.
        operation: &'static str,
        /// Why.
        reason: &'static str,
        /// Where the program applied it.
        location: &'static Location<'static>,
    },
    /// A parameter that could not be made.
    #[error("parameter: {source}, at {location}")]
    Parameter {
        /// Why not.
        source: TensorError,
        /// Where the program used it.
        location: &'static Location<'static>,
    },
    /// A name that a model does not have, or lacks.
    #[error("{name}: {expected}")]
    Name {
        /// The parameter's path in the model.
        name: String,
        /// What would have been right.
        expected: String,
    },
    /// A failure outside of any recorded operation.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}

/// [`std::result::Result`] with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The line of the program at fault, where it is known.
    pub fn location(&self) -> Option<&'static Location<'static>> {
        match self {
            Self::Operation { location, .. }
            | Self::Gradient { location, .. }
            | Self::Checkpoint { location, .. }
            | Self::DifferentTapes { location, .. }
            | Self::Spent { location, .. }
            | Self::NotScalar { location, .. }
            | Self::NotTracked { location }
            | Self::NotHigherOrder { location }
            | Self::Constant { location, .. }
            | Self::FirstOrder { location, .. }
            | Self::Parameter { location, .. } => Some(location),
            Self::Anomaly(anomaly) => Some(anomaly.location),
            Self::Name { .. } | Self::Tensor(_) => None,
        }
    }

    /// The same with another line at fault, if it has one.
    pub(crate) fn at(mut self, line: &'static Location<'static>) -> Self {
        match &mut self {
            Self::Operation { location, .. }
            | Self::Gradient { location, .. }
            | Self::Checkpoint { location, .. }
            | Self::DifferentTapes { location, .. }
            | Self::Spent { location, .. }
            | Self::NotScalar { location, .. }
            | Self::NotTracked { location }
            | Self::NotHigherOrder { location }
            | Self::Constant { location, .. }
            | Self::FirstOrder { location, .. }
            | Self::Parameter { location, .. } => *location = line,
            Self::Anomaly(anomaly) => anomaly.location = line,
            Self::Name { .. } | Self::Tensor(_) => {}
        }
        self
    }
}
