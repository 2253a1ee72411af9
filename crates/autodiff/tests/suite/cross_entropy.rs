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

/// A mean over weights is the same in whatever unit these are.
#[test]
fn weights_of_any_size_divide_each_other() {
    fn check<T: Float>(units: &[f64]) {
        let logits = [[0.0, 1.0, 2.0], [1.0, -1.0, 0.5], [2.0, 0.0, 1.0]];
        let classes = &Tensor::from([1_i64, 2, 0]);
        for smoothing in [0.0, 0.25] {
            let of = |unit: f64| {
                let weights = [1.0, 3.0, 0.5].map(|weight| weight * unit);
                cross_entropies::<T>(&logits, classes, weights, smoothing, Reduction::Mean)
            };
            let (loss, gradient) = of(1.0);
            for &unit in units {
                let (found, slope) = of(unit);
                all_close::<T>(&format!("loss in units of {unit:e}"), &found, &loss);
                all_close::<T>(&format!("gradient in units of {unit:e}"), &slope, &gradient);
            }
        }
    }
    // 2^-146, 2^-120, 2^126.
    check::<f32>(&[1.1210387714598537e-44, 7.52316384526264e-37, 8.507059173023462e37]);
    check::<f64>(&[2_f64.powi(-1070), 2_f64.powi(-1000), 2_f64.powi(1022)]);
    // Only the weights of classes that there are count.
    let (loss, gradient) = cross_entropies::<f32>(
        &[[0.0, 1.0, 2.0]],
        &Tensor::from([1_i64]),
        [3e38, 1e-44, 1.0],
        0.0,
        Reduction::Mean,
    );
    let parts = [0.0_f64, 1.0, 2.0].map(f64::exp);
    let sum: f64 = parts.iter().sum();
    all_close::<f32>("loss", &loss, &[(sum / parts[1]).ln()]);
    all_close::<f32>(
        "gradient",
        &gradient,
        &[parts[0] / sum, parts[1] / sum - 1.0, parts[2] / sum],
    );
}

/// What is left to a probability near 1 of three, and the other two, for logits of 17, 0 and 3/2. By mpmath to 80 digits, as what follows.
const LEFT: [f64; 3] = [2.2693846194837228e-7, 4.139936779274068e-8, 1.855390941556316e-7];

/// Each within some roundings of itself.
fn all_near<T: Float>(what: &str, got: &[f64], right: &[f64]) {
    assert_eq!(got.len(), right.len(), "{what}");
    let epsilon = match size_of::<T>() {
        4 => f64::from(f32::EPSILON),
        _ => f64::EPSILON,
    };
    for (&got, &right) in got.iter().zip(right) {
        // The rounding of a difference of 17 is multiplied by an exponential of it.
        let error = (got - right).abs() / right.abs();
        assert!(error <= 24.0 * epsilon, "{what}: {got:e}, right {right:e}");
    }
}

