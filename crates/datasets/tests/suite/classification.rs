//! `MakeClassification`: the properties of Guyon's design.
use backprop_datasets::synthetic::{MakeClassification, PerFeature};
use backprop_datasets::{StandardScaler, TensorDataset};
use backprop_tensor::Rng;
use proptest::prelude::*;

/// Any possible problem of moderate size.
fn problem() -> impl Strategy<Value = MakeClassification> {
    (
        1..6_usize,
        0..4_usize,
        0..4_usize,
        0..4_usize,
        1..5_usize,
        1..4_usize,
        0..60_usize,
    )
        .prop_filter_map(
            "too few corners",
            |(informative, redundant, repeated, rest, classes, per_class, more)| {
                let clusters = classes * per_class;
                (clusters <= 1 << informative).then(|| {
                    MakeClassification::new(clusters + more)
                        .features(informative + redundant + repeated + rest)
                        .informative(informative)
                        .redundant(redundant)
                        .repeated(repeated)
                        .classes(classes)
                        .clusters_per_class(per_class)
                })
            },
        )
}

fn column(data: &TensorDataset, feature: usize) -> Vec<f64> {
    data.inputs()
        .select(1, feature)
        .unwrap()
        .to_vec()
        .into_iter()
        .map(f64::from)
        .collect()
}

fn count(data: &TensorDataset, class: i64) -> usize {
    data.targets()
        .to_vec()
        .into_iter()
        .filter(|&label| label == class)
        .count()
}

/// How many of the second half's samples have the class of their nearest neighbor in the first half, by the features
/// given.
fn nearest_neighbor_accuracy(data: &TensorDataset, features: std::ops::Range<usize>) -> f64 {
    let rows: Vec<Vec<f32>> = (0..data.len())
        .map(|i| data.get(i).unwrap().0.to_vec()[features.clone()].to_vec())
        .collect();
    let labels = data.targets().to_vec();
    let half = rows.len() / 2;
    let distance = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
    let right = (half..rows.len()).filter(|&i| {
        let nearest =
            (0..half).min_by(|&a, &b| distance(&rows[i], &rows[a]).total_cmp(&distance(&rows[i], &rows[b])));
        labels[nearest.unwrap()] == labels[i]
    });
    right.count() as f64 / (rows.len() - half) as f64
}

