//! Every public function returns, whatever its arguments: a value or an error, never a panic, forwards and backwards.
//!
//! A public function that is not named here fails a test of the workspace (`cargo xtask layers`).

mod calls;
mod insight;
mod own;

use std::collections::BTreeSet;

use backprop_autodiff::{Error, Tape, Var, ops};
use backprop_tensor::Tensor;
use backprop_testing::hostile::panics;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn operations_return(seed in any::<u64>()) {
        prop_assert_eq!(panics(&calls::operations(), seed, false), [""; 0]);
    }

    #[test]
    fn tapes_and_parameters_return(seed in any::<u64>()) {
        prop_assert_eq!(panics(&calls::tapes(), seed, false), [""; 0]);
    }

    #[test]
    fn own_operations_return(seed in any::<u64>()) {
        prop_assert_eq!(panics(&own::applications(), seed, false), [""; 0]);
    }

    #[test]
    fn hooks_names_and_checkpoints_return(seed in any::<u64>()) {
        prop_assert_eq!(panics(&insight::all(), seed, false), [""; 0]);
    }
}

/// The methods are named like their operations, so that none of the table is left out.
#[test]
fn every_operation_is_called() {
    let called: BTreeSet<String> = calls::operations()
        .iter()
        .map(|call| call.name.replace('_', ""))
        .collect();
    for name in ops::NAMES {
        let method = match *name {
            "Variance" => "var".into(),
            name => name.to_lowercase(),
        };
        assert!(called.contains(&method), "{name}");
    }
}

/// An error is in the name of the operation that was asked for, not of one that it is built on.
#[test]
fn errors_name_the_operation() {
    type Function = fn(&Var<f64>, &Var<f64>, &Tensor<bool>) -> Var<f64>;
    let functions: [(&str, Function); 15] = [
        ("add", |x, y, _| x + y),
        ("atan2", |x, y, _| x.atan2(y)),
        ("concat", |x, _, _| Var::concat(&[x], 5).unwrap()),
        ("glu", |x, _, _| x.glu(5)),
        ("lerp", |x, y, _| x.lerp(y, 0.5)),
        ("masked_fill", |x, _, mask| x.masked_fill(mask, 0.0)),
        ("maximum", |x, y, _| x.maximum(y)),
        ("pad", |x, _, _| x.pad(&[], 0.0)),
        ("pow", |x, y, _| x.pow(y)),
        ("softmax", |x, _, _| x.softmax(5)),
        ("sort", |x, _, _| x.sort(5, false).0),
        ("split", |x, _, _| x.split(0, &[5])[0].clone()),
        ("stack", |x, _, _| Var::stack(&[x], 5).unwrap()),
        ("topk", |x, _, _| x.topk(5, 0, true).0),
        ("where_else", |x, y, mask| x.where_else(mask, y)),
    ];
    for (name, function) in functions {
        // The tape keeps its first error, so each has one of its own.
        let tape = Tape::new();
        let variable =
            |elements: &[f64]| tape.variable(Tensor::from_slice(elements, [elements.len()]).unwrap());
        let (x, y) = (variable(&[1.0, 2.0]), variable(&[1.0, 2.0, 3.0]));
        let mask = Tensor::from([true, false, true, false]);
        let Error::Operation { source, .. } = function(&x, &y, &mask).value().unwrap_err() else {
            panic!("{name} fails otherwise");
        };
        assert!(
            source.to_string().starts_with(&format!("{name}: ")),
            "{name}: {source}"
        );
    }
}
