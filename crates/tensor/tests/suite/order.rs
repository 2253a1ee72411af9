//! Medians and quantiles against sorted rows.

use crate::common::{large_shape, noise, on, steps, view, viewed};
use backprop_tensor::{Error, Tensor, keep};
use proptest::prelude::*;

/// The elements that the axes marked in `mask` reduce, row by row, in the order in which an index counts.
fn rows(x: &Tensor<f64>, axes: &[isize]) -> Vec<Vec<f64>> {
    let rank = x.rank() as isize;
    let kept = (0..rank).filter(|axis| !axes.contains(axis));
    let order: Vec<isize> = kept.chain((0..rank).filter(|axis| axes.contains(axis))).collect();
    let length: usize = axes.iter().map(|&axis| x.shape()[axis as usize]).product();
    let all = x.permute(&order).unwrap().to_vec();
    all.chunks(length.max(1)).map(<[f64]>::to_vec).collect()
}

fn axes_of(rank: usize, mask: u8) -> Vec<isize> {
    (0..rank as isize).filter(|axis| mask >> axis & 1 == 1).collect()
}

/// The indices of a row in order, equal elements in the order they had.
fn in_order(row: &[f64]) -> Vec<usize> {
    let mut order: Vec<_> = (0..row.len()).collect();
    order.sort_by(|&i, &j| row[i].partial_cmp(&row[j]).unwrap());
    order
}

fn check(x: &Tensor<f64>, mask: u8, place: usize, q: f64) -> Result<(), TestCaseError> {
    let axes = axes_of(x.rank(), mask);
    let rows = rows(x, &axes);
    let length = rows.first().map_or(0, Vec::len);
    if length == 0 {
        return Ok(());
    }
    let place = place % length;
    let (values, indices) = x.nth_smallest(place, axes.clone()).unwrap();
    let (medians, quantiles) = (
        x.median(axes.clone()).unwrap(),
        x.quantile(q, axes.clone()).unwrap(),
    );
    let (sum, kept_sum) = (x.sum(axes.clone()).unwrap(), x.sum(keep(axes.clone())).unwrap());
    let kept = x.quantile(q, keep(axes)).unwrap();
    prop_assert_eq!(
        [values.shape(), medians.shape(), quantiles.shape()],
        [sum.shape(); 3]
    );
    prop_assert_eq!(kept.shape(), kept_sum.shape());
    let [values, medians, quantiles] = [values, medians, quantiles].map(|x| x.to_vec());
    let indices = indices.to_vec();
    for (i, row) in rows.iter().enumerate() {
        let order = in_order(row);
        prop_assert_eq!(indices[i], order[place] as i64);
        prop_assert_eq!(values[i], row[order[place]]);
        prop_assert_eq!(medians[i], row[order[(length - 1) / 2]]);
        // Between its neighbors, and as far on as the fraction says.
        let (quantile, at) = (quantiles[i], q * (length - 1) as f64);
        let (lower, upper) = (row[order[at.floor() as usize]], row[order[at.ceil() as usize]]);
        prop_assert!(lower <= quantile && quantile <= upper);
        let expected = lower + (upper - lower) * at.fract();
        prop_assert!((quantile - expected).abs() <= 4.0 * f64::EPSILON * lower.abs().max(upper.abs()));
    }
    Ok(())
}

proptest! {
    #[test]
    fn of_any_view(x in viewed(), mask: u8, place: usize, q in 0.0..=1.0_f64) {
        let x = x.map(|i| (i * 7 % 5) as f64).unwrap();
        check(&x, mask, place, q)?;
    }

    #[test]
    fn of_many(shape in large_shape(), steps in steps(), mask: u8, place: usize, q in 0.0..=1.0_f64, seed: u64) {
        let count = shape.iter().product();
        let x = view(Tensor::from_slice(&noise(count, seed), shape).unwrap(), &steps);
        check(&x, mask, place, q)?;
    }

    #[test]
    fn the_opposite_quantile_of_the_opposite(x in viewed(), q in 0.0..=1.0_f64) {
        prop_assume!(!x.is_empty());
        let x: Tensor<f64> = x.cast().unwrap();
        let (one, other) = (x.quantile(q, ..).unwrap().item().unwrap(), x.neg().unwrap().quantile(1.0 - q, ..).unwrap().item().unwrap());
        // 1 - q is rounded, and counts n - 1 times.
        prop_assert!((one + other).abs() <= 1e-13 * (1.0 + x.count() as f64));
    }
}

