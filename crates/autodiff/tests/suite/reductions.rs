//! Values and gradients of reductions at the ends of the range, at ties, at 0, at NaN and at infinity; in f32 and f64. Right values by hand, or by
//! mpmath to 60 digits.

use backprop_autodiff::{Tape, Var};
use backprop_tensor::{Float, Tensor};

/// The value and the gradient, for an upstream gradient `g` of each result.
fn of<T: Float>(x: &Tensor<f64>, g: f64, function: impl Fn(&Var<T>) -> Var<T>) -> [Vec<f64>; 2] {
    let x = Tape::new().variable(x.cast::<T>().unwrap());
    let y = function(&x);
    let upstream = Tensor::full(y.shape(), T::from_f64(g)).unwrap();
    let gradients = y.backward_from(upstream).unwrap();
    let numbers = |x: &Tensor<T>| x.to_vec().into_iter().map(|x| x.to_f64()).collect();
    [numbers(y.value().unwrap()), numbers(gradients.wrt(&x).unwrap())]
}

/// Within so many ε of the largest of the right values.
#[track_caller]
fn close<T: Float>(what: &str, got: &[f64], right: &[f64], bound: f64) {
    assert_eq!(got.len(), right.len(), "{what}");
    let size = right.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
    let limit = bound * T::EPSILON.to_f64() * size;
    for (got, right) in got.iter().zip(right) {
        assert!(
            got == right || (got - right).abs() <= limit,
            "{what}: {got:e}, right {right:e}, {:.1} ε",
            (got - right).abs() / (T::EPSILON.to_f64() * size)
        );
    }
}

/// Scales at the ends of the range, and upstream gradients whose products with them leave it.
fn ends<T: Float>() -> ([f64; 5], [f64; 4]) {
    match size_of::<T>() {
        4 => ([1.0, 1e20, 1e-25, 6e37, 1e-36], [1.0, -1e10, 1e-15, 3e37]),
        _ => ([1.0, 1e155, 1e-170, 3e307, 1e-305], [1.0, -1e100, 1e-150, 3e307]),
    }
}

/// `values * scale` in two rows, one of them ordinary, along the last axis or down the first.
fn rows(values: &[f64], scale: f64, down: bool) -> Tensor<f64> {
    let x: Vec<f64> = values
        .iter()
        .copied()
        .chain(values.iter().map(|x| x * scale))
        .collect();
    let x = Tensor::from_slice(&x, [2, values.len()]).unwrap();
    if down {
        x.transpose(0, 1).unwrap().contiguous().unwrap()
    } else {
        x
    }
}

/// The second of the two.
fn scaled(gradient: &[f64], down: bool) -> Vec<f64> {
    match down {
        false => gradient[gradient.len() / 2..].to_vec(),
        true => gradient.iter().copied().skip(1).step_by(2).collect(),
    }
}

/// A function whose gradient at `values * scale`, for an upstream gradient `g`, is `right * g * scale^power`.
fn check_scales<T: Float>(
    what: &str,
    function: fn(&Var<T>, isize) -> Var<T>,
    values: &[f64],
    right: &[f64],
    power: i32,
) {
    let (scales, upstream) = ends::<T>();
    for scale in scales {
        for g in upstream {
            let right: Vec<f64> = right.iter().map(|x| x * g * scale.powi(power)).collect();
            let largest = T::INFINITY.next_lower().to_f64();
            let is_normal = |x: &f64| *x == 0.0 || (T::MIN_NORMAL.to_f64()..largest).contains(&x.abs());
            if !right.iter().all(is_normal) {
                continue;
            }
            for down in [false, true] {
                let axis = if down { 0 } else { 1 };
                let [_, gradient] = of::<T>(&rows(values, scale, down), g, |x| function(x, axis));
                let what = format!("{what} of scale {scale:e} for {g:e}, axis {axis}");
                close::<T>(&what, &scaled(&gradient, down), &right, 8.0);
            }
        }
    }
}

