//! Indexing against index arithmetic on single elements, and the laws that connect reading with adding.

use std::collections::HashMap;

use crate::common::{indices, on, tensor, viewed};
use backprop_tensor::{Error, Tensor};
use proptest::prelude::*;

/// A view, one of its axes (negative half of the time), and numbers to make indices of.
fn with_axis() -> impl Strategy<Value = (Tensor<i64>, isize, Vec<u32>)> {
    (
        viewed(),
        any::<usize>(),
        proptest::collection::vec(any::<u32>(), 0..7),
    )
        .prop_filter("a scalar has no axes", |(x, ..)| x.rank() > 0)
        .prop_map(|(x, axis, numbers)| {
            let rank = x.rank() as isize;
            let axis = (axis % (2 * x.rank())) as isize - rank;
            (x, axis, numbers)
        })
}

fn positive(axis: isize, rank: usize) -> usize {
    axis.rem_euclid(rank as isize) as usize
}

/// Indices into an axis of this length, of any shape.
fn indices_into(length: usize, shape: &[usize], numbers: &[u32]) -> Tensor<i64> {
    Tensor::from_fn(shape, |i| {
        let number = numbers.get(i % numbers.len().max(1)).copied().unwrap_or(0) as usize;
        ((number + i * i) % length.max(1)) as i64
    })
    .unwrap()
}

/// A view with an index tensor for `gather`: no longer on the other axes, of any length on the axis.
fn gathered() -> impl Strategy<Value = (Tensor<i64>, isize, Tensor<i64>)> {
    (with_axis(), any::<[u8; 8]>()).prop_map(|((x, axis, numbers), cuts)| {
        let at = positive(axis, x.rank());
        let shape: Vec<_> = (0..x.rank())
            .map(|i| match i == at {
                true if x.shape()[i] == 0 => 0,
                true => usize::from(cuts[i]) % 5,
                false => x.shape()[i].saturating_sub(usize::from(cuts[i] % 2)),
            })
            .collect();
        // Half of the time it is repeated along some of the axes.
        let short: Vec<_> = (0..x.rank())
            .map(|i| match usize::from(cuts[i] / 64) {
                0 | 1 if cuts[7] % 2 == 0 => shape[i].min(1),
                _ => shape[i],
            })
            .collect();
        let index = indices_into(x.shape()[at], &short, &numbers);
        let index = index.broadcast_to(&shape[..]).unwrap();
        (x, axis, index)
    })
}

