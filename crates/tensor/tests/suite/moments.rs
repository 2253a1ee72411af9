//! Means, variances, standard deviations and norms at the ends of the range: laws first, then numbers worked out by hand.

use crate::common::{noise, steps, view};
use backprop_tensor::{Float, Tensor};
use proptest::prelude::*;

/// `x 2^k`, in two steps, for 2^k alone may be out of range.
fn scaled<T: Float>(x: &Tensor<T>, power: i32) -> Tensor<T> {
    let half = 2_f64.powi(power / 2);
    let rest = 2_f64.powi(power - power / 2);
    let factors = [half, rest].map(T::from_f64);
    x.map(|x| x * factors[0] * factors[1]).unwrap()
}

/// A factor of a power of 2 changes no digit of a mean, a deviation nor a norm, wherever the numbers are normal.
fn check_scaling<T: Float>(
    values: &[f64],
    power: i32,
    axis: isize,
    steps: &[crate::common::Step],
) -> Result<(), TestCaseError> {
    let x: Tensor<T> = Tensor::from_fn([6, values.len() / 6], |i| T::from_f64(values[i])).unwrap();
    let (x, y) = (view(x.clone(), steps), view(scaled(&x, power), steps));
    if x.rank() == 0 {
        return Ok(());
    }
    let axis = axis.rem_euclid(x.rank() as isize);
    // Through views the careful pass adds in another order than the plain one. Σ has an error of 90 ε, so the mean of numbers below 1.5 one of
    // 135 ε, and the deviation no more than that besides its own.
    let bound = 250.0 * T::EPSILON.to_f64() * 2_f64.powi(power);
    let whole = y.contiguous().unwrap();
    for (viewed, whole) in [
        (y.std(axis, 1).unwrap(), whole.std(axis, 1).unwrap()),
        (y.mean(axis).unwrap(), whole.mean(axis).unwrap()),
    ] {
        for (viewed, whole) in viewed.to_vec().into_iter().zip(whole.to_vec()) {
            let (viewed, whole) = (viewed.to_f64(), whole.to_f64());
            prop_assert!(
                viewed.is_nan() && whole.is_nan() || (viewed - whole).abs() <= bound,
                "{viewed:e} for {whole:e}"
            );
        }
    }
    // Where both add in the same order, they have the same bits.
    let (x, y) = (x.contiguous().unwrap(), whole);
    let bits = |x: Tensor<T>| -> Vec<u64> { x.to_vec().into_iter().map(|x| x.to_f64().to_bits()).collect() };
    // All NaN are one.
    let plain = |x: Tensor<T>| x.map(|x| if x.is_nan() { T::NAN } else { x }).unwrap();
    let same = |x, y| bits(plain(x)) == bits(plain(y));
    prop_assert!(
        same(scaled(&x.mean(axis).unwrap(), power), y.mean(axis).unwrap()),
        "mean"
    );
    prop_assert!(
        same(scaled(&x.std(axis, 1).unwrap(), power), y.std(axis, 1).unwrap()),
        "std"
    );
    prop_assert!(
        same(scaled(&x.norm(axis).unwrap(), power), y.norm(axis).unwrap()),
        "norm"
    );
    let moments = y.moments(axis, 1).unwrap();
    prop_assert!(same(moments.mean, y.mean(axis).unwrap()));
    prop_assert!(same(moments.std, y.std(axis, 1).unwrap()));
    prop_assert!(same(moments.variance, y.var(axis, 1).unwrap()));
    Ok(())
}

proptest! {
    #[test]
    fn a_power_of_two_changes_no_digit(seed in any::<u64>(), power in -90..124_i32, columns in 1..70_usize, axis in 0..2_isize, steps in steps()) {
        // In 0.5..2, so that neither distances from means nor sums of squares of 0 digits are left to chance.
        let values: Vec<f64> = noise(6 * columns, seed).into_iter().map(|x| 1.0 + x.abs() * 0.5).collect();
        check_scaling::<f32>(&values, power, axis, &steps)?;
        check_scaling::<f64>(&values, power * 8, axis, &steps)?;
    }
}

fn close<T: Float>(x: Tensor<T>, expected: f64) {
    let x = x.item().unwrap().to_f64();
    let bound = 8.0 * T::EPSILON.to_f64() * expected.abs();
    assert!((x - expected).abs() <= bound, "{x:e} for {expected:e}");
}

