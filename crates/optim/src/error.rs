/// Why a step was not taken. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting outside its range.
    #[error("{optimizer}: {setting} = {value}: {expected}")]
    Setting {
        /// The optimizer's name.
        optimizer: &'static str,
        /// The setting's name.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What would have been right.
        expected: &'static str,
    },
    /// A gradient or a state that does not fit its parameter.
    #[error("{path}: the {what} has shape {found:?}, the parameter {parameter:?}")]
    Shape {
        /// The parameter's path in the model.
        path: String,
        /// What does not fit.
        what: &'static str,
        /// Its shape.
        found: Box<[usize]>,
        /// The parameter's.
        parameter: Box<[usize]>,
    },
    /// A value that a forward pass left for a buffer and that does not fit it.
    #[error("{path}: the new value has shape {found:?}, the buffer {buffer:?}")]
    Buffer {
        /// The buffer's path in the model.
        path: String,
        /// The value's shape.
        found: Box<[usize]>,
        /// The buffer's.
        buffer: Box<[usize]>,
    },
    /// A rule's kernel that does not fit the state that the rule names.
    #[error(
        "{optimizer}: its kernel updates {outputs} values and reads {inputs}; it is to update the parameter and {state:?} (7 at most), and read \
        the gradient"
    )]
    Kernel {
        /// The optimizer's name.
        optimizer: &'static str,
        /// How many values the kernel updates.
        outputs: usize,
        /// How many it reads.
        inputs: usize,
        /// The names of what the rule keeps.
        state: &'static [&'static str],
    },
    /// A state that cannot be given, or was not gathered by such an optimizer or schedule.
    #[error("{0}")]
    State(String),
    /// A failure of the tape or of a model.
    #[error(transparent)]
    Autodiff(#[from] backprop_autodiff::Error),
    /// A failure of a tensor operation, for want of memory for instance.
    #[error(transparent)]
    Tensor(#[from] backprop_tensor::Error),
}

/// [`std::result::Result`] with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
