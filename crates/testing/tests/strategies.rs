//! The strategies give what they say, and all of it.

use std::collections::BTreeSet;

use backprop_tensor::{Shape, Tensor};
use backprop_testing::inputs;
use backprop_testing::strategies::{
    broadcastable, broadcastable_shapes, contiguous, shapes, shapes_of_rank, tensors,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

proptest! {
    #[test]
    fn shapes_are_small(shape in shapes(), ranked in shapes_of_rank(3)) {
        prop_assert!(shape.len() <= 4 && shape.iter().all(|&length| length <= 4));
        prop_assert!(ranked.len() == 3 && ranked.iter().all(|length| (1..=4).contains(length)));
    }

    #[test]
    fn pairs_broadcast((a, b) in broadcastable_shapes(), (x, y) in broadcastable::<f64>()) {
        let (a, b) = (Shape::new(a).unwrap(), Shape::new(b).unwrap());
        prop_assert!(a.broadcast("test", &b).is_ok());
        prop_assert!(x.try_add(&y).is_ok());
    }

    #[test]
    fn contiguous_tensors_are(x in contiguous::<f32>(shapes())) {
        prop_assert!(x.as_slice().is_some_and(|elements| elements.iter().all(|x| x.abs() <= 4.0)));
    }

    #[test]
    fn a_view_has_the_elements_it_should(x in tensors::<f32>(shapes())) {
        // What lies around a view is NaN.
        prop_assert!(x.to_vec().iter().all(|x| x.abs() <= 4.0));
    }
}

#[test]
fn views_have_all_kinds_of_strides() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..500 {
        let x = tensors::<f32>(Just(vec![3, 4]))
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let [row, column] = x.layout().strides()[..] else {
            unreachable!("two axes")
        };
        seen.insert((
            row.signum(),
            column.signum(),
            row.abs() > column.abs(),
            x.layout().offset() > 0,
        ));
    }
    for row in [-1, 1] {
        for column in [-1, 1] {
            for outer in [false, true] {
                assert!(
                    seen.contains(&(row, column, outer, true)),
                    "{row} {column} {outer}"
                );
            }
        }
    }
    assert!(seen.contains(&(1, 1, true, false)));
}

#[test]
fn inputs_have_the_lengths_asked_for() {
    let inputs = inputs![1..4, 2..=3, 5].trials(50);
    let shapes: BTreeSet<Vec<usize>> = (0..50)
        .map(|seed| inputs.tensor::<f32>(seed).unwrap().shape().to_vec())
        .collect();
    let expected: BTreeSet<_> = (1..4).flat_map(|a| (2..4).map(move |b| vec![a, b, 5])).collect();
    assert_eq!(shapes, expected);
    assert_eq!(inputs![].tensor::<f32>(0).unwrap().rank(), 0);
}

#[test]
fn inputs_lie_between_the_bounds_and_follow_from_the_seed() {
    let inputs = inputs![20, 20].between(1.0, 2.0);
    let x: Tensor<f64> = inputs.tensor(3).unwrap();
    assert!(x.to_vec().iter().all(|x| (1.0..2.0).contains(x)));
    assert_eq!(x, inputs.tensor(3).unwrap());
    assert_ne!(x, inputs.tensor(4).unwrap());
}

#[test]
fn lengths_that_cannot_be_are_errors() {
    for inputs in [
        inputs![usize::MAX],
        inputs![0..usize::MAX, usize::MAX],
        inputs![1, 1, 1, 1, 1, 1, 1, 1, 1],
    ] {
        assert!(inputs.tensor::<f32>(0).is_err());
    }
    #[allow(clippy::reversed_empty_ranges)]
    let empty = inputs![5..2, 3..3];
    assert_eq!(empty.tensor::<f32>(0).unwrap().shape(), &[5, 3]);
}
