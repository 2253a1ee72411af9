//! What the forward pass knows is read from its one computation.

use backprop_autodiff::{Op, Tape, ops};
use backprop_tensor::Tensor;

#[test]
fn what_an_operation_knows_is_read_on_every_tape() {
    let x = Tensor::from([[3.0, 4.0], [6.0, 8.0]]);
    for tape in [
        Tape::new(),
        Tape::inference(),
        Tape::higher_order(),
        Tape::tracing(),
        Tape::training(1),
    ] {
        for var in [tape.variable(x.clone()), tape.input(x.clone())] {
            let axes = ops::Norm {
                axes: backprop_tensor::Axes::resolve(&[1], "norm", x.shape()).unwrap(),
            };
            let (norm, read) = tape.apply_reading(axes, &[&var], |[x, y]| (x.clone(), y.clone()));
            assert_eq!(norm.value().unwrap(), &Tensor::from([5.0, 10.0]));
            assert_eq!(read, Some((x.clone(), Tensor::from([5.0, 10.0]))));
        }
    }
    // What failed knows nothing, and is not asked.
    let tape: Tape<f64> = Tape::new();
    let (failed, read): (_, Option<()>) = tape.apply_reading(ops::Tanh, &[], |_| panic!("asked"));
    assert!(failed.has_failed() && read.is_none());
    let (failed, read): (_, Option<()>) = tape.apply_reading(ops::Tanh, &[&failed], |_| panic!("asked"));
    assert!(failed.has_failed() && read.is_none());
}

/// Nothing is lost by reading.
#[test]
fn reading_changes_neither_value_nor_gradient() {
    let run = |read: bool| {
        let tape = Tape::new();
        let x = tape.variable(Tensor::from([0.3, -0.7]));
        let y = match read {
            true => tape.apply_reading(ops::Tanh, &[&x], |_| ()).0,
            false => x.tanh(),
        };
        let value = y.value().unwrap().clone();
        (value, y.sum(..).backward().unwrap().wrt(&x).cloned())
    };
    assert_eq!(run(true), run(false));
    assert_eq!(Op::<f64>::name(&ops::Tanh), "Tanh");
}

/// The places come from the same computation as the values, so that these are what is found there: signs of zeros and NaN too.
#[test]
fn sorted_elements_are_those_at_their_places() {
    let x = Tensor::from([
        [0.0, -0.0, f64::NAN, -1.0, 2.0, -0.0],
        [3.0, 3.0, -f64::NAN, 1.0, f64::INFINITY, 0.0],
    ]);
    let bits = |x: &Tensor<f64>| x.to_vec().into_iter().map(f64::to_bits).collect::<Vec<_>>();
    for (tape, from_largest) in [
        (Tape::new(), true),
        (Tape::new(), false),
        (Tape::inference(), true),
    ] {
        let x = tape.variable(x.clone());
        for axis in [0, -1] {
            for (y, places) in [x.sort(axis, from_largest), x.topk(2, axis, from_largest)] {
                let expected = x.value().unwrap().gather(axis, &places).unwrap();
                assert_eq!(bits(y.value().unwrap()), bits(&expected));
            }
        }
    }
}
