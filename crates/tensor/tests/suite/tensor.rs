//! Making, converting and comparing tensors.

use crate::common::{indices, viewed};
use backprop_tensor::{Error, Tensor};
use proptest::prelude::*;

proptest! {
    #[test]
    fn tensors_are_equal_if_shapes_and_elements_are(x in viewed(), y in viewed(), at in any::<usize>()) {
        let same = x.shape() == y.shape() && indices(x.shape()).iter().all(|i| x.get(i).unwrap() == y.get(i).unwrap());
        prop_assert_eq!(x == y, same);
        prop_assert_eq!(&x, &x.contiguous().unwrap());
        if !x.is_empty() {
            let mut z = x.contiguous().unwrap();
            let place = at % z.count();
            z.as_mut_slice().unwrap()[place] += 1;
            prop_assert_ne!(&z, &x);
        }
    }

    #[test]
    fn casts_of_numbers_are_the_nearest(floats in any::<[f64; 4]>(), integers in any::<[i64; 4]>(), bytes in any::<[u8; 4]>()) {
        for (i, &x) in floats.iter().enumerate() {
            // In the range of the integers as well.
            let x = if i % 2 == 0 { x } else { x % 1e10 };
            prop_assert_eq!(cast::<_, i64>(x), x as i64);
            prop_assert_eq!(cast::<_, u8>(x), x.trunc().clamp(0.0, 255.0) as u8);
            prop_assert_eq!(cast::<_, f32>(x), x as f32);
            prop_assert_eq!(cast::<_, i32>(x as f32), x as f32 as i32);
        }
        for (i, x) in integers.into_iter().enumerate() {
            let x = x >> (16 * i);
            prop_assert_eq!(cast::<_, i64>(x), x);
            prop_assert_eq!(cast::<_, i32>(x), i32::try_from(x).unwrap_or(if x < 0 { i32::MIN } else { i32::MAX }));
            prop_assert_eq!(cast::<_, u8>(x), u8::try_from(x).unwrap_or(if x < 0 { 0 } else { 255 }));
            prop_assert_eq!(cast::<_, f32>(x), x as f32);
        }
        for x in bytes {
            prop_assert_eq!(cast::<_, f64>(x), f64::from(x));
            prop_assert_eq!(cast::<_, i32>(x % 2 == 0), i32::from(x % 2 == 0));
        }
    }

    #[test]
    fn casts_of_views_read_in_order(x in viewed()) {
        let expected: Vec<_> = x.to_vec().iter().map(|&x| x as f32).collect();
        let y = x.cast::<f32>().unwrap();
        prop_assert_eq!(y.shape(), x.shape());
        prop_assert_eq!(y.to_vec(), expected);
    }
}

/// What a tensor of these elements is by its memory.
fn place<T: backprop_tensor::Element>(x: &Tensor<T>) -> *const T {
    x.as_slice().unwrap().as_ptr()
}

#[test]
fn numbers_of_the_same_type_are_not_copied() {
    let x = Tensor::from([[1.5_f32, f32::NAN], [-0.0, f32::INFINITY]]);
    let y = x.cast::<f32>().unwrap();
    assert_eq!(place(&y), place(&x));
    let z = Tensor::concat(&[&x], 1).unwrap();
    assert_eq!(place(&z), place(&x));
    // The first change copies.
    let changed = y.map_into(|_| 2.0).unwrap();
    assert_eq!((changed.to_vec(), x.to_vec()[0]), (vec![2.0; 4], 1.5));
    let turned = x.transpose(0, 1).unwrap().cast::<f32>().unwrap();
    assert_eq!(turned.as_slice().unwrap()[..1], [1.5]);
    assert_eq!(turned.to_vec()[3], f32::INFINITY);
}

fn cast<T: backprop_tensor::Element, U: backprop_tensor::Numeric>(x: T) -> U {
    Tensor::scalar(x).cast::<U>().unwrap().item().unwrap()
}

#[test]
fn not_a_number() {
    assert_eq!(cast::<_, i64>(f32::NAN), 0);
    assert!(cast::<_, f64>(f32::NAN).is_nan());
    assert_ne!(Tensor::scalar(f32::NAN), Tensor::scalar(f32::NAN));
    let row = Tensor::from([f32::NAN, 1.0]);
    assert_ne!(row.flip(0).unwrap(), row.flip(0).unwrap());
}

#[test]
fn equality_of_views_longer_than_a_block() {
    let x = Tensor::from_fn([70, 50], |i| i as i32)
        .unwrap()
        .transpose(0, 1)
        .unwrap();
    let mut y = Tensor::from_fn([50, 70], |i| (i % 70 * 50 + i / 70) as i32).unwrap();
    assert_eq!(x, y);
    y.as_mut_slice().unwrap()[3499] += 1;
    assert_ne!(x, y);
    // Two views, neither of which is copied: together they would not fit in any memory.
    let x = Tensor::scalar(1_u8).broadcast_to([1 << 50, 2]).unwrap();
    let y = Tensor::from([1_u8, 2]).broadcast_to([1 << 50, 2]).unwrap();
    assert_ne!(x, y);
}

#[test]
fn arrays_of_nothing_more_often_than_can_be_counted() {
    assert_eq!(Tensor::from([[0_u8; 0]; 5]).shape(), &[5, 0]);
    assert_eq!(Tensor::from([[0_u8; 0]; usize::MAX]).shape(), &[0]);
}

#[test]
fn mistakes_are_told() {
    let x = Tensor::from([[1, 2], [3, 4]]);
    let error = Error::Index {
        operation: "select",
        index: i64::MAX,
        length: 2,
    };
    assert_eq!(x.select(0, usize::MAX).unwrap_err(), error);
    assert_eq!(
        x.get([1]).unwrap_err().to_string(),
        "get: shape [2, 2]: needs 2 indices, got [1]"
    );
    assert_eq!(
        x.get([0, 2]).unwrap_err().to_string(),
        "get: index 2 is outside an axis of length 2"
    );
    assert_eq!(
        Tensor::from_slice(&[1, 2, 3], [2, 2]).unwrap_err().to_string(),
        "from_slice: shapes [3] and [2, 2] do not fit: the second needs 4 elements"
    );
    assert_eq!(
        x.item().unwrap_err().to_string(),
        "item: shape [2, 2]: needs a tensor of one element"
    );
}
