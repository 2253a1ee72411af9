//! Cumulative sums against the definition.

use crate::common::{exact_sum, large, large_shape, noise, on, steps, viewed};
use backprop_tensor::{Error, Tensor};
use proptest::prelude::*;

proptest! {
    #[test]
    fn integers_are_exact(x in viewed()) {
        for axis in 0..x.rank() {
            let y = x.cumsum(axis as isize).unwrap();
            prop_assert_eq!(y.shape(), x.shape());
            let bytes = x.map(|x| x as u8).unwrap().cumsum(axis as isize).unwrap();
            for i in 0..x.shape()[axis] {
                let expected = x.slice(axis as isize, ..=i).unwrap().sum(axis as isize).unwrap();
                prop_assert_eq!(&y.select(axis as isize, i).unwrap(), &expected);
                prop_assert_eq!(bytes.select(axis as isize, i).unwrap(), expected.map(|x| x as u8).unwrap());
            }
        }
    }

    #[test]
    fn numbers_are_within_the_stated_error(shape in large_shape(), steps in steps(), seed in any::<u64>()) {
        let x = large(&steps, &shape, seed).map(|x| f64::from(x as f32)).unwrap();
        for axis in 0..x.rank() as isize {
            let rows = |x: &Tensor<f64>| x.transpose(axis, -1).unwrap().to_vec();
            let length = x.shape()[axis as usize];
            let double = rows(&x.cumsum(axis).unwrap());
            let single = rows(&x.cast::<f32>().unwrap().cumsum(axis).unwrap().cast().unwrap());
            for (row, elements) in rows(&x).chunks(length.max(1)).enumerate() {
                for i in [0, length / 2, length - 1] {
                    let (sum, size) = exact_sum(&elements[..=i]);
                    let (double, single) = (double[row * length + i], single[row * length + i]);
                    let error = length.min(258) as f64 * f64::EPSILON * size;
                    prop_assert!((double - sum).abs() <= error, "{} for {}", double, sum);
                    prop_assert!((single - sum).abs() <= error + f64::from(f32::EPSILON) * sum.abs(), "{} for {}", single, sum);
                }
            }
        }
    }

    #[test]
    fn any_axis_is_a_result_or_an_error(x in viewed(), axis in any::<isize>(), small in -5..5_isize) {
        let rank = x.rank() as isize;
        prop_assert_eq!(x.cumsum(small).is_ok(), (-rank..rank).contains(&small));
        let _ = x.cumsum(axis);
    }
}

#[test]
fn reference_values() {
    let x = Tensor::from([[1_u8, 200], [100, 100]]);
    assert_eq!(x.cumsum(0).unwrap(), Tensor::from([[1, 200], [101, 44]]));
    let x = Tensor::from([1.0, f32::INFINITY, f32::NEG_INFINITY, 1.0])
        .cumsum(-1)
        .unwrap()
        .to_vec();
    assert!(x[0] == 1.0 && x[1] == f32::INFINITY && x[2].is_nan() && x[3].is_nan());
    let empty = Tensor::<f32>::zeros([3, 0]).unwrap();
    assert_eq!(empty.cumsum(1).unwrap(), empty);
    assert!(matches!(
        Tensor::scalar(1.0).cumsum(0),
        Err(Error::Axis {
            operation: "cumsum",
            ..
        })
    ));
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let x = Tensor::from_slice(&noise(150_000, 3), [50, 30, 100]).unwrap();
    let results = [1, 2, 3].map(|threads| on(threads, || [0, 1, 2].map(|axis| x.cumsum(axis).unwrap())));
    assert!(results[0] == results[1] && results[1] == results[2]);
}
