use std::borrow::Cow;

use crate::MAX_RANK;

/// What went wrong in a tensor operation, with the operation, the shapes and what would have been right.
///
/// ```
/// use backprop_tensor::Tensor;
///
/// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// let b = Tensor::from([1.0, 2.0, 3.0]);
/// let error = a.try_add(&b).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "add: shapes [2, 2] and [3] do not broadcast: from the last axis on, lengths must be equal or 1"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two shapes that cannot be used together.
    #[error("{operation}: shapes {left:?} and {right:?} {expected}")]
    Shapes {
        /// The operation's name.
        operation: &'static str,
        /// Shape of the first operand.
        left: Box<[usize]>,
        /// Shape of the second operand, or the one asked for.
        right: Box<[usize]>,
        /// What is wrong and what would have been right.
        expected: Cow<'static, str>,
    },
    /// A shape that an operation cannot take.
    #[error("{operation}: shape {shape:?}: {expected}")]
    Shape {
        /// The operation's name.
        operation: &'static str,
        /// The offending shape.
        shape: Box<[usize]>,
        /// What would have been right.
        expected: Cow<'static, str>,
    },
    /// An axis that the tensor does not have, or one named twice.
    #[error("{operation}: axis {axis} of shape {shape:?}: {expected}")]
    Axis {
        /// The operation's name.
        operation: &'static str,
        /// The axis as given; negative ones count from the end.
        axis: isize,
        /// Shape of the operand.
        shape: Box<[usize]>,
        /// What would have been right.
        expected: Cow<'static, str>,
    },
    /// An index outside its axis.
    #[error("{operation}: index {index} is outside an axis of length {length}")]
    Index {
        /// The operation's name.
        operation: &'static str,
        /// The index as given.
        index: i64,
        /// Length of the axis.
        length: usize,
    },
    /// An argument outside its range.
    #[error("{operation}: {argument} = {value}: {expected}")]
    Argument {
        /// The operation's name.
        operation: &'static str,
        /// The argument's name.
        argument: &'static str,
        /// Its value, printed.
        value: String,
        /// What would have been right.
        expected: Cow<'static, str>,
    },
    /// A shape with more axes than a tensor can have.
    #[error("{operation}: {rank} axes are more than the {MAX_RANK} that a tensor can have")]
    Rank {
        /// The operation's name.
        operation: &'static str,
        /// The rank asked for.
        rank: usize,
    },
    /// A shape whose number of elements or bytes cannot be counted.
    #[error("{operation}: a tensor of shape {shape:?} has more elements than memory can hold")]
    Size {
        /// The operation's name.
        operation: &'static str,
        /// The shape asked for.
        shape: Box<[usize]>,
    },
    /// The system gave no memory.
    #[error("no memory for {bytes} bytes")]
    Memory {
        /// The size asked for.
        bytes: usize,
    },
    /// A matrix that a decomposition cannot handle.
    #[error("{operation}: {reason}")]
    Decomposition {
        /// The operation's name.
        operation: &'static str,
        /// Why not.
        reason: Cow<'static, str>,
    },
}

/// [`std::result::Result`] with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Two shapes that cannot be used together. `expected` ends the sentence that the message begins, and says what would be right.
    ///
    /// ```
    /// use backprop_tensor::Error;
    ///
    /// let error = Error::shapes("dot", &[2], &[3], "must have the same length");
    /// assert_eq!(error.to_string(), "dot: shapes [2] and [3] must have the same length");
    /// ```
    pub fn shapes(
        operation: &'static str,
        left: &[usize],
        right: &[usize],
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Shapes {
            operation,
            left: left.into(),
            right: right.into(),
            expected: expected.into(),
        }
    }

    /// A shape that an operation cannot take.
    pub fn shape(operation: &'static str, shape: &[usize], expected: impl Into<Cow<'static, str>>) -> Self {
        Self::Shape {
            operation,
            shape: shape.into(),
            expected: expected.into(),
        }
    }

    /// An argument outside its range.
    pub fn argument(
        operation: &'static str,
        argument: &'static str,
        value: impl ToString,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Argument {
            operation,
            argument,
            value: value.to_string(),
            expected: expected.into(),
        }
    }

    /// The same error in the name of another operation, for one that is built on others.
    ///
    /// ```
    /// use backprop_tensor::Tensor;
    ///
    /// let x = Tensor::from([1.0, 2.0]);
    /// let error = x.sum(1).unwrap_err().within("total");
    /// assert_eq!(error.to_string(), "total: axis 1 of shape [2]: axes go from -1 to 0");
    /// ```
    #[must_use]
    pub fn within(mut self, name: &'static str) -> Self {
        match &mut self {
            Self::Shapes { operation, .. }
            | Self::Shape { operation, .. }
            | Self::Axis { operation, .. }
            | Self::Index { operation, .. }
            | Self::Argument { operation, .. }
            | Self::Rank { operation, .. }
            | Self::Size { operation, .. }
            | Self::Decomposition { operation, .. } => *operation = name,
            Self::Memory { .. } => {}
        }
        self
    }
}
