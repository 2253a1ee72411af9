//! Splits and folds.
use std::collections::BTreeMap;

use backprop_datasets::{TensorDataset, split};
use backprop_tensor::{Rng, Tensor};
use proptest::prelude::*;

fn labels() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec(
        prop_oneof![-2..3_i64, Just(0), Just(i64::MIN), Just(i64::MAX)],
        2..80,
    )
}

fn fraction() -> impl Strategy<Value = f64> {
    prop_oneof![
        0.01..0.99_f64,
        (1..20_u32).prop_map(|k| f64::from(k) / 20.0),
        Just(f64::MIN_POSITIVE),
        Just(1.0 - f64::EPSILON / 2.0)
    ]
}

/// How many of the indices have each label.
fn count(labels: &[i64], indices: &[usize]) -> BTreeMap<i64, usize> {
    let mut counts: BTreeMap<_, _> = labels.iter().map(|&label| (label, 0)).collect();
    for &index in indices {
        *counts.get_mut(&labels[index]).unwrap() += 1;
    }
    counts
}

fn all(n: usize) -> Vec<usize> {
    (0..n).collect()
}

/// Sample i has the input i, and this label.
fn data(labels: &[i64]) -> TensorDataset<i64> {
    let inputs = Tensor::from(
        all(labels.len())
            .into_iter()
            .map(|i| i as i64)
            .collect::<Vec<_>>(),
    );
    TensorDataset::new(inputs, Tensor::from(labels.to_vec())).unwrap()
}

fn indices(data: &TensorDataset<i64>) -> Vec<usize> {
    data.inputs().to_vec().into_iter().map(|i| i as usize).collect()
}

proptest! {
    #[test]
    fn a_split_is_a_partition(n in 2..200_usize, fraction in fraction(), seed in any::<u64>()) {
        let (first, rest) = split::random(n, fraction, &mut Rng::seed(seed)).unwrap();
        prop_assert!(!first.is_empty() && !rest.is_empty());
        let expected = fraction * n as f64;
        prop_assert!((first.len() as f64 - expected).abs() <= 0.5 + 1e-9 || first.len() == 1 || rest.len() == 1);
        let mut both = [first, rest].concat();
        both.sort();
        prop_assert_eq!(both, all(n));
    }

    #[test]
    fn a_stratified_split_is_a_partition_with_equal_shares(labels in labels(), fraction in fraction(), seed in any::<u64>()) {
        let (first, rest) = split::stratified(&labels, fraction, &mut Rng::seed(seed)).unwrap();
        let (random, _) = split::random(labels.len(), fraction, &mut Rng::seed(seed)).unwrap();
        prop_assert_eq!(first.len(), random.len());
        let mut both = [&first[..], &rest].concat();
        both.sort();
        prop_assert_eq!(both, all(labels.len()));
        for (label, total) in count(&labels, &all(labels.len())) {
            let exact = fraction * total as f64;
            let chosen = count(&labels, &first)[&label] as f64;
            prop_assert!(chosen == exact.floor() || chosen == exact.ceil(), "{} of {}", chosen, exact);
        }
    }

    #[test]
    fn folds_are_a_partition_of_even_sizes(n in 2..100_usize, k in 2..100_usize, seed in any::<u64>()) {
        let folds = split::k_fold(n, k, &mut Rng::seed(seed));
        prop_assert_eq!(folds.is_ok(), k <= n);
        if let Ok(folds) = folds {
            prop_assert_eq!(folds.len(), n);
            for fold in 0..k {
                let size = folds.iter().filter(|&&of| of == fold).count();
                prop_assert!(size == n / k || size == n.div_ceil(k));
            }
        }
    }

    #[test]
    fn stratified_folds_share_each_class(labels in labels(), k in 2..10_usize, seed in any::<u64>()) {
        prop_assume!(k <= labels.len());
        let folds = split::stratified_k_fold(&labels, k, &mut Rng::seed(seed)).unwrap();
        let of = |fold| (0..labels.len()).filter(|&index| folds[index] == fold).collect::<Vec<_>>();
        for fold in 0..k {
            let size = of(fold).len();
            prop_assert!(size == labels.len() / k || size == labels.len().div_ceil(k));
            for (label, total) in count(&labels, &all(labels.len())) {
                let share = count(&labels, &of(fold))[&label];
                prop_assert!(share == total / k || share == total.div_ceil(k));
            }
        }
    }

    #[test]
    fn the_methods_do_as_the_functions(labels in labels(), fraction in fraction(), k in 2..6_usize, seed in any::<u64>()) {
        prop_assume!(k <= labels.len());
        let (data, rng) = (data(&labels), || Rng::seed(seed));
        let pair = |(first, rest): (TensorDataset<i64>, TensorDataset<i64>)| (indices(&first), indices(&rest));
        prop_assert_eq!(
            pair(data.split(fraction, &mut rng()).unwrap()),
            split::random(labels.len(), fraction, &mut rng()).unwrap()
        );
        prop_assert_eq!(
            pair(data.stratified_split(fraction, &mut rng()).unwrap()),
            split::stratified(&labels, fraction, &mut rng()).unwrap()
        );
        for stratified in [false, true] {
            let (pairs, folds) = if stratified {
                (data.stratified_k_fold(k, &mut rng()), split::stratified_k_fold(&labels, k, &mut rng()))
            } else {
                (data.k_fold(k, &mut rng()), split::k_fold(labels.len(), k, &mut rng()))
            };
            let (pairs, folds) = (pairs.unwrap(), folds.unwrap());
            prop_assert_eq!(pairs.len(), k);
            for (fold, found) in pairs.map(pair).enumerate() {
                prop_assert_eq!(found, all(labels.len()).into_iter().partition(|&index| folds[index] != fold));
            }
        }
    }

    #[test]
    fn a_seed_gives_one_split(n in 30..100_usize, seed in any::<u64>()) {
        let split = |seed| split::random(n, 0.5, &mut Rng::seed(seed)).unwrap();
        prop_assert_eq!(split(seed), split(seed));
        prop_assert_ne!(split(seed), split(seed ^ 1));
    }

    /// Both parts of every kind of split, and the folds: a part that kept the order of the data or of its classes would be learned so.
    #[test]
    fn nothing_stays_in_order(seed in any::<u64>()) {
        let labels: Vec<i64> = (0..60).map(|i| i / 20).collect();
        let (first, rest) = split::random(60, 0.5, &mut Rng::seed(seed)).unwrap();
        let (chosen, others) = split::stratified(&labels, 0.5, &mut Rng::seed(seed)).unwrap();
        // Thirty in order come about once in 30!.
        for part in [&first, &rest, &chosen, &others] {
            prop_assert!(!part.is_sorted());
        }
        // Ten of three classes each in the order of the classes, once in 30! / 10!³ = 5e12.
        for part in [&chosen, &others] {
            prop_assert!(!part.is_sorted_by_key(|&index| labels[index]));
        }
        for folds in [split::k_fold(60, 3, &mut Rng::seed(seed)), split::stratified_k_fold(&labels, 3, &mut Rng::seed(seed))] {
            let folds = folds.unwrap();
            prop_assert!((0..60).any(|sample| folds[sample] != sample % 3));
        }
    }

    #[test]
    fn any_argument_gives_a_split_or_an_error(
        n in prop_oneof![0..5_usize, Just(usize::MAX), Just(1 << 60)], fraction in any::<f64>(), k in any::<usize>(),
    ) {
        let mut rng = Rng::seed(0);
        let possible = fraction > 0.0 && fraction < 1.0 && (2..5).contains(&n);
        prop_assert_eq!(split::random(n, fraction, &mut rng).is_ok(), possible);
        prop_assert_eq!(split::k_fold(n, k, &mut rng).is_ok(), k >= 2 && k <= n && n < 5);
    }
}