#[test]
fn values_of_numpy_and_pytorch() {
    let x = Tensor::from([15.0_f64, 20.0, 35.0, 40.0, 50.0]);
    for (q, expected) in [(0.0, 15.0), (0.4, 29.0), (0.25, 20.0), (0.9, 46.0), (1.0, 50.0)] {
        assert_eq!(x.quantile(q, 0).unwrap(), Tensor::scalar(expected));
    }
    assert_eq!(Tensor::from([1, 2, 3, 4]).median(0).unwrap(), Tensor::scalar(2));
    assert_eq!(
        Tensor::from([1.0, 2.0, 3.0, 4.0]).quantile(0.5, 0).unwrap(),
        Tensor::scalar(2.5)
    );
    assert_eq!(
        Tensor::from([7.0_f32]).quantile(0.3, ..).unwrap(),
        Tensor::scalar(7.0)
    );
    assert_eq!(
        Tensor::from([[1.0_f32, 2.0]]).median([] as [isize; 0]).unwrap(),
        Tensor::from([[1.0, 2.0]])
    );
    assert_eq!(
        Tensor::from([3_u8, 255, 0]).median(-1).unwrap(),
        Tensor::scalar(3)
    );
}

#[test]
fn not_a_number_and_infinities() {
    let x = Tensor::from([[1.0, f32::NAN, f32::NAN], [3.0, 1.0, 2.0]]);
    let (values, indices) = x.nth_smallest(0, 1).unwrap();
    assert!(values.to_vec()[0].is_nan() && values.to_vec()[1] == 1.0);
    assert_eq!(indices, Tensor::from([1, 1]));
    for result in [
        x.median(1),
        x.quantile(0.5, 1),
        x.quantile(0.0, 1),
        x.quantile(1.0, 1),
    ] {
        assert!(result.unwrap().to_vec()[0].is_nan());
    }
    let infinity = f32::INFINITY;
    let quantile = |elements: &[f32], q| {
        let x = Tensor::from(elements.to_vec());
        x.quantile(q, 0).unwrap().item().unwrap()
    };
    assert_eq!(quantile(&[1.0, infinity], 0.0), 1.0);
    assert_eq!(quantile(&[1.0, infinity], 0.5), infinity);
    assert_eq!(
        quantile(&[infinity, infinity, -infinity, -infinity], 0.1),
        -infinity
    );
    assert_eq!(quantile(&[infinity, infinity], 0.5), infinity);
    assert!(quantile(&[infinity, -infinity], 0.5).is_nan());
    // The way between these is out of range.
    assert_eq!(quantile(&[f32::MAX, -f32::MAX], 0.5), 0.0);
    assert_eq!(quantile(&[f32::MAX, f32::MAX, 0.0], 0.75), f32::MAX);
}

#[test]
fn what_has_no_quantile_is_an_error() {
    let x = Tensor::<f32>::zeros([3, 0]).unwrap();
    assert!(matches!(
        x.median(1),
        Err(Error::Shape {
            operation: "median",
            ..
        })
    ));
    assert!(matches!(
        x.quantile(0.5, ..),
        Err(Error::Shape {
            operation: "quantile",
            ..
        })
    ));
    assert_eq!(x.median(0).unwrap(), Tensor::zeros([0]).unwrap());
    let y = Tensor::from([1.0_f32, 2.0]);
    for q in [-1e-9, 1.000_001, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            y.quantile(q, 0),
            Err(Error::Argument { argument: "q", .. })
        ));
    }
    assert!(matches!(
        y.nth_smallest(2, 0),
        Err(Error::Argument {
            argument: "place",
            ..
        })
    ));
    assert!(matches!(y.median(1), Err(Error::Axis { .. })));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let x = Tensor::from_slice(&noise(150_000, 3), [50, 30, 100]).unwrap();
    let results = [1, 2, 3].map(|threads| {
        on(threads, || {
            [0, 1, 2].map(|axis| x.nth_smallest(17, axis).unwrap())
        })
    });
    assert!(results[0] == results[1] && results[0] == results[2]);
}
