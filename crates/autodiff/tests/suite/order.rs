//! Medians, quantiles and cumulative products where a gradient is easily wrong: at zeros, ties, NaN and the ends of the range.

use backprop_autodiff::{Error, Tape, Var};
use backprop_tensor::{Float, Tensor};

/// The value and the gradient at `x`, for an upstream gradient.
fn at<T: Float>(
    function: impl Fn(&Var<T>) -> Var<T>,
    x: impl Into<Tensor<T>>,
    upstream: impl Into<Tensor<T>>,
) -> [Vec<T>; 2] {
    let tape = Tape::new();
    let x = tape.variable(x.into());
    let y = function(&x);
    let gradients = y.backward_from(upstream.into()).unwrap();
    [y.value().unwrap().to_vec(), gradients.wrt(&x).unwrap().to_vec()]
}

#[test]
fn cumulative_products_have_the_gradient_of_pytorch_at_zeros() {
    let [y, gradient] = at(
        |x| x.cumprod(0),
        [2.0_f32, 0.0, 3.0, 0.0, 5.0],
        [1.0, 10.0, 100.0, 1e3, 1e4],
    );
    assert_eq!(
        (y, gradient),
        (vec![2.0, 0.0, 0.0, 0.0, 0.0], vec![1.0, 620.0, 0.0, 0.0, 0.0])
    );
    // Down the columns, each with its own.
    let x = Tensor::from([[2.0_f64, 0.0], [0.0, 4.0], [3.0, 5.0]]);
    let upstream = Tensor::from([[1.0, 1.0], [10.0, 10.0], [100.0, 100.0]]);
    let [_, gradient] = at(|x| x.cumprod(-2), x, upstream);
    assert_eq!(gradient, [1.0, 1.0 + 40.0 + 2000.0, 620.0, 0.0, 0.0, 0.0]);
}

#[test]
fn cumulative_products_out_of_range_on_the_way() {
    // y = [1e30, 1e60, 1e30, 1], of which f32 has not the second; dy_3/dx = y_3 / x.
    let x = [1e30_f32, 1e30, 1e-30, 1e-30];
    let [y, gradient] = at(|x| x.cumprod(0), x, [0.0, 0.0, 0.0, 1.0]);
    assert_eq!(y[1], f32::INFINITY);
    for (got, right) in [
        (y[3], 1.0),
        (gradient[0], 1e-30),
        (gradient[1], 1e-30),
        (gradient[2], 1e30),
        (gradient[3], 1e30),
    ] {
        assert!(
            (got / right - 1.0).abs() <= 4.0 * f32::EPSILON,
            "{got:e} for {right:e}"
        );
    }
    // What a zero cuts off has no part in the gradient, be it infinite.
    let infinity = f64::INFINITY;
    let [_, gradient] = at(|x| x.cumprod(0), [0.0, 3.0, infinity], [1.0, 1.0, 0.0]);
    assert_eq!(gradient, [1.0 + 3.0, 0.0, 0.0]);
}

#[test]
fn a_million_factors_take_linear_time() {
    let count = 1_000_000;
    let ones = Tensor::<f64>::ones([count]).unwrap();
    let [y, gradient] = at(|x| x.cumprod(0), ones.clone(), ones);
    assert!(y.iter().all(|&y| y == 1.0));
    assert!(gradient.iter().enumerate().all(|(i, &g)| g == (count - i) as f64));
}

#[test]
fn the_chosen_elements_have_the_gradient() {
    // Of equal elements the first one.
    let [y, gradient] = at(|x| x.median(..), [5.0_f32, 2.0, 2.0, 2.0, 1.0], 3.0);
    assert_eq!((y, gradient), (vec![2.0], vec![0.0, 0.0, 3.0, 0.0, 0.0]));
    let [y, gradient] = at(|x| x.quantile(0.75, 0), [4.0_f64, 1.0, 3.0, 2.0], 8.0);
    assert_eq!((y, gradient), (vec![3.25], vec![2.0, 0.0, 6.0, 0.0]));
    let [y, gradient] = at(|x| x.quantile(1.0, 0), [4.0_f64, 1.0, 9.0, 2.0], 8.0);
    assert_eq!((y, gradient), (vec![9.0], vec![0.0, 0.0, 8.0, 0.0]));
    let x = Tensor::from([[[1.0_f32, 6.0], [5.0, 2.0]], [[3.0, 4.0], [8.0, 7.0]]]);
    let [y, gradient] = at(|x| x.median([0, 2]), x, [10.0, 20.0]);
    assert_eq!(
        (y, gradient),
        (vec![3.0, 5.0], vec![0.0, 0.0, 20.0, 0.0, 10.0, 0.0, 0.0, 0.0])
    );
}

#[test]
fn not_a_number_takes_the_gradient() {
    for function in [|x: &Var| x.median(0), |x: &Var| x.quantile(0.3, 0)] {
        let [y, gradient] = at(function, [1.0, f32::NAN, 3.0, f32::NAN], 2.0);
        assert!(y[0].is_nan());
        // (1 - w) g + w g, which is rounded.
        assert!((gradient[1] - 2.0).abs() <= 2.0 * f32::EPSILON);
        assert_eq!([gradient[0], gradient[2], gradient[3]], [0.0; 3]);
    }
}

#[test]
fn what_has_no_quantile_sticks_to_the_tape() {
    let tape = Tape::<f32>::new();
    let (x, none) = (
        tape.variable(Tensor::from([1.0, 2.0])),
        tape.variable(Tensor::zeros([2, 0]).unwrap()),
    );
    for failed in [
        x.quantile(1.5, 0),
        x.quantile(f64::NAN, 0),
        none.median(1),
        none.quantile(0.5, ..),
        x.cumprod(1),
    ] {
        assert!(failed.has_failed() && matches!(failed.value(), Err(Error::Operation { .. })));
    }
    assert_eq!(none.median(0).value().unwrap().count(), 0);
}
