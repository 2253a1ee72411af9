//! Comparisons, masks and choices on any views, against one element at a time.

use backprop_tensor::{Element, Tensor};
use proptest::prelude::*;

/// Views that broadcast to the first of them, with equal elements and NaN among theirs.
fn views() -> impl Strategy<Value = [Tensor<f64>; 3]> {
    let dims = proptest::collection::vec(1..5_usize, 0..4);
    // Rarely, one axis is so long that the work is done in several blocks.
    let long = (0..8_usize, 900..3000_usize).prop_map(|(rare, length)| (rare == 0).then_some(length));
    (dims, long, any::<[u8; 3]>(), any::<u64>()).prop_map(|(mut dims, long, kinds, seed)| {
        if let (Some(last), Some(long)) = (dims.last_mut(), long) {
            *last = long;
        }
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            [0.0, 1.0, -1.0, 2.5, f64::NAN, f64::INFINITY, -0.0, -3.0][(state >> 60) as usize % 8]
        };
        let mut i = 0;
        kinds.map(|kind| {
            let mut dims = dims.clone();
            i += 1;
            if i > 1 {
                dims.iter_mut()
                    .enumerate()
                    .filter(|(axis, _)| kind >> (axis + 4) & 1 == 1)
                    .for_each(|(_, n)| *n = 1);
                if kind & 8 == 8 && !dims.is_empty() {
                    dims.remove(0);
                }
            }
            if kind & 1 == 1 {
                dims.reverse();
            }
            let elements: Vec<_> = (0..dims.iter().product()).map(|_| next()).collect();
            let mut x = Tensor::from_slice(&elements, &dims).unwrap();
            if kind & 1 == 1 {
                let axes: Vec<_> = (0..dims.len() as isize).rev().collect();
                x = x.permute(&axes).unwrap();
            }
            if kind & 2 == 2 && x.rank() > 0 {
                x = x.flip(-1).unwrap();
            }
            x
        })
    })
}

/// `f` of each pair of elements of two views that broadcast to the shape of the first.
fn pairs<T: Element, U: Element, V: Element>(x: &Tensor<T>, y: &Tensor<U>, f: impl Fn(T, U) -> V) -> Vec<V> {
    let y = y.broadcast_to(x.shape()).unwrap();
    x.to_vec()
        .into_iter()
        .zip(y.to_vec())
        .map(|(x, y)| f(x, y))
        .collect()
}

macro_rules! check_comparisons {
    ($x:ident, $y:ident: $($method:ident $operator:tt),*) => { $(
        prop_assert_eq!($x.$method(&$y).unwrap().to_vec(), pairs(&$x, &$y, |x, y| x $operator y));
    )* };
}