#[test]
fn deviations_whose_squares_are_out_of_range() {
    for scale in [1e20, 1e-25, 1e37, 1e-36] {
        let x = Tensor::from([1.0, 2.0, 3.0].map(|x| (x * scale) as f32));
        close(x.std(.., 1).unwrap(), scale);
        close(x.std(.., 0).unwrap(), scale * (2.0_f64 / 3.0).sqrt());
        close(x.norm(..).unwrap(), scale * 14_f64.sqrt());
    }
    for scale in [1e155, 1e-170, 1e300, 1e-300] {
        let x = Tensor::from([1.0, 2.0, 3.0].map(|x| x * scale));
        close(x.std(.., 1).unwrap(), scale);
        close(x.norm(..).unwrap(), scale * 14_f64.sqrt());
    }
    // From one end of the range to the other, the distance from the mean being larger than any number.
    close(
        Tensor::from([-3e38_f32, 3e38, 3e38]).std(.., 0).unwrap(),
        3e38 * 8_f64.sqrt() / 3.0,
    );
    close(Tensor::from([-1.7e308, 1.7e308]).std(.., 0).unwrap(), 1.7e308);
    // Subnormal numbers.
    close(Tensor::from([3e-320_f64, 4e-320]).norm(..).unwrap(), 5e-320);
}

/// One row out of range changes nothing of another, and each row has a scale of its own.
#[test]
fn rows_of_different_sizes() {
    let rows = [
        [1.0_f32, 2.0, 4.0],
        [1e30, 2e30, 4e30],
        [1e-30, 2e-30, 4e-30],
        [5.0, 5.0, 5.0],
    ];
    let x = Tensor::from(rows);
    let expected = (14.0_f64 / 9.0).sqrt();
    let plain = Tensor::from(rows[0]).std(.., 0).unwrap();
    for (x, axis) in [
        (x.clone(), 1),
        (x.transpose(0, 1).unwrap().contiguous().unwrap(), 0),
    ] {
        let std = x.std(axis, 0).unwrap();
        assert_eq!(std.select(0, 0).unwrap(), plain);
        close(std.select(0, 1).unwrap(), expected * 1e30);
        close(std.select(0, 2).unwrap(), expected * 1e-30);
        assert_eq!(std.get([3]).unwrap(), 0.0);
    }
}

/// The sum of the squares is too large, the variance is not.
#[test]
fn a_variance_in_range_of_squares_whose_sum_is_not() {
    let x = Tensor::from_fn([4096], |i| if i % 2 == 0 { 1e18_f32 } else { -1e18 }).unwrap();
    close(x.var(.., 0).unwrap(), 1e36);
    assert_eq!(
        Tensor::from([1e20_f32, 2e20]).var(.., 0).unwrap().item().unwrap(),
        f32::INFINITY
    );
    assert_eq!(
        Tensor::from([1e-30_f32, 2e-30])
            .var(.., 0)
            .unwrap()
            .item()
            .unwrap(),
        0.0
    );
}

#[test]
fn means_whose_sum_is_too_large() {
    let largest = f32::MAX;
    assert_eq!(
        Tensor::from([3e38_f32, 3e38]).mean(..).unwrap().item().unwrap(),
        3e38
    );
    assert_eq!(
        Tensor::full([1000, 3], largest).unwrap().mean(0).unwrap(),
        Tensor::full([3], largest).unwrap()
    );
    close(Tensor::from([3e38_f32, 3e38, -3e38]).mean(..).unwrap(), 1e38);
    assert_eq!(
        Tensor::from([f64::MAX, f64::MAX])
            .mean(..)
            .unwrap()
            .item()
            .unwrap(),
        f64::MAX
    );
    // Beside it, small ones keep their digits, and what is infinite or NaN stays so.
    let x = Tensor::from([
        [3e38_f32, 3e38],
        [1e-45, 3e-45],
        [f32::INFINITY, 1.0],
        [f32::NAN, 1.0],
        [f32::INFINITY, f32::NEG_INFINITY],
    ]);
    let mean = x.mean(1).unwrap().to_vec();
    assert_eq!(mean[..3], [3e38, 3e-45, f32::INFINITY]);
    assert!(mean[3].is_nan() && mean[4].is_nan());
    assert_eq!(
        Tensor::from([3e38_f32, 3e38]).std(.., 1).unwrap().item().unwrap(),
        0.0
    );
}

