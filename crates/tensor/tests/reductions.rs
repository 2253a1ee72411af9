//! Reductions against loops over all elements, and their laws.

#[path = "suite/common.rs"]
mod common;

use backprop_tensor::simd::{self, Level};
use backprop_tensor::{Axes, AxisSet, Element, Error, Float, MAX_RANK, Tensor, keep};
use common::{exact_sum, indices, large, large_shape, noise, on, steps, view, viewed};
use proptest::prelude::*;
use proptest::sample::select;

/// The elements that each element of the result is made of, in row-major order, by the definition.
fn groups<T: Element>(x: &Tensor<T>, axes: &[bool]) -> Vec<Vec<T>> {
    let keeps = |index: &[usize]| -> Vec<usize> {
        let kept = index.iter().zip(axes).filter(|(_, reduced)| !**reduced);
        kept.map(|(&i, _)| i).collect()
    };
    let shape = keeps(x.shape());
    let mut groups = vec![vec![]; shape.iter().product()];
    for index in indices(x.shape()) {
        let place = keeps(&index)
            .iter()
            .zip(&shape)
            .fold(0, |place, (i, length)| place * length + i);
        groups[place].push(x.get(&index).unwrap());
    }
    groups
}

/// Axes chosen by the bits of a number: as marks, and as a list in which every second one counts from the end.
fn choose(rank: usize, bits: u8) -> (Vec<bool>, Vec<isize>) {
    let marks: Vec<_> = (0..rank).map(|axis| bits >> axis & 1 == 1).collect();
    let list = (0..rank).filter(|&axis| marks[axis]);
    let list = list.map(|axis| axis as isize - if axis % 2 == 0 { 0 } else { rank as isize });
    (marks.clone(), list.collect())
}

/// What the documentation of `sum` allows: |error| <= bound * Σ |x|.
fn bound<T: Float>(count: usize) -> f64 {
    (80.0 + (count as f64).log2().max(0.0)) * T::EPSILON.to_f64()
}

