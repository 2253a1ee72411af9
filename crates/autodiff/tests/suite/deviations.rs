//! Gradients of variances and standard deviations of numbers far from 0, in f32 and f64: what their mean loses when it is rounded is as large as the
//! distances from it. Right values by hand.

use backprop_autodiff::{Tape, Var};
use backprop_tensor::{Float, Tensor};

/// The distances from the mean of 0, 1, 4 and 2.
const DISTANCES: [f64; 4] = [-1.75, -0.75, 2.25, 0.25];

/// Half the sum of their squares is 4.375.
const VARIANCE: f64 = 2.1875;

/// The gradient of the sum of what the function gives, for numbers `mean + step [0, 1, 4, 2]` in the first column of two, or row of two, and ordinary
/// ones in the second.
fn gradient<T: Float>(
    mean: f64,
    step: f64,
    down: bool,
    function: fn(&Var<T>, isize) -> Var<T>,
) -> [Vec<f64>; 2] {
    let numbers = [0.0, 1.0, 4.0, 2.0];
    let x = Tensor::from([numbers.map(|x| mean + step * x), numbers])
        .cast::<T>()
        .unwrap();
    let (x, axis) = match down {
        true => (x.transpose(0, 1).unwrap(), 0),
        false => (x, 1),
    };
    let x = Tape::new().variable(x);
    let gradients = function(&x, axis).sum(..).backward().unwrap();
    let gradient = gradients.wrt(&x).unwrap();
    [0, 1].map(|place| {
        let part = gradient.select(1 - axis, place).unwrap();
        part.to_vec().iter().map(|x| x.to_f64()).collect()
    })
}

fn close<T: Float>(what: &str, got: &[f64], right: [f64; 4]) {
    for (got, right) in got.iter().zip(right) {
        // Some roundings of numbers up to 2.25.
        let error = (got / right - 1.0).abs();
        assert!(
            error <= 16.0 * T::EPSILON.to_f64(),
            "{what}: {got}, right {right}"
        );
    }
}

fn check<T: Float>(far: &[(f64, f64)]) {
    for &(mean, step) in far {
        for down in [false, true] {
            let what = format!("of {mean:e} and steps of {step:e}");
            let [found, beside] = gradient::<T>(mean, step, down, |x, axis| x.var(axis, 0));
            close::<T>(&format!("var {what}"), &found, DISTANCES.map(|x| x * step / 2.0));
            close::<T>("var", &beside, DISTANCES.map(|x| x / 2.0));
            let right = DISTANCES.map(|x| x / 4.0 / VARIANCE.sqrt());
            let [found, beside] = gradient::<T>(mean, step, down, |x, axis| x.std(axis, 0));
            close::<T>(&format!("std {what}"), &found, right);
            close::<T>("std", &beside, right);
        }
    }
}

#[test]
fn a_rounded_mean_does_not_shift_the_gradients() {
    check::<f32>(&[
        (1e7, 1.0),
        (-1e7, 1.0),
        (3e6, 0.25),
        (1e4, 0.0078125),
        (1e30, 2_f64.powi(80)),
        (100.0, 1.0),
    ]);
    check::<f64>(&[
        (1e15, 1.0),
        (-3e15, 0.5),
        (1e12, 0.0078125),
        (1e200, 2_f64.powi(620)),
        (100.0, 1.0),
    ]);
}
