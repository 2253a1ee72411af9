//! Huber's loss, its smooth twin and positive weights, against PyTorch, each other and differences; and every loss at infinity.

use backprop_autodiff::{Param, Tape, Var, gradcheck};
use backprop_datasets::TensorDataset;
use backprop_layers::Linear;
use backprop_optim::Sgd;
use backprop_tensor::{Element, Rng, Tensor};
use backprop_train::{
    BinaryCrossEntropy, CrossEntropy, Huber, Loss, MeanAbsoluteError, MeanSquaredError, PerceptronCriterion,
    Progress, SmoothL1, Trainer,
};
use proptest::prelude::*;

fn value(loss: &dyn Loss<f64, f64>, output: &Tensor<f64>, targets: &Tensor<f64>) -> f64 {
    let loss = loss.loss(&Tape::new().input(output.clone()), targets);
    loss.item().unwrap()
}

#[track_caller]
fn close(ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len());
    for (x, y) in ours.iter().zip(theirs) {
        // Sums of six numbers below 6.
        assert!(
            (x - y).abs() <= 6.0 * 6.0 * f64::EPSILON,
            "{ours:?}, not {theirs:?}"
        );
    }
}

#[test]
#[rustfmt::skip]
fn they_are_those_of_pytorch() {
    let output = Tensor::from([[0.3, -2.5], [4.0, 0.0], [-0.75, 1.25]]);
    let check = |loss: &dyn Loss<f64, f64>, targets: &Tensor<f64>, expected: f64, slope: [f64; 6]| {
        let output = Tape::new().variable(output.clone());
        let loss = loss.loss(&output, targets);
        close(&[loss.item().unwrap()], &[expected]);
        close(&loss.backward().unwrap().wrt(&output).unwrap().to_vec(), &slope);
    };
    let numbers = Tensor::from([[0.0, 0.5], [1.0, 0.0], [0.0, -3.0]]);
    let (sixth, third) = (1.0 / 6.0, 1.0 / 3.0);
    check(&Huber { delta: 0.75 }, &numbers, 1.195, [0.05, -0.125, 0.125, 0.0, -0.125, 0.125]);
    check(&Huber::default(), &numbers, 1.5127083333333333, [0.05, -sixth, sixth, 0.0, -0.125, sixth]);
    check(&Huber { delta: 2.0 }, &numbers, 2.471041666666667, [0.05, -third, third, 0.0, -0.125, third]);
    check(&SmoothL1 { beta: 0.0 }, &numbers, 1.8833333333333335, [sixth, -sixth, sixth, 0.0, -sixth, sixth]);
    check(&SmoothL1 { beta: 0.75 }, &numbers, 1.593333333333333, [0.06666666666666667, -sixth, sixth, 0.0, -sixth, sixth]);
    check(&SmoothL1 { beta: 2.0 }, &numbers, 1.2355208333333334, [0.025, -sixth, sixth, 0.0, -0.0625, sixth]);
    let labels = Tensor::from([[0.0, 1.0], [1.0, 0.0], [0.25, 1.0]]);
    check(&BinaryCrossEntropy.pos_weight([3.0]), &labels, 1.8728691941446698,
        [0.09574041946860984, -0.4620709099893782, -0.00899310498104574, 0.08333333333333333, -0.04479467479384824, -0.11135006941265442]);
    check(&BinaryCrossEntropy.pos_weight([3.0, 0.5]), &labels, 0.6933613542955355,
        [0.09574041946860984, -0.07701181833156304, -0.00899310498104574, 0.08333333333333333, -0.04479467479384824, -0.01855834490210908]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn they_are_what_they_are_made_of(n in 1..6_usize, width in 1..4_usize, scale in 0.1..3.0_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let output = Tensor::<f64>::uniform([n, width], -3.0, 3.0, rng).unwrap();
        let targets = Tensor::<f64>::uniform([n, width], 0.0, 1.0, rng).unwrap();
        let of = |loss: &dyn Loss<f64, f64>| value(loss, &output, &targets);
        let same = |x: f64, y: f64| (x - y).abs() < 1e-12;
        let (wide, huber) = (Huber { delta: 10.0 }, Huber { delta: scale });
        let (absolute, smooth) = (SmoothL1 { beta: 0.0 }, SmoothL1 { beta: scale });
        prop_assert!(same(of(&wide), of(&MeanSquaredError) / 2.0));
        prop_assert!(same(of(&smooth), of(&huber) / scale));
        prop_assert!(same(of(&absolute), of(&MeanAbsoluteError)));
        prop_assert!(same(of(&BinaryCrossEntropy.pos_weight(vec![1.0; width])), of(&BinaryCrossEntropy)));
        // The positive side so many times, beside the negative one.
        let negative = of(&BinaryCrossEntropy.pos_weight([0.0]));
        let weighted = negative + scale * (of(&BinaryCrossEntropy) - negative);
        prop_assert!(same(of(&BinaryCrossEntropy.pos_weight([scale])), weighted));
        let weights: Vec<f64> = (0..width).map(|label| scale + label as f64).collect();
        for loss in [
            &Huber { delta: scale } as &dyn Loss<f64, f64>,
            &SmoothL1 { beta: scale },
            &BinaryCrossEntropy.pos_weight(weights),
        ] {
            let each = loss.each(&Tape::new().input(output.clone()), &targets).unwrap();
            prop_assert!(same(each.value().unwrap().mean(..).unwrap().item().unwrap(), of(loss)));
            let formula = |x: &[Var<f64>]| loss.loss(&x[0], &targets);
            gradcheck(formula, std::slice::from_ref(&output)).unwrap();
        }
    }

    #[test]
    fn no_constant_is_better_than_the_baseline(
        samples in proptest::collection::vec((-3..4_i64, 0.0..3.0_f64), 1..20),
        constant in -4.0..4.0_f64,
        scale in 0.1..3.0_f64,
    ) {
        let (targets, weights): (Vec<i64>, Vec<f64>) = samples.into_iter().unzip();
        let (n, total) = (targets.len(), weights.iter().sum::<f64>());
        prop_assume!(total > 0.1);
        let (numbers, weights) = (Tensor::from(targets).cast::<f64>().unwrap(), Tensor::from(weights));
        let labels = numbers.map(|y| f64::from(y > 0.0)).unwrap();
        for (loss, targets) in [
            (&Huber { delta: scale } as &dyn Loss<f64, f64>, &numbers),
            (&SmoothL1 { beta: scale }, &numbers),
            (&SmoothL1 { beta: 0.0 }, &numbers),
            (&BinaryCrossEntropy.pos_weight([scale]), &labels),
        ] {
            let baseline = loss.baseline(targets, Some(&weights)).unwrap();
            let of = |constant: f64| {
                let output = Tape::new().input(Tensor::full([n, 1], constant).unwrap());
                let each = loss.each(&output, targets).unwrap().into_value().unwrap();
                each.try_mul(&weights).unwrap().sum(..).unwrap().item().unwrap() / total
            };
            prop_assert!(baseline <= of(constant) + 1e-9, "{baseline}, {}", of(constant));
            // The losses are convex in the constant: the smallest by thirds.
            let (mut low, mut high) = (-40.0, 40.0);
            for _ in 0..100 {
                let (left, right) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
                if of(left) < of(right) { high = right } else { low = left }
            }
            prop_assert!((of(low) - baseline).abs() < 1e-9, "{baseline}, {}", of(low));
        }
    }
}

#[test]
fn settings_out_of_range_are_errors() {
    let (output, targets) = (Tensor::from([[1.0, 2.0]]), Tensor::from([[0.0, 1.0]]));
    let error = |loss: &dyn Loss<f64, f64>| {
        let loss = loss.loss(&Tape::new().input(output.clone()), &targets);
        loss.item().unwrap_err().to_string()
    };
    for delta in [0.0, -1.0, f64::NAN] {
        assert!(error(&Huber { delta }).contains("must be above 0"));
    }
    for beta in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(error(&SmoothL1 { beta }).contains("must be a finite number, at least 0"));
    }
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(
            error(&BinaryCrossEntropy.pos_weight([1.0, weight]))
                .contains("must be a finite number, at least 0")
        );
    }
    for weights in [vec![], vec![1.0; 3]] {
        assert!(error(&BinaryCrossEntropy.pos_weight(weights)).contains("one for each label"));
    }
}