proptest! {
    #[test]
    fn integers_are_exact(x in viewed(), bits in any::<u8>()) {
        let (marks, axes) = choose(x.rank(), bits);
        let groups = groups(&x, &marks);
        let expected: Vec<i64> = groups.iter().map(|group| group.iter().sum()).collect();
        prop_assert_eq!(x.sum(&axes).unwrap().to_vec(), expected);
        let expected: Vec<i64> = groups.iter().map(|group| group.iter().fold(1, |p, &x| i64::wrapping_mul(p, x))).collect();
        prop_assert_eq!(x.prod(&axes).unwrap().to_vec(), expected);
        let small: Vec<u8> = groups.iter().map(|group| group.iter().fold(0, |s: u8, &x| s.wrapping_add(x as u8))).collect();
        prop_assert_eq!(x.map(|x| x as u8).unwrap().sum(&axes).unwrap().to_vec(), small);
        if groups.iter().any(Vec::is_empty) || x.is_empty() {
            return Ok(());
        }
        let largest: Vec<i64> = groups.iter().map(|group| *group.iter().max().unwrap()).collect();
        prop_assert_eq!(x.max(&axes).unwrap().to_vec(), largest);
        let smallest: Vec<i64> = groups.iter().map(|group| *group.iter().min().unwrap()).collect();
        prop_assert_eq!(x.min(&axes).unwrap().to_vec(), smallest);
    }

    #[test]
    fn the_result_has_the_remaining_axes(x in viewed(), bits in any::<u8>()) {
        let (marks, axes) = choose(x.rank(), bits);
        let lengths = x.shape().iter().zip(&marks);
        let removed: Vec<_> = lengths.clone().filter(|(_, m)| !**m).map(|(&n, _)| n).collect();
        let kept: Vec<_> = lengths.map(|(&n, &m)| if m { 1 } else { n }).collect();
        let y = x.sum(&axes).unwrap();
        prop_assert_eq!(&**y.shape(), &removed[..]);
        let z = x.sum(keep(&axes)).unwrap();
        prop_assert_eq!(&**z.shape(), &kept[..]);
        prop_assert_eq!(y.to_vec(), z.to_vec());
    }

    #[test]
    fn sums_are_within_the_stated_error(
        shape in large_shape(), steps in steps(), bits in any::<u8>(), seed in any::<u64>(),
    ) {
        let x = large(&steps, &shape, seed);
        let (marks, axes) = choose(x.rank(), bits);
        let single = view_as_f32(&x);
        let sums = (x.sum(&axes).unwrap().to_vec(), single.sum(&axes).unwrap().to_vec());
        let means = (x.mean(&axes).unwrap().to_vec(), single.mean(&axes).unwrap().to_vec());
        for (i, group) in groups(&x, &marks).iter().enumerate() {
            let (sum, size) = exact_sum(group);
            let n = group.len();
            prop_assert!((sums.0[i] - sum).abs() <= bound::<f64>(n) * size, "{} for {}", sums.0[i], sum);
            let rounded: Vec<_> = group.iter().map(|&x| f64::from(x as f32)).collect();
            let (sum, size) = exact_sum(&rounded);
            prop_assert!((f64::from(sums.1[i]) - sum).abs() <= bound::<f32>(n) * size, "{} for {}", sums.1[i], sum);
            prop_assert_eq!(means.0[i].to_bits(), (sums.0[i] / n as f64).to_bits());
            prop_assert_eq!(means.1[i].to_bits(), (sums.1[i] / n as f32).to_bits());
        }
    }

    #[test]
    fn extremes_are_exact_and_found(
        shape in large_shape(), steps in steps(), bits in any::<u8>(), seed in any::<u64>(),
        nan in proptest::option::of(any::<usize>()),
    ) {
        // Few different values, so that there are many equal ones.
        let mut values: Vec<f32> = noise(shape.iter().product(), seed).iter().map(|x| (x * 50.0).round() as f32).collect();
        if let Some(place) = nan {
            let place = place % values.len();
            values[place] = f32::NAN;
            values[place / 2] = f32::NAN;
        }
        let x = view(Tensor::from_slice(&values, &shape).unwrap(), &steps);
        if x.is_empty() {
            return Ok(());
        }
        let (marks, axes) = choose(x.rank(), bits);
        let extremes = (x.max(&axes).unwrap().to_vec(), x.min(&axes).unwrap().to_vec());
        for (i, group) in groups(&x, &marks).iter().enumerate() {
            let nan = group.iter().any(|x| x.is_nan());
            let (largest, smallest) = group.iter().fold((f32::NEG_INFINITY, f32::INFINITY), |(a, b), &x| (a.max(x), b.min(x)));
            prop_assert_eq!(extremes.0[i].is_nan(), nan);
            prop_assert_eq!(extremes.1[i].is_nan(), nan);
            prop_assert!(nan || (extremes.0[i] == largest && extremes.1[i] == smallest));
        }
        for bits in 0..1 << x.rank() {
            let (marks, axes) = choose(x.rank(), bits);
            let (largest, smallest) = (x.argmax(&axes).unwrap().to_vec(), x.argmin(&axes).unwrap().to_vec());
            for (i, group) in groups(&x, &marks).iter().enumerate() {
                let first = |is: fn(f32, f32) -> bool| {
                    let better = |best: usize, i: usize| match (group[best].is_nan(), group[i].is_nan()) {
                        (false, true) => i,
                        (false, false) if is(group[i], group[best]) => i,
                        _ => best,
                    };
                    (0..group.len()).reduce(better).unwrap() as i64
                };
                prop_assert_eq!(largest[i], first(|a, b| a > b));
                prop_assert_eq!(smallest[i], first(|a, b| a < b));
            }
        }
    }

    #[test]
    fn all_axes_at_once_are_one_after_another(shape in large_shape(), steps in steps(), seed in any::<u64>()) {
        let x = large(&steps, &shape, seed);
        let mut y = x.clone();
        while y.rank() > 0 {
            y = y.sum((seed % y.rank() as u64) as isize).unwrap();
        }
        let (_, size) = exact_sum(&x.to_vec());
        let difference = (y.item().unwrap() - x.sum(..).unwrap().item().unwrap()).abs();
        prop_assert!(difference <= 5.0 * bound::<f64>(x.count()) * size);
    }

    #[test]
    fn sum_to_is_the_adjoint_of_broadcasting(x in viewed(), lead in 0..3_usize, lengths in any::<[u8; 8]>(), seed in any::<u64>()) {
        let mut shape = vec![2; lead.min(MAX_RANK - x.rank())];
        shape.extend(x.shape().iter().zip(lengths).map(|(&n, to)| if n == 1 { usize::from(to % 4) } else { n }));
        let wide = x.broadcast_to(&shape).unwrap();
        let y = wide.map(|x| x.wrapping_mul(seed as i64 % 100) + 3).unwrap();
        let y = if y.rank() > 1 { y.contiguous().unwrap() } else { y };
        let back = y.sum_to(x.shape()).unwrap();
        prop_assert_eq!(back.shape(), x.shape());
        let product = |a: &Tensor<i64>, b: &Tensor<i64>| a.try_mul(b).unwrap().sum(..).unwrap();
        prop_assert_eq!(product(&wide, &y), product(&x, &back));
    }

    #[test]
    fn any_axes_are_a_result_or_an_error(x in viewed(), axes in proptest::collection::vec(-5..5_isize, 0..5), odd in any::<isize>()) {
        let rank = x.rank() as isize;
        let inside = axes.iter().all(|axis| (-rank..rank).contains(axis));
        let mut unique: Vec<_> = axes.iter().map(|axis| axis.rem_euclid(rank.max(1))).collect();
        unique.sort_unstable();
        unique.dedup();
        match x.sum(&axes) {
            Ok(_) => prop_assert!(inside && unique.len() == axes.len()),
            Err(error) => {
                prop_assert!(matches!(error, Error::Axis { .. }), "{}", error);
                prop_assert!(!inside || unique.len() < axes.len());
            }
        }
        let _ = (x.max(&axes), x.min(odd), x.argmax(odd), x.argmin(&axes), x.prod(odd), x.sum_to([odd as usize]), x.sum(keep([odd, odd])));
    }
}

