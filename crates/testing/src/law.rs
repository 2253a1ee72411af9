//! What every layer and every optimizer keeps, and how a breach is told.

use std::fmt;

/// What can be expected of every layer, or of every optimizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Law {
    /// The gradients of all inputs and parameters are those of central differences, in training and in use.
    Gradients,
    /// The same input, on the same kind of tape with the same seed, gives the same output, bit for bit.
    Determinism,
    /// A tape that records gives the values of one that does not.
    Recording,
    /// `visit` and `visit_mut` show the same parameters and buffers in the same order, under paths that differ.
    Visiting,
    /// The state of a model, loaded, brings back what it computed.
    State,
    /// The output for an input that has failed has failed, for the same reason.
    Failure,
    /// No input makes the layer panic, of whatever shape.
    NoPanic,
    /// A clone is equal, computes the same, and has parameters of its own.
    Cloning,
    /// What was written and read again is equal.
    Serialization,
    /// Examples do not influence one another, in use.
    BatchIndependence,
    /// The layer cast to f64 computes the same to within rounding.
    Casting,
    /// Of an optimizer: a step changes the parameters that have gradients and are not frozen, and writes buffers; nothing else.
    Untouched,
    /// Of an optimizer: a step that fails changes nothing, neither the model nor what was gathered.
    AllOrNothing,
    /// Of an optimizer: settings out of their range are an [`Error::Setting`](backprop_optim::Error::Setting), and nothing changes.
    Settings,
    /// Of an optimizer: at a learning rate of 0, parameters stay what they are.
    ZeroRate,
    /// Of an optimizer: a state that was saved and loaded goes on with the same bits.
    Resuming,
    /// Of an optimizer: models that are trained by turns do not mix.
    Models,
    /// Of an optimizer: the same bits for any number of threads.
    Threads,
    /// A law of one's own, with its name.
    Custom(&'static str),
}

impl Law {
    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gradients => "gradients are right",
            Self::Determinism => "the same input gives the same output",
            Self::Recording => "recording does not change the output",
            Self::Visiting => "visit and visit_mut show the same, under different paths",
            Self::State => "a loaded state computes the same",
            Self::Failure => "a failed input gives a failed output",
            Self::NoPanic => "no input makes it panic",
            Self::Cloning => "a clone is equal and has parameters of its own",
            Self::Serialization => "what was written reads back equal",
            Self::BatchIndependence => "examples do not influence one another",
            Self::Casting => "f32 and f64 agree",
            Self::Untouched => "a step changes what has a gradient and is not frozen, and nothing else",
            Self::AllOrNothing => "a step that fails changes nothing",
            Self::Settings => "settings out of range are errors",
            Self::ZeroRate => "a learning rate of 0 changes nothing",
            Self::Resuming => "a state that was saved and loaded goes on with the same bits",
            Self::Models => "models trained by turns do not mix",
            Self::Threads => "any number of threads gives the same bits",
            Self::Custom(name) => name,
        }
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A law that a layer or an optimizer does not keep, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} breaks the law that {law}: {place}")]
#[non_exhaustive]
pub struct Violation {
    /// The name of the layer or optimizer.
    pub name: String,
    /// The law.
    pub law: Law,
    /// Which trial, which parameter, and what was found.
    pub place: String,
}