#[test]
fn they_are_right_at_infinity() {
    let infinite = f64::INFINITY;
    let outputs = Tensor::from([infinite, -infinite, 1e300, f64::NAN]);
    let zeros = Tensor::zeros([4]).unwrap();
    for (loss, far) in [
        (&Huber { delta: 2.0 } as &dyn Loss<f64, f64>, 2.0),
        (&SmoothL1 { beta: 2.0 }, 1.0),
        (&SmoothL1 { beta: 0.0 }, 1.0),
    ] {
        let output = Tape::new().variable(outputs.clone());
        let each = loss.each(&output, &zeros).unwrap();
        let losses = each.value().unwrap().to_vec();
        assert_eq!(losses[..3], [infinite, infinite, far * 1e300]);
        let gradients = each.sum(..).backward().unwrap();
        let slope = gradients.wrt(&output).unwrap().to_vec();
        assert_eq!(slope[..3], [far, -far, far]);
        assert!(losses[3].is_nan() && slope[3].is_nan());
    }
    // Squares that would vanish.
    let (output, target) = (
        Tape::new().variable(Tensor::from([3e-30_f32])),
        Tensor::from([0.0_f32]),
    );
    let loss = SmoothL1 { beta: 1e-29 }.loss(&output, &target).item().unwrap();
    assert!((loss / 4.5e-31 - 1.0).abs() < 4.0 * f32::EPSILON, "{loss}");

    let outputs = Tensor::from([infinite, -infinite, infinite, -infinite]);
    let output = Tape::new().variable(outputs.clone());
    let targets = Tensor::from([1.0, 0.0, 0.0, 1.0]);
    let each = BinaryCrossEntropy
        .pos_weight([3.0])
        .each(&output, &targets)
        .unwrap();
    assert_eq!(each.value().unwrap().to_vec(), [0.0, 0.0, infinite, infinite]);
    let gradients = each.sum(..).backward().unwrap();
    assert_eq!(gradients.wrt(&output).unwrap().to_vec(), [0.0, 0.0, 1.0, -3.0]);
    // Positive targets that count nothing.
    let output = Tape::new().input(outputs);
    let none = BinaryCrossEntropy
        .pos_weight([0.0])
        .each(&output, &targets)
        .unwrap();
    assert_eq!(none.value().unwrap().to_vec(), [0.0, 0.0, infinite, 0.0]);
}