proptest! {
    #[test]
    fn variances_are_those_of_the_definition(
        shape in large_shape(), steps in steps(), bits in any::<u8>(), seed in any::<u64>(), correction in 0..3_usize, shift in select(vec![0.0, 1.0, 1e3]),
    ) {
        let x = large(&steps, &shape, seed).map(|x| x + shift).unwrap();
        let (marks, axes) = choose(x.rank(), bits);
        let single = view_as_f32(&x);
        let variances = (x.var(&axes, correction).unwrap().to_vec(), single.var(&axes, correction).unwrap().to_vec());
        let deviations = single.std(&axes, correction).unwrap().to_vec();
        for (i, group) in groups(&x, &marks).iter().enumerate() {
            let n = group.len();
            prop_assert!(deviations[i].to_bits() == variances.1[i].sqrt().to_bits() || n <= correction);
            if n <= correction {
                prop_assert!(variances.0[i].is_nan() && variances.1[i].is_nan() && deviations[i].is_nan());
                continue;
            }
            check_variance::<f64>(group, correction, variances.0[i])?;
            let rounded: Vec<_> = group.iter().map(|&x| f64::from(x as f32)).collect();
            check_variance::<f32>(&rounded, correction, f64::from(variances.1[i]))?;
        }
    }

    #[test]
    fn norms_and_logarithms_of_sums_of_exponentials(
        shape in large_shape(), steps in steps(), bits in any::<u8>(), seed in any::<u64>(), scale in select(vec![0.0, 1e-30, 1.0, 100.0, 1e30]),
    ) {
        let x = large(&steps, &shape, seed).map(|x| f64::from((x * scale) as f32)).unwrap();
        let (marks, axes) = choose(x.rank(), bits);
        let single = view_as_f32(&x);
        let norms = (x.norm(&axes).unwrap().to_vec(), single.norm(&axes).unwrap().to_vec());
        let sums = (x.logsumexp(&axes).unwrap().to_vec(), single.logsumexp(&axes).unwrap().to_vec());
        for (i, group) in groups(&x, &marks).iter().enumerate() {
            let n = group.len();
            let squares: Vec<_> = group.iter().map(|x| x * x).collect();
            let norm = exact_sum(&squares).0.sqrt();
            prop_assert!((norms.0[i] - norm).abs() <= bound::<f64>(n) * norm, "{} for {}", norms.0[i], norm);
            prop_assert!((f64::from(norms.1[i]) - norm).abs() <= bound::<f32>(n) * norm, "{} for {}", norms.1[i], norm);
            if group.is_empty() {
                prop_assert_eq!((sums.0[i], sums.1[i]), (f64::NEG_INFINITY, f32::NEG_INFINITY));
                continue;
            }
            let largest = group.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let exponentials: Vec<_> = group.iter().map(|x| (x - largest).exp()).collect();
            let sum = largest + exact_sum(&exponentials).0.ln();
            prop_assert!((sums.0[i] - sum).abs() <= bound::<f64>(n) * (1.0 + sum.abs()), "{} for {}", sums.0[i], sum);
            prop_assert!((f64::from(sums.1[i]) - sum).abs() <= bound::<f32>(n) * (1.0 + sum.abs()), "{} for {}", sums.1[i], sum);
        }
    }

    #[test]
    fn truth_values(x in viewed(), bits in any::<u8>(), modulus in 1..5_i64) {
        let wide = x.unsqueeze(0).unwrap().broadcast_to([&[2][..], x.shape()].concat());
        let Ok(wide) = wide else { return Ok(()) };
        let mask = wide.map(|x| x % modulus == 0).unwrap().select(0, 1).unwrap();
        let (marks, axes) = choose(x.rank(), bits);
        let groups = groups(&mask, &marks);
        let expected: Vec<_> = groups.iter().map(|group| group.contains(&true)).collect();
        prop_assert_eq!(mask.any(&axes).unwrap().to_vec(), expected);
        let expected: Vec<_> = groups.iter().map(|group| !group.contains(&false)).collect();
        prop_assert_eq!(mask.all(&axes).unwrap().to_vec(), expected);
        let expected: Vec<_> = groups.iter().map(|group| group.iter().filter(|x| **x).count() as i64).collect();
        prop_assert_eq!(mask.count_true(&axes).unwrap().to_vec(), expected);
    }
}

