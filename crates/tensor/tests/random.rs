//! Random numbers against the distributions they are said to have, with fixed seeds; and reproducibility.

#[path = "suite/common.rs"]
mod common;

use backprop_tensor::{Error, Result, Rng, Tensor, simd};
use common::on;
use proptest::prelude::*;
use rand_core::{Rng as _, SeedableRng};

const MANY: usize = 100_000;

/// The Kolmogorov-Smirnov statistic times √n; above 1.95 in one of a thousand samples of the right distribution.
fn distance(sample: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let largest = sorted.iter().enumerate().fold(0.0_f64, |largest, (i, &x)| {
        let p = cdf(x);
        largest.max(p - i as f64 / n).max((i + 1) as f64 / n - p)
    });
    largest * n.sqrt()
}

/// The normal distribution function by Simpson's rule, from the mean on.
fn normal_cdf(x: f64) -> f64 {
    let steps = 60;
    let h = x / f64::from(steps);
    let density = |t: f64| (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let inner: f64 = (1..steps)
        .map(|i| density(h * f64::from(i)) * if i % 2 == 0 { 2.0 } else { 4.0 })
        .sum();
    0.5 + h / 3.0 * (density(0.0) + inner + density(x))
}

fn moments(sample: &[f64]) -> (f64, f64, f64, f64) {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    let central = |power| sample.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
    let variance = central(2);
    (
        mean,
        variance,
        central(3) / variance.powf(1.5),
        central(4) / (variance * variance),
    )
}

/// The correlation of each number with the one `lag` behind it.
fn correlation(sample: &[f64], lag: usize) -> f64 {
    let (mean, variance, ..) = moments(sample);
    let products = sample
        .iter()
        .zip(&sample[lag..])
        .map(|(x, y)| (x - mean) * (y - mean));
    products.sum::<f64>() / (variance * (sample.len() - lag) as f64)
}

#[test]
fn uniform_numbers_are_uniform() {
    for seed in 0..3 {
        let mut rng = Rng::seed(seed);
        let single: Vec<f64> = (0..MANY).map(|_| rng.uniform()).collect();
        let tensor = Tensor::<f64>::uniform([MANY], 0.0, 1.0, &mut rng)
            .unwrap()
            .to_vec();
        for sample in [single, tensor] {
            assert!(sample.iter().all(|x| (0.0..1.0).contains(x)));
            assert!(distance(&sample, |x| x) < 1.95);
            for lag in [1, 2, 8, 32, 64] {
                assert!(correlation(&sample, lag).abs() < 4.0 / (MANY as f64).sqrt());
            }
        }
        let wide = Tensor::<f32>::uniform([MANY], -3.0, 5.0, &mut rng).unwrap();
        assert!(wide.to_vec().iter().all(|x| (-3.0..5.0).contains(x)));
        assert!(distance(&wide.cast::<f64>().unwrap().to_vec(), |x| (x + 3.0) / 8.0) < 1.95);
    }
}

#[test]
fn normal_numbers_are_normal() {
    for seed in 0..3 {
        let mut rng = Rng::seed(seed);
        let single: Vec<f64> = (0..MANY).map(|_| rng.normal()).collect();
        let tensor = Tensor::<f64>::normal([MANY], 0.0, 1.0, &mut rng)
            .unwrap()
            .to_vec();
        for sample in [single, tensor] {
            let (mean, variance, skewness, kurtosis) = moments(&sample);
            // Four standard errors each.
            let error = 4.0 / (MANY as f64).sqrt();
            assert!(mean.abs() < error && (variance - 1.0).abs() < error * 2_f64.sqrt());
            assert!(skewness.abs() < error * 6_f64.sqrt() && (kurtosis - 3.0).abs() < error * 24_f64.sqrt());
            assert!(distance(&sample, normal_cdf) < 1.95);
            for lag in [1, 8, 31, 32, 33, 64] {
                assert!(correlation(&sample, lag).abs() < error);
            }
        }
        let other = Tensor::<f64>::normal([MANY], 3.0, 0.5, &mut rng)
            .unwrap()
            .to_vec();
        assert!(distance(&other, |x| normal_cdf((x - 3.0) / 0.5)) < 1.95);
    }
}

#[test]
fn truncated_numbers_follow_the_conditional_distribution() {
    let cases = [
        (0.0, 1.0, -2.0, 2.0),
        (0.0, 1.0, -0.3, 1.0),
        (1.0, 2.0, 0.0, 100.0),
        (0.0, 1.0, 1.0, 1.5),
        (0.0, 1.0, 2.0, 3.0),
        (0.0, 1.0, -3.0, -1.0),
        (0.0, 1.0, -1.2, -1.0),
        (5.0, 2.0, f64::NEG_INFINITY, 4.0),
        (0.0, 1.0, f64::NEG_INFINITY, f64::INFINITY),
    ];
    for (i, &(mean, std, low, high)) in cases.iter().enumerate() {
        let mut rng = Rng::seed(i as u64);
        let sample = Tensor::<f64>::truncated_normal([20_000], mean, std, low, high, &mut rng)
            .unwrap()
            .to_vec();
        assert!(sample.iter().all(|x| (low..=high).contains(x)));
        let cdf = |x: f64| normal_cdf(((x - mean) / std).clamp(-9.0, 9.0));
        let (a, b) = (cdf(low), cdf(high));
        assert!(distance(&sample, |x| (cdf(x) - a) / (b - a)) < 1.95, "{i}");
    }
}

#[test]
fn far_tails_are_nearly_exponential() {
    let mut rng = Rng::seed(1);
    for sign in [1.0, -1.0] {
        let (low, high) = if sign > 0.0 {
            (30.0, f64::INFINITY)
        } else {
            (f64::NEG_INFINITY, -30.0)
        };
        let x = Tensor::<f64>::truncated_normal([20_000], 0.0, 1.0, low, high, &mut rng).unwrap();
        let excess: Vec<_> = x.to_vec().iter().map(|x| (sign * x - 30.0) * 30.0).collect();
        // The mean of the excess is 1 - 1/30² to the next order.
        assert!((moments(&excess).0 - 1.0).abs() < 0.03);
    }
    for (mean, std, low, high, expected) in [
        (0.0, 1.0, 1e200, f64::INFINITY, 1e200),
        (0.0, 1e-300, 1.0, 2.0, 1.0),
        (1e300, 1e-300, -2.0, -1.0, -1.0),
        (7.0, 0.0, -1.0, 1.0, 1.0),
        (0.5, 0.0, -1.0, 1.0, 0.5),
        (0.0, 1.0, 3.0, 3.0, 3.0),
    ] {
        let x = Tensor::<f64>::truncated_normal([100], mean, std, low, high, &mut rng).unwrap();
        assert_eq!(x, Tensor::full([100], expected).unwrap());
    }
}

#[test]
fn bernoulli_numbers_have_their_probability() -> Result<()> {
    let mut rng = Rng::seed(3);
    for p in [0.0, 0.1, 0.5, 0.9, 1.0] {
        let ones: usize = Tensor::<u8>::bernoulli([MANY], p, &mut rng)?
            .to_vec()
            .iter()
            .map(|&x| usize::from(x))
            .sum();
        let error = 4.0 * (p * (1.0 - p) * MANY as f64).sqrt();
        assert!((ones as f64 - p * MANY as f64).abs() <= error);
    }
    let floats = Tensor::<f32>::bernoulli([1000], 0.5, &mut Rng::seed(4))?;
    assert_eq!(
        floats,
        Tensor::<i64>::bernoulli([1000], 0.5, &mut Rng::seed(4))?.cast()?
    );
    Ok(())
}

/// Pearson's statistic, standardized.
fn imbalance(counts: &[usize]) -> f64 {
    let expected = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    let statistic: f64 = counts
        .iter()
        .map(|&n| (n as f64 - expected).powi(2) / expected)
        .sum();
    let freedom = (counts.len() - 1) as f64;
    (statistic - freedom) / (2.0 * freedom).sqrt()
}

#[test]
fn integers_are_all_as_likely() -> Result<()> {
    let mut rng = Rng::seed(5);
    for n in [1, 2, 3, 7, 100] {
        let (mut single, mut tensor) = (vec![0; n], vec![0; n]);
        for _ in 0..MANY {
            single[rng.below(n)] += 1;
        }
        for x in Tensor::random_integers([MANY], -5, n as i64 - 5, &mut rng)?.to_vec() {
            tensor[(x + 5) as usize] += 1;
        }
        if n > 1 {
            assert!(imbalance(&single).abs() < 4.0 && imbalance(&tensor).abs() < 4.0);
        }
    }
    // Three quarters of the words: a multiplication alone would make some results twice as likely.
    let n = 3 << 62;
    let third = (0..MANY).filter(|_| rng.below(n) < n / 3).count();
    assert!((third as f64 - MANY as f64 / 3.0).abs() < 4.0 * (MANY as f64 * 2.0 / 9.0).sqrt());
    assert_eq!(rng.below(0), 0);
    let all = Tensor::random_integers([1000], i64::MIN, i64::MAX, &mut rng)?.to_vec();
    assert!(all.iter().any(|&x| x < i64::MIN / 2) && all.iter().any(|&x| x > i64::MAX / 2));
    Ok(())
}

#[test]
fn all_orders_are_as_likely() {
    let mut rng = Rng::seed(6);
    let mut counts = std::collections::BTreeMap::new();
    for _ in 0..24_000 {
        *counts.entry(rng.permutation(4).unwrap()).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 24);
    assert!(imbalance(&counts.into_values().collect::<Vec<_>>()).abs() < 4.0);
}

#[test]
fn split_generators_differ() {
    let mut rng = Rng::seed(0);
    let mut all = vec![rng.split(), rng.split(), Rng::seed(1)];
    let deeper = all[0].split();
    all.extend([deeper, rng]);
    let words: Vec<u64> = all
        .iter_mut()
        .flat_map(|rng| (0..1000).map(|_| rng.next_u64()).collect::<Vec<_>>())
        .collect();
    let distinct: std::collections::HashSet<_> = words.iter().collect();
    assert_eq!(distinct.len(), words.len());
}

#[test]
fn the_algorithm_is_the_stated_one() -> Result<()> {
    // SplitMix64 of seed 0, published with the generator, is the first state.
    let state: [u64; 4] = Rng::seed(0).into();
    assert_eq!(state[..2], [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4]);
    // The authors' reference values of xoshiro256++.
    let mut rng = Rng::from([1, 2, 3, 4]);
    let expected = [41_943_041, 58_720_359, 3_588_806_011_781_223];
    assert_eq!([rng.next_u64(), rng.next_u64(), rng.next_u64()], expected);
    // A tensor takes one number, whatever its size.
    let mut other = rng.clone();
    let _ = (
        Tensor::<f32>::normal([1000, 70], 0.0, 1.0, &mut rng)?,
        other.next_u64(),
    );
    assert_eq!(rng, other);
    Ok(())
}

#[test]
fn the_bits_depend_on_neither_threads_nor_level() {
    let make = || {
        let mut rng = Rng::seed(9);
        (
            Tensor::<f32>::normal([300_001], 0.5, 2.0, &mut rng).unwrap(),
            Tensor::<f32>::uniform([300_001], -1.0, 1.0, &mut rng).unwrap(),
            Tensor::<f64>::truncated_normal([140_000], 0.0, 1.0, -2.0, 2.0, &mut rng).unwrap(),
            Tensor::<u8>::bernoulli([300_001], 0.3, &mut rng).unwrap(),
            Tensor::random_integers([140_000], 0, 10, &mut rng).unwrap(),
        )
    };
    let expected = make();
    for threads in 1..=3 {
        assert!(on(threads, make) == expected);
    }
    for level in [simd::Level::Baseline, simd::Level::Avx2, simd::Level::Avx512] {
        simd::set_level(level);
        assert!(make() == expected);
    }
}

#[test]
fn wrong_arguments_are_errors() {
    fn refused<T: backprop_tensor::Element>(result: Result<Tensor<T>>) {
        assert!(matches!(result, Err(Error::Argument { .. })));
    }
    let rng = &mut Rng::seed(0);
    let before = rng.clone();
    for (low, high) in [
        (1.0, 0.0),
        (f32::NAN, 1.0),
        (0.0, f32::NAN),
        (f32::MIN, f32::MAX),
        (0.0, f32::INFINITY),
    ] {
        refused(Tensor::uniform([2], low, high, rng));
    }
    for (mean, std) in [
        (0.0, -1.0),
        (f32::NAN, 1.0),
        (0.0, f32::NAN),
        (f32::INFINITY, 1.0),
        (0.0, f32::INFINITY),
    ] {
        refused(Tensor::normal([2], mean, std, rng));
        refused(Tensor::truncated_normal([2], mean, std, -1.0, 1.0, rng));
    }
    for (low, high) in [(1.0, 0.0), (f32::NAN, 1.0), (0.0, f32::NAN)] {
        refused(Tensor::truncated_normal([2], 0.0, 1.0, low, high, rng));
    }
    for p in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        refused(Tensor::<f32>::bernoulli([2], p, rng));
    }
    refused(Tensor::random_integers([2], 3, 3, rng));
    refused(Tensor::random_integers([2], i64::MAX, i64::MIN, rng));
    assert!(matches!(
        Tensor::permutation(usize::MAX, rng),
        Err(Error::Size { .. })
    ));
    assert!(matches!(rng.permutation(usize::MAX), Err(Error::Memory { .. })));
    assert!(Tensor::<f32>::bernoulli([usize::MAX, 2], 0.5, rng).is_err());
    // What failed has taken nothing from the generator.
    assert_eq!(*rng, before);
}

