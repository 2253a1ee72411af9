//! Errors of activations, and identities between them.

use backprop_autodiff::{Error, Tape, Var};
use backprop_tensor::Tensor;
use proptest::prelude::*;

type Variable = Var<f64>;

fn variable(elements: &[f64]) -> Variable {
    Tape::new().variable(Tensor::from_slice(elements, [elements.len()]).unwrap())
}

fn fails(y: Variable) -> Result<(), TestCaseError> {
    match y.into_value() {
        Err(Error::Operation { .. }) => Ok(()),
        other => Err(TestCaseError::fail(format!("{other:?}"))),
    }
}

/// The value and the gradient of the sum.
fn both(function: impl Fn(&Variable) -> Variable, elements: &[f64]) -> [Vec<f64>; 2] {
    let x = variable(elements);
    let y = function(&x);
    let value = y.value().unwrap().to_vec();
    [value, y.sum(..).backward().unwrap().wrt(&x).unwrap().to_vec()]
}

fn same(left: [Vec<f64>; 2], right: [Vec<f64>; 2]) -> Result<(), TestCaseError> {
    for (x, y) in left.iter().flatten().zip(right.iter().flatten()) {
        prop_assert!((x - y).abs() <= 1e-12 * (1.0 + x.abs()), "{x} {y}");
    }
    Ok(())
}

fn elements() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-30.0..30.0, 1..20)
}

proptest! {
    #[test]
    fn settings_without_sense_are_errors(bad in prop_oneof![-1e300..-1e-300, Just(f64::NAN)]) {
        let x = variable(&[1.0, -1.0]);
        fails(x.elu(bad))?;
        fails(x.celu(bad))?;
        fails(x.softplus(bad))?;
        fails(x.softshrink(bad))?;
        fails(x.hardshrink(bad))?;
        fails(x.hard_tanh(0.0, bad))?;
        for zero in [0.0, -0.0] {
            fails(x.celu(zero))?;
            fails(x.softplus(zero))?;
            fails(x.hard_tanh(zero, zero))?;
        }
    }

    #[test]
    fn activations_that_are_others_in_disguise(x in elements(), a in 0.1_f64..3.0) {
        same(both(|x| x.leaky_relu(0.0), &x), both(Var::relu, &x))?;
        same(both(|x| x.elu(0.0), &x), both(Var::relu, &x))?;
        same(both(|x| x.elu(1.0), &x), both(|x| x.celu(1.0), &x))?;
        same(both(|x| x.softshrink(0.0), &x), both(|x| x.hardshrink(0.0), &x))?;
        same(both(|x| x.threshold(0.0, 0.0), &x), both(Var::relu, &x))?;
        same(both(|x| x.hard_tanh(0.0, 6.0), &x), both(Var::relu6, &x))?;
        same(both(|x| x.clamp(-a, a), &x), both(|x| x.hard_tanh(-a, a), &x))?;
        same(both(|x| x * x.sigmoid(), &x), both(Var::silu, &x))?;
        same(both(|x| x * x.softplus(1.0).tanh(), &x), both(Var::mish, &x))?;
        same(both(|x| x * 0.5 * ((x * 0.5_f64.sqrt()).erf() + 1.0), &x), both(Var::gelu, &x))?;
        same(both(|x| x - x.tanh(), &x), both(Var::tanhshrink, &x))?;
        same(both(|x| -(-x).softplus(1.0), &x), both(Var::log_sigmoid, &x))?;
        same(both(|x| (x * a).softplus(1.0) / a, &x), both(|x| x.softplus(a), &x))?;
        same(both(|x| x / (x.abs() + 1.0), &x), both(Var::softsign, &x))?;
        same(both(|x| x * x.hard_sigmoid(), &x), both(Var::hard_swish, &x))?;
        same(both(|x| x.softmax(0).log(), &[x[0], 1.0]), both(|x| x.log_softmax(0), &[x[0], 1.0]))?;
    }
}

#[test]
fn the_weight_of_prelu_must_fit_the_channels() {
    let tape = Tape::<f64>::new();
    let of = |shape: &[usize]| tape.variable(Tensor::full(shape, -2.0).unwrap());
    for (x, weight) in [
        (&[2, 3, 4][..], &[4][..]),
        (&[2, 3], &[2]),
        (&[3], &[3]),
        (&[], &[2]),
        (&[2, 3], &[1, 3]),
        (&[2, 3], &[0]),
    ] {
        let error = of(x).prelu(&of(weight)).into_value().unwrap_err();
        assert!(error.to_string().contains("one for each channel"), "{error}");
    }
    for (x, weight) in [
        (&[2, 3, 4][..], &[3][..]),
        (&[2, 3], &[]),
        (&[3], &[1]),
        (&[], &[1, 1]),
        (&[0, 3], &[3]),
    ] {
        let (x, weight) = (of(x), of(weight));
        assert_eq!(x.prelu(&weight).value().unwrap().shape(), x.shape());
    }
}

#[test]
fn glu_needs_an_axis_of_even_length() {
    let tape = Tape::<f64>::new();
    let x = tape.variable(Tensor::full([3, 4, 0], 1.0).unwrap());
    assert!(x.glu(0).has_failed());
    assert!(x.glu(3).has_failed());
    assert!(x.glu(isize::MIN).has_failed());
    assert_eq!(x.glu(1).shape(), &[3, 2, 0]);
    assert_eq!(x.glu(-1).shape(), &[3, 4, 0]);
}
