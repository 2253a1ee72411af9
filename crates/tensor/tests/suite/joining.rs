//! Joining and taking apart: each undoes the other.

use crate::common::{indices, viewed};
use backprop_tensor::{Error, Tensor};
use proptest::prelude::*;

fn with_axis() -> impl Strategy<Value = (Tensor<i64>, isize)> {
    (viewed(), any::<usize>())
        .prop_filter("a scalar has no axes", |(x, _)| x.rank() > 0)
        .prop_map(|(x, axis)| {
            let axis = (axis % (2 * x.rank())) as isize - x.rank() as isize;
            (x, axis)
        })
}

/// Divides a length in parts.
fn parts(length: usize, cuts: &[usize]) -> Vec<usize> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (length + 1)).collect();
    cuts.extend([0, length]);
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

proptest! {
    #[test]
    fn concat_undoes_split((x, axis) in with_axis(), cuts in proptest::collection::vec(any::<usize>(), 0..4)) {
        let length = x.shape()[axis.rem_euclid(x.rank() as isize) as usize];
        let lengths = parts(length, &cuts);
        let pieces = x.split(axis, &lengths).unwrap();
        let mut start = 0;
        for (piece, length) in pieces.iter().zip(lengths) {
            prop_assert_eq!(piece, &x.slice(axis, start..start + length).unwrap());
            start += length;
        }
        prop_assert_eq!(Tensor::concat(&pieces.iter().collect::<Vec<_>>(), axis).unwrap(), x);
    }

    #[test]
    fn chunks_are_equal_but_for_the_last((x, axis) in with_axis(), count in prop_oneof![1..6_usize, Just(usize::MAX)]) {
        let axis_length = |x: &Tensor<i64>| x.shape()[axis.rem_euclid(x.rank() as isize) as usize];
        let chunks = x.chunk(count, axis).unwrap();
        let part = axis_length(&x).div_ceil(count);
        prop_assert!(chunks.len() <= count);
        let (last, others) = chunks.split_last().unwrap();
        prop_assert!(others.iter().all(|chunk| axis_length(chunk) == part));
        prop_assert!(axis_length(last) <= part);
        prop_assert_eq!(Tensor::concat(&chunks.iter().collect::<Vec<_>>(), axis).unwrap(), x);
    }

    #[test]
    fn select_undoes_stack(x in viewed(), count in 1..4_usize, axis in any::<usize>()) {
        prop_assume!(x.rank() < 8);
        let axis = (axis % (2 * (x.rank() + 1))) as isize - (x.rank() as isize + 1);
        let tensors: Vec<_> = (0..count as i64).map(|i| &x * (i + 1)).collect();
        let y = Tensor::stack(&tensors.iter().collect::<Vec<_>>(), axis).unwrap();
        prop_assert_eq!(y.rank(), x.rank() + 1);
        for (i, tensor) in tensors.iter().enumerate() {
            prop_assert_eq!(&y.select(axis, i).unwrap(), tensor);
        }
    }

    #[test]
    fn concat_of_different_lengths((x, axis) in with_axis(), y in viewed()) {
        let at = axis.rem_euclid(x.rank() as isize) as usize;
        let mut shape = x.shape().to_vec();
        shape[at] = y.count() % 4;
        let y = Tensor::from_fn(&shape, |i| -1 - i as i64).unwrap().flip(axis).unwrap();
        let z = Tensor::concat(&[&x, &y, &x], axis).unwrap();
        for index in indices(z.shape()) {
            let mut from = index.clone();
            let (first, second) = (x.shape()[at], y.shape()[at]);
            let expected = if index[at] < first {
                x.get(&from)
            } else if index[at] < first + second {
                from[at] -= first;
                y.get(&from)
            } else {
                from[at] -= first + second;
                x.get(&from)
            };
            prop_assert_eq!(z.get(&index).unwrap(), expected.unwrap());
        }
    }

    #[test]
    fn wrong_arguments_are_errors(
        x in viewed(), y in viewed(), axis in prop_oneof![-5..5_isize, any::<isize>()],
        lengths in proptest::collection::vec(prop_oneof![0..4_usize, any::<usize>()], 0..4), count in any::<usize>(),
    ) {
        let _ = (Tensor::concat(&[&x, &y], axis), Tensor::stack(&[&x, &y], axis));
        let _ = (x.split(axis, &lengths), x.chunk(count, axis));
        let none: &[&Tensor] = &[];
        prop_assert!(Tensor::concat(none, axis).is_err() && Tensor::stack(none, axis).is_err());
    }
}

#[test]
fn more_elements_than_can_be_counted_are_an_error() {
    let x = Tensor::scalar(0_u8).broadcast_to([1 << 58]).unwrap();
    let many = [&x; 4];
    let error = Tensor::concat(&many, 0).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Size {
                operation: "concat",
                ..
            }
        ),
        "{error}"
    );
}