#[test]
fn what_is_not_finite() {
    let x = Tensor::from([
        [f32::INFINITY, 1.0],
        [f32::NAN, 1.0],
        [f32::NEG_INFINITY, f32::NAN],
    ]);
    assert!(
        x.std(1, 0)
            .unwrap()
            .is_nan()
            .unwrap()
            .all(..)
            .unwrap()
            .item()
            .unwrap()
    );
    let norm = x.norm(1).unwrap().to_vec();
    assert_eq!(norm[0], f32::INFINITY);
    assert!(norm[1].is_nan() && norm[2].is_nan());
}

/// Equal elements do not vary, though the mean of a sum may be a rounding away from them.
#[test]
fn equal_elements_have_no_deviation() {
    fn check<T: Float>() {
        for value in [0.1, 0.7, -1e10, 3.3e-20, 3e38, 1e-38] {
            for count in [1, 3, 10, 1000, 4097] {
                let value = T::from_f64(value);
                let other = Tensor::from_fn([count], |i| T::from_f64(i as f64)).unwrap();
                let x = Tensor::stack(&[&Tensor::full([count], value).unwrap(), &other], 0).unwrap();
                for (x, axis) in [
                    (x.clone(), 1),
                    (x.transpose(0, 1).unwrap().contiguous().unwrap(), 0),
                ] {
                    let moments = x.moments(axis, 0).unwrap();
                    assert_eq!(moments.std.get([0]).unwrap(), T::ZERO, "{count} of {value}");
                    assert_eq!(moments.variance.get([0]).unwrap(), T::ZERO, "{count} of {value}");
                    assert_eq!(moments.mean.get([0]).unwrap(), value, "{count} of {value}");
                    let n = count as f64;
                    let right = ((n * n - 1.0) / 12.0).sqrt();
                    let std = moments.std.get([1]).unwrap().to_f64();
                    assert!((std - right).abs() <= 200.0 * T::EPSILON.to_f64() * right);
                }
            }
        }
        // One of them a digit away, they vary.
        let x = Tensor::from_fn([1000], |i| if i == 7 { T::ONE + T::EPSILON } else { T::ONE }).unwrap();
        let right = T::EPSILON.to_f64() * 999_f64.sqrt() / 1000.0;
        let std = x.std(.., 0).unwrap().to_vec()[0].to_f64();
        assert!(std > 0.0 && std < 1e3 * right, "{std:e} for {right:e}");
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn deviations_of_numbers_far_from_0() {
    // Half are 2 above: the mean is 1 above, which f32 does not have there.
    let x = Tensor::from_fn([1000, 2], |i| 16_777_216.0 + 2.0 * ((i / 2 + i) % 2) as f32).unwrap();
    assert_eq!(x.var(0, 0).unwrap(), Tensor::from([1.0, 1.0]));
    assert_eq!(x.std(0, 0).unwrap(), Tensor::from([1.0, 1.0]));
    let moments = x.moments(0, 0).unwrap();
    let whole = &moments.mean.cast::<f64>().unwrap() + &moments.remainder.unwrap().cast::<f64>().unwrap();
    assert_eq!(whole, Tensor::from([16_777_217.0, 16_777_217.0]));
    assert_eq!(moments.variance, Tensor::from([1.0, 1.0]));
    let x = x
        .cast::<f64>()
        .unwrap()
        .map(|x| (x - 16_777_216.0) + 2_f64.powi(53))
        .unwrap();
    assert_eq!(x.var(0, 0).unwrap(), Tensor::from([1.0, 1.0]));
    // Nothing is lost of equal numbers, and nothing that matters near 0.
    let equal = Tensor::full([7], 1e8_f32 / 3.0).unwrap().moments(.., 0).unwrap();
    assert_eq!((equal.remainder, equal.variance.item().unwrap()), (None, 0.0));
    assert_eq!(
        Tensor::from([1.0_f32, 2.0, 4.0])
            .moments(.., 0)
            .unwrap()
            .remainder,
        None
    );
}
