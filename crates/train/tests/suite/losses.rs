//! Losses against their formulas, gradients against differences, and what weights of samples and classes do.

use backprop_autodiff::{Param, Tape, Var, gradcheck};
use backprop_datasets::{Dataset, TensorDataset};
use backprop_layers::{Layer, Linear};
use backprop_optim::rules::{Perceptron, PerceptronRule};
use backprop_optim::{Optimizer, Sgd};
use backprop_tensor::{Float, Rng, Tensor};
use backprop_train::{
    BinaryCrossEntropy, ClassWeights, CrossEntropy, Loss, MeanAbsoluteError, MeanSquaredError, PerSample,
    PerceptronCriterion, Progress, Trainer,
};
use proptest::prelude::*;

fn value(loss: &impl Loss<f64, f64>, output: &Tensor<f64>, targets: &Tensor<f64>) -> f64 {
    loss.loss(&Tape::new().input(output.clone()), targets)
        .item()
        .unwrap()
}

/// The loss of each sample, one by one.
fn each(loss: &impl Loss<f64, f64>, output: &Tensor<f64>, targets: &Tensor<f64>) -> Vec<f64> {
    loss.each(&Tape::new().input(output.clone()), targets)
        .unwrap()
        .value()
        .unwrap()
        .to_vec()
}

