//! Principal components: what they must keep, and those of scikit-learn.

use backprop_datasets::Pca;
use backprop_tensor::{Float, Rng, Tensor, linalg};
use proptest::prelude::*;
use serde::Deserialize;

/// Samples that vary by different amounts along random directions, about a mean that is not 0.
fn cloud(n: usize, features: usize, seed: u64) -> Tensor<f64> {
    let rng = &mut Rng::seed(seed);
    let mut normal = |shape: [usize; 2]| Tensor::<f64>::normal(shape, 0.0, 1.0, rng).unwrap();
    let (x, mix, mean) = (
        normal([n, features]),
        normal([features, features]),
        normal([1, features]),
    );
    x.matmul(&mix).unwrap() + mean * 5.0
}

fn largest_difference(a: &Tensor<f64>, b: &Tensor<f64>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    let pairs = a.to_vec().into_iter().zip(b.to_vec());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Directions of length 1 at right angles; along them the samples vary by the eigenvalues, descending, and not together.
    #[test]
    fn components_are_uncorrelated(n in 2..30_usize, features in 1..8_usize, seed: u64) {
        let x = cloud(n, features, seed);
        let components = n.min(features);
        let pca = Pca::fit(&x, components).unwrap();
        let v = pca.components();
        let identity = Tensor::from_fn([components, components], |i| f64::from(i / components == i % components)).unwrap();
        prop_assert!(largest_difference(&v.matmul(&v.transpose(0, 1).unwrap()).unwrap(), &identity) < 1e-9);

        let z = pca.transform(&x).unwrap();
        let scale = pca.explained_variance()[0].max(1e-12);
        prop_assert!(z.mean(0).unwrap().abs().unwrap().max(..).unwrap().item().unwrap() < 1e-9 * (1.0 + scale));
        let covariance = z.transpose(0, 1).unwrap().matmul(&z).unwrap() / (n - 1) as f64;
        for i in 0..components {
            for j in 0..components {
                let expected = if i == j { pca.explained_variance()[i] } else { 0.0 };
                prop_assert!((covariance.get([i, j]).unwrap() - expected).abs() < 1e-9 * scale);
            }
        }
        prop_assert!(pca.explained_variance().windows(2).all(|pair| pair[0] >= pair[1]));
        // With all components, nothing is lost.
        prop_assert!((pca.explained_variance_ratio().iter().sum::<f64>() - 1.0).abs() < 1e-9);
        prop_assert!(largest_difference(&pca.inverse_transform(&z).unwrap(), &x) < 1e-7);
    }

    /// A few components of many features, which are found without a full decomposition, are those of the full one.
    #[test]
    fn a_few_of_many_are_those_of_the_whole(features in 45..70_usize, components in 1..3_usize, seed: u64) {
        let x = cloud(100, features, seed);
        let pca = Pca::fit(&x, components).unwrap();
        let centered = x.try_sub(&x.mean(0).unwrap()).unwrap();
        let (_, lengths, vt) = linalg::svd(&centered).unwrap();
        let lengths = lengths.to_vec();
        for i in 0..components {
            let variance = lengths[i].powi(2) / 99.0;
            prop_assert!((pca.explained_variance()[i] - variance).abs() < 1e-9 * lengths[0].powi(2));
            // A direction is as exact as its variance stands out from the next.
            let gap = (lengths[i].powi(2) - lengths[i + 1].powi(2)) / lengths[0].powi(2);
            let before = if i > 0 { (lengths[i - 1].powi(2) - lengths[i].powi(2)) / lengths[0].powi(2) } else { 1.0 };
            prop_assume!(gap.min(before) > 1e-4);
            let cosine = pca.components().select(0, i).unwrap().dot(&vt.select(0, i).unwrap()).unwrap().item().unwrap();
            prop_assert!((cosine.abs() - 1.0).abs() < 1e-9, "{cosine}");
        }
    }
}

