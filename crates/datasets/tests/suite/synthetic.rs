//! Sources in the plane, and blobs.
use backprop_datasets::synthetic::{MakeBlobs, blobs, circles, moons, spirals, xor};
use backprop_datasets::{Result, TensorDataset};
use backprop_tensor::{Rng, Tensor};
use proptest::prelude::*;

type Source = fn(usize, f64, &mut Rng) -> Result<TensorDataset>;

/// The sources in the plane, with their number of classes.
const PLANE: [(Source, usize); 5] = [
    (moons, 2),
    (|n, noise, rng| circles(n, 0.5, noise, rng), 2),
    (|n, noise, rng| spirals(n, 3, 1.0, noise, rng), 3),
    (xor, 2),
    (
        |n, noise, rng| MakeBlobs::new(n).centers(4).cluster_std(noise).generate(rng),
        4,
    ),
];

fn points(data: &TensorDataset) -> Vec<([f64; 2], i64)> {
    let (inputs, targets) = (data.inputs().to_vec(), data.targets().to_vec());
    let (inputs, _) = inputs.as_chunks();
    inputs
        .iter()
        .map(|point: &[f32; 2]| point.map(f64::from))
        .zip(targets)
        .collect()
}

fn radius([x, y]: [f64; 2]) -> f64 {
    x.hypot(y)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

proptest! {
    #[test]
    fn a_source_has_as_many_samples_as_asked_for_and_classes_of_one_size(n in 0..200_usize, seed in any::<u64>()) {
        for (source, classes) in PLANE {
            let data = source(n, 0.1, &mut Rng::seed(seed)).unwrap();
            prop_assert_eq!(data.inputs().shape(), &[n, 2]);
            prop_assert_eq!(data.targets().shape(), &[n]);
            let labels = data.targets().to_vec();
            for class in 0..classes as i64 {
                let count = labels.iter().filter(|&&label| label == class).count();
                prop_assert!(count == n / classes || count == n.div_ceil(classes), "{} of {}", count, n);
            }
        }
    }

    #[test]
    fn a_seed_gives_one_data_set(n in 30..100_usize, seed in any::<u64>()) {
        for (source, _) in PLANE {
            let make = |seed| source(n, 0.1, &mut Rng::seed(seed)).unwrap();
            prop_assert_eq!(make(seed), make(seed));
            prop_assert_ne!(make(seed), make(seed ^ 1));
        }
    }

    #[test]
    fn without_noise_points_lie_where_the_formula_says(n in 0..100_usize, seed in any::<u64>()) {
        let rng = || Rng::seed(seed);
        for ([x, y], class) in points(&moons(n, 0.0, &mut rng()).unwrap()) {
            let (center, upper) = if class == 0 { ([0.0, 0.0], true) } else { ([1.0, 0.5], false) };
            prop_assert!(close(radius([x - center[0], y - center[1]]), 1.0));
            let side = if upper { y > -1e-6 } else { y < 0.5 + 1e-6 };
            prop_assert!(side);
        }
        for (point, class) in points(&circles(n, 0.3, 0.0, &mut rng()).unwrap()) {
            let expected = if class == 0 { 1.0 } else { 0.3 };
            prop_assert!(close(radius(point), expected));
        }
        for (point, class) in points(&spirals(n, 3, 0.25, 0.0, &mut rng()).unwrap()) {
            let radius = radius(point);
            let angle = std::f64::consts::TAU * (0.25 * radius + class as f64 / 3.0);
            prop_assert!(radius < 1.0 + 1e-6);
            prop_assert!(close(point[0], radius * angle.cos()) && close(point[1], radius * angle.sin()));
        }
        for (point, class) in points(&xor(n, 0.0, &mut rng()).unwrap()) {
            prop_assert!(point.iter().all(|&x| x == 0.0 || x == 1.0));
            prop_assert_eq!(class == 1, point[0] != point[1]);
        }
        let centers = Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
        for (point, class) in points(&MakeBlobs::new(n).centers_at(centers).cluster_std(0.0).generate(&mut rng()).unwrap()) {
            prop_assert_eq!(point, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]][class as usize]);
        }
    }

    #[test]
    fn random_centers_lie_in_the_box(n in 1..50_usize, seed in any::<u64>()) {
        let made = MakeBlobs::new(n).features(3).center_box(2.0, 3.0).cluster_std(0.0).generate(&mut Rng::seed(seed));
        let data = made.unwrap();
        prop_assert_eq!(data.inputs().shape(), &[n, 3]);
        prop_assert!(data.inputs().to_vec().iter().all(|x| (2.0..3.0).contains(x)));
    }

    #[test]
    fn any_arguments_give_data_or_an_error(
        n in prop_oneof![0..10_usize, Just(usize::MAX), Just(1 << 59)],
        k in prop_oneof![0..4_usize, Just(usize::MAX), Just(1 << 60)],
        x in any::<f64>(), y in any::<f64>(),
    ) {
        let mut rng = Rng::seed(0);
        let noise = x.is_finite() && x >= 0.0;
        prop_assert_eq!(moons(n, x, &mut rng).is_ok(), n < 10 && noise);
        prop_assert_eq!(xor(n, x, &mut rng).is_ok(), n < 10 && noise);
        prop_assert_eq!(circles(n, y, x, &mut rng).is_ok(), n < 10 && noise && (0.0..1.0).contains(&y));
        prop_assert_eq!(spirals(n, k, y, x, &mut rng).is_ok(), n < 10 && k > 0 && noise && y.is_finite());
        prop_assert_eq!(blobs(n, k, &mut rng).is_ok(), n < 10 && (1..4).contains(&k));
        // This needs no more than not to panic.
        let _ = MakeBlobs::new(n).features(k).cluster_std(x).center_box(x, y).generate(&mut rng);
    }

}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (
        mean,
        (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt(),
    )
}