/// The deviations from a mean with the error e have the squares Σ d² + n e², and those are rounded in turn.
fn check_variance<T: Float>(group: &[f64], correction: usize, variance: f64) -> Result<(), TestCaseError> {
    let n = group.len() as f64;
    let (sum, size) = exact_sum(group);
    let mean = sum / n;
    let deviations: Vec<_> = group.iter().map(|x| (x - mean).powi(2)).collect();
    let squares = exact_sum(&deviations).0;
    let bound = bound::<T>(group.len());
    // The mean's error, and that of each difference from it.
    let error = bound * size / n + T::EPSILON.to_f64() * (squares / n).sqrt();
    let allowed = bound * squares + n * error * error + 2.0 * T::EPSILON.to_f64() * squares;
    let actual = variance * (n - correction as f64);
    prop_assert!((actual - squares).abs() <= allowed, "{} for {}", actual, squares);
    Ok(())
}

/// The same view of the same elements in single precision.
fn view_as_f32(x: &Tensor<f64>) -> Tensor<f32> {
    // A view that no merging of axes undoes: the storage holds every element twice.
    let wide = x
        .unsqueeze(-1)
        .unwrap()
        .broadcast_to([x.shape(), &[2][..]].concat())
        .unwrap();
    wide.map(|x| x as f32).unwrap().select(-1, 1).unwrap()
}