#[test]
fn classes_are_rounded_up_at_random() {
    // Two classes of one sample each: which one the first part gets is a matter of chance.
    let firsts: Vec<_> = (0..100)
        .map(|seed| split::stratified(&[0, 1], 0.5, &mut Rng::seed(seed)).unwrap().0[0])
        .collect();
    let ones = firsts.iter().filter(|&&first| first == 1).count();
    // 100 throws of a coin stray by more than 30 from 50 once in a thousand million times.
    assert!((20..=80).contains(&ones), "{ones}");
}

#[test]
fn errors_say_what_is_right() {
    let data = data(&[0, 1, 0]);
    let mut rng = Rng::seed(0);
    let message = |error: backprop_datasets::Error| error.to_string();
    for fraction in [0.0, 1.0, -0.5, f64::NAN, f64::INFINITY] {
        let error = message(data.split(fraction, &mut rng).unwrap_err());
        assert_eq!(
            error,
            format!("split: fraction = {fraction}: needs a number between 0 and 1, both excluded")
        );
        assert!(data.stratified_split(fraction, &mut rng).is_err());
    }
    assert_eq!(
        message(data.take(1).split(0.5, &mut rng).unwrap_err()),
        "split: samples = 1: two parts need two samples"
    );
    assert_eq!(
        message(data.k_fold(4, &mut rng).unwrap_err()),
        "k_fold: k = 4: needs 2 to 3 folds, no more than there are samples"
    );
    assert!(data.k_fold(1, &mut rng).is_err());
    assert!(data.take(0).stratified_k_fold(0, &mut rng).is_err());
    let rows = data.map_targets(|y| y.reshape([3, 1])).unwrap();
    assert_eq!(
        message(rows.stratified_split(0.5, &mut rng).unwrap_err()),
        "stratified_split: shape [3, 1]: needs one class a sample, targets of shape [n]"
    );
}