/// Outputs `[x, 0]`, or `x` alone: of the second sample ∞, which has no weight.
fn steps_over_infinity<Y: Element>(loss: impl Loss<f32, Y> + Clone, width: usize, targets: [Y; 2]) {
    let fitted = |samples: usize, weights: Option<[f64; 2]>| {
        let inputs = Tensor::from([[1e-30_f32], [1e30]]).slice(0, 0..samples).unwrap();
        let targets = Tensor::from_slice(&targets[..samples], [samples]).unwrap();
        let mut data = TensorDataset::new(inputs, targets).unwrap();
        if let Some(weights) = weights {
            data = data.with_weights(&Tensor::from(weights)).unwrap();
        }
        let mut model = Linear::new(1, width, &mut Rng::seed(0));
        let weights = [[1e30_f32], [0.0]];
        model.weight = Param::new(Tensor::from(weights).slice(0, 0..width).unwrap());
        let mut trainer = Trainer::new(loss.clone(), Sgd::new(0.5))
            .epochs(2)
            .batch_size(samples)
            .unchecked();
        trainer = trainer.allow_missing_classes().progress(Progress::Silent);
        let history = trainer.fit(&mut model, &data, &data).unwrap();
        let losses = history
            .epochs
            .iter()
            .flat_map(|epoch| [epoch.train.loss, epoch.judged().loss]);
        losses
            .map(|loss| loss as f32)
            .chain(model.bias.unwrap().value().to_vec())
            .chain(model.weight.value().to_vec())
            .collect::<Vec<_>>()
    };
    let (ours, expected) = (fitted(2, Some([2.0, 0.0])), fitted(1, None));
    // A product of two rows may be rounded otherwise than that of one.
    for (x, y) in ours.iter().zip(&expected) {
        let close = (x - y).abs() <= 8.0 * f32::EPSILON * y.abs().max(1.0);
        assert!(close, "{ours:?}, not {expected:?}");
    }
}

#[test]
fn no_loss_minds_an_infinite_output_without_weight() {
    // Those of several classes are NaN for it, those of one are ∞.
    steps_over_infinity(CrossEntropy, 2, [0_i64, 1]);
    steps_over_infinity(CrossEntropy.label_smoothing(0.1), 2, [0_i64, 1]);
    steps_over_infinity(CrossEntropy.ignore_index(-100), 2, [0_i64, 1]);
    steps_over_infinity(BinaryCrossEntropy, 1, [0_i64, 0]);
    steps_over_infinity(PerceptronCriterion, 1, [-1_i64, -1]);
    steps_over_infinity(MeanSquaredError, 1, [0.0_f32, 0.0]);
    steps_over_infinity(MeanAbsoluteError, 1, [0.0_f32, 0.0]);
    steps_over_infinity(Huber::default(), 1, [0.0_f32, 0.0]);
    steps_over_infinity(SmoothL1::default(), 1, [0.0_f32, 0.0]);
    steps_over_infinity(BinaryCrossEntropy.pos_weight([2.0]), 1, [0_i64, 0]);
}
