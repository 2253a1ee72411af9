//! Values and gradients as PyTorch gives them: elementwise functions at special points (kinks, ends of domains, ties, infinities, NaN), all
//! others on random shapes.

mod elementwise;
mod higher_order;
mod numbers;
mod operations;

use std::collections::BTreeSet;

use backprop_autodiff::{Source, Tape, ops};

/// Random, so that there is nothing to compare; their laws are tested elsewhere.
// Numbers that are drawn; any formula, which the others are compared with.
const NOT_COMPARED: [&str; 3] = ["Dropout", "GaussianNoise", "Elementwise"];

/// The names of the operations on a tape.
fn names(tape: &Tape<f64>) -> impl Iterator<Item = &'static str> {
    tape.records()
        .into_iter()
        .filter_map(|record| match record.source {
            Source::Operation { name, .. } => Some(name),
            _ => None,
        })
}

#[test]
fn every_operation_is_compared() {
    let compared: BTreeSet<_> = elementwise::names()
        .chain(operations::names())
        .chain(NOT_COMPARED)
        .collect();
    let all: BTreeSet<_> = ops::NAMES.iter().copied().collect();
    assert_eq!(compared, all);
}