proptest! {
    #[test]
    fn comparisons_are_those_of_numbers([x, y, _] in views()) {
        check_comparisons!(x, y: equal ==, not_equal !=, less <, less_equal <=, greater >, greater_equal >=);
        let (x, y) = (x.cast::<i32>().unwrap(), y.cast::<i32>().unwrap());
        check_comparisons!(x, y: equal ==, not_equal !=, less <, less_equal <=, greater >, greater_equal >=);
        let (x, y) = (x.cast::<u8>().unwrap(), y.cast::<u8>().unwrap());
        check_comparisons!(x, y: equal ==, not_equal !=, less <, less_equal <=, greater >, greater_equal >=);
        let mask = x.equal(&y).unwrap();
        prop_assert_eq!(mask.shape(), x.shape());
        prop_assert_eq!(y.less(&x).unwrap(), x.greater(&y).unwrap());
    }

    #[test]
    fn masks_are_an_algebra([x, y, z] in views()) {
        let zero = Tensor::scalar(0.0);
        let [x, y, z] = [x, y, z].map(|x| x.greater(&zero).unwrap());
        prop_assert_eq!(x.and(&y).unwrap().to_vec(), pairs(&x, &y, |x, y| x && y));
        prop_assert_eq!(x.or(&y).unwrap().to_vec(), pairs(&x, &y, |x, y| x || y));
        prop_assert_eq!(x.xor(&y).unwrap().to_vec(), pairs(&x, &y, |x, y| x != y));
        let sides = [x.and(&y.or(&z).unwrap()), x.and(&y).unwrap().or(&x.and(&z).unwrap())].map(Result::unwrap);
        prop_assert_eq!(&sides[0], &sides[1]);
        let sides = [x.and(&y).unwrap().not(), x.not().unwrap().or(&y.not().unwrap())].map(Result::unwrap);
        prop_assert_eq!(&sides[0], &sides[1]);
        let numbers = x.to_numeric::<i64>().unwrap();
        prop_assert_eq!(numbers.shape(), x.shape());
        prop_assert_eq!(numbers.to_vec(), x.to_vec().into_iter().map(i64::from).collect::<Vec<_>>());
        prop_assert_eq!(x.to_numeric::<f32>().unwrap().greater(&Tensor::scalar(0.5)).unwrap(), x);
    }

    #[test]
    fn where_else_chooses([x, y, z] in views()) {
        // Each of the three in each of the places, as only one of them has the whole shape.
        for [mask, yes, no] in [[&x, &y, &z], [&y, &x, &z], [&z, &y, &x]] {
            let mask = mask.greater(&Tensor::scalar(0.0)).unwrap();
            let got = mask.where_else(yes, no).unwrap();
            prop_assert_eq!(got.shape(), x.shape());
            let [yes, no] = [yes, no].map(|x| x.broadcast_to(x.shape()).unwrap());
            let expected: Vec<_> = mask
                .broadcast_to(x.shape())
                .unwrap()
                .to_vec()
                .into_iter()
                .zip(yes.broadcast_to(x.shape()).unwrap().to_vec())
                .zip(no.broadcast_to(x.shape()).unwrap().to_vec())
                .map(|((choice, yes), no)| if choice { yes } else { no })
                .collect();
            let bits = |x: Vec<f64>| x.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            prop_assert_eq!(bits(got.to_vec()), bits(expected));
        }
    }

    #[test]
    fn kinds_of_numbers([x, _, _] in views()) {
        let expect = |f: fn(f64) -> bool| x.to_vec().into_iter().map(f).collect::<Vec<_>>();
        prop_assert_eq!(x.is_nan().unwrap().to_vec(), expect(f64::is_nan));
        prop_assert_eq!(x.is_finite().unwrap().to_vec(), expect(f64::is_finite));
        prop_assert_eq!(x.is_infinite().unwrap().to_vec(), expect(f64::is_infinite));
    }

    #[test]
    fn arithmetic_broadcasts_as_comparisons_do([x, y, z] in views()) {
        let bits = |x: Vec<f64>| x.into_iter().map(f64::to_bits).collect::<Vec<_>>();
        prop_assert_eq!(bits((&x - &y).to_vec()), bits(pairs(&x, &y, |x, y| x - y)));
        // In place, in the memory of the first.
        let copy = x.map(|x| x + 1.0).unwrap();
        let expected = pairs(&copy, &y, |x, y| x * y);
        prop_assert_eq!(bits((copy * &y).to_vec()), bits(expected));
        // Three operands, of which two may need scratch memory of different periods.
        let fused = backprop_tensor::kernel!(|x, y, z| x * y + z);
        let expected = pairs(&(&x * &y), &z, |x, z| x + z);
        prop_assert_eq!(bits(x.apply(&fused, &[&y, &z]).unwrap().to_vec()), bits(expected));
    }
}

#[test]
fn shapes_that_do_not_broadcast_are_errors() {
    let (x, y) = (Tensor::from([1, 2]), Tensor::from([1, 2, 3]));
    assert_eq!(
        x.less(&y).unwrap_err().to_string(),
        "less: shapes [2] and [3] do not broadcast: from the last axis on, lengths must be equal or 1"
    );
    let mask = x.equal(&x).unwrap();
    assert!(mask.where_else(&y, &y).is_err() && mask.where_else(&x, &y).is_err());
    assert!(mask.and(&y.equal(&y).unwrap()).is_err());
}

#[test]
fn empty_and_scalar_masks() {
    let empty = Tensor::<f32>::zeros([2, 0]).unwrap();
    let mask = empty.less(&Tensor::scalar(1.0)).unwrap();
    assert_eq!(mask.shape(), &[2, 0]);
    assert_eq!(mask.where_else(&empty, &empty).unwrap(), empty);
    assert_eq!(mask.not().unwrap().to_numeric::<u8>().unwrap().shape(), &[2, 0]);
    assert!(
        Tensor::scalar(1)
            .less(&Tensor::scalar(2))
            .unwrap()
            .item()
            .unwrap()
    );
}

/// Long enough for several threads, whose pieces begin in the middle of a row.
#[test]
fn rows_repeat_across_pieces() {
    for row in [1, 3, 100, 1000, 1025, 5000] {
        let count = 300_000 / row;
        let x = Tensor::<f32>::from_slice(
            &(0..count * row).map(|i| (i % 7919) as f32).collect::<Vec<_>>(),
            [count, row],
        )
        .unwrap();
        let y = Tensor::from((0..row).map(|i| (i * 31 % 7919) as f32).collect::<Vec<_>>());
        assert_eq!((&x + &y).to_vec(), pairs(&x, &y, |x, y| x + y));
        assert_eq!((&y - &x).to_vec(), pairs(&x, &y, |x, y| y - x));
        let mask = x.less(&y).unwrap();
        assert_eq!(mask.to_vec(), pairs(&x, &y, |x, y| x < y));
        assert_eq!(mask.where_else(&y, &x).unwrap().to_vec(), pairs(&x, &y, f32::max));
        let column = x.slice(1, ..1).unwrap();
        assert_eq!((&x * &column).to_vec(), pairs(&x, &column, |x, y| x * y));
    }
}