/// Where all variances are equal, the iteration does not converge and the full decomposition takes its place; where nothing varies, all is 0.
#[test]
fn directions_that_do_not_stand_out() {
    let features = 60;
    // Plus and minus each axis.
    let x = Tensor::from_fn([2 * features, features], |i| {
        let (row, column) = (i / features, i % features);
        let sign = if row < features { 1.0 } else { -1.0 };
        if row % features == column { sign } else { 0.0 }
    })
    .unwrap();
    let pca = Pca::fit(&x, 3).unwrap();
    let variance = 2.0 / (2 * features - 1) as f64;
    assert!(
        pca.explained_variance()
            .iter()
            .all(|own| (own - variance).abs() < 1e-12)
    );

    let same = Tensor::<f64>::full([5, features], 3.0).unwrap();
    let pca = Pca::fit(&same, 2).unwrap();
    assert_eq!(pca.explained_variance(), [0.0, 0.0]);
    assert!(pca.explained_variance_ratio().iter().all(|ratio| ratio.is_nan()));
    assert_eq!(pca.transform(&same).unwrap(), Tensor::zeros([5, 2]).unwrap());
}

/// The directions and shares of samples are those of the same samples times any power of 2, whether or not a type has their variances.
#[test]
fn samples_whose_variances_are_out_of_range() {
    fn check<T: Float>(powers: &[i32]) {
        for &(n, features) in &[(7, 3), (20, 60)] {
            let x = cloud(n, features, 3).cast::<T>().unwrap();
            let plain = Pca::fit(&x, 2).unwrap();
            for &power in powers {
                let factor = T::from_f64(2_f64.powi(power));
                let moved = x.map(|x| x * factor).unwrap();
                let pca = Pca::fit(&moved, 2).unwrap();
                let close = |a: &Tensor<T>, b: &Tensor<T>, bound: f64| {
                    let difference = largest_difference(&a.cast().unwrap(), &b.cast().unwrap());
                    assert!(difference <= bound, "{difference:e} at 2^{power}");
                };
                // A direction is as exact as the variances differ: here by more than 1e-3 of the largest.
                close(pca.components(), plain.components(), 1e3 * T::EPSILON.to_f64());
                close(pca.mean(), &plain.mean().map(|x| x * factor).unwrap(), 0.0);
                let shares = plain.explained_variance_ratio();
                for (own, right) in pca.explained_variance_ratio().into_iter().zip(shares) {
                    assert!((own - right).abs() < 1e-12, "{own} for {right} at 2^{power}");
                }
                for (own, plain) in pca.explained_variance().iter().zip(plain.explained_variance()) {
                    let right = plain * factor.to_f64() * factor.to_f64();
                    assert!(
                        *own == right || (own / right - 1.0).abs() < 1e-12,
                        "{own} for {right}"
                    );
                }
                let text = serde_json::to_string(&pca).unwrap();
                if right_in_json(&pca) {
                    assert_eq!(serde_json::from_str::<Pca<T>>(&text).unwrap(), pca);
                }
                let z = pca.transform(&moved).unwrap().map(|x| x / factor).unwrap();
                close(&z, &plain.transform(&x).unwrap(), 1e5 * T::EPSILON.to_f64());
            }
        }
    }
    /// JSON has no infinity.
    fn right_in_json<T: Float>(pca: &Pca<T>) -> bool {
        pca.explained_variance()
            .iter()
            .all(|variance| variance.is_finite())
    }
    check::<f32>(&[64, 110, -83, -115]);
    check::<f64>(&[250, 515, 1010, -260, -565, -1000]);
}

#[test]
fn distances_beyond_the_range() {
    let x = Tensor::from([[-3e38_f32, 1.0], [3e38, 1.0], [3e38, 1.0]]);
    let pca = Pca::fit(&x, 1).unwrap();
    assert_eq!(pca.components().to_vec(), [1.0, 0.0]);
    assert!((pca.mean().to_vec()[0] / 1e38 - 1.0).abs() < 1e-6);
    let z = pca.transform(&x.slice(0, 1..3).unwrap()).unwrap().to_vec();
    assert!(z.iter().all(|z| (z / 2e38 - 1.0).abs() < 1e-6), "{z:?}");
    let (mean, far) = (pca.mean().to_vec()[0], Tensor::from([[-2e38_f32, 1.0]]));
    let z = pca.transform(&far).unwrap().to_vec()[0];
    assert!((z / (-2e38 - mean) - 1.0).abs() < 1e-6, "{z}");
}