proptest! {
    #[test]
    fn losses_are_their_formulas(n in 1..6_usize, width in 1..4_usize, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let output = Tensor::<f64>::uniform([n, width], -3.0, 3.0, rng).unwrap();
        let targets = Tensor::<f64>::uniform([n, width], 0.0, 1.0, rng).unwrap();
        let pairs: Vec<(f64, f64)> = output.to_vec().into_iter().zip(targets.to_vec()).collect();
        let mean = |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|&(x, y)| f(x, y)).sum::<f64>() / pairs.len() as f64;
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let entropy = |x: f64, y: f64| -y * sigmoid(x).ln() - (1.0 - y) * (1.0 - sigmoid(x)).ln();
        prop_assert!((value(&MeanSquaredError, &output, &targets) - mean(&|x, y| (x - y).powi(2))).abs() < 1e-12);
        prop_assert!((value(&MeanAbsoluteError, &output, &targets) - mean(&|x, y| (x - y).abs())).abs() < 1e-12);
        prop_assert!((value(&BinaryCrossEntropy, &output, &targets) - mean(&entropy)).abs() < 1e-12);

        // The mean of the samples' losses is the loss.
        let of_all = |losses: Vec<f64>| losses.iter().sum::<f64>() / n as f64;
        prop_assert!((of_all(each(&MeanSquaredError, &output, &targets)) - value(&MeanSquaredError, &output, &targets)).abs() < 1e-12);
        prop_assert!((of_all(each(&MeanAbsoluteError, &output, &targets)) - value(&MeanAbsoluteError, &output, &targets)).abs() < 1e-12);
        prop_assert!((of_all(each(&BinaryCrossEntropy, &output, &targets)) - value(&BinaryCrossEntropy, &output, &targets)).abs() < 1e-12);
        prop_assert!((of_all(each(&CrossEntropy, &output, &targets)) - value(&CrossEntropy, &output, &targets)).abs() < 1e-12);

        let labels = targets.map(|y| if y < 0.5 { -1.0 } else { 1.0 }).unwrap();
        let sides: Vec<f64> = output.to_vec().into_iter().zip(labels.to_vec()).map(|(x, t)| (-t * x).max(0.0)).collect();
        let criterion = value(&PerceptronCriterion, &output, &labels);
        prop_assert!((criterion - sides.iter().sum::<f64>() / sides.len() as f64).abs() < 1e-12);
        prop_assert!((of_all(each(&PerceptronCriterion, &output, &labels)) - criterion).abs() < 1e-12);
        // Away from its bend, on either side.
        let apart = output.map(|x| x + 0.1 * x.signum()).unwrap();
        gradcheck(|x: &[Var<f64>]| PerceptronCriterion.loss(&x[0], &labels), &[apart]).unwrap();

        gradcheck(|x: &[Var<f64>]| BinaryCrossEntropy.loss(&x[0], &targets), std::slice::from_ref(&output)).unwrap();
        gradcheck(|x: &[Var<f64>]| MeanSquaredError.loss(&x[0], &targets), &[output]).unwrap();
    }

    /// The baseline is the smallest loss that an output which is the same for all samples can have.
    #[test]
    fn no_constant_is_better_than_the_baseline(samples in proptest::collection::vec((0..3_i64, prop_oneof![Just(0.0), 0.1..3.0_f64]), 1..20), constant in proptest::collection::vec(-3.0..3.0_f64, 3), weighted: bool) {
        let (classes, weights): (Vec<i64>, Vec<f64>) = samples.into_iter().unzip();
        let n = classes.len();
        let weights = if weighted { weights } else { vec![1.0; n] };
        let total: f64 = weights.iter().sum();
        prop_assume!(total > 0.0);
        let of_weight = Tensor::from(weights.clone());
        let targets = Tensor::from(classes.clone());
        let rows = |values: &[f64]| Tensor::from_fn([n, values.len()], |i| values[i % values.len()]).unwrap();
        let loss = |loss: &dyn Loss<f64, i64>, values: &[f64], targets: &Tensor<i64>| {
            let each = loss.each(&Tape::new().input(rows(values)), targets).unwrap().into_value().unwrap();
            each.try_mul(&of_weight).unwrap().sum(..).unwrap().item().unwrap() / total
        };
        let baseline = |loss: &dyn Loss<f64, i64>, targets: &Tensor<i64>| {
            loss.baseline(targets, weighted.then_some(&of_weight)).unwrap()
        };
        let share = |is: &dyn Fn(i64) -> bool| -> f64 {
            classes.iter().zip(&weights).filter(|&(&class, _)| is(class)).map(|(_, weight)| weight / total).sum()
        };
        let frequency = |class: i64| share(&|other| other == class);
        let logits: Vec<f64> = (0..3).map(|class| frequency(class).max(1e-300).ln()).collect();
        let binary = targets.map(|class| class.min(1)).unwrap();
        let logit = (frequency(1) + frequency(2)).max(1e-300).ln() - frequency(0).max(1e-300).ln();
        let mean = frequency(1) + 2.0 * frequency(2);
        let median = (0..3).find(|&value| share(&|other| other <= value) >= 0.5 - 1e-12).unwrap_or(2) as f64;
        for (of, best, targets) in [
            (&CrossEntropy as &dyn Loss<f64, i64>, &logits[..], &targets),
            (&BinaryCrossEntropy, &[logit], &binary),
            (&MeanSquaredError, &[mean], &targets),
            (&MeanAbsoluteError, &[median], &targets),
        ] {
            prop_assert!((baseline(of, targets) - loss(of, best, targets)).abs() < 1e-9);
            prop_assert!(baseline(of, targets) <= loss(of, &constant[..best.len()], targets) + 1e-9);
        }
    }
}

