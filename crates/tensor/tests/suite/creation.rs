//! Sequences and identity matrices, triangles and diagonals.

use crate::common::{indices, viewed};
use backprop_tensor::{Error, Tensor};
use proptest::prelude::*;

proptest! {
    #[test]
    fn integers_in_steps(start in -50..50_i32, end in -50..50_i32, step in -9..9_i32) {
        let mut expected = vec![];
        let mut x = start;
        while step > 0 && x < end || step < 0 && x > end {
            expected.push(x);
            x += step;
        }
        let leads_away = step == 0 || (end - start).signum() == -step.signum();
        match Tensor::arange(start, end, step) {
            Ok(y) => prop_assert_eq!(y.to_vec(), expected),
            Err(error) => prop_assert!(leads_away && matches!(error, Error::Argument { .. }), "{}", error),
        }
    }

    #[test]
    fn numbers_in_steps_end_before_the_end(start in -10.0..10.0_f64, count in 0..50_u32, step in 1e-3..2.0_f64, tenths in any::<bool>()) {
        // Steps of a tenth and the like, whose multiples are not exact, and an end that is nearly one of the numbers.
        let step = if tenths { (step * 10.0).ceil() / 10.0 } else { step };
        let start = if tenths { (start * 10.0).round() / 10.0 } else { start };
        let end = start + f64::from(count) * step;
        let y = Tensor::arange(start, end, step).unwrap().to_vec();
        for (i, &y) in y.iter().enumerate() {
            prop_assert_eq!(y, start + i as f64 * step);
            prop_assert!(y < end);
        }
        prop_assert!(start + y.len() as f64 * step >= end);
        // Downwards it is the mirror image.
        let down = Tensor::arange(-start, -end, -step).unwrap().to_vec();
        prop_assert_eq!(down, y.iter().map(|y| -y).collect::<Vec<_>>());
    }

    #[test]
    fn any_sequence_is_a_tensor_or_an_error(start in any::<f64>(), end in any::<f64>(), step in any::<f64>(), integers in any::<[i64; 3]>()) {
        // Not so many that memory is taken.
        let enough = |count: f64| !(count > 1e6 && count < 1e18);
        if enough(((end - start) / step).abs()) && let Ok(y) = Tensor::arange(start, end, step) {
            prop_assert!(y.to_vec().iter().all(|y| y.is_finite()));
        }
        let [start, end, step] = integers;
        if enough(((end as f64 - start as f64) / step as f64).abs()) {
            let _ = Tensor::arange(start, end, step);
        }
        for mistake in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0] {
            prop_assert!(Tensor::arange(0.0, 1.0, mistake).is_err());
        }
    }

    #[test]
    fn linspace_has_exact_ends_and_equal_distances(start in -1e3..1e3_f64, end in -1e3..1e3_f64, count in 2..40_usize) {
        let y = Tensor::linspace(start, end, count).unwrap().to_vec();
        prop_assert_eq!((y[0], y[count - 1]), (start, end));
        for (i, y) in y.iter().enumerate() {
            let weight = i as f64 / (count - 1) as f64;
            prop_assert!((y - (start * (1.0 - weight) + end * weight)).abs() <= 1e-12 * 1e3);
        }
        let mut backwards = Tensor::linspace(end, start, count).unwrap().to_vec();
        backwards.reverse();
        if count % 2 == 0 {
            prop_assert_eq!(backwards, y);
        }
    }

    #[test]
    fn any_ends_give_finite_numbers_between(start in any::<f64>(), end in any::<f64>(), count in 0..40_usize) {
        match Tensor::linspace(start, end, count) {
            Ok(y) => {
                let y = y.to_vec();
                prop_assert_eq!(y.len(), count);
                prop_assert!(y.iter().all(|y| y.is_finite()));
                prop_assert!(count < 1 || y[0] == start);
                prop_assert!(count < 2 || y[count - 1] == end);
            }
            Err(_) => prop_assert!(!start.is_finite() || !end.is_finite()),
        }
    }

    #[test]
    fn triangles_keep_one_side(x in viewed(), diagonal in prop_oneof![-4..5_isize, any::<isize>()]) {
        prop_assume!(x.rank() >= 2);
        let (lower, upper) = (x.tril(diagonal).unwrap(), x.triu(diagonal).unwrap());
        for place in indices(x.shape()) {
            let [.., row, column] = place[..] else { unreachable!() };
            let distance = column as i128 - row as i128 - diagonal as i128;
            let value = x.get(&place).unwrap();
            prop_assert_eq!(lower.get(&place).unwrap(), if distance <= 0 { value } else { 0 });
            prop_assert_eq!(upper.get(&place).unwrap(), if distance >= 0 { value } else { 0 });
        }
        // The diagonal is in both.
        prop_assert_eq!(&(&lower + &upper) - &lower.triu(diagonal).unwrap(), x);
    }

    #[test]
    fn diagonals_are_views(x in viewed(), diagonal in prop_oneof![-4..5_isize, any::<isize>()]) {
        prop_assume!(x.rank() >= 2);
        let y = x.diagonal(diagonal).unwrap();
        let [.., rows, columns] = x.shape()[..] else { unreachable!() };
        let (down, right) = (diagonal.min(0).unsigned_abs(), diagonal.max(0) as usize);
        let last = y.shape()[y.rank() - 1];
        prop_assert!((0..=last).all(|i| (i + down.min(9) < rows && i + right.min(9) < columns) == (i < last)));
        for mut place in indices(y.shape()) {
            let value = y.get(&place).unwrap();
            let i = place.pop().unwrap();
            place.extend([i + down, i + right]);
            prop_assert_eq!(value, x.get(&place).unwrap());
        }
    }

    #[test]
    fn masks_are_triangles_of_ones(rows in 0..6_usize, columns in 0..6_usize, diagonal in -7..7_isize) {
        let lower = Tensor::lower_triangle(rows, columns, diagonal).unwrap();
        let upper = Tensor::upper_triangle(rows, columns, diagonal).unwrap();
        let ones = Tensor::<i32>::ones([rows, columns]).unwrap();
        prop_assert_eq!(lower, ones.tril(diagonal).unwrap().map(|x| x == 1).unwrap());
        prop_assert_eq!(upper, ones.triu(diagonal).unwrap().map(|x| x == 1).unwrap());
    }

    #[test]
    fn eye_is_one_where_row_and_column_agree(n in 0..9_usize) {
        let expected = Tensor::from_fn([n, n], |i| if i / n == i % n { 1.0 } else { 0.0 }).unwrap();
        prop_assert_eq!(Tensor::<f32>::eye(n).unwrap(), expected);
    }

    #[test]
    fn sizes_that_cannot_be_are_errors(n in any::<usize>(), m in any::<usize>(), diagonal in any::<isize>()) {
        let (n, m) = (n | 1 << 60, m | 1 << 60);
        prop_assert!(Tensor::<f32>::eye(n).is_err());
        prop_assert!(Tensor::lower_triangle(n, m, diagonal).is_err());
        prop_assert!(Tensor::linspace(0.0, 1.0, n).is_err());
        prop_assert!(Tensor::from_fn([n, m], |i| i as i64).is_err());
        prop_assert!(Tensor::scalar(1.0).tril(diagonal).is_err() && Tensor::from([1.0]).diagonal(diagonal).is_err());
    }
}