proptest! {
    #[test]
    fn a_permutation_is_one(n in 0_usize..300, seed: u64) {
        let numbers = Rng::seed(seed).permutation(n).unwrap();
        let tensor = Tensor::permutation(n, &mut Rng::seed(seed)).unwrap();
        prop_assert_eq!(tensor.to_vec(), numbers.iter().map(|&i| i as i64).collect::<Vec<_>>());
        let mut sorted = numbers;
        sorted.sort();
        prop_assert_eq!(sorted, (0..n).collect::<Vec<_>>());
    }

    #[test]
    fn a_saved_generator_continues(seed: u64, drawn in 0..20) {
        let mut rng = Rng::seed(seed);
        for _ in 0..drawn {
            rng.next_u64();
        }
        let saved = serde_json::to_string(&rng).unwrap();
        let mut restored: Rng = serde_json::from_str(&saved).unwrap();
        prop_assert_eq!(&restored, &rng);
        for _ in 0..20 {
            prop_assert_eq!(restored.next_u64(), rng.next_u64());
        }
    }

    #[test]
    fn f32_is_f64_rounded(seed: u64, mean in -10_f32..10.0, std in 0_f32..10.0, count in 0_usize..200) {
        let narrow = Tensor::<f32>::normal([count], mean, std, &mut Rng::seed(seed)).unwrap();
        let wide = Tensor::<f64>::normal([count], mean.into(), std.into(), &mut Rng::seed(seed)).unwrap();
        prop_assert_eq!(narrow, wide.cast().unwrap());
    }

    #[test]
    fn uniform_numbers_stay_below_the_end(seed: u64, low in any::<f32>(), ulps in 0_u32..4) {
        let mut high = low;
        for _ in 0..ulps {
            high = high.next_up();
        }
        if let Ok(x) = Tensor::uniform([100], low, high, &mut Rng::seed(seed)) {
            prop_assert!(x.to_vec().iter().all(|&x| x == low || (low <= x && x < high)));
        }
    }

    #[test]
    fn no_argument_panics(seed: u64, a in any::<f64>(), b in any::<f64>(), c in any::<f64>(), d in any::<f64>()) {
        let rng = &mut Rng::seed(seed);
        let _ = (Tensor::uniform([5], a, b, rng), Tensor::normal([5], a, b, rng));
        let (low, high) = (c.min(d), c.max(d));
        if let Ok(x) = Tensor::truncated_normal([5], a, b.abs(), low, high, rng) {
            prop_assert!(x.to_vec().iter().all(|x| (low..=high).contains(x)));
        }
    }
}

#[test]
fn the_traits_of_rand_core_draw_from_the_same_stream() {
    let (mut a, mut b) = (Rng::seed_from_u64(3), Rng::seed(3));
    assert_eq!(rand_core::Rng::next_u64(&mut a), b.next_u64());
    assert_eq!(a.next_u32(), (b.next_u64() >> 32) as u32);
    let mut bytes = [0; 8];
    a.fill_bytes(&mut bytes);
    assert_eq!(bytes, b.next_u64().to_le_bytes());
    assert_eq!(Rng::from_seed([0; 32]), Rng::seed(0));
    assert_eq!(Rng::from([0; 4]), Rng::seed(0));
}
