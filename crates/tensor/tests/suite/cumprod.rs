//! Cumulative products against the definition.

use crate::common::{large_shape, noise, on, steps, view, viewed};
use backprop_tensor::{Error, Float, Tensor};
use proptest::prelude::*;

proptest! {
    #[test]
    fn integers_are_exact(x in viewed()) {
        for axis in 0..x.rank() as isize {
            let y = x.cumprod(axis).unwrap();
            prop_assert_eq!(y.shape(), x.shape());
            let bytes = x.map(|x| x as u8).unwrap().cumprod(axis).unwrap();
            for i in 0..x.shape()[axis as usize] {
                let expected = x.slice(axis, ..=i).unwrap().prod(axis).unwrap();
                prop_assert_eq!(&y.select(axis, i).unwrap(), &expected);
                prop_assert_eq!(bytes.select(axis, i).unwrap(), expected.map(|x| x as u8).unwrap());
            }
        }
    }

    #[test]
    fn numbers_are_within_the_stated_error(shape in large_shape(), steps in steps(), seed in any::<u64>()) {
        let count = shape.iter().product();
        // Near 1, so that products of some thousand stay in range.
        let elements: Vec<f64> = noise(count, seed).iter().map(|x| f64::from(1.0 + 0.01 * *x as f32)).collect();
        let x = view(Tensor::from_slice(&elements, shape).unwrap(), &steps);
        for axis in 0..x.rank() as isize {
            let rows = |x: &Tensor<f64>| x.transpose(axis, -1).unwrap().to_vec();
            let length = x.shape()[axis as usize].max(1);
            let double = rows(&x.cumprod(axis).unwrap());
            let single = rows(&x.cast::<f32>().unwrap().cumprod(axis).unwrap().cast().unwrap());
            for (row, elements) in rows(&x).chunks(length).enumerate() {
                // A product from the other end has roundings of its own, at most as many.
                for i in [0, length / 2, length - 1] {
                    let product: f64 = elements[..=i].iter().rev().product();
                    let (double, single) = (double[row * length + i], single[row * length + i]);
                    let error = (i as f64 + 1.0) * f64::EPSILON * product;
                    prop_assert!((double - product).abs() <= error, "{} for {}", double, product);
                    prop_assert!((single - product).abs() <= error + f64::from(f32::EPSILON) * product);
                }
            }
        }
    }

    #[test]
    fn any_axis_is_a_result_or_an_error(x in viewed(), axis in any::<isize>(), small in -5..5_isize) {
        let rank = x.rank() as isize;
        prop_assert_eq!(x.cumprod(small).is_ok(), (-rank..rank).contains(&small));
        let _ = x.cumprod(axis);
    }
}

#[test]
fn reference_values() {
    let x = Tensor::from([[1_u8, 200], [100, 100]]);
    assert_eq!(x.cumprod(0).unwrap(), Tensor::from([[1, 200], [100, 32]]));
    let x = Tensor::from([2.0, 0.0, f32::INFINITY, 1.0])
        .cumprod(-1)
        .unwrap()
        .to_vec();
    assert!(x[..2] == [2.0, 0.0] && x[2].is_nan() && x[3].is_nan());
    // Out of the range of f32 on the way, and back.
    let x = Tensor::from([1e30_f32, 1e30, 1e-30, 1e-30])
        .cumprod(0)
        .unwrap()
        .to_vec();
    assert_eq!(x[..3], [1e30, f32::INFINITY, 1e30]);
    assert!((x[3] - 1.0).abs() <= 4.0 * f32::EPSILON);
    // Out of the range of f64, where f32 is carried too, in one column of two and back from either end.
    fn beyond<T: Float>(n: i32, end: i32) {
        let elements = (0..2 * n).map(|i| 2_f64.powi(if i < n { end } else { -end }));
        let rows: Vec<T> = elements.flat_map(|x| [T::from_f64(x), T::ONE]).collect();
        let y = Tensor::from_slice(&rows, [2 * n as usize, 2])
            .unwrap()
            .cumprod(0)
            .unwrap();
        let y: Vec<f64> = y.to_vec().into_iter().map(T::to_f64).collect();
        for i in 0..2 * n {
            let exponent = end * (i + 1).min(2 * n - 1 - i);
            let right = 2_f64.powi(exponent / 2) * 2_f64.powi(exponent - exponent / 2);
            assert_eq!(
                y[2 * i as usize..][..2],
                [T::from_f64(right).to_f64(), 1.0],
                "{i}"
            );
        }
    }
    beyond::<f32>(20, 120);
    beyond::<f32>(20, -120);
    beyond::<f64>(4, 1000);
    beyond::<f64>(4, -1000);
    let with_zero = Tensor::from([1e200, 1e200, 0.0, 1e-200, f64::INFINITY])
        .cumprod(0)
        .unwrap()
        .to_vec();
    assert_eq!(with_zero[..4], [1e200, f64::INFINITY, 0.0, 0.0]);
    assert!(with_zero[4].is_nan());
    let empty = Tensor::<f32>::zeros([3, 0]).unwrap();
    assert_eq!(empty.cumprod(1).unwrap(), empty);
    assert!(matches!(
        Tensor::scalar(1.0).cumprod(0),
        Err(Error::Axis {
            operation: "cumprod",
            ..
        })
    ));
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let x = Tensor::from_slice(&noise(150_000, 3), [50, 30, 100]).unwrap();
    let results = [1, 2, 3].map(|threads| on(threads, || [0, 1, 2].map(|axis| x.cumprod(axis).unwrap())));
    assert!(results[0] == results[1] && results[0] == results[2]);
}
