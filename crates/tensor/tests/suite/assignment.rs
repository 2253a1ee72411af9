//! Changes in place: they reach what they name, and no other tensor.

use crate::common::{indices, viewed};
use backprop_tensor::Tensor;
use proptest::prelude::*;

proptest! {
    #[test]
    fn set_changes_one_element(x in viewed(), at in any::<usize>()) {
        prop_assume!(!x.is_empty());
        let places = indices(x.shape());
        let changed = &places[at % places.len()];
        let mut y = x.clone();
        y.set(changed, -1).unwrap();
        for place in &places {
            let expected = if place == changed { -1 } else { x.get(place).unwrap() };
            prop_assert_eq!(y.get(place).unwrap(), expected);
            prop_assert!(x.get(place).unwrap() >= 0);
        }
    }

    #[test]
    fn slice_assign_changes_a_slice(x in viewed(), numbers in any::<[usize; 3]>()) {
        prop_assume!(x.rank() > 0);
        let at = numbers[0] % x.rank();
        let (axis, length) = (at as isize, x.shape()[at]);
        let start = numbers[1] % (length + 1);
        let end = start + numbers[2] % (length - start + 1);
        let source = x.slice(axis, start..end).unwrap().flip(axis).unwrap();
        let source = &source * -1 - 1;
        let mut y = x.clone();
        y.slice_assign(axis, start..end, &source).unwrap();
        let parts = [x.slice(axis, ..start).unwrap(), source, x.slice(axis, end..).unwrap()];
        prop_assert_eq!(y, Tensor::concat(&parts.iter().collect::<Vec<_>>(), axis).unwrap());
    }

    #[test]
    fn assign_broadcasts(x in viewed(), value in any::<i64>()) {
        let mut y = x.clone();
        y.assign(&Tensor::scalar(value)).unwrap();
        prop_assert_eq!(&y, &x.full_like(value).unwrap());
        y.assign(&x).unwrap();
        prop_assert_eq!(y, x);
    }

    #[test]
    fn wrong_arguments_are_errors_and_change_nothing(
        x in viewed(), y in viewed(), axis in any::<isize>(), start in any::<usize>(), end in any::<usize>(),
    ) {
        let before = x.clone();
        let mut x = x;
        let failed = [x.set([start, end | 1 << 60], 5).is_err(), x.slice_assign(axis, start..=end, &y).is_err()];
        prop_assert!(failed[0]);
        if failed[1] {
            prop_assert_eq!(&x, &before);
        }
        if x.assign(&y).is_err() {
            prop_assert_eq!(&x, &before);
        }
    }
}

#[test]
fn a_tensor_can_be_assigned_a_view_of_itself() {
    let mut x = Tensor::from([1, 2, 3, 4]);
    let source = x.slice(0, ..3).unwrap();
    x.slice_assign(0, 1.., &source).unwrap();
    assert_eq!(x, Tensor::from([1, 1, 2, 3]));
    assert_eq!(source, Tensor::from([1, 2, 3]));
}
