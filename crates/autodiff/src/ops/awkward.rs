//! The derivative written by hand equals the derived one: for every operation that is a formula, on numbers of every kind, kinks and infinities too.

use std::cell::RefCell;
use std::collections::BTreeMap;

use backprop_tensor::Tensor;

use super::cases::Case;
use crate::node::Origin;
use crate::{Tape, Var};

/// Zeros, subnormal numbers, tiny, usual and huge ones, the ends of exponentials, kinks, infinities, NaN.
fn numbers() -> Vec<f64> {
    let magnitudes = [
        0.0,
        1e-310,
        1e-300,
        1e-160,
        1e-20,
        1e-8,
        0.1,
        0.3,
        0.5,
        0.7,
        1.0,
        1.5,
        2.0,
        2.5,
        3.0,
        6.0,
        8.0,
        17.0,
        40.0,
        100.0,
        300.0,
        700.0,
        720.0,
        750.0,
        1e10,
        1e160,
        1e300,
        f64::INFINITY,
    ];
    magnitudes.iter().flat_map(|&x| [x, -x]).chain([f64::NAN]).collect()
}

/// Whether all of its operations are formulas, but for the arithmetic of `Var`, which is its own derivative.
fn is_formula(tape: &Tape<f64>) -> bool {
    let records = tape.inner.records.borrow();
    let mut operations = records.nodes.iter().filter_map(|node| match &node.origin {
        Origin::Operation(record) => Some(record.formula().is_some()),
        _ => None,
    });
    operations.len_is_one_and_true()
}

#[test]
fn the_derivative_by_hand_is_the_derived_one() {
    let failures = RefCell::new(BTreeMap::<String, Vec<String>>::new());
    let count = RefCell::new(0);
    for (name, cases) in super::table() {
        for case in &cases {
            check(name, case, &failures, &count);
        }
    }
    let failures = failures.into_inner();
    for (name, list) in &failures {
        println!("{name}: {} {:#?}", list.len(), &list[..list.len().min(12)]);
    }
    assert!(failures.is_empty());
}