proptest! {
    /// Gradient descent on the criterion, one sample a step, takes the steps of the rule, and a batch those of all its mistakes: on small
    /// whole numbers to the bit.
    #[test]
    fn the_criterion_leads_where_the_rule_does(
        rows in proptest::collection::vec((proptest::array::uniform3(-4..=4_i8), any::<bool>()), 1..12),
        passes in 1..4_usize,
    ) {
        let inputs: Vec<f32> = rows.iter().flat_map(|(x, _)| x.map(f32::from)).collect();
        let inputs = Tensor::from_slice(&inputs, [rows.len(), 3]).unwrap();
        let labels = Tensor::from(rows.iter().map(|&(_, positive)| if positive { 1.0_f32 } else { -1.0 }).collect::<Vec<_>>());
        let step = |model: &mut Param, optimizer: &mut Sgd, part: std::ops::Range<usize>| {
            let tape = Tape::training(0);
            let (x, t) = (inputs.slice(0, part.clone()).unwrap(), labels.slice(0, part).unwrap());
            let output = tape.input(x).linear(&tape.param(model), None);
            optimizer.step(model, &PerceptronCriterion.loss(&output, &t).backward().unwrap()).unwrap();
        };

        let (mut rule, mut weights) = (Perceptron::new(1.0), Tensor::zeros([3]).unwrap());
        let (mut model, mut optimizer) = (Param::new(Tensor::zeros([1, 3]).unwrap()), Sgd::new(1.0));
        for _ in 0..passes {
            rule.pass(&mut weights, &inputs, &labels).unwrap();
            for index in 0..rows.len() {
                step(&mut model, &mut optimizer, index..index + 1);
            }
            prop_assert_eq!(model.value().to_vec(), weights.to_vec());
        }

        // The mean over n samples at a rate of n is the sum; multiplying by n undoes the division to within rounding.
        let mistakes = inputs.matmul(&weights).unwrap().try_mul(&labels).unwrap();
        let wrong = mistakes.map(|side| if side > 0.0 { 0.0 } else { 1.0 }).unwrap().try_mul(&labels).unwrap();
        let expected = weights.try_add(&wrong.matmul(&inputs).unwrap()).unwrap();
        step(&mut model, &mut Sgd::new(rows.len() as f64), 0..rows.len());
        for (own, expected) in model.value().to_vec().into_iter().zip(expected.to_vec()) {
            prop_assert!((own - expected).abs() <= 1e-4, "{own} {expected}");
        }
    }
}

#[test]
fn labels_of_the_criterion_are_signs() {
    let check = |output: &[usize], targets: Tensor<i64>| {
        Loss::<f32, i64>::check(&PerceptronCriterion, output, &targets)
    };
    assert_eq!(check(&[3, 1], Tensor::from([1, -1, 1])), Ok(()));
    let fault = check(&[3], Tensor::from([1, -1, 0])).unwrap_err();
    assert_eq!((fault.sample, fault.what.as_str()), (Some(2), "the target is 0"));
    assert_eq!(fault.expected, "must be -1 or 1");
    assert!(check(&[2], Tensor::from([1, -1, 1])).is_err());
    // On the line is a mistake for either label.
    let output = Tape::new().variable(Tensor::from([0.0_f32, 0.0]));
    let gradients = PerceptronCriterion
        .loss(&output, &Tensor::from([1.0, -1.0]))
        .backward()
        .unwrap();
    assert_eq!(gradients.wrt(&output).unwrap(), &Tensor::from([-0.5, 0.5]));
}

#[test]
fn extreme_logits_have_finite_losses() {
    let output = Tensor::from([[1000.0, -1000.0]]);
    assert_eq!(
        value(&BinaryCrossEntropy, &output, &Tensor::from([[1.0, 0.0]])),
        0.0
    );
    assert_eq!(
        value(&BinaryCrossEntropy, &output, &Tensor::from([[0.0, 1.0]])),
        1000.0
    );
}

fn silent<L: Loss<f32, i64>>(loss: L) -> Trainer<L, Sgd> {
    Trainer::new(loss, Sgd::new(0.5))
        .epochs(3)
        .seed(4)
        .progress(Progress::Silent)
}

fn samples(n: usize, seed: u64) -> TensorDataset {
    let rng = &mut Rng::seed(seed);
    let inputs = Tensor::uniform([n, 2], -1.0, 1.0, rng).unwrap();
    // The first three are of three classes, so that none is missing.
    let classes = Tensor::from_fn([n], |i| if i < 3 { i as i64 } else { rng.below(3) as i64 }).unwrap();
    TensorDataset::new(inputs, classes).unwrap()
}

