//! Numbers near the ends of what their type can hold, and states that say anything.

use backprop_autodiff::{Gradients, Param, Tape};
use backprop_optim::rules::{AveragedPerceptron, PerceptronRule, Pocket};
use backprop_optim::{
    Adagrad, Adam, AdamW, Cosine, Error, Optimizer, ReduceOnPlateau, Result, RmsProp, Schedule, Sgd, Time,
    clip_norm, norm,
};
use backprop_tensor::{Float, Tensor};

/// Gradients of just these values.
fn gradients<T: Float>(values: &[Vec<T>]) -> (Vec<Param<T>>, Gradients<T>) {
    let params: Vec<_> = values
        .iter()
        .map(|values| Param::new(Tensor::from(values.clone())))
        .collect();
    let tape = Tape::new();
    let parts = params
        .iter()
        .zip(values)
        .map(|(param, values)| (tape.param(param) * tape.input(Tensor::from(values.clone()))).sum(..));
    let loss = parts.reduce(|a, b| a + b).unwrap();
    (params, loss.backward().unwrap())
}

/// The norm is right, and clipping makes it the limit.
fn check<T: Float>(values: &[&[f64]], limits: &[f64], expected: f64) {
    let values: Vec<Vec<T>> = values
        .iter()
        .map(|row| row.iter().map(|&x| T::from_f64(x)).collect())
        .collect();
    let tolerance = 8.0 * T::EPSILON.to_f64();
    for &limit in limits {
        let (params, mut gradients) = gradients(&values);
        let before = norm(&gradients).unwrap();
        assert!(
            (before / expected - 1.0).abs() <= tolerance,
            "{before:e} is not {expected:e}"
        );
        assert_eq!(clip_norm(&mut gradients, limit).unwrap(), before);
        // Each gradient keeps its share of the norm, by f64 and far from its ends.
        for (param, before) in params.iter().zip(&values) {
            for (after, before) in gradients.get(param).unwrap().to_vec().iter().zip(before) {
                let share = before.to_f64() / expected;
                let right = if expected > limit {
                    share * limit
                } else {
                    before.to_f64()
                };
                assert!(
                    (after.to_f64() - right).abs() <= tolerance * right.abs(),
                    "{after} is not {right:e}: {before} of {expected:e} to {limit:e}"
                );
            }
        }
    }
}

#[test]
fn norms_are_right_where_squares_are_not() {
    let root = std::f64::consts::SQRT_2;
    check::<f32>(&[&[3e20], &[3e20]], &[1.0, 1e-10, 1e20, 1e30], 3e20 * root);
    check::<f32>(&[&[3e-30], &[-3e-30]], &[1.0, 1e-30], 3e-30 * root);
    check::<f32>(&[&[3e20, -4e20], &[0.0], &[1.0]], &[1.0], 5e20);
    // In one gradient beyond the largest f32.
    check::<f32>(&[&[3e38, 3e38]], &[1.0, 1e-3], 3e38 * root);
    check::<f32>(&[&[3e38; 4], &[3e38; 4]], &[1.0], 3e38 * 8.0_f64.sqrt());
    check::<f64>(&[&[3e155], &[3e155]], &[1.0, 1e-3, 1e155], 3e155 * root);
    check::<f64>(&[&[3e-170], &[3e-170]], &[1.0, 1e-180], 3e-170 * root);
    check::<f64>(&[&[1e308], &[1e308]], &[1.0, 1e-2], 1e308 * root);
    check::<f64>(&[&[1e200, 1e-200]], &[1.0], 1e200);
}

#[test]
fn norms_of_subnormal_numbers_are_right() {
    // 2^-140 and 2^-1060, several digits below the smallest normal number.
    let (single, double) = (2.0_f64.powi(-140), 2.0_f64.powi(-1060));
    check::<f32>(&[&[3.0 * single], &[4.0 * single]], &[1.0], 5.0 * single);
    check::<f64>(&[&[3.0 * double, 4.0 * double]], &[1.0], 5.0 * double);
}