proptest! {
    #[test]
    fn gather_reads_where_the_index_says((x, axis, index) in gathered()) {
        let at = positive(axis, x.rank());
        let y = x.gather(axis, &index).unwrap();
        prop_assert_eq!(y.shape(), index.shape());
        for place in indices(index.shape()) {
            let mut from = place.clone();
            from[at] = index.get(&place).unwrap() as usize;
            prop_assert_eq!(y.get(&place).unwrap(), x.get(&from).unwrap());
        }
    }

    #[test]
    fn scatter_add_adds_where_the_index_says((x, axis, index) in gathered(), source in viewed()) {
        let at = positive(axis, x.rank());
        // A source that is longer than the index, and a view.
        let longer: Vec<_> = index.shape().iter().map(|n| n + 1).collect();
        let source = Tensor::from_fn(&longer, |i| i as i64 * 3 + source.count() as i64).unwrap();
        let source = source.flip(at as isize).unwrap();
        let mut expected: HashMap<_, _> =
            indices(x.shape()).into_iter().map(|place| { let x = x.get(&place).unwrap(); (place, x) }).collect();
        for place in indices(index.shape()) {
            let mut to = place.clone();
            to[at] = index.get(&place).unwrap() as usize;
            *expected.get_mut(&to).unwrap() += source.get(&place).unwrap();
        }
        let y = x.scatter_add(axis, &index, &source).unwrap();
        prop_assert_eq!(y.shape(), x.shape());
        for (place, value) in expected {
            prop_assert_eq!(y.get(&place).unwrap(), value);
        }
    }

    /// <gather(x, i), y> = <x, scatter_add(0, i, y)>, exactly, in integers.
    #[test]
    fn scatter_add_is_the_adjoint_of_gather((x, axis, index) in gathered(), seed in any::<i32>()) {
        let y = Tensor::from_fn(index.shape(), |i| i64::from(seed).wrapping_mul(i as i64 + 1)).unwrap();
        let zeros = x.zeros_like().unwrap();
        let left = dot(&x.gather(axis, &index).unwrap(), &y);
        prop_assert_eq!(left, dot(&x, &zeros.into_scatter_add(axis, &index, &y).unwrap()));
    }

    #[test]
    fn index_select_picks_parts((x, axis, numbers) in with_axis()) {
        let at = positive(axis, x.rank());
        let count = if x.shape()[at] == 0 { 0 } else { numbers.len() };
        let index = indices_into(x.shape()[at], &[count], &numbers);
        let y = x.index_select(axis, &index).unwrap();
        prop_assert_eq!(y.shape()[at], count);
        for (i, &from) in index.to_vec().iter().enumerate() {
            prop_assert_eq!(y.select(axis, i).unwrap(), x.select(axis, from as usize).unwrap());
        }
        // The index may be a view.
        let backwards = index.flip(0).unwrap();
        prop_assert_eq!(x.index_select(axis, &backwards).unwrap(), y.flip(axis).unwrap());
    }

    #[test]
    fn index_add_is_the_adjoint_of_index_select((x, axis, numbers) in with_axis(), seed in any::<i32>()) {
        let length = x.shape()[positive(axis, x.rank())];
        let index = indices_into(length, &[if length == 0 { 0 } else { numbers.len() }], &numbers);
        let selected = x.index_select(axis, &index).unwrap();
        let y = Tensor::from_fn(selected.shape(), |i| i64::from(seed).wrapping_mul(i as i64 + 1)).unwrap();
        let zeros = x.zeros_like().unwrap();
        prop_assert_eq!(dot(&selected, &y), dot(&x, &zeros.index_add(axis, &index, &y).unwrap()));
        // It adds: starting elsewhere moves the result by as much.
        let moved = x.index_add(axis, &index, &y).unwrap();
        prop_assert_eq!(moved, &zeros.into_index_add(axis, &index, &y).unwrap() + &x);
    }

    #[test]
    fn one_hot_has_a_one_at_each_label(x in tensor(), more in 0..3_usize) {
        let classes = x.count() + more;
        let y = Tensor::<f32>::one_hot(&x, classes).unwrap();
        prop_assert_eq!(&y.shape()[..x.rank()], &x.shape()[..]);
        for place in indices(y.shape()) {
            let label = x.get(&place[..x.rank()]).unwrap();
            let expected = if label == place[x.rank()] as i64 { 1.0 } else { 0.0 };
            prop_assert_eq!(y.get(&place).unwrap(), expected);
        }
    }

    #[test]
    fn indices_outside_are_errors((x, axis, index) in gathered(), outside in any::<i64>(), at in any::<usize>()) {
        let length = x.shape()[positive(axis, x.rank())];
        prop_assume!(!index.is_empty() && !(0..length as i64).contains(&outside));
        let mut index = index.contiguous().unwrap();
        let place = at % index.count();
        index.as_mut_slice().unwrap()[place] = outside;
        let list = index.reshape([index.count()]).unwrap();
        let expected = |operation| Err(Error::Index { operation, index: outside, length });
        prop_assert_eq!(x.gather(axis, &index), expected("gather"));
        prop_assert_eq!(x.scatter_add(axis, &index, &index), expected("scatter_add"));
        prop_assert_eq!(x.index_select(axis, &list), expected("index_select"));
        let wrong = Tensor::<u8>::one_hot(&index, length);
        prop_assert_eq!(wrong, Err(Error::Index { operation: "one_hot", index: outside, length }));
    }

    #[test]
    fn wrong_arguments_are_errors(
        x in viewed(), index in viewed(), source in viewed(), axis in prop_oneof![-5..5_isize, any::<isize>()],
        classes in any::<usize>(),
    ) {
        let _ = (x.gather(axis, &index), x.scatter_add(axis, &index, &source));
        let _ = (x.index_select(axis, &index), x.index_add(axis, &index, &source));
        let too_many = Tensor::<f64>::one_hot(&index, classes | 1 << 60);
        prop_assert!(too_many.is_err() || index.is_empty());
    }
}

