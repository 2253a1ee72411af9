//! The gradients of softmax and of its logarithm against the definition, without cancellation, and their laws.

#[path = "suite/common.rs"]
mod common;

use backprop_tensor::simd::{self, Level};
use backprop_tensor::{Error, Float, LogProbabilities, Tensor};
use common::{exact_sum, noise, on};
use proptest::prelude::*;
use proptest::sample::select;

/// Rows of one element and of several parts, and what is beside the axis: nothing, a few columns, and more of them than a tile has.
fn shapes() -> impl Strategy<Value = (usize, usize, usize)> {
    let lengths = select(vec![1, 2, 3, 7, 16, 17, 65, 130, 1000, 2500]);
    let columns = select(vec![1, 1, 2, 15, 16, 40, 130]);
    (1..40_usize, lengths, columns)
        .prop_map(|(outer, length, columns)| (outer.min(1 + 40_000 / (length * columns)), length, columns))
}

/// The elements along the middle axis, for each place on the others.
fn along<T: Float>(x: &Tensor<T>) -> Vec<Vec<f64>> {
    let rows = x.transpose(1, 2).unwrap();
    let elements: Vec<f64> = rows.to_vec().iter().map(|x| x.to_f64()).collect();
    elements.chunks(x.shape()[1]).map(<[f64]>::to_vec).collect()
}

/// Scores in which a row in two has one that stands out by `lift`.
fn scores<T: Float>((outer, length, columns): (usize, usize, usize), lift: f64, seed: u64) -> Tensor<T> {
    let mut x = noise(outer * length * columns, seed);
    for row in (0..outer).filter(|row| (row + seed as usize).is_multiple_of(2)) {
        for column in 0..columns {
            let place = (row + column + seed as usize % 97) % length;
            x[(row * length + place) * columns + column] += lift;
        }
    }
    let x: Vec<T> = x.into_iter().map(T::from_f64).collect();
    Tensor::from_slice(&x, [outer, length, columns]).unwrap()
}

