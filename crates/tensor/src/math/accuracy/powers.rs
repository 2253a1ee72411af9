//! Powers of f64, whose error is that of the logarithm times the exponent.

use super::exact::{self, Exact};
use super::f64_at_random::worst;
use crate::math;

#[test]
fn powers_are_within_1_ulp() {
    for (y, [from, to]) in [
        (2.5, [1e-120, 1e120]),
        (2.5, [0.125, 8.0]),
        (-0.3, [1e-300, 1e300]),
        (1e-3, [1e-300, 1e300]),
        (301.5, [0.11, 0.999]),
        (301.5, [1.001, 10.0]),
        (-1e5, [0.993, 0.999_9]),
        (-1e5, [1.000_1, 1.007]),
        (1e12, [0.999_999_999_4, 0.999_999_999_999]),
        (1e12, [1.000_000_000_001, 1.000_000_000_6]),
    ] {
        let right = |x: f64| (exact::log(x) * Exact::from(y)).exp();
        let (error, x) = worst([from, to], |x| math::powf(x, y), right);
        assert!(error <= 1.0, "powf({x:e}, {y:e}) is {error:.3} ulp off");
    }
}

/// Zeros, infinities, NaN and subnormal numbers, by the standard library.
#[test]
fn powers_at_the_ends_of_the_range() {
    let numbers = [
        0.0,
        1.0,
        0.5,
        2.0,
        3.0,
        2.5,
        5e-324,
        1e-310,
        f64::MIN_POSITIVE,
        1e-200,
        1e17,
        1e200,
        f64::MAX,
        f64::INFINITY,
        9_007_199_254_740_993.0,
        1075.0,
        323.2,
    ];
    let numbers = || numbers.into_iter().flat_map(|x| [x, -x]).chain([f64::NAN]);
    for (x, y) in numbers().flat_map(|x| numbers().map(move |y| (x, y))) {
        let (got, right) = (math::powf(x, y), x.powf(y));
        let near = (got - right).abs() <= (f64::EPSILON * right.abs()).max(5e-324);
        let same = (got == right || near) && got.is_sign_negative() == right.is_sign_negative();
        assert!(
            same || got.is_nan() && right.is_nan(),
            "powf({x:e}, {y:e}) = {got:e}, right {right:e}"
        );
    }
}