#[test]
fn axes_are_said_in_many_ways() {
    let x = Tensor::from([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
    assert_eq!(x.sum(0).unwrap(), Tensor::from([[6, 8], [10, 12]]));
    assert_eq!(x.sum(-1).unwrap(), Tensor::from([[3, 7], [11, 15]]));
    assert_eq!(x.sum([0, 2]).unwrap(), Tensor::from([14, 22]));
    assert_eq!(x.sum([0, -1]).unwrap(), x.sum(vec![2, 0]).unwrap());
    let list = vec![1, 2];
    assert_eq!(x.sum(&list).unwrap(), x.sum(&list[..]).unwrap());
    assert_eq!(x.sum(..).unwrap(), Tensor::scalar(36));
    assert_eq!(x.sum(keep(..)).unwrap(), Tensor::from([[[36]]]));
    assert_eq!(x.sum([]).unwrap(), x);
    let set: AxisSet = keep([0, 2]).resolve("test", x.shape()).unwrap();
    assert_eq!(x.sum(set).unwrap(), Tensor::from([[[14], [22]]]));
    assert_eq!(
        (set.count(x.shape()), set.contains(2), set.contains(9)),
        (4, true, false)
    );
    assert!(matches!(x.sum([0, 0]), Err(Error::Axis { axis: 0, .. })));
    assert!(matches!(x.sum([0, -3]), Err(Error::Axis { axis: -3, .. })));
    assert!(matches!(x.sum(isize::MIN), Err(Error::Axis { .. })));
    assert!(matches!(Tensor::scalar(1.0).sum(set), Err(Error::Shape { .. })));
}

#[test]
fn empty_axes() {
    let x = Tensor::<f32>::zeros([2, 0, 3]).unwrap();
    assert_eq!(x.sum(1).unwrap(), Tensor::zeros([2, 3]).unwrap());
    assert_eq!(x.prod(1).unwrap(), Tensor::ones([2, 3]).unwrap());
    assert!(x.mean(1).unwrap().to_vec().iter().all(|x| x.is_nan()));
    assert!(matches!(x.max(1), Err(Error::Shape { operation: "max", .. })));
    assert!(matches!(
        x.argmin(1),
        Err(Error::Shape {
            operation: "argmin",
            ..
        })
    ));
    assert_eq!(x.max(0).unwrap().shape(), &[0, 3]);
    assert_eq!(x.argmax(-1).unwrap().shape(), &[2, 0]);
}

#[test]
fn infinities_and_nan() {
    let inf = f64::INFINITY;
    let x = Tensor::from([
        [inf, 0.0, 1.0],
        [-inf, -inf, -inf],
        [-inf, 2.0, -inf],
        [f64::NAN, inf, 0.0],
        [-inf, inf, 0.0],
    ]);
    let sums = x.logsumexp(1).unwrap().to_vec();
    assert_eq!(sums[..3], [inf, -inf, 2.0]);
    assert!(sums[3].is_nan());
    assert_eq!(sums[4], inf);
    assert_eq!(
        Tensor::<f32>::zeros([0])
            .unwrap()
            .logsumexp(..)
            .unwrap()
            .item()
            .unwrap(),
        f32::NEG_INFINITY
    );
    let norms = x.norm(1).unwrap().to_vec();
    assert_eq!(norms[..3], [inf, inf, inf]);
    assert!(norms[3].is_nan());
    assert_eq!(x.max(1).unwrap().to_vec()[..3], [inf, -inf, 2.0]);
    assert_eq!(x.argmax(1).unwrap().to_vec(), [0, 0, 1, 0, 1]);
    assert_eq!(x.argmin(1).unwrap().to_vec(), [1, 0, 0, 0, 0]);
    assert!(x.sum(..).unwrap().item().unwrap().is_nan());
    assert_eq!(
        Tensor::from([f64::MAX, f64::MIN_POSITIVE * f64::EPSILON])
            .norm(..)
            .unwrap()
            .item()
            .unwrap(),
        f64::MAX
    );
    assert_eq!(
        Tensor::from([1e-40_f32, 0.0]).norm(..).unwrap().item().unwrap(),
        1e-40
    );
}

#[test]
fn a_long_sum_of_equal_numbers_keeps_its_precision() {
    // One after another, 0.1 would be lost beside 2^21.
    let x = Tensor::full([1 << 22], 0.1_f32).unwrap();
    let expected = f64::from(0.1_f32) * f64::from(1 << 22);
    let bound = bound::<f32>(1 << 22) * expected;
    assert!((f64::from(x.sum(..).unwrap().item().unwrap()) - expected).abs() <= bound);
    let columns = x.reshape([1 << 21, 2]).unwrap();
    for sum in columns.sum(0).unwrap().to_vec() {
        assert!((f64::from(sum) - expected / 2.0).abs() <= bound / 2.0);
    }
}

/// Everything that is computed in several ways, on inputs large enough for threads.
fn bits_of_large_reductions() -> Vec<u64> {
    let shapes: [&[usize]; 6] = [
        &[400_001],
        &[3, 150_000],
        &[150_000, 3],
        &[700, 600],
        &[60, 7, 900],
        &[9, 211, 6, 31],
    ];
    let mut bits = vec![];
    for (i, shape) in shapes.into_iter().enumerate() {
        let x = Tensor::from_slice(&noise(shape.iter().product(), i as u64), shape).unwrap();
        let (single, backwards) = (x.cast::<f32>().unwrap(), x.flip(-1).unwrap());
        for axes in 0..1 << shape.len() {
            let (_, axes) = choose(shape.len(), axes);
            bits.extend(x.sum(&axes).unwrap().to_vec().iter().map(|x| x.to_bits()));
            bits.extend(backwards.sum(&axes).unwrap().to_vec().iter().map(|x| x.to_bits()));
            bits.extend(
                single
                    .sum(&axes)
                    .unwrap()
                    .to_vec()
                    .iter()
                    .map(|x| u64::from(x.to_bits())),
            );
            bits.extend(
                single
                    .max(&axes)
                    .unwrap()
                    .to_vec()
                    .iter()
                    .map(|x| u64::from(x.to_bits())),
            );
        }
        bits.extend(single.argmin(0).unwrap().to_vec().iter().map(|&x| x as u64));
        bits.extend(single.argmin(-1).unwrap().to_vec().iter().map(|&x| x as u64));
    }
    bits
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let results = [1, 2, 3].map(|threads| on(threads, bits_of_large_reductions));
    assert!(results[0] == results[1] && results[1] == results[2]);
}

#[test]
fn the_instruction_set_changes_no_bit() {
    let results = [Level::Baseline, Level::Avx2, Level::Avx512].map(|level| {
        simd::set_level(level);
        bits_of_large_reductions()
    });
    assert!(results[0] == results[1] && results[1] == results[2]);
}