/// `p_i Σ p_j (g_i - g_j)` and `g_i Σ p_j - p_i Σ g_j` over the others: sums in which nothing cancels but gradients.
fn check<T: Float>(shape: (usize, usize, usize), lift: f64, seed: u64) -> Result<(), TestCaseError> {
    let x = scores::<T>(shape, lift, seed);
    let g = scores::<T>(shape, 0.0, seed ^ 0xabc);
    let epsilon = T::EPSILON.to_f64();
    let (plain, logarithm) = (x.softmax(1).unwrap(), x.log_softmax(1).unwrap());
    let plain = along(&g.clone().into_softmax_gradient(&plain, 1).unwrap());
    let logarithm = along(&g.clone().into_log_softmax_gradient(&logarithm, 1).unwrap());
    for ((x, g), (plain, logarithm)) in along(&x).iter().zip(along(&g)).zip(plain.iter().zip(&logarithm)) {
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let e: Vec<f64> = x.iter().map(|x| (x - largest).exp()).collect();
        let sum = exact_sum(&e).0;
        let p: Vec<f64> = e.iter().map(|e| e / sum).collect();
        let is_certain = p.iter().any(|&p| p > 0.51);
        let most = g.iter().map(|g| g.abs()).fold(0.0, f64::max);
        // The softmax's relative error, and the sum's in parts of some dozens of elements.
        let error = (2.0 * 150.0 + (x.len() as f64).sqrt() + 2.0 * lift.abs() + 64.0) * epsilon;
        // One row of a long result is as good as another.
        for i in (0..x.len()).step_by(1 + x.len() / 40) {
            let terms: Vec<f64> = (0..x.len()).map(|j| p[i] * p[j] * (g[i] - g[j])).collect();
            let (right, size) = exact_sum(&terms);
            // Without a certain one, the sum's error is that of all gradients.
            let size = if is_certain {
                3.0 * size
            } else {
                size.max(p[i] * most)
            };
            prop_assert!(
                (plain[i] - right).abs() <= error * size,
                "softmax {}: {:e}, right {right:e}, {size:e}",
                i,
                plain[i]
            );
            let others = |values: &[f64]| {
                let others: Vec<f64> = (0..x.len()).filter(|&j| j != i).map(|j| values[j]).collect();
                exact_sum(&others)
            };
            let ((left, _), (sum, size)) = (others(&p), others(&g));
            let right = g[i] * left - p[i] * sum;
            let left = if is_certain { left } else { 1.0 };
            let size = g[i].abs() * left + p[i] * (size + if p[i] > 0.51 { 0.0 } else { g[i].abs() });
            prop_assert!(
                (logarithm[i] - right).abs() <= error * size,
                "log_softmax {}: {:e}, right {right:e}, {size:e}",
                i,
                logarithm[i]
            );
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn both_are_those_of_the_definition(shape in shapes(), lift in select(vec![0.0, 2.0, 17.0]), seed in any::<u64>()) {
        check::<f32>(shape, lift, seed)?;
        check::<f64>(shape, lift, seed)?;
    }

    #[test]
    fn in_place_and_through_views_is_the_same(shape in shapes(), seed in any::<u64>()) {
        let (y, g) = (scores::<f32>(shape, 9.0, seed).log_softmax(1).unwrap(), scores::<f32>(shape, 0.0, seed + 1));
        let before = g.to_vec();
        let (plain, logarithm) = (Tensor::into_softmax_gradient, Tensor::into_log_softmax_gradient);
        for (gradient, y) in [(plain as fn(_, &_, _) -> _, y.exp().unwrap()), (logarithm, y)] {
            let right = gradient(g.clone(), &y, 1).unwrap();
            prop_assert_eq!(&gradient(g.map(|g| g).unwrap(), &y, 1).unwrap(), &right);
            prop_assert_eq!(&gradient(g.clone(), &y, -2).unwrap(), &right);
            let turned = |x: &Tensor<f32>| x.transpose(0, 2).unwrap().contiguous().unwrap().transpose(0, 2).unwrap();
            prop_assert_eq!(&gradient(turned(&g), &turned(&y), 1).unwrap(), &right);
            prop_assert_eq!(g.to_vec(), before.clone());
        }
    }
}

/// Huge gradients of probabilities that are no normal numbers of the type, within the absolute bound that is stated for them.
#[test]
fn probabilities_below_the_range_are_within_the_stated_bound() {
    fn check<T: Float>(length: usize, columns: usize, start: f64, huge: f64) {
        // The first stands out by `start` and more; by exponents, as f64 has no such probabilities either.
        let below = |i: usize| T::from_f64(start + 40.0 * (i % 17) as f64 / 17.0).to_f64();
        let tail = |i: usize, factor: f64| (huge.ln() - below(i)).exp() * factor;
        let fill = |f: &dyn Fn(usize) -> f64| {
            let column: Vec<T> = (0..length)
                .map(|i| T::from_f64(if i == 0 { 0.0 } else { f(i) }))
                .collect();
            let column = Tensor::from_slice(&column, [1, length, 1]).unwrap();
            column
                .broadcast_to([2, length, columns])
                .unwrap()
                .contiguous()
                .unwrap()
        };
        let x = fill(&|i| -below(i));
        let first = fill(&|_| -huge).map(|g| g + T::from_f64(huge)).unwrap();
        let others = fill(&|_| huge);
        let sum: f64 = (1..length).map(|i| tail(i, 1.0)).sum();
        let near = |what: &str, got: &Tensor<T>, of_all: f64, right: &dyn Fn(usize) -> f64| {
            let bound = 2.0 * of_all * T::MIN_NORMAL.to_f64();
            for column in along(got) {
                for (i, got) in column.into_iter().enumerate() {
                    let right = right(i);
                    let error = bound + 300.0 * T::EPSILON.to_f64() * right.abs() * start;
                    assert!((got - right).abs() <= error, "{what} {i}: {got:e}, not {right:e}");
                }
            }
        };
        let count = (length - 1) as f64;
        let y = x.softmax(1).unwrap();
        let gradient = others.into_softmax_gradient(&y, 1).unwrap();
        near("softmax", &gradient, count * huge, &|i| {
            if i == 0 { -sum } else { tail(i, 1.0) }
        });
        let y = x.log_softmax(1).unwrap();
        let gradient = first.into_log_softmax_gradient(&y, 1).unwrap();
        near("log_softmax", &gradient, huge, &|i| {
            if i == 0 { sum } else { tail(i, -1.0) }
        });
        if columns == 1 {
            let rows = || LogProbabilities::new(x.reshape([2, length]).unwrap()).unwrap();
            let shaped = |slopes: Tensor<T>| slopes.reshape([2, length, 1]).unwrap();
            let slopes = rows()
                .into_class_slopes(&Tensor::from([0, 0]), &[T::from_f64(huge)])
                .unwrap();
            near("classes", &shaped(slopes), huge, &|i| {
                if i == 0 { -sum } else { tail(i, 1.0) }
            });
            let q = fill(&|_| -1.0)
                .map(|q| q + T::ONE)
                .unwrap()
                .reshape([2, length])
                .unwrap();
            let rows = LogProbabilities::against(x.reshape([2, length]).unwrap(), &q).unwrap();
            let slopes = rows.into_slopes(&q, &[T::from_f64(huge)]).unwrap();
            near("slopes", &shaped(slopes), huge, &|i| {
                if i == 0 { -sum } else { tail(i, 1.0) }
            });
        }
    }
    for length in [2, 16, 17, 130] {
        for columns in [1, 3, 40] {
            check::<f32>(length, columns, 80.0, 1e32);
            check::<f64>(length, columns, 700.0, 1e295);
        }
    }
}

#[test]
fn a_row_that_is_no_number_spoils_no_other() {
    for length in [2, 3, 16, 17, 130, 1000] {
        for columns in [1, 3, 16, 130] {
            let shape = (5, length, columns);
            let mut x = scores::<f64>(shape, 20.0, 3).to_vec();
            // An infinite score, one that is NaN, and nothing but -∞.
            for column in 0..columns {
                x[column] = f64::INFINITY;
                x[(2 * length + 1) * columns + column] = f64::NAN;
                for i in 0..length {
                    x[(4 * length + i) * columns + column] = f64::NEG_INFINITY;
                }
            }
            let x = Tensor::from_slice(&x, [5, length, columns]).unwrap();
            let g = scores::<f64>(shape, 0.0, 4);
            let part = |x: &Tensor<f64>, row: usize| x.slice(0, row..=row).unwrap().contiguous().unwrap();
            let (y, log_y) = (x.softmax(1).unwrap(), x.log_softmax(1).unwrap());
            let plain = g.clone().into_softmax_gradient(&y, 1).unwrap();
            let logarithm = g.clone().into_log_softmax_gradient(&log_y, 1).unwrap();
            for row in 0..5 {
                let (plain, logarithm) = (part(&plain, row), part(&logarithm, row));
                if row % 2 == 0 {
                    assert!(
                        plain.to_vec().iter().all(|x| x.is_nan()),
                        "{length} {columns} {row}"
                    );
                    assert!(logarithm.to_vec().iter().all(|x| x.is_nan()));
                    continue;
                }
                let g = part(&g, row);
                assert_eq!(g.clone().into_softmax_gradient(&part(&y, row), 1).unwrap(), plain);
                assert_eq!(
                    g.into_log_softmax_gradient(&part(&log_y, row), 1).unwrap(),
                    logarithm
                );
            }
        }
    }
}

#[test]
fn an_impossible_element_has_no_gradient_and_an_infinite_gradient_stays() {
    let inf = f64::INFINITY;
    for length in [3, 17, 1000] {
        for columns in [1, 3, 40] {
            let mut x = vec![-inf; length * columns];
            x[columns..3 * columns].fill(0.0);
            let x = Tensor::from_slice(&x, [length, columns]).unwrap();
            let mut g = vec![1.0; length * columns];
            g[columns..2 * columns].fill(3.0);
            let first = |x: Tensor<f64>| x.select(1, columns - 1).unwrap().to_vec();
            let gradient = |g: &[f64]| Tensor::from_slice(g, [length, columns]).unwrap();
            let y = x.softmax(0).unwrap();
            assert_eq!(
                first(gradient(&g).into_softmax_gradient(&y, 0).unwrap())[..3],
                [0.0, 0.5, -0.5]
            );
            let log_y = x.log_softmax(0).unwrap();
            let sum = length as f64 + 2.0;
            let result = first(gradient(&g).into_log_softmax_gradient(&log_y, 0).unwrap());
            for (got, right) in result.into_iter().zip([1.0, 3.0 - sum / 2.0, 1.0 - sum / 2.0]) {
                assert!(
                    (got - right).abs() <= 2.0 * f64::EPSILON * sum,
                    "{got} for {right}"
                );
            }
            // A certain one whose gradient is infinite: a difference of infinities, and -∞ for the possible others.
            let mut x = vec![0.0; length * columns];
            x[..columns].fill(25.0);
            g[..columns].fill(inf);
            let y = Tensor::from_slice(&x, [length, columns])
                .unwrap()
                .softmax(0)
                .unwrap();
            let result = first(gradient(&g).into_softmax_gradient(&y, 0).unwrap());
            assert!(
                result[0].is_nan() && result[1] == -inf,
                "{length} {columns} {:?}",
                &result[..3]
            );
        }
    }
}

#[test]
fn shapes_and_axes_are_checked() {
    let x = Tensor::<f32>::zeros([2, 3]).unwrap();
    let other = Tensor::zeros([3, 2]).unwrap();
    assert!(matches!(
        x.clone().into_softmax_gradient(&other, 0),
        Err(Error::Shapes { .. })
    ));
    assert!(matches!(
        x.clone().into_log_softmax_gradient(&x, 2),
        Err(Error::Axis { .. })
    ));
    let empty = Tensor::<f32>::zeros([2, 0, 3]).unwrap();
    for axis in 0..3 {
        assert_eq!(empty.clone().into_softmax_gradient(&empty, axis).unwrap(), empty);
    }
}

/// Of inputs large enough for threads, in all the ways that there are.
fn bits_of_large_inputs() -> Vec<u64> {
    let mut bits = vec![];
    for (i, shape) in [
        (1, 70_001, 1),
        (9000, 10, 1),
        (30, 2500, 1),
        (600, 65, 1),
        (3, 40, 900),
        (900, 40, 3),
    ]
    .into_iter()
    .enumerate()
    {
        let (x, g) = (scores::<f64>(shape, 9.0, i as u64), scores::<f64>(shape, 0.0, 7));
        let (single, single_g) = (x.cast::<f32>().unwrap(), g.cast::<f32>().unwrap());
        let log_y = x.log_softmax(1).unwrap();
        let y = x.softmax(1).unwrap();
        for result in [
            g.clone().into_softmax_gradient(&y, 1),
            g.into_log_softmax_gradient(&log_y, 1),
        ] {
            bits.extend(result.unwrap().to_vec().iter().map(|x| x.to_bits()));
        }
        let log_y = single.log_softmax(1).unwrap();
        let y = single.softmax(1).unwrap();
        for result in [
            single_g.clone().into_softmax_gradient(&y, 1),
            single_g.into_log_softmax_gradient(&log_y, 1),
        ] {
            bits.extend(result.unwrap().to_vec().iter().map(|x| u64::from(x.to_bits())));
        }
    }
    bits
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let results = [1, 2, 3].map(|threads| on(threads, bits_of_large_inputs));
    assert!(results[0] == results[1] && results[1] == results[2]);
}

#[test]
fn the_instruction_set_changes_no_bit() {
    let results = [Level::Baseline, Level::Avx2, Level::Avx512].map(|level| {
        simd::set_level(level);
        bits_of_large_inputs()
    });
    assert!(results[0] == results[1] && results[1] == results[2]);
}
