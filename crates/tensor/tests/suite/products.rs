//! Products that leave the range on the way, and those that do not.

use crate::common::{noise, steps, view};
use backprop_tensor::math::WideProduct;
use backprop_tensor::{Float, Tensor};
use proptest::prelude::*;

/// Digits from 1 to 1.25 and signs, and exponents so large that two of them leave the range of the type; as many up as down, in any order.
fn factors(count: usize, most: i32, seed: u64) -> Vec<(f64, i32)> {
    let numbers = noise(3 * count, seed);
    let digits = |x: f64| (1.0 + (x.abs() % 1.0) / 4.0) * x.signum();
    let exponent = |i: usize| {
        if i == count - 1 && count % 2 == 1 {
            0
        } else {
            (1 - 2 * (i as i32 % 2)) * most
        }
    };
    let mut factors: Vec<_> = (0..count).map(|i| (digits(numbers[i]), exponent(i))).collect();
    factors.sort_by(|a, b| (a.0 * 1e6 % 1.0).total_cmp(&(b.0 * 1e6 % 1.0)));
    factors
}

fn check<T: Float>(
    rows: &[Vec<(f64, i32)>],
    axis: isize,
    steps: &[crate::common::Step],
) -> Result<(), TestCaseError> {
    let elements: Vec<T> = rows
        .concat()
        .into_iter()
        .map(|(digits, exponent)| T::from_f64(digits * 2_f64.powi(exponent)))
        .collect();
    let x = Tensor::from_slice(&elements, [rows.len(), rows[0].len()]).unwrap();
    let columns = x.transpose(0, 1).unwrap().contiguous().unwrap();
    let x = if axis == 0 { columns } else { x };
    // The digits alone are no further from 1 than 1.25^12; and each product rounds them once, after T has.
    let bound = 26.0 * T::EPSILON.to_f64();
    for (row, product) in rows.iter().zip(x.prod(axis).unwrap().to_vec()) {
        let digits: f64 = row.iter().map(|(digits, _)| digits).product();
        let error = (product.to_f64() / digits - 1.0).abs();
        prop_assert!(error <= bound, "{product} for {digits}: {row:?}");
    }
    // The same of views.
    let x = view(x, steps);
    if x.rank() > 0 {
        let (viewed, whole) = (
            x.prod(-1).unwrap().to_vec(),
            x.contiguous().unwrap().prod(-1).unwrap().to_vec(),
        );
        for (viewed, whole) in viewed.into_iter().zip(whole) {
            let (viewed, whole) = (viewed.to_f64(), whole.to_f64());
            let bound = bound * whole.abs();
            prop_assert!(
                viewed == whole || (viewed - whole).abs() <= bound,
                "{viewed} {whole}"
            );
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_order_of_factors_does_not_matter(seed: u64, rows in 1..5_usize, count in 2..12_usize, axis in 0..2_isize, steps in steps()) {
        let rows = |most: i32| -> Vec<_> { (0..rows).map(|row| factors(count, most, seed ^ row as u64)).collect() };
        check::<f32>(&rows(118), axis, &steps)?;
        check::<f64>(&rows(1000), axis, &steps)?;
    }

    /// Against exponents counted as integers.
    #[test]
    fn wide_products_have_exponents_of_their_own(factors in proptest::collection::vec((1.0..2.0_f64, -1073..1023_i32), 0..50), end in -1000..1000_i32) {
        let power = |exponent: i32| 2_f64.powi(exponent / 2) * 2_f64.powi(exponent - exponent / 2);
        let number = |&(digits, exponent): &(f64, i32)| digits * power(exponent);
        let mut product = factors.iter().map(number).fold(WideProduct::ONE, WideProduct::times);
        // Subnormal factors have fewer digits.
        let digits: f64 = factors.iter().map(|factor| number(factor) / power(factor.1)).product();
        let mut exponent: i32 = factors.iter().map(|factor| factor.1).sum();
        // Brought back into the range, by division.
        while exponent != end {
            let step = (exponent - end).clamp(-1000, 1000);
            product = product.over(power(step));
            exponent -= step;
        }
        let right = digits.log2() + f64::from(end);
        prop_assume!(right.abs() < 1000.0);
        prop_assert!((product.value() / power(end) / digits - 1.0).abs() < 1e-13, "{:?}", product);
    }
}

#[test]
fn sums_of_wide_products() {
    let wide = |factors: &[f64]| factors.iter().copied().fold(WideProduct::ONE, WideProduct::times);
    // Whole numbers of a unit that f64 has not.
    let unit = [2_f64.powi(700); 2];
    for (x, y, sum) in [
        (3.0, 4.0, 7.0),
        (3.0, -4.0, -1.0),
        (-2.0, 2.0, 0.0),
        (0.0, 5.0, 5.0),
        (5.0, 0.0, 5.0),
        (0.0, 0.0, 0.0),
    ] {
        let [x, y] = [x, y].map(|x| wide(&[x, unit[0], unit[1]]));
        assert_eq!((x + y).over(unit[0]).over(unit[1]).value(), sum);
    }
    let (large, small) = (wide(&[1e300, 1e300]), wide(&[1e-300, 1e-300, 1e-300]));
    assert_eq!(large + small, large);
    assert_eq!(small + large, large);
    assert_eq!(small + wide(&[0.0]), small);
    assert!(((large * small).value() / 1e-300 - 1.0).abs() < 1e-14);
    let infinite = wide(&[f64::INFINITY]);
    assert_eq!((infinite + large).value(), f64::INFINITY);
    assert_eq!((large + infinite).value(), f64::INFINITY);
    assert!((infinite + wide(&[-f64::INFINITY])).value().is_nan());
    assert!((infinite * wide(&[0.0])).value().is_nan());
}

#[test]
fn products_of_zeros_infinities_and_nan() {
    fn check<T: Float>(big: f64) {
        let product = |x: &[f64]| {
            let x: Vec<T> = x.iter().map(|&x| T::from_f64(x)).collect();
            Tensor::from(x).prod(..).unwrap().item().unwrap().to_f64()
        };
        let infinity = f64::INFINITY;
        assert_eq!(product(&[big, big]), infinity);
        assert_eq!(product(&[-big, big, big]), -infinity);
        assert_eq!(product(&[1.0 / big, 1.0 / big, -1.0 / big]), 0.0);
        assert!(product(&[1.0 / big, 1.0 / big, -1.0 / big]).is_sign_negative());
        // On the way infinite, and then times 0.
        assert_eq!(product(&[big, big, 0.0]), 0.0);
        assert_eq!(product(&[0.0, big, big]), 0.0);
        assert_eq!(product(&[infinity, -2.0]), -infinity);
        assert_eq!(product(&[1.0 / big, 1.0 / big, infinity]), infinity);
        assert!(product(&[infinity, 0.0]).is_nan());
        assert!(product(&[f64::NAN, 2.0, 0.0]).is_nan());
        assert_eq!(product(&[]), 1.0);
    }
    check::<f32>(1e30);
    check::<f64>(1e200);
    // Integers go round.
    assert_eq!(Tensor::from([i32::MAX, 2]).prod(..).unwrap().item().unwrap(), -2);
}

/// A row out of range changes no bit of the others.
#[test]
fn other_rows_stay_as_they_are() {
    let rows = [
        [0.1_f32, 0.7, 1.3, 2.1],
        [1e30, 1e30, 1e-30, 1e-30],
        [0.0, 5.0, 1e30, 1e30],
    ];
    let plain = Tensor::from(rows[0]).prod(..).unwrap().item().unwrap();
    let products = Tensor::from(rows).prod(1).unwrap().to_vec();
    assert_eq!(products[0].to_bits(), plain.to_bits());
    assert!((products[1] - 1.0).abs() < 1e-6);
    assert_eq!(products[2], 0.0);
}
