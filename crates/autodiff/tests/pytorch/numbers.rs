//! Numbers in files, and when two of them are the same.

use serde::Deserialize;

/// A number, or a word for one that JSON does not have.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Number {
    Finite(f64),
    Other(String),
}

impl Number {
    pub(crate) fn get(&self) -> f64 {
        match self {
            Self::Finite(number) => *number,
            Self::Other(word) => word.parse().unwrap(),
        }
    }
}

pub(crate) fn numbers(numbers: &[Number]) -> Vec<f64> {
    numbers.iter().map(Number::get).collect()
}

/// Both are within 12 digits of each other, equal infinities, or NaN.
pub(crate) fn agree(own: f64, theirs: f64) -> bool {
    own == theirs || own.is_nan() && theirs.is_nan() || (own - theirs).abs() <= 1e-12 * theirs.abs() + 1e-15
}

/// The gradient of the value that backward begins with.
pub(crate) fn weight(place: usize) -> f64 {
    1.5 + 0.25 * (place % 4) as f64
}