fn close(a: &Linear, b: &Linear, tolerance: f32) -> Result<(), TestCaseError> {
    for (a, b) in [(&a.weight, &b.weight)] {
        for (x, y) in a.value().to_vec().iter().zip(b.value().to_vec()) {
            prop_assert!((x - y).abs() <= tolerance, "{x} {y}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A sample of weight 2 is two samples, one of weight 0 is none: for whole batches.
    #[test]
    fn weights_are_repetitions(repetitions in proptest::collection::vec(0..4_usize, 3..12), seed: u64) {
        let n = repetitions.len();
        prop_assume!(repetitions.iter().sum::<usize>() > 0);
        let plain = samples(n, seed);
        let weights = Tensor::from(repetitions.iter().map(|&times| times as f64).collect::<Vec<_>>());
        let weighted = plain.with_weights(&weights).unwrap();
        let indices: Vec<usize> = (0..n).flat_map(|i| std::iter::repeat_n(i, repetitions[i])).collect();
        let repeated = samples(n, seed).subset(&indices).unwrap();
        let fit = |data: &TensorDataset| {
            let mut model = Linear::new(2, 3, &mut Rng::seed(seed));
            let mut trainer = silent(CrossEntropy).batch_size(data.len()).allow_missing_classes();
            let history = trainer.fit(&mut model, data, data).unwrap();
            (model, history.last().unwrap().judged().loss)
        };
        let ((with_weights, loss), (with_copies, same)) = (fit(&weighted), fit(&repeated));
        close(&with_weights, &with_copies, 1e-5)?;
        prop_assert!((loss - same).abs() < 1e-5);
    }

    /// Gradients of parts, added up, are those of the whole; also if the last part is smaller.
    #[test]
    fn accumulated_gradients_are_those_of_a_large_batch(n in 3..20_usize, size in 1..5_usize, with_weights: bool, seed: u64) {
        let mut data = samples(n, seed);
        if with_weights {
            data = data.with_weights(&Tensor::from_fn([n], |i| (i % 3) as f64 + 0.5).unwrap()).unwrap();
        }
        let fit = |size: usize, accumulate: usize| {
            let mut model = Linear::new(2, 3, &mut Rng::seed(seed));
            let mut trainer = silent(CrossEntropy).epochs(1).batch_size(size).accumulate(accumulate);
            let history = trainer.fit(&mut model, &data, None).unwrap();
            (model, history.last().unwrap().train.loss)
        };
        let size = size.min(n);
        let ((parts, loss), (whole, same)) = (fit(size, n.div_ceil(size)), fit(n, 1));
        close(&parts, &whole, 1e-5)?;
        prop_assert!((loss - same).abs() < 1e-5);
    }

    /// Balanced weights are those of scikit-learn's formula, and the same as giving each sample its own: in training, in the validation and in the
    /// baseline, so that these can be compared.
    #[test]
    fn class_weights_are_weights_of_samples(n in 3..20_usize, seed: u64) {
        let (data, validation) = (samples(n, seed), samples(7, seed ^ 1));
        let classes = data.targets().to_vec();
        let weight = |class: i64| n as f64 / (3 * classes.iter().filter(|&&other| other == class).count()) as f64;
        let given = ClassWeights::Given((0..3).map(weight).collect());
        let with_own = |data: &TensorDataset| {
            let own: Vec<f64> = data.targets().to_vec().into_iter().map(weight).collect();
            data.clone().with_weights(&Tensor::from(own)).unwrap()
        };
        let fit = |data: &TensorDataset, validation: &TensorDataset, weights: Option<ClassWeights>| {
            let mut model = Linear::new(2, 3, &mut Rng::seed(seed));
            let mut trainer = silent(CrossEntropy).batch_size(3);
            if let Some(weights) = weights {
                trainer = trainer.class_weights(weights);
            }
            let history = trainer.fit(&mut model, data, validation).unwrap();
            let losses: Vec<_> = history.epochs.iter().map(|epoch| (epoch.train.loss, epoch.validation.as_ref().map(|v| v.loss))).collect();
            (model, losses, history.baseline)
        };
        let balanced = fit(&data, &validation, Some(ClassWeights::Balanced));
        prop_assert_eq!(&balanced, &fit(&data, &validation, Some(given)));
        prop_assert_eq!(&balanced, &fit(&with_own(&data), &with_own(&validation), None));
        // Each class counts the same: no constant is better than to guess.
        prop_assert!((balanced.2.unwrap() - 3.0_f64.ln()).abs() < 1e-9);
    }
}

#[test]
fn closures_can_be_weighted_if_they_say_the_loss_of_each_sample() {
    let data = samples(8, 0).with_weights(&Tensor::ones([8]).unwrap()).unwrap();
    let model = Linear::new(2, 3, &mut Rng::seed(0));
    let whole = |output: &Var, targets: &Tensor<i64>| output.cross_entropy(targets);
    let error = silent(whole).evaluate(&model, &data).unwrap_err().to_string();
    assert!(error.contains("PerSample"), "{error}");
    let each = PerSample(|output: &Var, targets: &Tensor<i64>| {
        CrossEntropy
            .each(output, targets)
            .unwrap_or_else(|| output.clone())
    });
    let loss = silent(each).evaluate(&model, &data).unwrap().loss;
    assert!((loss - silent(CrossEntropy).evaluate(&model, &data).unwrap().loss).abs() < 1e-6);
}

/// The trainer's steps, with its seeds, in the user's hands: the same weights to the bit.
#[test]
fn a_step_of_ones_own_is_the_trainers() {
    let data = samples(20, 1);
    let mut model = Linear::new(2, 3, &mut Rng::seed(0));
    let mut own = model.clone();
    let history = silent(CrossEntropy)
        .batch_size(6)
        .fit(&mut model, &data, 0.2)
        .unwrap();
    let same = silent(CrossEntropy)
        .batch_size(6)
        .fit_with(&mut own, &data, 0.2, |step| {
            let output = step.model.forward(&step.tape.input(step.batch.inputs));
            let loss = output.cross_entropy(&step.batch.targets);
            step.optimizer.step(step.model, &loss.backward()?)?;
            Ok((loss, output))
        })
        .unwrap();
    assert_eq!(own, model);
    assert_eq!(same.epochs[2].train, history.epochs[2].train);
    assert_eq!(same.epochs[2].validation, history.epochs[2].validation);
    let error = silent(CrossEntropy)
        .accumulate(2)
        .fit_with(&mut own, &data, None, |_| unreachable!());
    assert!(
        error
            .unwrap_err()
            .to_string()
            .starts_with("gradients of 2 batches: ")
    );
}

#[test]
fn a_fraction_is_kept_apart_class_by_class() {
    let data = samples(90, 3);
    let mut seen = Vec::new();
    let mut model = Linear::new(2, 3, &mut Rng::seed(0));
    let history = silent(CrossEntropy)
        .epochs(1)
        .fit_with(&mut model, &data, 1.0 / 3.0, |step| {
            seen.extend(step.batch.targets.to_vec());
            let output = step.model.forward(&step.tape.input(step.batch.inputs));
            Ok((output.cross_entropy(&step.batch.targets), output))
        })
        .unwrap();
    assert_eq!((history.epochs.len(), seen.len()), (1, 60));
    for class in 0..3 {
        let all = data
            .targets()
            .to_vec()
            .iter()
            .filter(|&&other| other == class)
            .count() as f64;
        let kept = seen.iter().filter(|&&other| other == class).count() as f64;
        assert!((kept - all * 2.0 / 3.0).abs() <= 1.0, "{kept} of {all}");
    }
    assert!(Dataset::is_in_memory(&data));
}

#[test]
fn values_and_norms_of_gradients_are_clipped() {
    let data = samples(10, 2);
    let step = |trainer: Trainer<CrossEntropy, Sgd>| {
        let mut model = Linear::new(2, 3, &mut Rng::seed(0));
        let before = model.weight.value().to_vec();
        trainer
            .epochs(1)
            .fit(&mut model, &data, None)
            .map(|_| ())
            .unwrap();
        let after = model.weight.value().to_vec();
        before
            .iter()
            .zip(after)
            .map(|(x, y)| (x - y).abs())
            .fold(0.0, f32::max)
    };
    assert!(step(silent(CrossEntropy)) > 0.01);
    // The learning rate is 0.5.
    let clipped = step(silent(CrossEntropy).clip_value(0.01));
    assert!((clipped - 0.005).abs() < 1e-6, "{clipped}");
    assert!(step(silent(CrossEntropy).clip_norm(0.01)) <= 0.005 + 1e-7);
}

/// With one class there is nothing to find out, and 0 is not -0, which would be printed with its sign.
#[test]
fn what_takes_no_learning_is_never_below_zero() {
    let same = Tensor::from([1_i64, 1, 1]);
    for baseline in [
        Loss::<f32, i64>::baseline(&CrossEntropy, &same, None),
        Loss::<f32, i64>::baseline(&BinaryCrossEntropy, &same, None),
    ] {
        let baseline = baseline.unwrap();
        assert!(baseline == 0.0 && baseline.is_sign_positive(), "{baseline}");
    }
}

/// Far from 0, the gradient of the logit is e^-|x|, smaller than any number of the type, times an upstream gradient that makes it one.
#[test]
fn the_tails_of_binary_cross_entropies_reach_below_the_range() {
    fn gradient<T: Float>(loss: &impl Loss<T, i64>, x: f64, target: i64, g: f64) -> f64 {
        let output = Tape::new().variable(Tensor::from([T::from_f64(x)]));
        let loss = loss.loss(&output, &Tensor::from([target]));
        let gradients = loss.backward_from(Tensor::scalar(T::from_f64(g))).unwrap();
        gradients.wrt(&output).unwrap().to_vec()[0].to_f64()
    }
    fn check<T: Float>(x: f64, g: f64, right: f64) {
        let weighted = BinaryCrossEntropy.pos_weight([3.0]);
        for (found, right) in [
            (gradient::<T>(&BinaryCrossEntropy, -x, 0, g), right),
            (gradient::<T>(&BinaryCrossEntropy, x, 1, g), -right),
            (gradient::<T>(&weighted, -x, 0, g), right),
            (gradient::<T>(&weighted, x, 1, g), -3.0 * right),
        ] {
            let error = (found / right - 1.0).abs();
            assert!(
                error <= 16.0 * T::EPSILON.to_f64(),
                "{x}: {found:e}, right {right:e}"
            );
        }
        // On the other side, it is all of it.
        assert_eq!(
            gradient::<T>(&BinaryCrossEntropy, x, 0, g),
            T::from_f64(g).to_f64()
        );
        assert_eq!(
            gradient::<T>(&BinaryCrossEntropy, -x, 1, g),
            T::from_f64(-g).to_f64()
        );
        assert_eq!(gradient::<T>(&weighted, x, 0, g), T::from_f64(g).to_f64());
        assert_eq!(
            gradient::<T>(&weighted, -x, 1, 0.25 * g),
            T::from_f64(-0.75 * g).to_f64()
        );
    }
    let g = f64::from(1e30_f32);
    check::<f32>(100.0, g, 3.720_075_976_020_836e-44 * g);
    check::<f32>(110.0, g, 1.688_911_880_224_533_5e-48 * g);
    check::<f64>(800.0, 1e100, 3.667874584177682e-248);
}

/// Logits with a target beside their probability, and the difference; with a target beside the zero of the slope for a positive weight of 3, and that.
/// By mpmath to 50 digits.
#[rustfmt::skip]
const NEAR_ZERO: [(f64, f64, f64, f64, f64); 18] = [
        (0.3125, 0.5774953651858118, -4.1415844010744666e-17, 0.3130040453954637, 2.1503852358712162e-17),
        (0.3125, 0.5774953651858121, -3.744827513982916e-16, 0.313004045395464, -4.905890905883547e-16),
        (0.3125, 0.5774953651848118, 9.999364624358677e-13, 0.31300404539446375, 1.844989958702051e-12),
        (-1.75, 0.14804719803168948, -5.63314932917493e-18, 0.054753094122867045, -4.995678062175713e-18),
        (-1.75, 0.14804719803168978, -3.10944481101093e-16, 0.05475309412286734, -8.117665848737214e-16),
        (-1.75, 0.14804719803068947, 1.000000000706165e-12, 0.054753094121867046, 2.7038970795578893e-12),
        (2.5, 0.9241418199787564, 8.549720986121e-18, 0.8024040050491812, 4.609965038950495e-17),
        (2.5, 0.9241418199787568, -3.2451718640142595e-16, 0.8024040050491815, -3.374989558374888e-16),
        (2.5, 0.9241418199777565, 9.999864280008647e-13, 0.8024040050481812, 1.1517369817459004e-12),
        (-6.25, 0.0019267346633274755, -4.0429393250599564e-20, 0.0006430709057792533, 1.2502087253348215e-19),
        (-6.25, 0.0019267346633277756, -3.0014759073723824e-16, 0.0006430709057795533, -8.987151665607168e-16),
        (-6.25, 0.0019267346623274755, 9.999999555748039e-13, 0.0006430709047792533, 2.996146643722207e-12),
        (0.015625, 0.5039061705290805, 1.8681128472034413e-17, 0.2529411163990108, 2.5337970795107793e-18),
        (0.015625, 0.5039061705290808, -3.1438577891551257e-16, 0.25294111639901107, -5.504093550033188e-16),
        (0.015625, 0.5039061705280805, 9.999965594083505e-13, 0.2529411163980108, 1.992146122121098e-12),
        (5.0, 0.9933071490757152, -1.2264619394086437e-17, 0.980186662653491, -3.5346346802695076e-17),
        (5.0, 0.9933071490757155, -3.453315267816334e-16, 0.9801866626534913, -3.7287158850815693e-16),
        (5.0, 0.9933071490747152, 9.999656136604844e-13, 0.980186662652491, 1.0133279376668955e-12),
];

#[test]
fn soft_targets_near_the_probability_have_the_stated_error() {
    fn slope<T: Float>(loss: &impl Loss<T, T>, x: f64, y: f64) -> f64 {
        let output = Tape::new().variable(Tensor::from([T::from_f64(x)]));
        let gradients = loss
            .loss(&output, &Tensor::from([T::from_f64(y)]))
            .backward()
            .unwrap();
        gradients.wrt(&output).unwrap().item().unwrap().to_f64()
    }
    let weighted = BinaryCrossEntropy.pos_weight([3.0]);
    for (x, y, right, weighted_y, weighted_right) in NEAR_ZERO {
        let got = slope::<f64>(&BinaryCrossEntropy, x, y);
        assert!(
            (got - right).abs() <= 4.0 * f64::EPSILON,
            "{x} {y}: {got:e}, not {right:e}"
        );
        let got = slope::<f64>(&weighted, x, weighted_y);
        assert!(
            (got - weighted_right).abs() <= 18.0 * f64::EPSILON,
            "{x} {weighted_y}: {got:e}, not {weighted_right:e}"
        );
    }
    let rng = &mut Rng::seed(5);
    for _ in 0..20_000 {
        let x = f64::from((16.0 * rng.uniform() - 8.0) as f32);
        let probability = 1.0 / (1.0 + (-x).exp());
        let near = |y: f64| f64::from((y * (1.0 + 1e-6 * (rng.clone().uniform() - 0.5))) as f32);
        let y = near(probability);
        let error = slope::<f32>(&BinaryCrossEntropy, x, y) - (probability - y);
        assert!(error.abs() <= 4.0 * f64::from(f32::EPSILON), "{x} {y}: {error:e}");
        let y = near(probability / (probability + 3.0 * (1.0 - probability)));
        let right = (1.0 - y) * probability - 3.0 * y * (1.0 - probability);
        let error = slope::<f32>(&weighted, x, y) - right;
        assert!(
            error.abs() <= 18.0 * f64::from(f32::EPSILON),
            "{x} {y}: {error:e}"
        );
    }
}