#[test]
fn a_norm_beyond_f64_is_infinite_and_clipped_all_the_same() {
    let (params, mut gradients) = gradients(&[vec![1.5e308_f64], vec![1.5e308]]);
    assert_eq!(clip_norm(&mut gradients, 1.0).unwrap(), f64::INFINITY);
    for param in &params {
        let clipped = gradients.get(param).unwrap().to_vec()[0];
        assert!(
            (clipped - 0.5_f64.sqrt()).abs() <= 4.0 * f64::EPSILON,
            "{clipped}"
        );
    }
}

#[test]
fn norms_of_what_is_not_finite_say_so_and_nothing_is_clipped() {
    let infinity = f32::INFINITY;
    for (values, expected) in [
        ([vec![1.0_f32, f32::NAN], vec![infinity]], f64::NAN),
        ([vec![0.0], vec![f32::NAN]], f64::NAN),
        ([vec![1e30, -infinity], vec![2.0]], f64::INFINITY),
    ] {
        let (params, mut gradients) = gradients(&values);
        let found = clip_norm(&mut gradients, 1.0).unwrap();
        assert_eq!(found.to_bits() << 1, expected.to_bits() << 1, "{found}");
        for (param, values) in params.iter().zip(&values) {
            let kept = gradients.get(param).unwrap().to_vec();
            let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&kept), bits(values));
        }
    }
    let (_, zeros) = gradients(&[vec![0.0_f32, -0.0], vec![]]);
    assert_eq!(norm(&zeros).unwrap(), 0.0);
}

/// One step from 1.0 with a gradient that f32 cannot hold.
fn one_step(mut optimizer: impl Optimizer<f64>, gradient: f64) -> f64 {
    let mut param = Param::new(Tensor::from([1.0_f64]));
    let tape = Tape::new();
    let gradients = (tape.param(&param) * gradient).sum(..).backward().unwrap();
    optimizer.step(&mut param, &gradients).unwrap();
    param.value().to_vec()[0]
}

#[test]
fn in_f64_gradients_below_f32_count() {
    for gradient in [1e-40, 1e-60, 1e-100] {
        let near =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{gradient:e}: {found}");
        near(one_step(Adam::new(0.1).epsilon(0.0), gradient), 0.9);
        near(
            one_step(AdamW::new(0.1).weight_decay(0.0).epsilon(0.0), gradient),
            0.9,
        );
        near(one_step(Adagrad::new(0.1).epsilon(0.0), gradient), 0.9);
        // The gradient over the root of a hundredth of its square.
        near(one_step(RmsProp::new(0.01).epsilon(0.0), gradient), 0.9);
        near(
            one_step(RmsProp::new(0.01).centered(true).epsilon(0.0), gradient),
            1.0 - 0.01 / 0.0099_f64.sqrt(),
        );
        near(one_step(Sgd::new(0.1 / gradient).momentum(0.9), gradient), 0.9);
        near(
            one_step(Sgd::new(0.1 / gradient).momentum(0.9).nesterov(true), gradient),
            0.81,
        );
        // The step that RMSprop keeps is as small as the gradient beside a large epsilon.
        near(
            one_step(RmsProp::new(0.1 / gradient).epsilon(1.0).momentum(0.9), gradient),
            0.9,
        );
    }
}

/// One step from 1.0 with a gradient of this, of every optimizer that divides by the root of squares.
fn steps_over_roots<T: Float>(gradient: f64, epsilon: f64) -> Vec<(&'static str, T)> {
    let adam = Adam::new(0.1).epsilon(epsilon);
    let decoupled = AdamW::new(0.1).weight_decay(0.0).epsilon(epsilon);
    let centered = RmsProp::new(0.1).centered(true).epsilon(epsilon);
    let optimizers: [(&str, Box<dyn Optimizer<T>>); 7] = [
        ("Adam", Box::new(adam)),
        ("AdamW", Box::new(decoupled)),
        ("Adagrad", Box::new(Adagrad::new(0.1).epsilon(epsilon))),
        ("RmsProp", Box::new(RmsProp::new(0.1).epsilon(epsilon))),
        (
            "with momentum",
            Box::new(RmsProp::new(0.1).momentum(0.9).epsilon(epsilon)),
        ),
        ("centered", Box::new(centered.clone())),
        ("centered with momentum", Box::new(centered.momentum(0.9))),
    ];
    let step = |(name, mut optimizer): (&'static str, Box<dyn Optimizer<T>>)| {
        let (mut params, gradients) = gradients(&[vec![T::from_f64(gradient)]]);
        params[0].set(Tensor::from(vec![T::ONE])).unwrap();
        optimizer.step(&mut params[0], &gradients).unwrap();
        (name, params[0].value().to_vec()[0])
    };
    optimizers.map(step).into()
}

