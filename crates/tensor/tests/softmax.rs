//! Softmax and its logarithm against the definition, and their laws.

#[path = "suite/common.rs"]
mod common;

use backprop_tensor::simd::{self, Level};
use backprop_tensor::{Error, Float, Tensor, keep};
use common::{exact_sum, large, large_shape, noise, on, steps, viewed};
use proptest::prelude::*;
use proptest::sample::select;

/// The elements along an axis, for each place on the other ones.
fn along<T: Float>(x: &Tensor<T>, axis: isize) -> Vec<Vec<f64>> {
    let rows = x.transpose(axis, -1).unwrap();
    let length = rows.shape()[rows.rank() - 1];
    let elements: Vec<_> = rows.to_vec().iter().map(|x| x.to_f64()).collect();
    elements.chunks(length.max(1)).map(<[f64]>::to_vec).collect()
}

/// Compares both functions with the definition in double precision.
fn check<T: Float>(x: &Tensor<T>, axis: isize) -> Result<(), TestCaseError> {
    let (plain, logarithm) = (x.softmax(axis).unwrap(), x.log_softmax(axis).unwrap());
    prop_assert_eq!(plain.shape(), x.shape());
    let results = along(&plain, axis).into_iter().zip(along(&logarithm, axis));
    for (row, (plain, logarithm)) in along(x, axis).iter().zip(results) {
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let exponentials: Vec<_> = row.iter().map(|x| (x - largest).exp()).collect();
        let sum = exact_sum(&exponentials).0;
        let n = row.len() as f64;
        // The sum of the exponentials in blocks of 128, the terms of which have errors of their own.
        let sum_error = 146.0;
        for (i, x) in row.iter().enumerate() {
            // An absolute error of the exponent is a relative one of the exponential.
            let relative = (sum_error + (x - largest).abs() + 4.0) * T::EPSILON.to_f64();
            let expected = exponentials[i] / sum;
            let smallest = T::MIN_NORMAL.to_f64() * T::EPSILON.to_f64();
            prop_assert!(
                (plain[i] - expected).abs() <= relative * expected + 2.0 * smallest,
                "{} for {}",
                plain[i],
                expected
            );
            let expected = x - largest - sum.ln();
            let relative = relative + 2.0 * expected.abs() * T::EPSILON.to_f64();
            prop_assert!(
                (logarithm[i] - expected).abs() <= relative,
                "{} for {}",
                logarithm[i],
                expected
            );
        }
        prop_assert!((exact_sum(&plain).0 - 1.0).abs() <= (sum_error + n.sqrt() + 4.0) * T::EPSILON.to_f64());
    }
    Ok(())
}

proptest! {
    #[test]
    fn both_are_those_of_the_definition(
        shape in large_shape(), steps in steps(), seed in any::<u64>(), scale in select(vec![0.0, 1.0, 30.0, 1e4]),
    ) {
        let x = large(&steps, &shape, seed).map(|x| f64::from((x * scale) as f32)).unwrap();
        for axis in 0..x.rank() as isize {
            check(&x, axis - if seed % 2 == 0 { 0 } else { x.rank() as isize })?;
            check(&x.transpose(0, -1).unwrap().cast::<f32>().unwrap(), axis)?;
        }
    }

    #[test]
    fn a_shift_changes_no_bit(x in viewed(), shift in -1000..1000_i16) {
        // Sums of integers are exact.
        let y = x.map(|x| f32::from(x as i16 + shift)).unwrap();
        let x = x.map(|x| x as f32).unwrap();
        for axis in 0..x.rank() as isize {
            prop_assert_eq!(x.softmax(axis).unwrap(), y.softmax(axis).unwrap());
            prop_assert_eq!(x.log_softmax(axis).unwrap(), y.log_softmax(axis).unwrap());
        }
    }

    #[test]
    fn in_place_is_the_same(shape in large_shape(), steps in steps(), seed in any::<u64>()) {
        let x = large(&steps, &shape, seed);
        for axis in 0..x.rank() as isize {
            let before = x.to_vec();
            prop_assert_eq!(x.contiguous().unwrap().into_softmax(axis).unwrap(), x.softmax(axis).unwrap());
            let exclusive = || x.map(|x| x).unwrap();
            prop_assert_eq!(exclusive().into_softmax(axis).unwrap(), x.softmax(axis).unwrap());
            prop_assert_eq!(exclusive().into_log_softmax(axis).unwrap(), x.log_softmax(axis).unwrap());
            prop_assert_eq!(x.to_vec(), before);
        }
    }

    #[test]
    fn any_axis_is_a_result_or_an_error(x in viewed(), axis in -5..5_isize, odd in any::<isize>()) {
        let x = x.map(|x| x as f64).unwrap();
        let rank = x.rank() as isize;
        match x.softmax(axis) {
            Ok(y) => prop_assert!((-rank..rank).contains(&axis) && y.shape() == x.shape()),
            Err(error) => prop_assert!(matches!(error, Error::Axis { operation: "softmax", .. }), "{}", error),
        }
        let _ = (x.softmax(odd), x.log_softmax(odd), x.clone().into_softmax(odd));
    }
}