#[test]
fn sequences_at_the_limits_of_their_types() {
    let y = Tensor::arange(i64::MIN, i64::MAX, i64::MAX).unwrap();
    assert_eq!(y, Tensor::from([i64::MIN, -1, i64::MAX - 1]));
    assert_eq!(
        Tensor::arange(250_u8, 255, 2).unwrap(),
        Tensor::from([250, 252, 254])
    );
    let error = Tensor::arange(i64::MIN, i64::MAX, 1).unwrap_err();
    assert!(matches!(error, Error::Size { .. }), "{error}");
    let max = f64::MAX;
    assert_eq!(Tensor::arange(-max, max, max).unwrap(), Tensor::from([-max, 0.0]));
    assert_eq!(
        Tensor::linspace(-max, max, 3).unwrap(),
        Tensor::from([-max, 0.0, max])
    );
    // A step of f32 is not one of f64: 0.1 is larger by 1.5e-9, and the end, 1, is not reached for all that.
    assert_eq!(Tensor::arange(0.0_f32, 1.0, 0.1).unwrap().count(), 10);
    assert_eq!(Tensor::arange(3, 3, 1).unwrap().count(), 0);
    assert_eq!(
        Tensor::arange(0, 3, -1).unwrap_err().to_string(),
        "arange: step = -1: must lead from 0 to 3, all finite"
    );
}

#[test]
fn likes_have_the_shape_alone() {
    let x = Tensor::from([[1.5, 2.5]]).transpose(0, 1).unwrap();
    assert_eq!(x.zeros_like().unwrap(), Tensor::from([[0.0], [0.0]]));
    assert_eq!(x.ones_like().unwrap(), Tensor::from([[1.0], [1.0]]));
    assert_eq!(
        Tensor::from([true, false]).full_like(true).unwrap(),
        Tensor::from([true, true])
    );
}
