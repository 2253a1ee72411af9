//! What the rules without gradients must keep, and what scikit-learn makes of the same samples.

use backprop_optim::rules::{AveragedPerceptron, Hebb, Oja, Perceptron, PerceptronRule, Pocket};
use backprop_tensor::{Rng, Tensor, linalg};
use proptest::prelude::*;
use serde::Deserialize;

/// Samples whose elements are small whole numbers, on which all arithmetic of a few passes is exact, with any labels.
fn whole_samples() -> impl Strategy<Value = (Vec<Vec<f64>>, Vec<f64>)> {
    (1..5_usize, 1..15_usize).prop_flat_map(|(features, n)| {
        let number = (-4..=4_i32).prop_map(f64::from);
        let label = any::<bool>().prop_map(|positive| if positive { 1.0 } else { -1.0 });
        (
            prop::collection::vec(prop::collection::vec(number, features), n),
            prop::collection::vec(label, n),
        )
    })
}

fn matrix(rows: &[Vec<f64>]) -> Tensor<f64> {
    Tensor::from_slice(&rows.concat(), [rows.len(), rows[0].len()]).unwrap()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The rule in plain loops: the weights after each sample, and whether each was a mistake.
fn model(rows: &[Vec<f64>], labels: &[f64], passes: usize) -> Vec<(Vec<f64>, bool)> {
    let mut w = vec![0.0; rows[0].len()];
    let mut course = Vec::new();
    for _ in 0..passes {
        for (x, t) in rows.iter().zip(labels) {
            let mistake = t * dot(&w, x) <= 0.0;
            if mistake {
                w.iter_mut().zip(x).for_each(|(w, x)| *w += t * x);
            }
            course.push((w.clone(), mistake));
        }
    }
    course
}

/// `passes` of a rule from weights of 0: the weights and what was learned, and the mistakes of all passes.
fn passes(
    mut rule: impl PerceptronRule<f64>,
    inputs: &Tensor<f64>,
    labels: &Tensor<f64>,
    passes: usize,
) -> (Tensor<f64>, Tensor<f64>, usize) {
    let mut weights = Tensor::zeros([inputs.shape()[1]]).unwrap();
    let mistakes = (0..passes).map(|_| rule.pass(&mut weights, inputs, labels).unwrap());
    let mistakes = mistakes.sum();
    let learned = rule.learned(&weights).unwrap();
    (weights, learned, mistakes)
}

proptest! {
    #[test]
    fn perceptrons_are_their_formulas((rows, labels) in whole_samples(), n in 1..4_usize) {
        let (inputs, targets) = (matrix(&rows), Tensor::from(labels.clone()));
        let course = model(&rows, &labels, n);
        let (last, _) = course.last().unwrap();
        let errors = course.iter().filter(|(_, mistake)| *mistake).count();

        let (weights, learned, mistakes) = passes(Perceptron::new(1.0), &inputs, &targets, n);
        prop_assert_eq!((&weights.to_vec(), &learned.to_vec(), mistakes), (last, last, errors));

        // The mean of sums that are exact.
        let (weights, learned, mistakes) = passes(AveragedPerceptron::new(1.0), &inputs, &targets, n);
        prop_assert_eq!((&weights.to_vec(), mistakes), (last, errors));
        for (feature, mean) in learned.to_vec().into_iter().enumerate() {
            prop_assert_eq!(mean, course.iter().map(|(w, _)| w[feature]).sum::<f64>() / course.len() as f64);
        }

        // The weights of the first of the longest runs of right answers.
        let (mut run, mut longest, mut best) = (0, 0, last);
        for (w, mistake) in &course {
            run = if *mistake { 0 } else { run + 1 };
            if run > longest {
                (longest, best) = (run, w);
            }
        }
        let (weights, learned, mistakes) = passes(Pocket::new(1.0), &inputs, &targets, n);
        prop_assert_eq!((&weights.to_vec(), &learned.to_vec(), mistakes), (last, best, errors));
    }

    /// With the ratchet, the pocket gets better with each change, and there is a run of right answers behind it.
    #[test]
    fn the_ratchet_never_goes_back((rows, labels) in whole_samples(), n in 1..5_usize) {
        let (inputs, targets) = (matrix(&rows), Tensor::from(labels.clone()));
        let right = |w: &Tensor<f64>| rows.iter().zip(&labels).filter(|(x, t)| *t * dot(&w.to_vec(), x) > 0.0).count();
        let mut rule = Pocket::new(1.0).ratchet(&inputs, &targets);
        let mut weights = Tensor::zeros([rows[0].len()]).unwrap();
        let (mut before, mut kept) = (0, None);
        for index in (0..rows.len()).cycle().take(n * rows.len()) {
            rule.step(&mut weights, &inputs.select(0, index).unwrap(), labels[index]).unwrap();
            let learned = rule.learned(&weights).unwrap();
            if kept.as_ref().is_some_and(|kept| *kept != learned) {
                prop_assert!(right(&learned) > before);
            }
            if kept.is_some() || learned != weights {
                prop_assert!(right(&learned) >= before);
                (before, kept) = (right(&learned), Some(learned));
            }
        }
    }

    /// Novikoff: with `t u·x ≥ γ` for a unit vector `u` and `|x| ≤ R`, there are at most `(R / γ)²` mistakes, in any order.
    #[test]
    fn mistakes_are_bounded_by_the_margin(features in 1..6_usize, n in 1..40_usize, least in 0.05..0.5_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let normal = |rng: &mut Rng| Tensor::<f64>::normal([features], 0.0, 1.0, rng).unwrap();
        let u = normal(rng);
        let u = &u / u.norm(..).unwrap().item().unwrap();
        let side = |x: &Tensor<f64>| x.dot(&u).unwrap().item().unwrap();
        // Samples nearer to the plane are moved away from it.
        let samples: Vec<_> = (0..n).map(|_| {
            let x = normal(rng);
            let side = side(&x);
            &x + &u * (side.signum() * (least - side.abs()).max(0.0))
        }).collect();
        let margin = samples.iter().map(|x| side(x).abs()).fold(f64::INFINITY, f64::min);
        let radius = samples.iter().map(|x| x.norm(..).unwrap().item().unwrap()).fold(0.0, f64::max);
        // In f64 the proof holds to within rounding, of which a bound below 10⁴ leaves none to see.
        let bound = ((radius / margin).powi(2) * (1.0 + 1e-9)).floor() as usize;

        let mut weights = Tensor::zeros([features]).unwrap();
        let (mut rule, mut mistakes) = (Perceptron::new(1.0), 0);
        loop {
            let order = rng.permutation(n).unwrap();
            let before = mistakes;
            for index in order {
                let x = &samples[index];
                mistakes += usize::from(rule.step(&mut weights, x, side(x).signum()).unwrap());
            }
            prop_assert!(mistakes <= bound, "{mistakes} mistakes, at most {bound}");
            if mistakes == before {
                break;
            }
        }
    }

    /// From weights of 0, the rate changes their length alone; powers of two, to the bit.
    #[test]
    fn the_rate_is_a_scale((rows, labels) in whole_samples(), power in -8..8_i32) {
        let (inputs, targets) = (matrix(&rows), Tensor::from(labels));
        let rate = 2.0_f64.powi(power);
        let (weights, _, mistakes) = passes(Perceptron::new(1.0), &inputs, &targets, 3);
        let (scaled, _, same) = passes(Perceptron::new(rate), &inputs, &targets, 3);
        prop_assert_eq!((scaled, same), (weights * rate, mistakes));
    }

    #[test]
    fn a_pair_is_a_positive_and_a_negative_sample((rows, _) in whole_samples(), (others, _) in whole_samples(), seed: u64) {
        prop_assume!(rows[0].len() == others[0].len());
        let (positive, negative) = (matrix(&rows), matrix(&others));
        let (mut rng, mut same) = (Rng::seed(seed), Rng::seed(seed));
        let (mut rule, mut weights) = (Perceptron::new(1.0), Tensor::zeros([rows[0].len()]).unwrap());
        let mut w = vec![0.0; rows[0].len()];
        for _ in 0..20 {
            let mistakes = rule.pair(&mut weights, &positive, &negative, &mut rng).unwrap();
            let mut expected = 0;
            for (samples, t) in [(&rows, 1.0), (&others, -1.0)] {
                let x = &samples[same.below(samples.len())];
                if t * dot(&w, x) <= 0.0 {
                    w.iter_mut().zip(x).for_each(|(w, x)| *w += t * x);
                    expected += 1;
                }
            }
            prop_assert_eq!((&weights.to_vec(), mistakes), (&w, expected));
        }
    }

    /// A rule that is saved and read back goes on to the same bits.
    #[test]
    fn rules_survive_a_reload((rows, labels) in whole_samples()) {
        let (inputs, targets) = (matrix(&rows), Tensor::from(labels));
        let zeros = || Tensor::<f64>::zeros([rows[0].len()]).unwrap();
        let (mut averaged, mut pocket) = (AveragedPerceptron::new(1.0), Pocket::new(1.0).ratchet(&inputs, &targets));
        let (mut a, mut p) = (zeros(), zeros());
        averaged.pass(&mut a, &inputs, &targets).unwrap();
        pocket.pass(&mut p, &inputs, &targets).unwrap();
        let json = serde_json::to_string(&(&averaged, &pocket, &a, &p)).unwrap();
        let (mut averaged_again, mut pocket_again, mut b, mut q): (AveragedPerceptron<f64>, Pocket<f64>, _, _) =
            serde_json::from_str(&json).unwrap();
        averaged.pass(&mut a, &inputs, &targets).unwrap();
        averaged_again.pass(&mut b, &inputs, &targets).unwrap();
        pocket.pass(&mut p, &inputs, &targets).unwrap();
        pocket_again.pass(&mut q, &inputs, &targets).unwrap();
        prop_assert_eq!((a, averaged.learned(&zeros()).unwrap()), (b, averaged_again.learned(&zeros()).unwrap()));
        prop_assert_eq!((p, pocket.learned(&zeros()).unwrap()), (q, pocket_again.learned(&zeros()).unwrap()));
    }
}

fn cloud(n: usize, features: usize, rng: &mut Rng) -> Tensor<f64> {
    Tensor::normal([n, features], 0.0, 1.0, rng).unwrap()
}

/// The mean of `x xᵀ`.
fn second_moments(x: &Tensor<f64>) -> Tensor<f64> {
    x.transpose(0, 1).unwrap().matmul(x).unwrap() / x.shape()[0] as f64
}

fn close(a: &Tensor<f64>, b: &Tensor<f64>, tolerance: f64) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.shape(), b.shape());
    for (a, b) in a.to_vec().into_iter().zip(b.to_vec()) {
        prop_assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} and {b}");
    }
    Ok(())
}