/// In rows, in columns of few and of many, and through a transposed copy.
fn arrangements(x: &Tensor<f64>) -> Vec<Tensor<f64>> {
    let wide = |copies: usize| {
        let shape = [x.shape()[0], copies, x.shape()[1]];
        let y = x.unsqueeze(1).unwrap().broadcast_to(shape).unwrap();
        y.transpose(1, 2).unwrap().contiguous().unwrap()
    };
    vec![x.unsqueeze(-1).unwrap(), wide(2), wide(40)]
}

#[test]
fn infinities_and_nan() {
    let inf = f64::INFINITY;
    let x = Tensor::from([
        [0.0, -inf, 0.0],
        [-inf, -inf, -inf],
        [inf, 0.0, -inf],
        [0.0, f64::NAN, 1.0],
        [-inf, 3.0, -inf],
    ]);
    for x in arrangements(&x) {
        let first = |x: Tensor<f64>| -> Vec<f64> { x.select(2, 0).unwrap().to_vec() };
        let (plain, logarithm) = (first(x.softmax(1).unwrap()), first(x.log_softmax(1).unwrap()));
        assert_eq!(plain[..3], [0.5, 0.0, 0.5]);
        assert_eq!(logarithm[1], -inf);
        assert!(plain[3..12].iter().chain(&logarithm[3..6]).all(|x| x.is_nan()));
        assert_eq!(plain[12..], [0.0, 1.0, 0.0]);
        assert_eq!(logarithm[12..], [-inf, 0.0, -inf]);
    }
}

#[test]
fn the_logarithm_is_exact_where_softmax_rounds_to_0() {
    let x = Tensor::from([0.0_f32, -500.0, -1000.0]);
    assert_eq!(x.softmax(0).unwrap().to_vec(), [1.0, 0.0, 0.0]);
    assert_eq!(x.log_softmax(0).unwrap(), x);
}

#[test]
fn empty_axes_stay_empty() {
    let x = Tensor::<f32>::zeros([2, 0, 3]).unwrap();
    for axis in 0..3 {
        assert_eq!(x.softmax(axis).unwrap(), x);
        assert_eq!(x.log_softmax(axis).unwrap(), x);
    }
    assert!(matches!(Tensor::scalar(1.0).softmax(0), Err(Error::Axis { .. })));
}

/// On inputs large enough for threads, in all the ways that there are.
fn bits_of_large_inputs() -> Vec<u64> {
    let shapes: [&[usize]; 6] = [
        &[70_001],
        &[3000, 10],
        &[4, 30_000],
        &[21, 5000],
        &[40, 33, 70],
        &[300, 40, 3],
    ];
    let mut bits = vec![];
    for (i, shape) in shapes.into_iter().enumerate() {
        let x = Tensor::from_slice(&noise(shape.iter().product(), i as u64), shape).unwrap();
        let single = x.cast::<f32>().unwrap();
        for axis in 0..shape.len() as isize {
            let logarithm = x.log_softmax(axis).unwrap();
            bits.extend(x.softmax(axis).unwrap().to_vec().iter().map(|x| x.to_bits()));
            bits.extend(
                single
                    .softmax(axis)
                    .unwrap()
                    .to_vec()
                    .iter()
                    .map(|x| u64::from(x.to_bits())),
            );
            let normalized = logarithm.logsumexp(keep(axis)).unwrap();
            assert!(normalized.to_vec().iter().all(|x| x.abs() < 1e-12));
            bits.extend(logarithm.to_vec().iter().map(|x| x.to_bits()));
        }
    }
    bits
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let results = [1, 2, 3].map(|threads| on(threads, bits_of_large_inputs));
    assert!(results[0] == results[1] && results[1] == results[2]);
}