fn dot(x: &Tensor<i64>, y: &Tensor<i64>) -> i64 {
    assert_eq!(x.shape(), y.shape());
    let products = x.to_vec().into_iter().zip(y.to_vec());
    products.fold(0, |sum, (x, y)| sum.wrapping_add(x.wrapping_mul(y)))
}

/// Large enough for several threads, on which neither reading nor the order of the additions depends: that of the index, in blocks of 256.
#[test]
fn large_results_are_those_of_one_thread() {
    for (outer, length, inner, count) in [(1, 1000, 300, 700), (40, 100, 60, 90), (1, 7, 1, 200_000)] {
        let x =
            Tensor::<f32>::from_fn([outer, length, inner], |i| ((i * 7919) % 1013) as f32 * 0.37).unwrap();
        let index = Tensor::from_fn([count], |i| ((i * i + 13 * i) % length) as i64).unwrap();
        let selected = x.index_select(1, &index).unwrap();
        let [added, alone] = [4, 1].map(|threads| on(threads, || x.index_add(1, &index, &selected).unwrap()));
        assert!(added == alone);
        let (x, index, mut in_order) = (x.to_vec(), index.to_vec(), x.to_vec());
        let mut exact: Vec<_> = x.iter().copied().map(f64::from).collect();
        for o in 0..outer {
            for (i, &row) in index.iter().enumerate() {
                let (to, from) = ((o * length + row as usize) * inner, (o * count + i) * inner);
                let source = &selected.as_slice().unwrap()[from..from + inner];
                assert_eq!(source, &x[to..to + inner]);
                for (i, &from) in (to..).zip(source) {
                    in_order[i] += from;
                    exact[i] += f64::from(from);
                }
            }
        }
        if count / length < 256 {
            assert_eq!(added.to_vec(), in_order);
        }
        for (x, exact) in added.to_vec().into_iter().zip(exact) {
            assert!((f64::from(x) - exact).abs() <= 258.0 * f64::from(f32::EPSILON) * exact);
        }
    }
}

#[test]
fn gather_of_a_large_view_is_right_in_every_piece() {
    let x = Tensor::<i32>::from_fn([500, 600], |i| i as i32)
        .unwrap()
        .transpose(0, 1)
        .unwrap();
    let index = Tensor::from_fn([600, 450], |i| (i * 31 % 500) as i64).unwrap();
    let y = x.gather(1, &index).unwrap().to_vec();
    for (i, &y) in y.iter().enumerate() {
        assert_eq!(y as usize, (i * 31 % 500) * 600 + i / 450);
    }
}

#[test]
fn integers_wrap_around() {
    let x = Tensor::from([250_u8, 1]);
    let y = x
        .scatter_add(0, &Tensor::from([0_i64, 0]), &Tensor::from([5, 4]))
        .unwrap();
    assert_eq!(y, Tensor::from([3, 1]));
}

#[test]
fn mistakes_are_told() {
    let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    let told = |error: Error| error.to_string();
    assert_eq!(
        told(x.gather(1, &Tensor::from([0_i64])).unwrap_err()),
        "gather: shapes [2, 2] and [1] do not fit: the second must have as many axes"
    );
    assert_eq!(
        told(x.gather(1, &Tensor::from([[0_i64], [0], [0]])).unwrap_err()),
        "gather: shapes [2, 2] and [3, 1] do not fit: the second must be no longer on axes other than 1"
    );
    assert_eq!(
        told(x.index_select(0, &Tensor::from([0_i64, -1])).unwrap_err()),
        "index_select: index -1 is outside an axis of length 2"
    );
    assert_eq!(
        told(x.index_add(0, &Tensor::from([0_i64]), &x).unwrap_err()),
        "index_add: shapes [2, 2] and [2, 2] do not fit: the second must be [1, 2] for this index"
    );
}

