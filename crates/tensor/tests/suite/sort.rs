//! Sorting against a stable sort of the standard library, and its laws.

use std::cmp::Ordering;

use crate::common::{large_shape, noise, on, steps, view, viewed};
use backprop_tensor::{Error, Numeric, Tensor};
use proptest::prelude::*;

/// The order of sorting: NaN after all numbers.
fn order<T: PartialOrd>(a: &T, b: &T) -> Ordering {
    let is_nan = |x: &T| x.partial_cmp(x).is_none();
    a.partial_cmp(b).unwrap_or_else(|| is_nan(a).cmp(&is_nan(b)))
}

/// The indices that put a row in order, equal elements in the order they had.
fn expected<T: PartialOrd>(row: &[T], descending: bool) -> Vec<i64> {
    let mut indices: Vec<_> = (0..row.len() as i64).collect();
    indices.sort_by(|&a, &b| {
        let order = order(&row[a as usize], &row[b as usize]);
        if descending { order.reverse() } else { order }
    });
    indices
}

fn rows<T: Numeric>(x: &Tensor<T>, axis: isize) -> Vec<Vec<T>> {
    let rows = x.transpose(axis, -1).unwrap();
    let length = rows.shape()[rows.rank() - 1];
    rows.to_vec().chunks(length.max(1)).map(<[T]>::to_vec).collect()
}