#[test]
fn no_step_of_a_gradient_leaves_the_range() {
    fn check<T: Float>() {
        check_scales::<T>("norm", |x, axis| x.norm(axis), &[3.0, 4.0], &[0.6, 0.8], 0);
        check_scales::<T>(
            "norm",
            |x, axis| x.norm(axis),
            &[0.0, -4.0, 0.0],
            &[0.0, -1.0, 0.0],
            0,
        );
        check_scales::<T>(
            "std",
            |x, axis| x.std(axis, 1),
            &[1.0, 2.0, 3.0],
            &[-0.5, 0.0, 0.5],
            0,
        );
        let third = 1.0 / 3.0_f64.sqrt();
        check_scales::<T>(
            "std",
            |x, axis| x.std(axis, 0),
            &[1.0, -1.0, -1.0, 1.0, 1.0, -1.0],
            &[1.0, -1.0, -1.0, 1.0, 1.0, -1.0].map(|x| x / 6.0),
            0,
        );
        check_scales::<T>(
            "std",
            |x, axis| x.std(axis, 1),
            &[-1.0, -1.0, 2.0],
            &[-0.5 * third, -0.5 * third, third],
            0,
        );
        check_scales::<T>(
            "var",
            |x, axis| x.var(axis, 1),
            &[1.0, 2.0, 3.0],
            &[-1.0, 0.0, 1.0],
            1,
        );
        check_scales::<T>("var", |x, axis| x.var(axis, 0), &[-1.0, 1.0], &[-1.0, 1.0], 1);
        check_scales::<T>("prod", |x, axis| x.prod(axis), &[2.0, -3.0], &[-3.0, 2.0], 1);
        check_scales::<T>("prod", |x, axis| x.prod(axis), &[2.0, 0.0], &[0.0, 2.0], 1);
        check_scales::<T>("mean", |x, axis| x.mean(axis), &[2.0, 5.0], &[0.5, 0.5], 0);
    }
    check::<f32>();
    check::<f64>();
}

/// From one end of the range to the other: the distance from the mean is larger than any number.
#[test]
fn distances_beyond_the_range() {
    fn check<T: Float>(x: f64) {
        let ends = Tensor::from([-x, x, x]);
        let root = 8_f64.sqrt() / 3.0;
        let [value, gradient] = of::<T>(&ends, 1e10, |x| x.std(.., 0));
        close::<T>("std", &value, &[x * root], 8.0);
        let right = [-4.0, 2.0, 2.0].map(|d| 1e10 * d / 9.0 / root);
        close::<T>("gradient of std", &gradient, &right, 8.0);
        let [_, gradient] = of::<T>(&ends, 1e-10, |x| x.var(.., 0));
        let right = [-4.0, 2.0, 2.0].map(|d| 1e-10 * 2.0 * (d / 9.0) * x);
        close::<T>("gradient of var", &gradient, &right, 8.0);
    }
    check::<f32>(f64::from(3e38_f32));
    check::<f64>(1.7e308);
}

/// One large element beside a small one, whose share of the norm is not normal in the type while the gradient is.
#[test]
fn small_shares_of_large_gradients() {
    let x = Tensor::from([f64::from(1e-10_f32), f64::from(1e30_f32)]);
    let [_, gradient] = of::<f32>(&x, 1e35, |x| x.norm(..));
    close::<f32>("norm", &gradient[..1], &[1e-5], 8.0);
    let x = Tensor::from([1e-160, 1e150]);
    let [_, gradient] = of::<f64>(&x, 1e305, |x| x.norm(..));
    close::<f64>("norm", &gradient[..1], &[1e-5], 8.0);
}

#[test]
fn products_out_of_range_on_the_way() {
    fn check<T: Float>(big: f64) {
        let big = T::from_f64(big).to_f64();
        let small = T::from_f64(1.0 / big).to_f64();
        let near = |x: &[f64], g: f64, value: f64, right: &[f64]| {
            for down in [false, true] {
                let axis = if down { 0 } else { 1 };
                let mut both = x.to_vec();
                both.extend((0..x.len()).map(|i| if i == 0 { 2.0 } else { 1.0 }));
                let both = Tensor::from_slice(&both, [2, x.len()]).unwrap();
                let both = if down {
                    both.transpose(0, 1).unwrap().contiguous().unwrap()
                } else {
                    both
                };
                let [values, gradient] = of::<T>(&both, g, |x| x.prod(axis));
                close::<T>(&format!("product of {x:?}"), &values[..1], &[value], 8.0);
                let other = scaled(&gradient, down);
                assert_eq!(other[0], g);
                let first: Vec<f64> = match down {
                    false => gradient[..x.len()].to_vec(),
                    true => gradient.iter().copied().step_by(2).collect(),
                };
                for (i, (got, right)) in first.iter().zip(right).enumerate() {
                    close::<T>(
                        &format!("gradient {i} of the product of {x:?}"),
                        &[*got],
                        &[*right],
                        8.0,
                    );
                }
            }
        };
        near(
            &[big, big, small, small],
            1.0,
            big * small * (big * small),
            &[
                small * (big * small),
                small * (big * small),
                big * (big * small),
                big * (big * small),
            ],
        );
        near(
            &[small, small, -big, big],
            1.0,
            -(big * small) * (big * small),
            &[
                -(big * small) * big,
                -(big * small) * big,
                (big * small) * small,
                -(big * small) * small,
            ],
        );
        // The product is out of range, what the others give is not.
        let g = T::from_f64(small.sqrt()).to_f64();
        near(&[big, big], g, f64::INFINITY, &[g * big, g * big]);
        near(&[big, big, 0.0], small, 0.0, &[0.0, 0.0, small * big * big]);
        near(&[big, 0.0, big, 0.0], small, 0.0, &[0.0; 4]);
        near(&[0.0, 3.0, -2.0], big, 0.0, &[-6.0 * big, 0.0, 0.0]);
        let g = T::from_f64(big.sqrt()).to_f64();
        near(
            &[small, small],
            g,
            T::from_f64(small * small).to_f64(),
            &[g * small, g * small],
        );
    }
    check::<f32>(1e30);
    check::<f64>(1e250);
}