proptest! {
    /// On all samples at once, Hebb's step multiplies by `1 + η C`, so the length never falls; Oja's subtracts `η (wᵀ C w) w` from it.
    #[test]
    fn hebb_and_oja_are_their_formulas(n in 1..20_usize, features in 1..6_usize, rate in 0.0..0.5_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let (x, w) = (cloud(n, features, rng), cloud(1, features, rng).select(0, 0).unwrap());
        let c = second_moments(&x);
        let cw = c.matmul(&w).unwrap();
        let wcw = w.dot(&cw).unwrap();

        let (mut hebb, mut oja) = (w.clone(), w.clone());
        let y = Hebb::new(rate).step(&mut hebb, &x).unwrap();
        close(&y, &x.matmul(&w).unwrap(), 1e-12)?;
        close(&hebb, &(&w + &cw * rate), 1e-12)?;
        prop_assert!(hebb.norm(..).unwrap().item().unwrap() >= w.norm(..).unwrap().item().unwrap() * (1.0 - 1e-12));
        let same = Oja::new(rate).step(&mut oja, &x).unwrap();
        close(&oja, &(&w + (&cw - &wcw * &w) * rate), 1e-11)?;
        prop_assert_eq!(y, same);
    }

    /// The mean of the steps for single samples is the step for all of them.
    #[test]
    fn a_batch_is_the_mean_of_its_samples(n in 1..10_usize, features in 1..5_usize, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let (x, w) = (cloud(n, features, rng), cloud(1, features, rng).select(0, 0).unwrap());
        type Step = fn(&mut Tensor<f64>, &Tensor<f64>);
        let rules: [Step; 2] = [
            |w, x| drop(Hebb::new(0.1).step(w, x).unwrap()),
            |w, x| drop(Oja::new(0.1).step(w, x).unwrap()),
        ];
        for step in rules {
            let mut all = w.clone();
            step(&mut all, &x);
            let mut mean = Tensor::zeros([features]).unwrap();
            for index in 0..n {
                let mut one = w.clone();
                step(&mut one, &x.select(0, index).unwrap());
                mean = mean + one / n as f64;
            }
            close(&all, &mean, 1e-12)?;
        }
    }

    /// Oja's weights become the eigenvector of the largest eigenvalue, of length 1, where that stands out.
    #[test]
    fn oja_finds_the_first_component(features in 2..6_usize, seed: u64) {
        let rng = &mut Rng::seed(seed);
        // One feature varies three times as much as the others, all of them turned.
        let mut x = cloud(200, features, rng);
        let long = x.slice(1, 0..1).unwrap() * 3.0;
        x.slice_assign(1, 0..1, &long).unwrap();
        let (turn, _) = linalg::qr(&cloud(features, features, rng)).unwrap();
        let x = x.matmul(&turn).unwrap();
        let (_, vectors) = linalg::symmetric_eigen(&second_moments(&x)).unwrap();
        let first = vectors.select(1, features - 1).unwrap();

        let mut w = cloud(1, features, rng).select(0, 0).unwrap();
        w = &w / w.norm(..).unwrap().item().unwrap();
        let at_first = w.dot(&first).unwrap().item().unwrap();
        // From the plane at right angles to it, it takes for ever.
        prop_assume!(at_first.abs() > 1e-3);
        for _ in 0..600 {
            Oja::new(0.05).step(&mut w, &x).unwrap();
        }
        close(&w, &(first * at_first.signum()), 1e-8)?;
    }
}