#[test]
fn without_epsilon_a_gradient_whose_square_is_0_is_no_step() {
    for gradient in [0.0, 1e-25, -1e-36] {
        let found = steps_over_roots::<f32>(gradient, 0.0);
        assert!(found.iter().all(|&(_, w)| w == 1.0), "{gradient}: {found:?}");
    }
    for gradient in [0.0, 1e-170, -1e-300] {
        let found = steps_over_roots::<f64>(gradient, 0.0);
        assert!(found.iter().all(|&(_, w)| w == 1.0), "{gradient}: {found:?}");
    }
}

#[test]
fn a_gradient_whose_square_is_infinite_is_no_step() {
    for epsilon in [0.0, 1e-8] {
        for gradient in [1e25, -1e37] {
            let found = steps_over_roots::<f32>(gradient, epsilon);
            assert!(found.iter().all(|&(_, w)| w == 1.0), "{gradient}: {found:?}");
        }
        for gradient in [1e170, -1e300] {
            let found = steps_over_roots::<f64>(gradient, epsilon);
            assert!(found.iter().all(|&(_, w)| w == 1.0), "{gradient}: {found:?}");
        }
    }
}

#[test]
fn nesterov_needs_momentum_without_dampening() {
    let mut param = Param::new(Tensor::from([1.0_f32]));
    let gradients = Tape::new().param(&param).square().sum(..).backward().unwrap();
    let mut refused = |optimizer: Sgd, expected: &str| {
        let mut optimizer = optimizer.nesterov(true);
        let error = optimizer.step(&mut param, &gradients).unwrap_err();
        assert!(matches!(error, Error::Setting { .. }));
        assert_eq!(error.to_string(), expected);
        assert_eq!(param.value(), &Tensor::from([1.0]));
    };
    refused(Sgd::new(0.1), "Sgd: momentum = 0: above 0 for Nesterov's form");
    let dampened = Sgd::new(0.1).momentum(0.9).dampening(0.5);
    refused(dampened, "Sgd: dampening = 0.5: 0 for Nesterov's form");
}

#[test]
fn a_plateau_of_any_sign_is_one() {
    let factor = |losses: &[f64]| {
        let mut schedule = ReduceOnPlateau::new(0.5, 1).threshold(0.01);
        losses.iter().for_each(|&loss| schedule.observe(loss));
        schedule.factor(Time {
            step: 0,
            steps: 1,
            steps_per_epoch: 1,
        })
    };
    for scale in [1.0, -1.0] {
        // The same for ever, half a percent better, and five percent worse.
        assert_eq!(factor(&[scale, scale, scale]), 0.5);
        assert_eq!(factor(&[scale, scale - 0.005, scale - 0.006]), 0.5);
        assert_eq!(factor(&[scale, scale + 0.05, scale + 0.1]), 0.5);
        // Two percent better each time.
        assert_eq!(factor(&[scale, scale - 0.02, scale - 0.05, scale - 0.08]), 1.0);
    }
    // Across 0.
    assert_eq!(factor(&[0.01, 0.0, -1e-9, -2e-9, -3e-9]), 1.0);
    assert_eq!(factor(&[0.0, 0.0, 0.0]), 0.5);
    assert_eq!(factor(&[f64::NAN, f64::NAN]), 0.5);
    assert_eq!(factor(&[f64::INFINITY, 3.0, f64::NAN, 2.0]), 1.0);
}