proptest! {
    #[test]
    fn the_shapes_are_those_asked_for(problem in problem(), seed in any::<u64>(), hypercube in any::<bool>()) {
        let data = problem.clone().hypercube(hypercube).generate(&mut Rng::seed(seed)).unwrap();
        prop_assert_eq!(data.inputs().rank(), 2);
        prop_assert_eq!(data.targets().shape(), &[data.len()]);
        prop_assert!(data.inputs().to_vec().iter().all(|x| x.is_finite()));
        prop_assert_eq!(&data, &problem.clone().hypercube(hypercube).generate(&mut Rng::seed(seed)).unwrap());
        prop_assert_ne!(&data, &problem.generate(&mut Rng::seed(seed ^ 1)).unwrap());
    }

    #[test]
    fn classes_have_as_many_samples_to_within_a_cluster(
        n in 20..100_usize, classes in 1..5_usize, per_class in 1..4_usize, seed in any::<u64>(),
    ) {
        let problem = MakeClassification::new(n).informative(4).classes(classes).clusters_per_class(per_class).flip_y(0.0);
        let data = problem.generate(&mut Rng::seed(seed)).unwrap();
        for class in 0..classes {
            let difference = count(&data, class as i64) as f64 - n as f64 / classes as f64;
            prop_assert!(difference.abs() <= per_class as f64);
        }
    }

    #[test]
    fn weights_are_the_shares_of_the_classes(a in 0.0..0.5_f64, b in 0.0..0.5_f64, complete in any::<bool>(), seed in any::<u64>()) {
        let weights = if complete { vec![a, b, 1.0 - a - b] } else { vec![a, b] };
        let problem = MakeClassification::new(1000).informative(3).classes(3).clusters_per_class(2).flip_y(0.0);
        let data = problem.weights(weights).generate(&mut Rng::seed(seed)).unwrap();
        for (class, share) in [a, b, 1.0 - a - b].into_iter().enumerate() {
            // Each of the six clusters loses less than a sample to rounding, and gets one at most for it.
            prop_assert!((count(&data, class as i64) as f64 - share * 1000.0).abs() <= 2.0 + 1e-9);
        }
    }

    #[test]
    fn repeated_features_are_copies(seed in any::<u64>()) {
        let problem = MakeClassification::new(30).features(10).informative(3).redundant(2).repeated(4).shuffle(false);
        let data = problem.generate(&mut Rng::seed(seed)).unwrap();
        for repeated in 5..9 {
            prop_assert!((0..5).any(|feature| column(&data, feature) == column(&data, repeated)));
        }
        prop_assert!((0..9).all(|feature| column(&data, feature) != column(&data, 9)));
    }

    /// Redundant features are linear in the informative ones: with two of those, any two differ by nothing that Cramer's
    /// rule cannot tell from three samples.
    #[test]
    fn redundant_features_are_combinations(seed in any::<u64>()) {
        let problem = MakeClassification::new(20).features(5).informative(2).redundant(3).shuffle(false).shift(0.0);
        let data = problem.generate(&mut Rng::seed(seed)).unwrap();
        let (x, y) = (column(&data, 0), column(&data, 1));
        // The pair of samples that determines the coefficients best.
        let determinant = |i: usize, j: usize| x[i] * y[j] - x[j] * y[i];
        let pairs = (0..20).flat_map(|i| (0..i).map(move |j| (i, j)));
        let (i, j) = pairs.max_by(|&a, &b| determinant(a.0, a.1).abs().total_cmp(&determinant(b.0, b.1).abs())).unwrap();
        for feature in 2..5 {
            let z = column(&data, feature);
            let a = (z[i] * y[j] - z[j] * y[i]) / determinant(i, j);
            let b = (x[i] * z[j] - x[j] * z[i]) / determinant(i, j);
            prop_assert!(a.abs() <= 1.0 + 1e-3 && b.abs() <= 1.0 + 1e-3, "{} {}", a, b);
            for k in 0..20 {
                prop_assert!((a * x[k] + b * y[k] - z[k]).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn shift_then_scale(seed in any::<u64>(), shift in -5.0..5.0_f64, scale in 0.5..5.0_f64) {
        let problem = MakeClassification::new(20).features(4);
        let plain = problem.clone().generate(&mut Rng::seed(seed)).unwrap();
        let moved = problem.clone().shift(shift).scale([scale, 1.0, 2.0, -1.0]).shuffle(false);
        let moved = moved.generate(&mut Rng::seed(seed)).unwrap();
        let plain_in_order = problem.shuffle(false).generate(&mut Rng::seed(seed)).unwrap();
        for (feature, scale) in [scale, 1.0, 2.0, -1.0].into_iter().enumerate() {
            for (x, z) in column(&plain_in_order, feature).into_iter().zip(column(&moved, feature)) {
                prop_assert!(((x + shift) * scale - z).abs() < 1e-4);
            }
        }
        // Shuffling changes the order alone.
        let sorted = |data: &TensorDataset| {
            let mut elements = data.inputs().to_vec();
            elements.sort_by(f32::total_cmp);
            elements
        };
        prop_assert_eq!(sorted(&plain), sorted(&plain_in_order));
        prop_assert_eq!(count(&plain, 1), count(&plain_in_order, 1));
    }

    #[test]
    fn any_arguments_give_data_or_an_error(
        n in prop_oneof![0..10_usize, Just(usize::MAX), Just(1 << 59)],
        counts in proptest::collection::vec(prop_oneof![0..5_usize, Just(usize::MAX), Just(64_usize)], 6),
        weights in proptest::option::of(proptest::collection::vec(any::<f64>(), 0..4)),
        (flip_y, class_sep, value) in any::<(f64, f64, f64)>(),
        values in proptest::collection::vec(any::<f64>(), 0..6),
        hypercube in any::<bool>(),
    ) {
        let mut problem = MakeClassification::new(n)
            .features(counts[0])
            .informative(counts[1])
            .redundant(counts[2])
            .repeated(counts[3])
            .classes(counts[4])
            .clusters_per_class(counts[5])
            .hypercube(hypercube);
        if let Some(weights) = weights {
            problem = problem.weights(weights);
        }
        for problem in [
            problem.clone().flip_y(flip_y).class_sep(class_sep),
            problem.clone().shift(value).scale(values),
            problem.clone().class_sep(class_sep).shift(PerFeature::Random).scale(PerFeature::Random),
            problem,
        ] {
            if let Ok(data) = problem.generate(&mut Rng::seed(0)) {
                prop_assert_eq!(data.inputs().shape(), &[n, counts[0]]);
            }
        }
    }
}

/// With clusters far apart the informative features tell everything, and the noise nothing.
#[test]
fn informative_features_tell_the_classes_apart() {
    for seed in 0..5 {
        let problem = MakeClassification::new(600)
            .features(12)
            .informative(4)
            .classes(3)
            .class_sep(20.0);
        let data = problem
            .shuffle(false)
            .flip_y(0.0)
            .generate(&mut Rng::seed(seed))
            .unwrap();
        let order: Vec<usize> = Rng::seed(seed).permutation(600).unwrap();
        let data = data.subset(&order).unwrap();
        assert_eq!(nearest_neighbor_accuracy(&data, 0..4), 1.0);
        // A third by chance: 300 guesses stray by 0.16 (six standard errors) less than once in a hundred million times.
        let by_noise = nearest_neighbor_accuracy(&data, 6..12);
        assert!((by_noise - 1.0 / 3.0).abs() < 0.16, "{by_noise}");
    }
}

#[test]
fn closer_clusters_are_harder() {
    let accuracy = |class_sep| {
        let problem = MakeClassification::new(800)
            .features(4)
            .informative(4)
            .redundant(0)
            .class_sep(class_sep)
            .flip_y(0.0);
        nearest_neighbor_accuracy(&problem.generate(&mut Rng::seed(3)).unwrap(), 0..4)
    };
    let (close, far) = (accuracy(0.1), accuracy(5.0));
    assert!(close + 0.1 < far, "{close} {far}");
}

#[test]
fn the_share_of_flipped_classes_is_flip_y() {
    let n = 20_000;
    let problem = MakeClassification::new(n)
        .features(4)
        .classes(4)
        .clusters_per_class(1)
        .shuffle(false);
    let flipped = |share| {
        let made = |flip_y| {
            problem
                .clone()
                .flip_y(flip_y)
                .generate(&mut Rng::seed(5))
                .unwrap()
        };
        let (plain, flipped) = (made(0.0).targets().to_vec(), made(share).targets().to_vec());
        plain.iter().zip(&flipped).filter(|(a, b)| a != b).count() as f64 / n as f64
    };
    for share in [0.0, 0.2, 1.0] {
        // One of four random classes is the right one; 0.02 are six standard errors.
        let (found, expected) = (flipped(share), share * 0.75);
        assert!(
            (found - expected).abs() <= 0.02 * share.sqrt(),
            "{found} {expected}"
        );
    }
}

/// The mean of each cluster is its corner: all coordinates `class_sep` away from 0, no two clusters alike.
#[test]
fn clusters_lie_on_different_corners_of_the_hypercube() {
    let problem = MakeClassification::new(80_000)
        .features(3)
        .informative(3)
        .redundant(0)
        .classes(8)
        .clusters_per_class(1);
    let data = problem
        .class_sep(4.0)
        .flip_y(0.0)
        .shuffle(false)
        .generate(&mut Rng::seed(6))
        .unwrap();
    let mut corners: Vec<Vec<bool>> = Vec::new();
    for class in 0..8_usize {
        let indices: Vec<_> = (0..80_000)
            .filter(|&i| data.targets().get([i]).unwrap() == class as i64)
            .collect();
        let scaler = StandardScaler::fit(data.subset(&indices).unwrap().inputs()).unwrap();
        let mean = scaler.mean().to_vec();
        // 10,000 points a cluster, with a deviation of sqrt(3) at most: six standard errors are 0.11.
        assert!(mean.iter().all(|x| (x.abs() - 4.0).abs() < 0.11), "{mean:?}");
        corners.push(mean.iter().map(|&x| x > 0.0).collect());
    }
    corners.sort();
    corners.dedup();
    assert_eq!(corners.len(), 8);
}

#[test]
fn random_shifts_and_scales_keep_to_their_intervals() {
    let problem = MakeClassification::new(5000)
        .features(6)
        .informative(2)
        .redundant(0)
        .shuffle(false)
        .class_sep(2.0);
    let data = problem
        .shift(PerFeature::Random)
        .scale(PerFeature::Random)
        .generate(&mut Rng::seed(7))
        .unwrap();
    let scaler = StandardScaler::fit(data.inputs()).unwrap();
    // The four features of noise are N(0, 1), shifted by -2 to 2, scaled by 1 to 100.
    for feature in 2..6 {
        let (mean, std) = (
            scaler.mean().get([feature]).unwrap(),
            scaler.std().get([feature]).unwrap(),
        );
        assert!((0.9..110.0).contains(&std), "{std}");
        assert!((mean / std).abs() < 2.2, "{mean} {std}");
    }
}

#[test]
fn clusters_beyond_counting_are_an_error() {
    let most = MakeClassification::new(usize::MAX)
        .features(usize::MAX)
        .informative(usize::MAX)
        .redundant(0);
    let error = most
        .classes(usize::MAX)
        .clusters_per_class(2)
        .generate(&mut Rng::seed(0))
        .unwrap_err();
    assert!(error.to_string().contains("one for each cluster"), "{error}");
}

#[test]
fn mistakes_are_errors_that_say_what_is_right() {
    let message = |problem: MakeClassification| problem.generate(&mut Rng::seed(0)).unwrap_err().to_string();
    let problem = || MakeClassification::new(100);
    assert_eq!(
        message(problem().informative(2).classes(3).clusters_per_class(2)),
        "make_classification: informative = 2: needs at least 3: each of the 6 clusters (classes * clusters_per_class) \
         takes a corner of the hypercube, which has 2^informative"
    );
    assert_eq!(
        message(problem().informative(0)),
        "make_classification: informative = 0: needs at least 1"
    );
    assert_eq!(
        message(MakeClassification::new(3)),
        "make_classification: samples = 3: needs at least 4: one for each cluster (classes * clusters_per_class)"
    );
    assert_eq!(
        message(problem().weights([0.5, 0.3, 0.2])),
        "make_classification: weights = [0.5, 0.3, 0.2]: needs one for each of the 2 classes, or one fewer, got 3"
    );
    for weights in [
        vec![0.5, 0.6],
        vec![0.5, 0.4],
        vec![1.5, -0.5],
        vec![f64::NAN],
        vec![1.1],
    ] {
        assert!(message(problem().weights(weights)).ends_with("needs shares that add up to 1"));
    }
    assert_eq!(
        message(problem().flip_y(1.5)),
        "make_classification: flip_y = 1.5: needs a share, from 0 to 1"
    );
    assert_eq!(
        message(problem().class_sep(f64::NAN)),
        "make_classification: class_sep = NaN: needs to be finite"
    );
    assert_eq!(
        message(problem().shift([1.0, 2.0])),
        "make_classification: shift = 2 numbers: needs one for each of the 20 features"
    );
}