/// Enough elements for several threads, and rows of all the lengths that are copied in ways of their own.
#[test]
fn large_tensors_are_read_and_added_to_at_their_indices() {
    for inner in [1, 2, 3, 5, 9, 20, 33] {
        let (rows, count) = (700, 150_000 / inner);
        let x = Tensor::from_fn([2, rows, inner], |i| i as i64).unwrap();
        let place = |i: usize| i * i % 701 % rows;
        let index = Tensor::from_fn([count], |i| place(i) as i64).unwrap();
        let selected = x.index_select(1, &index).unwrap();
        let expected = (0..2 * count * inner).map(|i| {
            let (block, i, j) = (i / (count * inner), i / inner % count, i % inner);
            ((block * rows + place(i)) * inner + j) as i64
        });
        assert!(selected.to_vec().into_iter().eq(expected));

        let mut sums = vec![0; 2 * rows * inner];
        for (i, value) in selected.to_vec().into_iter().enumerate() {
            let (block, i, j) = (i / (count * inner), i / inner % count, i % inner);
            sums[(block * rows + place(i)) * inner + j] += value;
        }
        let zeros = Tensor::zeros([2, rows, inner]).unwrap();
        assert!(zeros.index_add(1, &index, &selected).unwrap().to_vec() == sums);
        let each = index
            .unsqueeze(1)
            .unwrap()
            .broadcast_to([2, count, inner])
            .unwrap();
        assert!(zeros.scatter_add(1, &each, &selected).unwrap().to_vec() == sums);
        assert!(x.gather(1, &each).unwrap().to_vec() == selected.to_vec());
    }
}

/// The index leads across the axis that would be cut first.
#[test]
fn large_tensors_are_added_to_along_any_axis() {
    let dims = [40, 60, 70];
    for axis in 0..3 {
        let source = Tensor::from_fn(dims, |i| i as i64 % 1000).unwrap();
        let place = |i: usize| (i * 7 + i / 13) % dims[axis];
        let index = Tensor::from_fn(dims, |i| place(i) as i64).unwrap();
        let mut sums = vec![0; 40 * 60 * 70];
        for (i, value) in source.to_vec().into_iter().enumerate() {
            let mut at = [i / (60 * 70), i / 70 % 60, i % 70];
            at[axis] = place(i);
            sums[(at[0] * 60 + at[1]) * 70 + at[2]] += value;
        }
        let zeros = Tensor::zeros(dims).unwrap();
        assert!(
            zeros
                .scatter_add(axis as isize, &index, &source)
                .unwrap()
                .to_vec()
                == sums
        );
        // One index along the first axis, which is then none.
        let (row, index) = (source.slice(0, ..1).unwrap(), index.slice(0, ..1).unwrap());
        let added = zeros.scatter_add(axis as isize, &index, &row).unwrap();
        assert_eq!(added.sum(..).unwrap(), row.sum(..).unwrap());
    }
}