#[test]
fn mistakes_of_callers_are_errors_and_change_nothing() {
    let x = Tensor::from([1.0, 2.0]);
    let fails = |weights: &Tensor<f64>, x: &Tensor<f64>, label: f64, rate: f64, expected: &str| {
        let rules: [Box<dyn PerceptronRule<f64>>; 3] = [
            Box::new(Perceptron::new(rate)),
            Box::new(AveragedPerceptron::new(rate)),
            Box::new(Pocket::new(rate)),
        ];
        for mut rule in rules {
            let mut changed = weights.clone();
            let error = rule.step(&mut changed, x, label).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            assert!(
                changed
                    .to_vec()
                    .iter()
                    .zip(weights.to_vec())
                    .all(|(a, b)| a.to_bits() == b.to_bits())
            );
        }
    };
    let zeros = Tensor::zeros([2]).unwrap();
    fails(&zeros, &x, 0.0, 1.0, "label = 0: must be -1 or 1");
    fails(&zeros, &x, f64::NAN, 1.0, "label = NaN: must be -1 or 1");
    fails(
        &zeros,
        &x,
        1.0,
        -1.0,
        "learning_rate = -1: a finite number, at least 0",
    );
    fails(
        &zeros,
        &Tensor::from([1.0]),
        1.0,
        1.0,
        "shapes [2] and [1] must be equal",
    );
    fails(
        &zeros,
        &Tensor::from([f64::NAN, 0.0]),
        1.0,
        1.0,
        "w·x = NaN: weights and samples must be finite",
    );
    fails(&Tensor::from([f64::INFINITY, 0.0]), &x, 1.0, 1.0, "w·x = inf: ");

    let mut w = zeros.clone();
    let mut rule = Perceptron::new(1.0);
    let samples = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    let error = rule
        .pass(&mut w, &samples, &Tensor::from([1.0]))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "pass: shapes [2, 2] and [1] do not fit: samples [n, features] need labels [n]"
    );
    let none = Tensor::zeros([0, 2]).unwrap();
    assert!(rule.pair(&mut w, &none, &samples, &mut Rng::seed(0)).is_err());
    assert_eq!(w, zeros);

    let mut w = Tensor::from([1e300, 1e300]);
    let error = Hebb::new(1.0)
        .step(&mut w, &Tensor::from([1e10, 0.0]))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the step leads to weights that are not finite"),
        "{error}"
    );
    assert_eq!(w, Tensor::from([1e300, 1e300]));
    for x in [
        Tensor::zeros([0, 2]).unwrap(),
        Tensor::zeros([3]).unwrap(),
        Tensor::scalar(1.0),
    ] {
        assert!(Hebb::new(1.0).step(&mut w, &x).is_err() && Oja::new(1.0).step(&mut w, &x).is_err());
    }
}

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    inputs: Vec<Vec<f64>>,
    labels: Vec<f64>,
    epochs: usize,
    rate: f64,
    perceptron: Vec<f64>,
    averaged: Vec<f64>,
    accuracy: f64,
}

