//! `MakeRegression`: the linear relation, its noise and the rank of its inputs.
use backprop_datasets::synthetic::MakeRegression;
use backprop_tensor::Rng;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_regression_is_linear_in_its_informative_features(
        n in 1..40_usize, features in 1..12_usize, informative in 0..15_usize, targets in 1..4_usize, seed in any::<u64>(),
        shuffle in any::<bool>(),
    ) {
        let made = MakeRegression::new(n)
            .features(features)
            .informative(informative)
            .targets(targets)
            .bias(3.0)
            .shuffle(shuffle)
            .generate(&mut Rng::seed(seed))
            .unwrap();
        let (x, y) = made.dataset.into_parts();
        prop_assert_eq!((x.shape().to_vec(), y.shape().to_vec()), (vec![n, features], vec![n, targets]));
        prop_assert_eq!(made.coefficients.shape(), &[features, targets]);

        let coefficients = made.coefficients.to_vec();
        let used: Vec<_> = coefficients.chunks(targets).map(|row| row.iter().any(|&w| w != 0.0)).collect();
        prop_assert_eq!(used.iter().filter(|&&used| used).count(), informative.min(features));
        prop_assert!(shuffle || used.is_sorted_by(|a, b| a >= b));
        prop_assert!(coefficients.iter().all(|w| (0.0..100.0).contains(w)));
        for (x, y) in x.to_vec().chunks(features).zip(y.to_vec().chunks(targets)) {
            for (target, &y) in y.iter().enumerate() {
                let products = x.iter().enumerate().map(|(i, &x)| f64::from(x) * f64::from(coefficients[i * targets + target]));
                prop_assert!((products.sum::<f64>() + 3.0 - f64::from(y)).abs() < 1e-2);
            }
        }
    }

    #[test]
    fn a_seed_gives_one_data_set(n in 30..100_usize, seed in any::<u64>()) {
        for problem in [MakeRegression::new(n).features(5), MakeRegression::new(n).features(5).effective_rank(2)] {
            let make = |seed| problem.generate(&mut Rng::seed(seed)).unwrap();
            prop_assert_eq!(make(seed), make(seed));
            prop_assert_ne!(make(seed), make(seed ^ 1));
        }
    }

    #[test]
    fn any_arguments_give_data_or_an_error(
        n in prop_oneof![0..10_usize, Just(usize::MAX), Just(1 << 59)],
        k in prop_oneof![0..4_usize, Just(usize::MAX), Just(1 << 60)],
        x in any::<f64>(), y in any::<f64>(),
    ) {
        let mut rng = Rng::seed(0);
        let problem = MakeRegression::new(n).features(k).informative(k);
        prop_assert_eq!(problem.generate(&mut rng).is_ok(), n < 10 && (1..4).contains(&k));
        // These need no more than not to panic.
        let _ = problem.noise(x).bias(y).generate(&mut rng);
        let _ = MakeRegression::new(3).features(2).targets(k).effective_rank(k).tail_strength(x).generate(&mut rng);
    }
}

#[test]
fn noise_has_the_deviation_asked_for() {
    let n = 20_000;
    let made = MakeRegression::new(n)
        .features(2)
        .informative(0)
        .noise(3.0)
        .bias(1.0)
        .generate(&mut Rng::seed(3));
    let targets: Vec<_> = made
        .unwrap()
        .dataset
        .targets()
        .to_vec()
        .into_iter()
        .map(f64::from)
        .collect();
    let mean = targets.iter().sum::<f64>() / n as f64;
    let std = (targets.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
    // Six standard errors: 3 / sqrt(20000) and 3 / sqrt(40000).
    assert!(
        (mean - 1.0).abs() < 0.128 && (std - 3.0).abs() < 0.09,
        "{mean} {std}"
    );
}

/// The trace of X X' is the sum of the squared singular values, and so is known.
#[test]
fn inputs_of_low_rank_have_the_singular_values_of_the_formula() {
    let (n, features, rank, tail) = (40, 12, 3.0, 0.2);
    let data = MakeRegression::new(n)
        .features(features)
        .effective_rank(3)
        .tail_strength(tail)
        .generate(&mut Rng::seed(5))
        .unwrap()
        .dataset;
    let norm: f64 = data
        .inputs()
        .to_vec()
        .into_iter()
        .map(|x| f64::from(x).powi(2))
        .sum();
    let singular = |i: f64| (1.0 - tail) * (-(i / rank).powi(2)).exp() + tail * (-0.1 * i / rank).exp();
    let expected: f64 = (0..features).map(|i| singular(i as f64).powi(2)).sum();
    assert!((norm - expected).abs() < 1e-5 * expected, "{norm} {expected}");
}

#[test]
fn mistakes_are_errors_that_say_what_is_right() {
    let error = MakeRegression::new(10)
        .effective_rank(0)
        .generate(&mut Rng::seed(0))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "make_regression: effective_rank = 0: needs at least 1"
    );
    let error = MakeRegression::new(10)
        .tail_strength(1.5)
        .generate(&mut Rng::seed(0))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "make_regression: tail_strength = 1.5: needs a share, from 0 to 1"
    );
}
