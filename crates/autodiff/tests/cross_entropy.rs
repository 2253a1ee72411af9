//! Cross entropy where 0 meets infinity. Right values by hand, from the logarithms of simple fractions.

use backprop_autodiff::Tape;
use backprop_autodiff::ops::{CrossEntropyOptions, Reduction, Targets};
use backprop_tensor::{Float, Tensor};

/// The losses of a batch of logits, and their gradient for upstream gradients of 1.
fn cross_entropies<T: Float>(
    logits: &[[f64; 3]],
    targets: impl Into<Targets<T>>,
    weights: [f64; 3],
    label_smoothing: f64,
    reduction: Reduction,
) -> (Vec<f64>, Vec<f64>) {
    let logits = logits.concat().into_iter().map(T::from_f64).collect::<Vec<_>>();
    let logits = Tape::new().variable(Tensor::from_slice(&logits, [logits.len() / 3, 3]).unwrap());
    let options = CrossEntropyOptions {
        label_smoothing,
        weights: Some(Tensor::from(weights.map(T::from_f64))),
        reduction,
        ..CrossEntropyOptions::default()
    };
    let loss = logits.cross_entropy_with(targets, options);
    let value = loss.value().unwrap();
    let gradients = loss
        .backward_from(Tensor::full(value.shape(), T::ONE).unwrap())
        .unwrap();
    let numbers = |tensor: &Tensor<T>| tensor.to_vec().iter().map(|x| x.to_f64()).collect();
    (numbers(value), numbers(gradients.wrt(&logits).unwrap()))
}

macro_rules! in_both {
    ($check:ident) => {
        $check::<f32>();
        $check::<f64>();
    };
}

fn all_close<T: Float>(what: &str, got: &[f64], right: &[f64]) {
    assert_eq!(got.len(), right.len(), "{what}");
    let epsilon = match size_of::<T>() {
        4 => f64::from(f32::EPSILON),
        _ => f64::EPSILON,
    };
    for (&got, &right) in got.iter().zip(right) {
        // Some roundings of numbers below 2.
        let is_close = got == right || (got - right).abs() <= 8.0 * epsilon;
        assert!(is_close, "{what}: {got}, right {right}");
    }
}

#[test]
fn a_class_without_weight_costs_nothing_if_its_probability_is_0() {
    fn check<T: Float>()
    where
        for<'a> Targets<T>: From<&'a Tensor<T>>,
    {
        let infinite = f64::INFINITY;
        // The first sample's class has weight 0 and probability 0; of the second, log softmax is [ln 1/4, ln 3/4, -∞], and its weight 2.
        let logits = [[-infinite, 1.0, 1.0], [0.0, 3_f64.ln(), -infinite]];
        let classes = Tensor::from([0_i64, 1]);
        let weights = [0.0, 2.0, 1.0];
        let loss = 2.0 * (4_f64 / 3.0).ln();
        let slope = [0.0, 0.0, 0.0, 0.5, -0.5, 0.0];
        for (reduction, value, divisor) in [
            (Reduction::None, vec![0.0, loss], 1.0),
            (Reduction::Sum, vec![loss], 1.0),
            (Reduction::Mean, vec![loss / 2.0], 2.0),
        ] {
            let (losses, gradient) = cross_entropies::<T>(&logits, &classes, weights, 0.0, reduction);
            all_close::<T>("classes", &losses, &value);
            all_close::<T>(
                "gradient of classes",
                &gradient,
                &slope.map(|slope| slope / divisor),
            );
        }
        // Of probabilities, [1/2, 1/2, 0]: the first class costs nothing for its weight, the third for its probability of 0.
        let halves = Tensor::from([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0]].map(|row| row.map(T::from_f64)));
        let (losses, gradient) = cross_entropies::<T>(&logits, &halves, weights, 0.0, Reduction::None);
        all_close::<T>("probabilities", &losses, &[2_f64.ln(), loss / 2.0]);
        all_close::<T>(
            "gradient of probabilities",
            &gradient,
            &[0.0, -0.5, 0.5, 0.25, -0.25, 0.0],
        );
        // Smoothed by 1/2, they are [1/4 + 1/6, 1/4 + 1/6, 1/6]: the third costs ∞ in the second sample.
        let (losses, _) = cross_entropies::<T>(&logits, &halves, weights, 0.5, Reduction::None);
        let smoothed = (2.0 * (0.25 + 1.0 / 6.0) + 1.0 / 6.0) * 2_f64.ln();
        all_close::<T>("smoothed probabilities", &losses, &[smoothed, infinite]);
        let (losses, gradient) =
            cross_entropies::<T>(&logits[..1], &Tensor::from([0_i64]), weights, 0.5, Reduction::Sum);
        // q = [2/3, 1/6, 1/6], weighted [0, 1/3, 1/6].
        all_close::<T>("smoothed classes", &losses, &[0.5 * 2_f64.ln()]);
        let slope = [0.0, 0.25 - 1.0 / 3.0, 0.25 - 1.0 / 6.0];
        all_close::<T>("gradient of smoothed classes", &gradient, &slope);
    }
    in_both!(check);
}

#[test]
fn a_mean_without_weight_is_nan_and_has_no_gradient() {
    fn check<T: Float>() {
        for smoothing in [0.0, 0.5] {
            let logits = [[1.0, f64::NEG_INFINITY, 0.0], [1.0, 2.0, 3.0]];
            let classes = Tensor::from([1_i64, 1]);
            let (loss, gradient) =
                cross_entropies::<T>(&logits, &classes, [2.0, 0.0, 2.0], smoothing, Reduction::Mean);
            assert!(loss[0].is_nan());
            assert_eq!(gradient, [0.0; 6], "smoothing {smoothing}");
        }
    }
    in_both!(check);
}

#[test]
fn a_mean_is_in_range_though_the_sum_is_not() {
    let logits = [[3e38, 0.0, 0.0], [3e38, 0.0, 0.0]];
    for smoothing in [0.0, 0.1] {
        let classes = &Tensor::from([1_i64, 1]);
        let (loss, _) = cross_entropies::<f32>(&logits, classes, [1.0; 3], smoothing, Reduction::Mean);
        // Of what is spread, a third falls to the class that costs nothing.
        let right = f64::from(3e38_f32) * (1.0 - smoothing / 3.0);
        assert!((loss[0] / right - 1.0).abs() < 1e-6, "{loss:?}");
    }
}