#[test]
fn a_probability_near_1_keeps_what_is_left() {
    fn check<T: Float>()
    where
        for<'a> Targets<T>: From<&'a Tensor<T>>,
    {
        // Two classes: the loss is log(1 + e^-17), the slope e^-17 / (1 + e^-17).
        let logits = Tape::new().variable(Tensor::from([[17.0, 0.0]].map(|row| row.map(T::from_f64))));
        let loss = logits.cross_entropy(&Tensor::from([0_i64]));
        all_near::<T>(
            "two",
            &[loss.value().unwrap().item().unwrap().to_f64()],
            &[4.139937633089748e-8],
        );
        let slope = loss.backward().unwrap().wrt(&logits).unwrap().to_vec();
        let slope: Vec<f64> = slope.iter().map(|x| x.to_f64()).collect();
        all_near::<T>("two", &slope, &[-4.1399375473943306e-8, 4.1399375473943306e-8]);

        // At each place, twice: alike in all samples or not, as classes or as probabilities.
        for place in 0..3 {
            let at = |numbers: [f64; 3]| {
                let mut numbers = numbers;
                numbers.rotate_right(place);
                numbers
            };
            let logits = [at([17.0, 0.0, 1.5]); 2];
            let classes = Tensor::from([place as i64; 2]);
            let one_hot = Tensor::from([at([1.0, 0.0, 0.0]).map(T::from_f64); 2]);
            let slope = at([-LEFT[0], LEFT[1], LEFT[2]]);
            for (weights, factor) in [([1.0; 3], 1.0), ([0.5; 3], 0.5)] {
                for reduction in [Reduction::Sum, Reduction::None] {
                    let run =
                        |targets: Targets<T>| cross_entropies::<T>(&logits, targets, weights, 0.0, reduction);
                    for (losses, gradient) in [run((&classes).into()), run((&one_hot).into())] {
                        let samples = 2.0 / losses.len() as f64;
                        for loss in losses {
                            all_near::<T>("loss", &[loss], &[factor * samples * 2.2693848769890894e-7]);
                        }
                        all_near::<T>(
                            "slope",
                            &gradient,
                            &[slope, slope]
                                .concat()
                                .iter()
                                .map(|x| factor * x)
                                .collect::<Vec<_>>(),
                        );
                    }
                }
            }
            // Targets that are nearly certain too: 1 - 2^-20 and twice 2^-21.
            let small = 2_f64.powi(-21);
            let targets = Tensor::from([at([1.0 - 2.0 * small, small, small]).map(T::from_f64); 2]);
            let (losses, gradient) = cross_entropies::<T>(&logits, &targets, [1.0; 3], 0.0, Reduction::None);
            all_near::<T>("loss of probabilities", &losses, &[1.572414612930047e-5; 2]);
            let slope = at([7.267358544578777e-7, -4.354377904103843e-7, -2.912980640474934e-7]);
            all_near::<T>("slope of probabilities", &gradient, &[slope, slope].concat());
        }
    }
    in_both!(check);
}

#[test]
fn softmax_and_its_logarithm_keep_what_is_left_of_1() {
    fn check<T: Float>() {
        let gradient = |logarithm: bool, axis: isize, place: usize, upstream: [f64; 3]| -> Vec<f64> {
            let (mut x, mut g) = ([17.0, 0.0, 1.5], upstream);
            x.rotate_right(place);
            g.rotate_right(place);
            let shape = if axis == 0 { [3, 1] } else { [1, 3] };
            let [x, g] = [x, g].map(|x| Tensor::from_slice(&x.map(T::from_f64), shape).unwrap());
            let x = Tape::new().variable(x);
            let y = if logarithm {
                x.log_softmax(axis)
            } else {
                x.softmax(axis)
            };
            let gradients = y.backward_from(g).unwrap();
            let mut gradient: Vec<f64> = gradients
                .wrt(&x)
                .unwrap()
                .to_vec()
                .iter()
                .map(|x| x.to_f64())
                .collect();
            gradient.rotate_left(place);
            gradient
        };
        let certain = [1.0, 0.0, 0.0];
        let of_logarithm = [LEFT[0], -LEFT[1], -LEFT[2]];
        let of_softmax = [
            2.269384104473068e-7,
            -4.139935839763183e-8,
            -1.8553905204967494e-7,
        ];
        let mixed = [0.5, 2.0, -3.0];
        let mixed_logarithm = [0.999999886530769, 2.0000000206996837, -2.999999907230453];
        let mixed_softmax = [5.872876445774146e-7, 6.209907600245374e-8, -6.493867205798684e-7];
        for axis in [0, 1] {
            for place in 0..3 {
                all_near::<T>("log", &gradient(true, axis, place, certain), &of_logarithm);
                all_near::<T>("log", &gradient(true, axis, place, mixed), &mixed_logarithm);
                all_near::<T>("softmax", &gradient(false, axis, place, certain), &of_softmax);
                all_near::<T>("softmax", &gradient(false, axis, place, mixed), &mixed_softmax);
            }
        }
        // What is infinite stays so, for the others a difference of infinities.
        let infinite = gradient(false, 1, 0, [f64::INFINITY, 0.0, 0.0]);
        assert!(
            infinite[0].is_nan() && infinite[1] == f64::NEG_INFINITY,
            "{infinite:?}"
        );
    }
    in_both!(check);
}
