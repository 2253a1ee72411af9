//! Cross entropies of rows and their slopes against the definition, without cancellation, and their laws.

#[path = "suite/common.rs"]
mod common;

use backprop_tensor::simd::{self, Level};
use backprop_tensor::{Error, Float, LogProbabilities, Tensor};
use common::{exact_sum, noise, on};
use proptest::prelude::*;
use proptest::sample::select;

fn shapes() -> impl Strategy<Value = [usize; 2]> {
    let lengths = select(vec![1, 2, 3, 7, 16, 17, 65, 130, 1000, 2500]);
    (1..300_usize, lengths).prop_map(|(rows, length)| [rows.min(1 + 20_000 / length), length])
}

/// Scores of which one a row stands out by `lift`, in every other row.
fn scores<T: Float>([rows, length]: [usize; 2], lift: f64, seed: u64) -> Tensor<T> {
    let mut x = noise(rows * length, seed);
    for row in (0..rows).step_by(2) {
        x[row * length + (row + seed as usize % 89) % length] += lift;
    }
    let x: Vec<T> = x.into_iter().map(T::from_f64).collect();
    Tensor::from_slice(&x, [rows, length]).unwrap()
}

/// Weights of which some are 0.
fn weights<T: Float>([rows, length]: [usize; 2], seed: u64) -> Tensor<T> {
    let q = noise(rows * length, seed)
        .into_iter()
        .map(|q| T::from_f64((q + 0.5).max(0.0)));
    Tensor::from_slice(&q.collect::<Vec<_>>(), [rows, length]).unwrap()
}

fn classes([rows, length]: [usize; 2], seed: u64) -> Tensor<i64> {
    // Some are none of the columns.
    let class = |row: usize| (row as i64 * 7 + seed as i64 % 61) % (length as i64 + 1) - 1;
    Tensor::from_slice(&(0..rows).map(class).collect::<Vec<_>>(), [rows]).unwrap()
}

fn numbers<T: Float>(x: &Tensor<T>) -> Vec<f64> {
    x.to_vec().iter().map(|x| x.to_f64()).collect()
}