/// `reference/rules.py`: samples in the same order, from weights of 0, the bias as the weight of a 1.
#[test]
fn perceptrons_are_those_of_scikit_learn() {
    let reference: Reference = serde_json::from_str(include_str!("../reference/rules.json")).unwrap();
    assert_eq!(reference.cases.len(), 4);
    for case in reference.cases {
        let rows: Vec<_> = case
            .inputs
            .iter()
            .map(|row| [&row[..], &[1.0]].concat())
            .collect();
        let (inputs, labels) = (matrix(&rows), Tensor::from(case.labels.clone()));
        let (weights, _, _) = passes(Perceptron::new(case.rate), &inputs, &labels, case.epochs);
        let (_, averaged, _) = passes(AveragedPerceptron::new(case.rate), &inputs, &labels, case.epochs);
        for (own, theirs) in [(weights.clone(), case.perceptron), (averaged, case.averaged)] {
            for (own, theirs) in own.to_vec().into_iter().zip(theirs) {
                // Sums of a few hundred numbers up to 10 in another order.
                assert!((own - theirs).abs() <= 1e-11, "{own} is not {theirs}");
            }
        }
        let w = weights.to_vec();
        let right = rows
            .iter()
            .zip(&case.labels)
            .filter(|(x, t)| dot(&w, x) * *t > 0.0)
            .count();
        assert!((right as f64 / rows.len() as f64 - case.accuracy).abs() < 1e-12);
    }
}
