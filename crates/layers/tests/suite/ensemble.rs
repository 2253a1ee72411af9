//! An ensemble against the probabilities of its members.

use backprop_autodiff::Tape;
use backprop_layers::{Ensemble, Layer, Linear};
use backprop_tensor::{Rng, Tensor};
use proptest::prelude::*;

fn members(count: usize, outputs: usize, rng: &mut Rng) -> Vec<Linear<f64>> {
    (0..count)
        .map(|_| Linear::builder(3, outputs).build_as(rng))
        .collect()
}

fn outputs(model: &impl Layer<f64>, x: &Tensor<f64>) -> Tensor<f64> {
    model
        .forward(&Tape::inference().input(x.clone()))
        .into_value()
        .unwrap()
}

/// The mean over the members of what `f` makes of their outputs.
fn mean(members: &[Linear<f64>], x: &Tensor<f64>, f: impl Fn(Tensor<f64>) -> Tensor<f64>) -> Vec<f64> {
    let all: Vec<Vec<f64>> = members
        .iter()
        .map(|member| f(outputs(member, x)).to_vec())
        .collect();
    (0..all[0].len())
        .map(|place| all.iter().map(|values| values[place]).sum::<f64>() / all.len() as f64)
        .collect()
}

fn assert_close(own: &Tensor<f64>, expected: &[f64]) {
    assert_eq!(own.count(), expected.len());
    for (own, expected) in own.to_vec().iter().zip(expected) {
        assert!((own - expected).abs() <= 1e-12, "{own}, not {expected}");
    }
}

proptest! {
    #[test]
    fn its_probabilities_are_the_mean(count in 1..6_usize, classes in 2..5_usize, scale in 0.1..20.0_f64, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let x = Tensor::normal([4, 3], 0.0, scale, rng).unwrap();
        let several = members(count, classes, rng);
        let softmax = |z: Tensor<f64>| z.softmax(-1).unwrap();
        assert_close(&softmax(outputs(&Ensemble::new(several.clone()), &x)), &mean(&several, &x, softmax));

        let binary = members(count, 1, rng);
        let sigmoid = |z: Tensor<f64>| z.sigmoid().unwrap();
        assert_close(&sigmoid(outputs(&Ensemble::new(binary.clone()), &x)), &mean(&binary, &x, sigmoid));

        assert_close(&outputs(&Ensemble::of_outputs(several.clone()), &x), &mean(&several, &x, |z| z));
    }

    /// They are logarithms of probabilities, not only in proportion to them.
    #[test]
    fn its_outputs_are_the_logarithms_of_the_mean(count in 1..6_usize, classes in 2..5_usize, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let x = Tensor::normal([4, 3], 0.0, 3.0, rng).unwrap();
        let several = members(count, classes, rng);
        let probabilities = mean(&several, &x, |z| z.softmax(-1).unwrap());
        let expected: Vec<f64> = probabilities.into_iter().map(f64::ln).collect();
        let own = outputs(&Ensemble::new(several), &x);
        prop_assert!(own.to_vec().iter().zip(&expected).all(|(own, expected)| (own - expected).abs() < 1e-11));
    }

    /// Jensen: the logarithm of a mean is not below the mean of logarithms.
    #[test]
    fn its_cross_entropy_is_at_most_the_mean_of_theirs(count in 1..6_usize, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let x = Tensor::normal([5, 3], 0.0, 3.0, rng).unwrap();
        let targets = Tensor::random_integers([5], 0, 4, rng).unwrap();
        let members = members(count, 4, rng);
        let loss = |model: &dyn Layer<f64>| {
            let output = model.forward(&Tape::inference().input(x.clone()));
            output.cross_entropy(&targets).item().unwrap()
        };
        let theirs: f64 = members.iter().map(|member| loss(member)).sum::<f64>() / count as f64;
        prop_assert!(loss(&Ensemble::new(members)) <= theirs + 1e-12);
    }
}

#[test]
fn logits_that_are_certain_stay_finite() {
    let certain =
        |bias: f64| Linear::from_parts(Tensor::zeros([1, 3]).unwrap(), Some(Tensor::from([bias]).into()));
    let x = Tensor::ones([2, 3]).unwrap();
    for bias in [-800.0, 800.0] {
        let logits = outputs(&Ensemble::new(vec![certain(bias), certain(bias)]), &x);
        assert_close(&logits, &[bias, bias]);
    }
}

#[test]
fn without_members_there_is_an_error() {
    for ensemble in [Ensemble::<Linear>::new(vec![]), Ensemble::of_outputs(vec![])] {
        let x = Tape::inference().input(Tensor::ones([2, 3]).unwrap());
        let error = ensemble.forward(&x).into_value().unwrap_err().to_string();
        assert!(error.contains("at least one"), "{error}");
    }
}