#[test]
fn the_instruction_set_changes_no_bit() {
    let results = [Level::Baseline, Level::Avx2, Level::Avx512].map(|level| {
        simd::set_level(level);
        bits_of_large_inputs()
    });
    assert!(results[0] == results[1] && results[1] == results[2]);
}

/// A largest element that stands out, in rows of every length and in columns: what is left to its probability, by mpmath to 80 digits.
#[test]
fn the_logarithm_of_a_probability_near_1() {
    fn check<T: Float>(epsilon: f64) {
        // The distance of the others, how many there are, and log(1 + their sum).
        let cases = [
            (17.0, 1, 4.139937633089748e-8),
            (60.0, 1, 8.75651076269652e-27),
            (17.0, 9, 3.725943252773908e-7),
            (30.0, 99, 9.264046739108862e-12),
            (40.0, 4999, 2.1237522922202428e-14),
            (0.5, 1, 0.47407698418010663),
        ];
        for (distance, others, right) in cases {
            for largest in [0.0, 100.0] {
                for place in [0, others / 2, others] {
                    let mut x = vec![T::from_f64(largest - distance); others + 1];
                    x[place] = T::from_f64(largest);
                    let row = Tensor::from_slice(&x, [others + 1]).unwrap();
                    // The sum of many equal exponentials has an error of its own.
                    let bound = (8.0 + distance + others as f64 / 128.0) * epsilon * right;
                    for copies in [1, 3, 40] {
                        let x = row
                            .unsqueeze(-1)
                            .unwrap()
                            .broadcast_to([others + 1, copies])
                            .unwrap();
                        let y = x
                            .log_softmax(0)
                            .unwrap()
                            .get([place, copies - 1])
                            .unwrap()
                            .to_f64();
                        assert!(
                            (y + right).abs() <= bound,
                            "{distance} {others} {copies}: {y:e}, {right:e}"
                        );
                    }
                    if largest == 0.0 {
                        for x in [
                            row.clone(),
                            row.unsqueeze(-1).unwrap().broadcast_to([others + 1, 3]).unwrap(),
                        ] {
                            let y = x.logsumexp(0).unwrap().to_vec()[0].to_f64();
                            assert!(
                                (y - right).abs() <= bound,
                                "logsumexp {distance} {others}: {y:e}, {right:e}"
                            );
                        }
                    }
                }
            }
        }
    }
    check::<f32>(f64::from(f32::EPSILON));
    check::<f64>(f64::EPSILON);
}

/// Several largest elements, of which one alone is left out of the sum.
#[test]
fn ties_of_the_largest() {
    for others in [1, 7, 30, 3000] {
        for ties in [2, 3, 8] {
            let x: Vec<f64> = (0..others + ties)
                .map(|i| if i < others { -30.0 } else { 2.0 })
                .collect();
            let sum = ties as f64 + others as f64 * (-32_f64).exp();
            for copies in [1, 3, 40] {
                let x = Tensor::from_slice(&x, [x.len(), 1])
                    .unwrap()
                    .broadcast_to([x.len(), copies])
                    .unwrap();
                let y = x.log_softmax(0).unwrap();
                let last = y.get([others + ties - 1, copies - 1]).unwrap();
                assert!((last + sum.ln()).abs() < 1e-15 * 4.0, "{last}");
                assert_eq!(y.get([others, 0]).unwrap(), last);
                assert!((y.get([0, 0]).unwrap() - (last - 32.0)).abs() < 1e-14);
                let y = x.logsumexp(0).unwrap().to_vec()[0];
                assert!((y - 2.0 - sum.ln()).abs() < 1e-15 * 8.0, "{y}");
            }
        }
    }
}