fn check<T: Float>(shape: [usize; 2], lift: f64, seed: u64) -> Result<(), TestCaseError> {
    let [rows, length] = shape;
    let (x, q) = (scores::<T>(shape, lift, seed), weights::<T>(shape, seed + 1));
    let classes = classes(shape, seed);
    let factors: Vec<T> = (0..rows)
        .map(|row| T::from_f64(f64::from(row as u8 % 4) / 4.0))
        .collect();
    let log_softmax = x.log_softmax(1).unwrap();
    let sparse = LogProbabilities::new(x.clone()).unwrap();
    let places = classes
        .to_vec()
        .into_iter()
        .map(|class| usize::try_from(class).ok());
    for (row, (got, place)) in sparse.of_columns(places.clone()).zip(places).enumerate() {
        // The same as is written elsewhere.
        prop_assert_eq!(got, place.map(|place| log_softmax.get([row, place]).unwrap()));
    }
    let sparse = numbers(&sparse.into_class_slopes(&classes, &factors).unwrap());
    let dense = LogProbabilities::against(x.clone(), &q).unwrap();
    let losses = numbers(&dense.cross_entropies().unwrap());
    prop_assert_eq!(&losses, &dense.each().map(T::to_f64).collect::<Vec<_>>());
    let dense = numbers(&dense.into_slopes(&q, &factors).unwrap());
    let (x, q) = (numbers(&x), numbers(&q));
    let epsilon = T::EPSILON.to_f64();
    for row in 0..rows {
        let at = row * length..(row + 1) * length;
        let (x, q, factor) = (&x[at.clone()], &q[at.clone()], factors[row].to_f64());
        let (sparse, dense) = (&sparse[at.clone()], &dense[at]);
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let e: Vec<f64> = x.iter().map(|x| (x - largest).exp()).collect();
        let sum = exact_sum(&e).0;
        let without = |i: usize, values: &[f64]| {
            let others: Vec<f64> = (0..length).filter(|&j| j != i).map(|j| values[j]).collect();
            exact_sum(&others).0
        };
        // Of the logarithm, that is absolute.
        let error = (150.0 + 2.0 * lift + 32.0) * epsilon;
        let top = (0..length).find(|&i| x[i] == largest).unwrap();
        let rest = without(top, &e).ln_1p();
        let terms: Vec<f64> = (0..length).map(|i| q[i] * (rest - (x[i] - largest))).collect();
        let total = exact_sum(q).0;
        let right = exact_sum(&terms).0;
        prop_assert!(
            (losses[row] - right).abs() <= error * (right + total * rest),
            "{} for {right}",
            losses[row]
        );
        for i in (0..length).step_by(1 + length / 50) {
            let (p, left) = (e[i] / sum, without(i, &e) / sum);
            let is_class = classes.get([row]).unwrap() == i as i64;
            let right = if is_class { -left } else { p } * factor;
            prop_assert!(
                (sparse[i] - right).abs() <= error * right.abs(),
                "{:e} for {right:e}",
                sparse[i]
            );
            let others = without(i, q);
            let right = if p > 0.5 {
                others - left * total
            } else {
                p * total - q[i]
            };
            let size = if p > 0.5 {
                others + left * total
            } else {
                p * total + q[i]
            };
            let got = dense[i];
            prop_assert!(
                (got - right * factor).abs() <= error * size * factor,
                "{got:e} for {right:e} {factor}"
            );
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn values_and_slopes_are_those_of_the_definition(
        shape in shapes(), lift in select(vec![0.0, 2.0, 17.0]), seed in 0..u64::MAX / 2,
    ) {
        check::<f32>(shape, lift, seed)?;
        check::<f64>(shape, lift, seed)?;
    }

    #[test]
    fn in_place_and_through_views_is_the_same(shape in shapes(), seed in 0..u64::MAX / 2) {
        let (x, q) = (scores::<f32>(shape, 9.0, seed), weights::<f32>(shape, seed));
        let (before, classes) = (x.to_vec(), classes(shape, seed));
        let turned = |x: &Tensor<f32>| x.transpose(0, 1).unwrap().contiguous().unwrap().transpose(0, 1).unwrap();
        let sparse = |x: Tensor<f32>| LogProbabilities::new(x).unwrap().into_class_slopes(&classes, &[0.5]).unwrap();
        let right = sparse(x.clone());
        prop_assert_eq!(&sparse(x.map(|x| x).unwrap()), &right);
        prop_assert_eq!(&sparse(turned(&x)), &right);
        let dense = |x: Tensor<f32>, q: &Tensor<f32>| {
            LogProbabilities::against(x, q).unwrap().into_slopes(q, &[0.5]).unwrap()
        };
        let right = dense(x.clone(), &q);
        prop_assert_eq!(&dense(x.map(|x| x).unwrap(), &q), &right);
        prop_assert_eq!(&dense(turned(&x), &turned(&q)), &right);
        // One factor for all is that for each.
        let each = vec![0.5; shape[0]];
        let rows = LogProbabilities::against(x.clone(), &q).unwrap();
        prop_assert_eq!(&rows.into_slopes(&q, &each).unwrap(), &right);
        prop_assert_eq!(x.to_vec(), before);
    }
}

#[test]
fn what_has_no_weight_costs_nothing() {
    let inf = f64::INFINITY;
    for length in [2, 3, 16, 17, 130, 1000, 2500] {
        // Scores of 0, an impossible one, NaN, nothing but -∞.
        let mut x = vec![0.0; 4 * length];
        x[length] = -inf;
        x[2 * length + 1] = f64::NAN;
        x[3 * length..].fill(-inf);
        let x = Tensor::from_slice(&x, [4, length]).unwrap();
        let mut q = vec![0.0; 4 * length];
        q[1] = 2.0;
        q[length + 1] = 1.0;
        let q = Tensor::from_slice(&q, [4, length]).unwrap();
        let rows = LogProbabilities::against(x.clone(), &q).unwrap();
        let losses = rows.cross_entropies().unwrap().to_vec();
        let rest = (length as f64 - 1.0).ln();
        assert!((losses[0] - 2.0 * (length as f64).ln()).abs() < 1e-14 * length as f64);
        assert!((losses[1] - rest).abs() < 1e-14, "{length} {losses:?}");
        assert_eq!(losses[2..], [0.0, 0.0]);
        let slopes = rows.into_slopes(&q, &[1.0]).unwrap().to_vec();
        assert_eq!(slopes[length], 0.0);
        assert!(slopes[2 * length..].iter().all(|&slope| slope == 0.0), "{length}");
        // A factor of 0 is stronger than any score.
        let rows = LogProbabilities::new(x).unwrap();
        let slopes = rows
            .into_class_slopes(&Tensor::from([1, 0, 1, 0]), &[1.0, 0.0, 0.0, 0.0])
            .unwrap();
        assert!((slopes.get([0, 1]).unwrap() - (1.0 / length as f64 - 1.0)).abs() < 1e-15);
        assert!(
            slopes.to_vec()[length..].iter().all(|&slope| slope == 0.0),
            "{length}"
        );
    }
}

#[test]
fn shapes_are_checked() {
    let x = Tensor::<f32>::zeros([2, 3]).unwrap();
    let other = Tensor::zeros([3, 2]).unwrap();
    assert!(matches!(
        LogProbabilities::new(x.select(0, 0).unwrap()),
        Err(Error::Shape { .. })
    ));
    assert!(matches!(
        LogProbabilities::against(x.clone(), &other),
        Err(Error::Shapes { .. })
    ));
    let rows = || LogProbabilities::new(x.clone()).unwrap();
    let classes = Tensor::from([0, 1]);
    assert!(matches!(
        rows().into_class_slopes(&Tensor::from([0]), &[1.0]),
        Err(Error::Shapes { .. })
    ));
    assert!(matches!(
        rows().into_class_slopes(&classes, &[]),
        Err(Error::Argument { .. })
    ));
    assert!(matches!(
        rows().into_slopes(&other, &[1.0]),
        Err(Error::Shapes { .. })
    ));
    for shape in [[0, 3], [3, 0], [0, 0]] {
        let empty = Tensor::<f32>::zeros(shape).unwrap();
        let rows = LogProbabilities::against(empty.clone(), &empty).unwrap();
        assert_eq!(
            rows.cross_entropies().unwrap(),
            Tensor::zeros([shape[0]]).unwrap()
        );
        assert_eq!(rows.into_slopes(&empty, &[1.0]).unwrap(), empty);
    }
}

/// Of inputs large enough for threads, in all the ways that there are.
fn bits_of_large_inputs() -> Vec<u64> {
    let mut bits = vec![];
    for (i, shape) in [[1, 70_001], [9000, 10], [30, 2500], [600, 65], [40, 1000]]
        .into_iter()
        .enumerate()
    {
        let (x, q) = (scores::<f64>(shape, 9.0, i as u64), weights::<f64>(shape, 7));
        let (single, single_q) = (x.cast::<f32>().unwrap(), q.cast::<f32>().unwrap());
        let classes = classes(shape, 5);
        let rows = LogProbabilities::against(x, &q).unwrap();
        bits.extend(rows.each().map(f64::to_bits));
        bits.extend(
            rows.clone()
                .into_slopes(&q, &[0.7])
                .unwrap()
                .to_vec()
                .iter()
                .map(|x| x.to_bits()),
        );
        bits.extend(
            rows.into_class_slopes(&classes, &[0.7])
                .unwrap()
                .to_vec()
                .iter()
                .map(|x| x.to_bits()),
        );
        let rows = LogProbabilities::against(single, &single_q).unwrap();
        bits.extend(rows.each().map(|x| u64::from(x.to_bits())));
        for slopes in [
            rows.clone().into_slopes(&single_q, &[0.7]),
            rows.into_class_slopes(&classes, &[0.7]),
        ] {
            bits.extend(slopes.unwrap().to_vec().iter().map(|x| u64::from(x.to_bits())));
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