/// e^(x - y) has the rounding of `y`, which is as large as numbers near it are apart.
#[test]
fn shares_of_logsumexp_where_it_is_large() {
    fn check<T: Float>(shifts: &[f64]) {
        for &shift in shifts {
            for (x, right) in [
                ([0.25, 0.0, -400.0], [0.5621765008857981, 0.4378234991142019, 0.0]),
                (
                    [0.0, -2.0, -400.0],
                    [0.8807970779778824, 0.11920292202211756, 0.0],
                ),
                (
                    [0.0, -1.0, -3.0],
                    [0.7053845126982412, 0.25949646034241913, 0.03511902695933972],
                ),
            ] {
                let x = Tensor::from([x.map(|x| x + shift), [0.0; 3]]);
                let [_, gradient] = of::<T>(&x, 2.0, |x| x.logsumexp(1));
                let right = right.map(|x| 2.0 * x);
                close::<T>(&format!("shares at {shift}"), &gradient[..3], &right, 12.0);
                close::<T>("shares beside", &gradient[3..], &[2.0 / 3.0; 3], 12.0);
            }
        }
        // Where all digits are lost: equal ones share.
        for shift in [1e30, -1e30] {
            let [_, gradient] = of::<T>(&Tensor::from([shift; 4]), 1.0, |x| x.logsumexp(..));
            close::<T>("shares", &gradient, &[0.25; 4], 4.0);
        }
    }
    check::<f32>(&[12.0, 1000.0, -1000.0, 2_f64.powi(20)]);
    check::<f64>(&[12.0, 1000.0, -1000.0, 2_f64.powi(49)]);
}

#[test]
fn logsumexp_of_infinities() {
    fn check<T: Float>() {
        const INFINITY: f64 = f64::INFINITY;
        let shares = |x: [f64; 3]| of::<T>(&Tensor::from(x), 2.0, |x| x.logsumexp(..));
        assert_eq!(shares([-INFINITY; 3]), [vec![-INFINITY], vec![0.0; 3]]);
        assert_eq!(
            shares([-INFINITY, 100.0, -INFINITY]),
            [vec![100.0], vec![0.0, 2.0, 0.0]]
        );
        let [value, gradient] = shares([INFINITY, 1.0, -INFINITY]);
        assert_eq!(value, [INFINITY]);
        assert!(
            gradient[0].is_nan() && gradient[1..] == [0.0, 0.0],
            "{gradient:?}"
        );
        // Beside a row whose sum is divided by.
        let x = Tensor::from([[-INFINITY; 2], [INFINITY, 1.0], [100.0; 2]]);
        let [_, gradient] = of::<T>(&x, 2.0, |x| x.logsumexp(1));
        assert_eq!(gradient[..2], [0.0, 0.0]);
        assert!(gradient[2].is_nan() && gradient[3] == 0.0, "{gradient:?}");
        close::<T>("shares", &gradient[4..], &[1.0, 1.0], 4.0);
        let [value, gradient] = shares([f64::NAN, 1.0, 2.0]);
        assert!(value[0].is_nan() && gradient.iter().all(|x| x.is_nan()));
    }
    check::<f32>();
    check::<f64>();
}

