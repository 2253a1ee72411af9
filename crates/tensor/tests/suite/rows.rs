//! Many rows together against each of them alone, to the bit, and what one element among many changes.

use backprop_tensor::{Error, Float, Result, Rng, Tensor};

/// Around the lengths at which another loop begins.
const LENGTHS: &[usize] = &[
    1, 2, 7, 8, 9, 15, 16, 31, 32, 33, 40, 63, 64, 65, 100, 128, 1000, 1031,
];

type Formula<T> = fn(&Tensor<T>) -> Result<Tensor<T>>;

fn check<T: Float>(formulas: &[(&str, Formula<T>)]) {
    for &length in LENGTHS {
        // More than are done side by side, and some that are left. No element stands out of a row, so that all of them go the same way.
        let x = Tensor::uniform([43, length], T::ZERO, T::from_f64(0.5), &mut Rng::seed(1)).unwrap();
        for (name, formula) in formulas {
            let together = formula(&x).unwrap();
            for row in 0..43 {
                let alone = formula(&x.slice(0, row..=row).unwrap()).unwrap();
                assert_eq!(together.slice(0, row..=row).unwrap(), alone, "{name} of {length}");
            }
        }
    }
}

#[test]
fn rows_together_are_each_row_alone() {
    check::<f32>(&[
        ("logsumexp", |x| x.logsumexp(1)),
        ("cumsum", |x| x.cumsum(1)),
        ("max", |x| x.max(1)),
        ("sum", |x| x.sum(1)),
        ("norm", |x| x.norm(1)),
        ("var", |x| x.var(1, 0)),
    ]);
    check::<f64>(&[
        ("logsumexp", |x| x.logsumexp(1)),
        ("cumsum", |x| x.cumsum(1)),
        ("min", |x| x.min(1)),
        ("sum", |x| x.sum(1)),
        ("norm", |x| x.norm(1)),
        ("var", |x| x.var(1, 0)),
    ]);
}

/// NaN, infinities and zeros of both signs stay in their rows.
#[test]
fn what_stands_out_of_a_row_changes_no_other() {
    let same = |x: f32, y: f32| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan();
    for &length in LENGTHS {
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0] {
            let mut x = Tensor::<f32>::uniform([43, length], -1.0, 0.0, &mut Rng::seed(4)).unwrap();
            for (row, column) in [(3, 0), (9, length - 1), (10, length / 2), (41, length / 3)] {
                x.set([row, column], odd).unwrap();
            }
            let formulas: [Formula<f32>; 4] = [|x| x.max(1), |x| x.min(1), |x| x.sum(1), |x| x.prod(1)];
            for formula in formulas {
                let together = formula(&x).unwrap().to_vec();
                for (row, &value) in together.iter().enumerate() {
                    let row_alone = x.slice(0, row..=row).unwrap();
                    let alone = formula(&row_alone).unwrap().item().unwrap();
                    assert!(same(value, alone), "{odd} in row {row} of {length}");
                }
            }
            // Independently: of the extremes, one element after another.
            for (row, &largest) in x.max(1).unwrap().to_vec().iter().enumerate() {
                let elements = x.select(0, row).unwrap().to_vec();
                let expected = elements
                    .into_iter()
                    .fold(f32::NEG_INFINITY, |y, x| if x > y || x.is_nan() { x } else { y });
                assert!(largest == expected || largest.is_nan() && elements_have_nan(&x, row));
            }
        }
    }
}

fn elements_have_nan(x: &Tensor<f32>, row: usize) -> bool {
    x.select(0, row).unwrap().to_vec().iter().any(|x| x.is_nan())
}

/// So many to one place that sums are put aside, in rows that are cut between threads and in one that is not.
#[test]
fn rows_are_added_to_together_as_each_alone() {
    let rng = &mut Rng::seed(2);
    let source = Tensor::<f32>::uniform([40, 1500], -1.0, 1.0, rng).unwrap();
    let index: Vec<i64> = (0..40 * 1500).map(|_| rng.below(4) as i64).collect();
    let index = Tensor::from_slice(&index, [40, 1500]).unwrap();
    let add = |index: &Tensor<i64>, source: &Tensor<f32>| {
        let target = Tensor::zeros([index.shape()[0], 4]).unwrap();
        target.scatter_add(1, index, source).unwrap()
    };
    let together = add(&index, &source);
    for row in 0..40 {
        let part = |x: &Tensor<f32>| x.slice(0, row..=row).unwrap();
        let alone = add(&index.slice(0, row..=row).unwrap(), &part(&source));
        assert_eq!(part(&together), alone);
    }
}

/// Wherever it is, also where infinities of both signs are near, whose sum is NaN too.
#[test]
fn one_nan_is_found_and_infinities_are_none() {
    for &length in LENGTHS {
        for place in [0, length / 3, length / 2, length.saturating_sub(2), length - 1] {
            let mut x = vec![1.0_f32; length];
            x[length / 2] = f32::INFINITY;
            x[length / 5] = f32::NEG_INFINITY;
            let extremes = |x: &[f32]| {
                let rows = Tensor::from_slice(x, [1, x.len()]).unwrap();
                let columns = rows.broadcast_to([70, x.len()]).unwrap().transpose(0, 1).unwrap();
                let columns = columns.contiguous().unwrap();
                let [max, min] = [rows.max(1).unwrap(), rows.min(1).unwrap()].map(|x| x.item().unwrap());
                let of_columns = [columns.max(0).unwrap(), columns.min(0).unwrap()];
                for (found, expected) in of_columns.iter().zip([max, min]) {
                    let is_it = |&x: &f32| x == expected || x.is_nan() && expected.is_nan();
                    assert!(found.to_vec().iter().all(is_it), "{length}");
                }
                [max, min]
            };
            let [max, min] = extremes(&x);
            let expected = x
                .iter()
                .fold((f32::NEG_INFINITY, f32::INFINITY), |(max, min), &x| {
                    (max.max(x), min.min(x))
                });
            assert_eq!((max, min), expected);
            x[place] = f32::NAN;
            assert!(extremes(&x).iter().all(|x| x.is_nan()), "{place} of {length}");
        }
    }
}

#[test]
fn the_first_few_of_many_are_those_of_the_sorted_row() {
    let rng = &mut Rng::seed(3);
    let numbers: Vec<i32> = (0..5 * 900).map(|_| rng.below(50) as i32).collect();
    let random = Tensor::from_slice(&numbers, [5, 900]).unwrap();
    let rising = Tensor::from((0..900).collect::<Vec<i32>>())
        .reshape([1, 900])
        .unwrap();
    for x in [random, rising] {
        for descending in [false, true] {
            let (values, indices) = x.sort(1, descending).unwrap();
            for k in [1, 2, 5, 15, 16, 40] {
                let top = x.topk(k, 1, descending).unwrap();
                let first = (values.slice(1, ..k).unwrap(), indices.slice(1, ..k).unwrap());
                assert_eq!(top, first, "{k}");
            }
        }
    }
}

#[test]
fn an_index_outside_is_found_far_behind() {
    let x = Tensor::<f32>::zeros([3, 30_000]).unwrap();
    for place in [0, 2047, 2048, 40_000, 89_999] {
        let mut index = vec![2_i64; 90_000];
        index[place] = -1;
        let index = Tensor::from_slice(&index, [3, 30_000]).unwrap();
        for axis in [0, 1] {
            let length = x.shape()[axis as usize];
            let expected = Error::Index {
                operation: "gather",
                index: -1,
                length,
            };
            assert_eq!(x.gather(axis, &index), Err(expected));
        }
    }
}
