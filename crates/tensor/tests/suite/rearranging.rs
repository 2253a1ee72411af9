//! Padding, repeating and rolling against index arithmetic, and their inverses.

use crate::common::{indices, viewed};
use backprop_tensor::{Error, Tensor};
use proptest::prelude::*;

proptest! {
    #[test]
    fn pad_surrounds(x in viewed(), sizes in any::<[(u8, u8); 8]>()) {
        let padding: Vec<_> = sizes[..x.rank()].iter().map(|&(a, b)| (usize::from(a % 3), usize::from(b % 3))).collect();
        let y = x.pad(&padding, -7).unwrap();
        for place in indices(y.shape()) {
            let inside: Option<Vec<_>> = place
                .iter()
                .zip(&padding)
                .zip(x.shape().iter())
                .map(|((&i, &(before, _)), &length)| i.checked_sub(before).filter(|&i| i < length))
                .collect();
            let expected = inside.map_or(-7, |index| x.get(index).unwrap());
            prop_assert_eq!(y.get(&place).unwrap(), expected);
        }
        // Cutting it off again.
        let mut back = y;
        for (axis, (&(before, _), &length)) in padding.iter().zip(x.shape().iter()).enumerate() {
            back = back.slice(axis as isize, before..before + length).unwrap();
        }
        prop_assert_eq!(back, x);
    }

    #[test]
    fn repeat_tiles(x in viewed(), counts in proptest::collection::vec(0..4_usize, 0..6)) {
        let y = x.repeat(&counts).unwrap();
        let (rank, added) = (y.rank(), y.rank() - x.rank());
        prop_assert_eq!(rank, x.rank().max(counts.len()));
        for axis in 0..rank {
            let length = axis.checked_sub(added).map_or(1, |axis| x.shape()[axis]);
            let count = (axis + counts.len()).checked_sub(rank).map_or(1, |i| counts[i]);
            prop_assert_eq!(y.shape()[axis], length * count);
        }
        for place in indices(y.shape()) {
            let from: Vec<_> = place[added..].iter().zip(x.shape().iter()).map(|(i, length)| i % length).collect();
            prop_assert_eq!(y.get(&place).unwrap(), x.get(from).unwrap());
        }
    }

    #[test]
    fn repeating_in_front_is_broadcasting(x in viewed(), count in 0..4_usize) {
        let ones = vec![1; x.rank()];
        let shape = [&[count], &x.shape()[..]].concat();
        prop_assert_eq!(x.repeat(&[&[count], &ones[..]].concat()).unwrap(), x.broadcast_to(shape).unwrap());
    }

    #[test]
    fn roll_moves_and_rolls_back(x in viewed(), shift in prop_oneof![-9..9_isize, any::<isize>()], axis in any::<usize>()) {
        prop_assume!(x.rank() > 0);
        let at = axis % x.rank();
        let axis = at as isize;
        let y = x.roll(shift, axis).unwrap();
        for mut place in indices(y.shape()) {
            let value = y.get(&place).unwrap();
            place[at] = (place[at] as i128 - shift as i128).rem_euclid(x.shape()[at] as i128) as usize;
            prop_assert_eq!(value, x.get(&place).unwrap());
        }
        if shift != isize::MIN {
            prop_assert_eq!(y.roll(-shift, axis).unwrap(), x);
        }
    }

    #[test]
    fn wrong_arguments_are_errors(
        x in viewed(), axis in any::<isize>(), shift in any::<isize>(),
        padding in proptest::collection::vec((0..2_usize, any::<usize>()), 0..5),
        counts in proptest::collection::vec(any::<usize>(), 0..10),
    ) {
        // Sizes that only a mistake asks for, so that no memory is taken.
        let padding: Vec<_> = padding.into_iter().map(|(before, after)| (before, after | 1 << 60)).collect();
        let counts: Vec<_> = counts.into_iter().map(|count| count | 1 << 60).collect();
        prop_assert!(x.pad(&padding, 1).is_err() || x.rank() == 0 && padding.is_empty());
        prop_assert!(x.repeat(&counts).is_err() || x.is_empty() || counts.is_empty());
        let _ = x.roll(shift, axis);
    }
}

#[test]
fn mistakes_are_told() {
    let x = Tensor::from([1.0, 2.0]);
    assert_eq!(
        x.pad(&[], 0.0).unwrap_err().to_string(),
        "pad: shape [2]: needs 1 pairs (before, after), got 0"
    );
    let error = x.pad(&[(usize::MAX, 1)], 0.0).unwrap_err();
    assert!(matches!(error, Error::Size { .. }), "{error}");
    let error = x.repeat(&[1; 9]).unwrap_err();
    assert_eq!(
        error,
        Error::Rank {
            operation: "repeat",
            rank: 9
        }
    );
}