/// Few columns and many, lengths whose rows share places of the caches, more additions to a place than are made in one go: all with the same bits on
/// any number of threads, and as one element after another.
#[test]
fn additions_down_columns_are_those_of_each_column() {
    for [outer, length, rows, inner] in [
        [1, 1000, 1000, 130],
        [1, 64, 300, 1024],
        [1, 5000, 400, 40],
        [3, 40, 1000, 33],
        [2, 3000, 200, 3],
        [1, 7, 70_000, 2],
        [60, 30, 40, 50],
    ] {
        let count = outer * rows * inner;
        let index = Tensor::from_fn([outer, rows, inner], |i| ((i * i + 13 * i) % length) as i64).unwrap();
        let x =
            Tensor::<f32>::from_fn([outer, length, inner], |i| ((i * 7919) % 1013) as f32 * 0.37).unwrap();
        let source =
            Tensor::<f32>::from_fn([outer, rows, inner], |i| ((i * 31) % 997) as f32 * 0.11).unwrap();
        let [added, alone] = [4, 1].map(|threads| on(threads, || x.scatter_add(1, &index, &source).unwrap()));
        assert!(added == alone);
        // Each column as a line of its own, and one of them as the only one.
        let turned = |x: &Tensor<f32>| x.transpose(1, 2).unwrap().contiguous().unwrap();
        let lines = index.transpose(1, 2).unwrap();
        let turned_added = turned(&x).scatter_add(2, &lines, &turned(&source)).unwrap();
        assert!(turned(&added) == turned_added);
        let column = inner / 2;
        let one = |x: &Tensor<f32>| x.select(2, column).unwrap();
        let index_column = index.select(2, column).unwrap();
        assert!(one(&added) == one(&x).scatter_add(1, &index_column, &one(&source)).unwrap());
        // In order, where no sum is put aside.
        let (mut in_order, mut most) = (x.to_vec(), vec![0; x.count()]);
        for (i, (&to, &from)) in index.to_vec().iter().zip(&source.to_vec()).enumerate() {
            let place = (i / (rows * inner) * length + to as usize) * inner + i % inner;
            in_order[place] += from;
            most[place] += 1;
        }
        let places = added.to_vec().into_iter().zip(in_order).zip(most);
        assert!(
            places.clone().all(|((x, y), most)| x == y || most >= 256),
            "{count}"
        );
        assert!(places.clone().any(|((x, y), _)| x == y));
        // An index outside, in the last row.
        for wrong in [-1, length as i64] {
            let mut index = index.clone();
            index.set([outer - 1, rows - 1, inner - 1], wrong).unwrap();
            let error = Error::Index {
                operation: "scatter_add",
                index: wrong,
                length,
            };
            assert_eq!(x.scatter_add(1, &index, &source).unwrap_err(), error);
            assert_eq!(
                turned(&x)
                    .scatter_add(2, &index.transpose(1, 2).unwrap(), &turned(&source))
                    .unwrap_err(),
                error
            );
        }
    }
}

/// An index of whole rows, of its own for each block or the same one, is that of all their elements.
#[test]
fn an_index_of_rows_is_that_of_their_elements() {
    let (blocks, length, rows) = (6, 50, 700);
    for inner in [1, 2, 5, 16, 33, 130] {
        let x =
            Tensor::<f32>::from_fn([blocks, length, inner], |i| ((i * 7919) % 1013) as f32 * 0.37).unwrap();
        let source =
            Tensor::<f32>::from_fn([blocks, rows, inner], |i| ((i * 31) % 997) as f32 * 0.11).unwrap();
        for lists in [1, blocks] {
            let index = Tensor::from_fn([lists, rows, 1], |i| ((i * i + 13 * i) % length) as i64).unwrap();
            let index = index.broadcast_to([blocks, rows, inner]).unwrap();
            let each = index.contiguous().unwrap();
            assert!(x.gather(1, &index).unwrap() == x.gather(1, &each).unwrap());
            let [added, alone] =
                [4, 1].map(|threads| on(threads, || x.scatter_add(1, &index, &source).unwrap()));
            assert!(added == alone);
            assert!(added == x.scatter_add(1, &each, &source).unwrap());
            let wrong = Tensor::scalar(length as i64)
                .broadcast_to([blocks, rows, inner])
                .unwrap();
            assert!(x.gather(1, &wrong).is_err() && x.scatter_add(1, &wrong, &source).is_err());
        }
    }
}

#[test]
fn one_wrong_index_of_many_is_found() {
    let x = Tensor::<f32>::zeros([10, 1]).unwrap();
    for wrong in [-1, 10, i64::MIN, i64::MAX] {
        let mut index = Tensor::<i64>::zeros([200_000]).unwrap();
        index.set([199_999], wrong).unwrap();
        let error = Error::Index {
            operation: "index_select",
            index: wrong,
            length: 10,
        };
        assert_eq!(x.index_select(0, &index).unwrap_err(), error);
    }
}