#[test]
fn noise_has_the_deviation_asked_for() {
    let n = 20_000;
    let centers = Tensor::from([[5.0, -5.0]]);
    let data = MakeBlobs::new(n)
        .centers_at(centers)
        .cluster_std(2.0)
        .generate(&mut Rng::seed(1))
        .unwrap();
    for (feature, expected) in [(0, 5.0), (1, -5.0)] {
        let values: Vec<_> = points(&data)
            .into_iter()
            .map(|(point, _)| point[feature])
            .collect();
        let (mean, std) = moments(&values);
        // Six standard errors: 2 / sqrt(20000) and 2 / sqrt(40000).
        assert!((mean - expected).abs() < 0.085, "{mean}");
        assert!((std - 2.0).abs() < 0.06, "{std}");
    }
    let distances: Vec<_> = points(&xor(n, 0.1, &mut Rng::seed(2)).unwrap())
        .into_iter()
        .flat_map(|(point, _)| point.map(|x| if x < 0.5 { x } else { x - 1.0 }))
        .collect();
    let (mean, std) = moments(&distances);
    assert!(mean.abs() < 0.003 && (std - 0.1).abs() < 0.0022, "{mean} {std}");
}

#[test]
fn samples_come_in_random_order() {
    for (source, _) in PLANE {
        let data = source(200, 0.0, &mut Rng::seed(4)).unwrap();
        let labels = data.targets().to_vec();
        let changes = labels.windows(2).filter(|pair| pair[0] != pair[1]).count();
        // Sorted there would be 3 at most, in turns 199; at random half of them or more.
        assert!((60..180).contains(&changes), "{changes}");
    }
}

#[test]
fn mistakes_are_errors_that_say_what_is_right() {
    let mut rng = Rng::seed(0);
    let message = |result: Result<TensorDataset>| result.unwrap_err().to_string();
    assert_eq!(
        message(circles(10, 1.0, 0.0, &mut rng)),
        "circles: factor = 1: needs to be at least 0 and less than 1, the radius of the outer circle"
    );
    assert_eq!(
        message(moons(10, -0.1, &mut rng)),
        "moons: noise = -0.1: needs to be finite and not negative: it is a standard deviation"
    );
    assert_eq!(
        message(spirals(10, 0, 1.0, 0.0, &mut rng)),
        "spirals: arms = 0: needs at least one"
    );
    assert_eq!(
        message(blobs(10, 0, &mut rng)),
        "make_blobs: centers = 0: needs at least one"
    );
    let flat = MakeBlobs::new(10).centers_at(Tensor::from([1.0, 2.0]));
    assert_eq!(
        message(flat.generate(&mut rng)),
        "make_blobs: shape [2]: needs centers of shape [centers, features]"
    );
}
