//! The kinds of tapes that a layer is tried on.

use std::fmt;

use backprop_autodiff::Tape;
use backprop_tensor::Float;

/// A kind of tape, of which there can be as many as wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Training(u64),
    Use,
    Inference,
}

impl Kind {
    pub(crate) fn tape<T: Float>(self) -> Tape<T> {
        match self {
            Self::Training(seed) => Tape::training(seed),
            Self::Use => Tape::new(),
            Self::Inference => Tape::inference(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Training(_) => "in training",
            Self::Use => "in use",
            Self::Inference => "in inference",
        })
    }
}