/// Everything about sorting along one axis.
fn check<T: Numeric>(x: &Tensor<T>, axis: isize, k: usize) -> Result<(), TestCaseError> {
    let length = x.shape()[(axis + x.rank() as isize) as usize % x.rank()];
    let k = k % (length + 1);
    for descending in [false, true] {
        let (values, indices) = x.sort(axis, descending).unwrap();
        prop_assert_eq!((values.shape(), indices.shape()), (x.shape(), x.shape()));
        let (top, top_indices) = x.topk(k, axis, descending).unwrap();
        prop_assert_eq!(&x.argsort(axis, descending).unwrap(), &indices);
        prop_assert_eq!(top.count() * length, x.count() * k);
        let results = rows(&values, axis).into_iter().zip(rows(&indices, axis));
        for (row, (values, indices)) in rows(x, axis).iter().zip(results) {
            prop_assert_eq!(&indices, &expected(row, descending));
            for (value, &index) in values.iter().zip(&indices) {
                prop_assert_eq!(order(value, &row[index as usize]), Ordering::Equal);
            }
        }
        // What topk returns is the beginning.
        prop_assert_eq!(top_indices, indices.slice(axis, ..k).unwrap());
        let beginning = values.slice(axis, ..k).unwrap().to_vec();
        prop_assert!(
            top.to_vec()
                .iter()
                .zip(&beginning)
                .all(|(a, b)| order(a, b).is_eq())
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn integers(x in viewed(), modulus in 1..50_i64, k in any::<usize>()) {
        let wide = x.map(|x| x.wrapping_mul(i64::MAX / 17) % modulus * (i64::MAX / 50)).unwrap();
        let narrow = wide.map(|x| (x >> 40) as i32).unwrap();
        let byte = wide.map(|x| (x >> 50) as u8).unwrap();
        for axis in 0..x.rank() as isize {
            check(&wide, axis, k)?;
            check(&narrow, axis - x.rank() as isize, k)?;
            check(&byte, axis, k)?;
        }
    }

    #[test]
    fn numbers_with_all_that_is_special(
        shape in large_shape(), steps in steps(), seed in any::<u64>(), k in any::<usize>(),
    ) {
        let special = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, -f64::NAN, f64::MIN_POSITIVE / 8.0];
        // Few different numbers, so that there are many equal ones.
        let values: Vec<_> = noise(shape.iter().product::<usize>().min(5000), seed)
            .iter()
            .map(|x| if x.abs() < 1e-4 { special[(x.abs() * 7e4) as usize % 7] } else { (x * 100.0).round() / 100.0 })
            .collect();
        let values: Vec<_> = values.iter().copied().cycle().take(shape.iter().product()).collect();
        let x = view(Tensor::from_slice(&values, &shape).unwrap(), &steps);
        let single = view(Tensor::from_slice(&values.iter().map(|&x| x as f32).collect::<Vec<_>>(), &shape).unwrap(), &steps);
        for axis in 0..x.rank() as isize {
            check(&x, axis, k)?;
            check(&single, axis, k)?;
        }
    }

    #[test]
    fn the_first_is_the_extreme(shape in large_shape(), seed in any::<u64>()) {
        let mut values: Vec<_> = noise(shape.iter().product(), seed).iter().map(|x| (x * 20.0).round() as f32).collect();
        if let Some(x) = values.get_mut(seed as usize % 300) {
            *x = f32::NAN;
        }
        let x = Tensor::from_slice(&values, &shape).unwrap();
        for axis in 0..x.rank() as isize {
            let (values, indices) = x.topk(1, axis, true).unwrap();
            prop_assert_eq!(indices.squeeze(axis).unwrap(), x.argmax(axis).unwrap());
            let largest = x.max(axis).unwrap().to_vec();
            prop_assert!(values.to_vec().iter().zip(&largest).all(|(a, b)| order(a, b).is_eq()));
        }
    }

    #[test]
    fn any_argument_is_a_result_or_an_error(x in viewed(), axis in any::<isize>(), small in -5..5_isize, k in any::<usize>()) {
        let _ = (x.sort(axis, false), x.argsort(small, true), x.topk(k, axis, true), x.topk(k % 5, small, false));
    }
}

#[test]
fn reference_values() {
    let x = Tensor::from([[2.0, f32::NAN, -0.0], [0.0, 1.0, f32::NEG_INFINITY]]);
    assert_eq!(x.argsort(1, false).unwrap(), Tensor::from([[2, 0, 1], [2, 0, 1]]));
    assert_eq!(x.argsort(1, true).unwrap(), Tensor::from([[1, 0, 2], [1, 0, 2]]));
    assert_eq!(x.argsort(0, false).unwrap(), Tensor::from([[1, 1, 1], [0, 0, 0]]));
    // The sign of zero and the payload of NaN are those of the element.
    let (values, _) = x.sort(1, false).unwrap();
    assert!(values.to_vec()[0].is_sign_negative());
    assert_eq!(
        Tensor::from([1, 1, 1, 0, 1]).argsort(0, true).unwrap().to_vec(),
        [0, 1, 2, 4, 3]
    );
    assert_eq!(
        Tensor::from([i64::MAX, i64::MIN, 0])
            .sort(0, false)
            .unwrap()
            .0
            .to_vec(),
        [i64::MIN, 0, i64::MAX]
    );
}

#[test]
fn wrong_arguments() {
    let x = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    let error = x.topk(4, 1, true).unwrap_err();
    assert_eq!(error.to_string(), "topk: k = 4: the axis has 3 elements");
    assert!(matches!(x.topk(usize::MAX, 0, true), Err(Error::Argument { .. })));
    assert!(matches!(
        x.sort(2, true),
        Err(Error::Axis {
            operation: "sort",
            ..
        })
    ));
    assert!(matches!(
        Tensor::scalar(1).argsort(0, true),
        Err(Error::Axis {
            operation: "argsort",
            ..
        })
    ));
    assert_eq!(x.topk(0, 1, true).unwrap().0.shape(), &[2, 0]);
    let empty = Tensor::<f32>::zeros([3, 0]).unwrap();
    assert_eq!(empty.sort(1, true).unwrap().0, empty);
    assert_eq!(empty.topk(2, 0, true).unwrap().1.shape(), &[2, 0]);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let x = Tensor::from_slice(&noise(90_000, 3), [300, 300]).unwrap();
    let results = [1, 2, 3].map(|threads| {
        on(threads, || {
            (x.sort(0, true).unwrap(), x.topk(7, 1, false).unwrap())
        })
    });
    assert!(results[0] == results[1] && results[1] == results[2]);
}