#[test]
fn a_plateau_refuses_what_no_plateau_gathered() {
    let refused = [
        [0.0, f64::INFINITY, 0.0, 1.0],
        [0.0, 0.0, -1.0, 1.0],
        [0.0, 0.5, 0.0, 1.0],
        [f64::NAN, 0.0, 0.0, 1.0],
        [0.0, 0.0, 0.0, f64::NAN],
        [0.0, 0.0, 0.0, -1.0],
    ];
    for state in refused {
        let mut schedule = ReduceOnPlateau::new(0.5, 1);
        let error = schedule.load_state(&state).unwrap_err();
        assert!(matches!(error, Error::State(_)));
        assert_eq!(schedule, ReduceOnPlateau::new(0.5, 1));
        schedule.observe(1.0);
    }
    // The greatest counts there are: nothing overflows.
    let mut schedule = ReduceOnPlateau::new(0.5, usize::MAX);
    for most in [2.0_f64.powi(53) - 1.0, usize::MAX as f64] {
        schedule
            .load_state(&[f64::NEG_INFINITY, most, most, 1.0])
            .unwrap();
        schedule.observe(1.0);
    }
}

#[test]
fn a_plateau_for_ever_goes_on_from_its_state() {
    let mut schedule = ReduceOnPlateau::new(0.5, 2).cooldown(usize::MAX);
    (0..4).for_each(|_| schedule.observe(1.0));
    let mut other = ReduceOnPlateau::new(0.5, 2).cooldown(usize::MAX);
    other.load_state(&schedule.state()).unwrap();
    other.observe(1.0);
    assert_eq!(other.state()[3], 0.5);
}

#[test]
fn a_training_of_no_epochs_is_over() {
    assert_eq!(Time::new(0, 0, 5).done(), 1.0);
    assert_eq!(Cosine::new().factor(Time::new(3, 0, 5)), 0.0);
}

/// A value with these of its fields changed, as a file may say.
fn edited<V: serde::Serialize + serde::de::DeserializeOwned>(value: &V, fields: &[&str]) -> V {
    let mut json = serde_json::to_value(value).unwrap();
    for field in fields {
        assert!(json.get(field).is_some(), "{json}");
        json[field] = u64::MAX.into();
    }
    serde_json::from_value(json).unwrap()
}

#[test]
fn the_greatest_counts_are_no_overflow() -> Result<()> {
    let (x, mut weights) = (Tensor::from([1.0_f32]), Tensor::from([1.0]));
    let mut averaged = edited(&AveragedPerceptron::<f32>::new(1.0), &["seen", "survived"]);
    averaged.step(&mut weights, &x, 1.0)?;
    assert_eq!(averaged.learned(&weights)?, weights);
    let mut pocket = edited(&Pocket::<f32>::new(1.0), &["run"]);
    pocket.step(&mut weights, &x, 1.0)?;
    assert_eq!(pocket.learned(&weights)?, weights);
    Ok(())
}

/// Without momentum there is no direction to keep, and one that was saved with momentum plays no part.
#[test]
fn rmsprop_without_momentum_keeps_no_direction() {
    let step = |w: &mut Param, optimizer: &mut RmsProp| {
        let gradients = Tape::training(0).param(w).square().sum(..).backward().unwrap();
        optimizer.step(w, &gradients).unwrap();
    };
    let mut w = Param::new(Tensor::from([3.0_f32, -5.0]));
    let mut moving = RmsProp::new(0.1).momentum(0.5);
    step(&mut w, &mut moving);
    let with_direction = moving.state().unwrap();
    let mut without = with_direction.clone();
    for (_, state) in without.0.values_mut() {
        assert_eq!(state.len(), 2);
        state.truncate(1);
    }
    let [one, other] = [with_direction, without].map(|state| {
        let (mut w, mut optimizer) = (w.clone(), RmsProp::new(0.1));
        optimizer.load_state(state).unwrap();
        step(&mut w, &mut optimizer);
        w.value().to_vec()
    });
    assert_eq!(one, other);
    // By mpmath, with 30 digits; some ten operations round.
    for (x, expected) in one.into_iter().zip([1.443_369_7, -3.373_391_7]) {
        assert!((x / expected - 1.0).abs() < 10.0 * f32::EPSILON, "{x}");
    }

    let mut fresh = RmsProp::new(0.1);
    step(&mut w, &mut fresh);
    assert!(
        fresh
            .state()
            .unwrap()
            .0
            .values()
            .all(|(_, state)| state.len() == 1)
    );
}