/// The largest elements share the gradient, and so do the smallest: each whole would count it several times.
#[test]
fn ties_share_the_gradient() {
    fn check<T: Float>() {
        let x = Tensor::from([[3.0, 1.0, 3.0, 3.0], [2.0, 2.0, -1.0, 0.0], [5.0; 4]]);
        let third = T::from_f64(6.0).to_f64() / 3.0;
        let largest = [third, 0.0, third, third, 3.0, 3.0, 0.0, 0.0, 1.5, 1.5, 1.5, 1.5];
        assert_eq!(of::<T>(&x, 6.0, |x| x.max(1))[1], largest);
        assert_eq!(of::<T>(&x, 6.0, |x| (-x).min(1))[1], largest.map(|x| -x));
        let columns = x.transpose(0, 1).unwrap().contiguous().unwrap();
        let turned = Tensor::from(largest)
            .reshape([3, 4])
            .unwrap()
            .transpose(0, 1)
            .unwrap();
        assert_eq!(of::<T>(&columns, 6.0, |x| x.max(0))[1], turned.to_vec());
        let [_, all] = of::<T>(&x, 6.0, |x| x.max(..));
        assert_eq!(all, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.5, 1.5, 1.5, 1.5]);
        let [_, all] = of::<T>(&x, 6.0, |x| x.min(..));
        assert_eq!(all, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        // Zeros of either sign are equal, and so are infinities.
        assert_eq!(
            of::<T>(&Tensor::from([0.0, -0.0]), 2.0, |x| x.max(..))[1],
            [1.0, 1.0]
        );
        let infinite = Tensor::from([f64::INFINITY, 0.0, f64::INFINITY]);
        assert_eq!(of::<T>(&infinite, 2.0, |x| x.max(..))[1], [1.0, 0.0, 1.0]);
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn nan_passes_the_gradient_on() {
    fn check<T: Float>() {
        let nan = f64::NAN;
        let x = Tensor::from([[1.0, nan, 3.0, nan], [nan, 0.0, 1.0, 9.0], [4.0, 3.0, 2.0, 4.0]]);
        for function in [|x: &Var<T>| x.max(1), |x: &Var<T>| (-x).min(1)] {
            let [value, gradient] = of::<T>(&x, 2.0, function);
            assert!(value[0].is_nan() && value[1].is_nan() && value[2].abs() == 4.0);
            let gradient: Vec<f64> = gradient.into_iter().map(f64::abs).collect();
            assert_eq!(
                gradient,
                [0.0, 1.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0]
            );
        }
        let third = T::from_f64(2.0).to_f64() / 3.0;
        for function in [|x: &Var<T>| x.max(..), |x: &Var<T>| x.min(..)] {
            let [_, gradient] = of::<T>(&x, 2.0, function);
            let places: Vec<usize> = (0..12).filter(|&i| gradient[i] != 0.0).collect();
            assert_eq!(places, [1, 3, 4]);
            close::<T>(
                "share",
                &[gradient[1], gradient[3], gradient[4]],
                &[third; 3],
                1.0,
            );
        }
    }
    check::<f32>();
    check::<f64>();
}

/// No derivative, and so none is made up: 0, not NaN, and the other rows have theirs.
#[test]
fn a_norm_out_of_range_has_a_gradient() {
    fn check<T: Float>(x: f64) {
        let [y, dx] = of::<T>(&Tensor::from([x, -x, x]), 1e-10, |x| x.norm(..));
        assert_eq!(y, [f64::INFINITY]);
        let share = 1e-10 / 3.0_f64.sqrt();
        close::<T>("norm", &dx, &[share, -share, share], 4.0);
    }
    check::<f32>(2e38);
    check::<f64>(1.5e308);
}

#[test]
fn norm_and_deviation_of_zero() {
    fn check<T: Float>() {
        let x = Tensor::from([[0.0, 0.0], [3.0, -4.0]]);
        let [value, gradient] = of::<T>(&x, 5.0, |x| x.norm(1));
        assert_eq!(value, [0.0, 5.0]);
        assert_eq!(gradient[..2], [0.0, 0.0]);
        close::<T>("norm", &gradient[2..], &[3.0, -4.0], 4.0);
        // The same for an upstream gradient that needs the careful way.
        let [_, gradient] = of::<T>(&x, T::MIN_NORMAL.to_f64(), |x| x.norm(1));
        assert_eq!(gradient[..2], [0.0, 0.0]);
        for equal in [2.0, 0.1, -1e30, 1e-30, 3e38] {
            for g in [4.0, T::MIN_NORMAL.to_f64()] {
                let x = Tensor::from([[equal; 3], [1.0, 2.0, 3.0]]);
                let [value, gradient] = of::<T>(&x, g, |x| x.std(1, 1));
                assert_eq!(value, [0.0, 1.0], "{equal}");
                assert_eq!(gradient[..3], [0.0; 3], "{equal}");
                close::<T>("std", &gradient[3..], &[-0.5 * g, 0.0, 0.5 * g], 4.0);
            }
        }
        // However many, and whatever the rounding of their mean.
        let [value, gradient] = of::<T>(&Tensor::full([1000], 0.1).unwrap(), 1.0, |x| x.std(.., 0));
        assert_eq!(value, [0.0]);
        assert!(gradient.iter().all(|&x| x == 0.0));
        // What does vary, if only by the last digit, is not taken for rounding.
        let next = 1.0 + T::EPSILON.to_f64();
        let [value, _] = of::<T>(&Tensor::from([1.0, next]), 1.0, |x| x.std(.., 1));
        assert!(value[0] > 0.0);
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn a_correction_that_leaves_nothing() {
    fn check<T: Float>() {
        for (x, correction) in [
            (vec![2.0], 1),
            (vec![2.0], 2),
            (vec![1.0, 2.0], 2),
            (vec![1.0, 2.0], 3),
            (vec![2.0, 2.0], 3),
        ] {
            let x = Tensor::from(x);
            for function in [|x: &Var<T>, c| x.var(0, c), |x: &Var<T>, c| x.std(0, c)] {
                let [value, gradient] = of::<T>(&x, 1.0, |x| function(x, correction));
                assert!(value[0].is_nan(), "{value:?}");
                assert!(gradient.iter().all(|x| x.is_nan()), "{gradient:?}");
            }
        }
        // One less, and both are there.
        let [value, gradient] = of::<T>(&Tensor::from([1.0, 2.0, 4.0]), 1.0, |x| x.var(0, 2));
        close::<T>("var", &value, &[14.0 / 3.0], 4.0);
        close::<T>(
            "gradient of var",
            &gradient,
            &[-8.0 / 3.0, -2.0 / 3.0, 10.0 / 3.0],
            8.0,
        );
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn what_does_not_vary_has_no_gradient_of_the_variance() {
    // Sums of these are rounded, and their means are no longer what they are.
    for (x, count) in [(0.1_f32, 3), (0.7, 7), (1.1, 1000), (-3.3e-5, 11)] {
        for function in [|x: &Var<f32>| x.var(1, 1), |x: &Var<f32>| x.std(1, 0)] {
            let x = Tape::new().variable(Tensor::full([2, count], x).unwrap());
            let gradients = function(&x).sum(..).backward().unwrap();
            assert!(gradients.wrt(&x).unwrap().to_vec().iter().all(|&g| g == 0.0));
        }
    }
    // Beside others that do, and though the variance of what does vanishes.
    let tape = Tape::new();
    let x = tape.variable(Tensor::from([[0.1_f32, 0.1, 0.1], [1e-30, 2e-30, 3e-30]]));
    let gradients = x.var(1, 1).sum(..).backward().unwrap();
    let gradient = gradients.wrt(&x).unwrap().to_vec();
    assert_eq!(gradient[..3], [0.0; 3]);
    for (got, right) in gradient[3..].iter().zip([-1e-30, 0.0, 1e-30]) {
        assert!((got - right).abs() < 1e-36, "{gradient:?}");
    }
}

#[test]
fn the_deviation_of_subnormal_numbers_has_a_gradient() {
    let tape = Tape::new();
    // 0, 1 and 5 times the least number: the mean is 2, the distances -2, -1 and 3, the deviation the root of 7.
    let least = f32::from_bits(1);
    let x = tape.variable(Tensor::from([[0.0, least, 5.0 * least], [0.0, 1.0, 5.0]]));
    let gradients = x.std(1, 1).sum(..).backward().unwrap();
    let gradient = gradients.wrt(&x).unwrap().to_vec();
    let right = [-2.0, -1.0, 3.0].map(|distance: f32| distance / (2.0 * 7_f32.sqrt()));
    for (got, right) in gradient.iter().zip([right, right].concat()) {
        assert!((got - right).abs() <= 1e-6, "{gradient:?}");
    }
}