#[test]
fn what_has_no_components_is_an_error() {
    let error = |x: &Tensor<f64>, components| Pca::fit(x, components).unwrap_err().to_string();
    let x = cloud(4, 3, 0);
    assert!(error(&x, 0).contains("components = 0: needs 1 to 3: no more than samples, nor than features"));
    assert!(error(&x, 4).contains("components = 4: needs 1 to 3"));
    assert!(error(&x.slice(0, 0..1).unwrap(), 1).contains("needs two samples at least"));
    assert!(error(&Tensor::zeros([4]).unwrap(), 1).contains("needs samples of shape [n, features]"));
    assert!(error(&Tensor::full([4, 2], f64::NAN).unwrap(), 1).contains("not finite"));
    let pca = Pca::fit(&x, 2).unwrap();
    assert!(pca.transform(&Tensor::zeros([5, 2]).unwrap()).is_err());
    assert!(pca.inverse_transform(&x).is_err());
}

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    mean: Vec<f64>,
    components: Vec<Vec<f64>>,
    variance: Vec<f64>,
    ratio: Vec<f64>,
    transformed: Vec<Vec<f64>>,
    back: Vec<Vec<f64>>,
}

fn matrix(rows: &[Vec<f64>]) -> Tensor<f64> {
    Tensor::from_slice(&rows.concat(), [rows.len(), rows[0].len()]).unwrap()
}

#[test]
fn components_are_those_of_scikit_learn() {
    let reference: Reference = serde_json::from_str(include_str!("../reference/pca.json")).unwrap();
    assert_eq!(reference.cases.len(), 4);
    for case in reference.cases {
        let x = matrix(&case.x);
        let pca = Pca::fit(&x, case.components.len()).unwrap();
        let z = pca.transform(&x).unwrap();
        let ratio = pca.explained_variance_ratio();
        // Eigenvalues of the covariance are as exact as the square of a singular value: the last of four samples is 0 but for rounding.
        let along = case
            .variance
            .iter()
            .filter(|variance| **variance > 1e-9 * case.variance[0])
            .count();
        let part = |x: &Tensor<f64>, axis: isize| x.slice(axis, 0..along).unwrap();
        for (own, theirs) in [
            (pca.mean().clone(), Tensor::from(case.mean)),
            (part(pca.components(), 0), part(&matrix(&case.components), 0)),
            (
                Tensor::from(pca.explained_variance().to_vec()),
                Tensor::from(case.variance.clone()),
            ),
            (Tensor::from(ratio), Tensor::from(case.ratio)),
            (part(&z, 1), part(&matrix(&case.transformed), 1)),
            (pca.inverse_transform(&z).unwrap(), matrix(&case.back)),
        ] {
            assert!(
                largest_difference(&own, &theirs) < 1e-10 * (1.0 + case.variance[0]),
                "{own} is not {theirs}"
            );
        }
    }
}

/// Numbers that are as far apart as their type has them, around a mean between two of them.
#[test]
fn a_mean_between_two_numbers_keeps_its_digits() {
    let x = Tensor::from([[1e8_f32, 0.0], [1e8, 0.0], [1e8, 0.0], [1e8 + 8.0, 0.0]]);
    let pca = Pca::fit(&x, 1).unwrap();
    let saved = serde_json::to_string(&pca).unwrap();
    for pca in [serde_json::from_str(&saved).unwrap(), pca] {
        let z = pca.transform(&x).unwrap();
        let sign = pca.components().to_vec()[0];
        assert_eq!(z.to_vec(), [-2.0, -2.0, -2.0, 6.0].map(|z| sign * z));
        assert_eq!(pca.inverse_transform(&z).unwrap(), x);
    }
}
