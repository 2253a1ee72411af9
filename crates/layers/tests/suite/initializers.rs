//! Initial values: their distributions, and their names.

use backprop_layers::{Fan, Fans, Initializer, gain};
use backprop_tensor::{Rng, Tensor};
use proptest::prelude::*;

const ALL: [&str; 13] = [
    "zeros",
    "ones",
    "constant",
    "uniform",
    "normal",
    "truncated_normal",
    "xavier_uniform",
    "xavier_normal",
    "kaiming_uniform",
    "kaiming_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
];

/// The mean, the standard deviation and the largest absolute value of many numbers.
fn moments(initializer: Initializer, shape: &[usize]) -> (f64, f64, f64) {
    let values: Tensor<f64> = initializer.initialize(shape, &mut Rng::seed(4)).unwrap();
    let values = values.to_vec();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    let largest = values.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    (mean, variance.sqrt(), largest)
}

/// The deviations that the papers give, for the shape `[200, 100]` and for a convolution `[64, 32, 3, 3]`.
#[test]
fn deviations_are_those_of_the_papers() {
    let sqrt = f64::sqrt;
    let out = |initializer: Initializer| match initializer {
        Initializer::KaimingUniform { gain, .. } => Initializer::KaimingUniform { gain, fan: Fan::Out },
        Initializer::KaimingNormal { gain, .. } => Initializer::KaimingNormal { gain, fan: Fan::Out },
        other => other,
    };
    let kaiming = [Initializer::kaiming_uniform(), Initializer::kaiming_normal()];
    let cases = [
        (
            Initializer::xavier_uniform(),
            [sqrt(2.0 / 300.0), sqrt(2.0 / 864.0)],
            true,
        ),
        (
            Initializer::xavier_normal(),
            [sqrt(2.0 / 300.0), sqrt(2.0 / 864.0)],
            false,
        ),
        (
            Initializer::XavierUniform { gain: 3.0 },
            [3.0 * sqrt(2.0 / 300.0), 3.0 * sqrt(2.0 / 864.0)],
            true,
        ),
        (kaiming[0], [sqrt(2.0 / 100.0), sqrt(2.0 / 288.0)], true),
        (kaiming[1], [sqrt(2.0 / 100.0), sqrt(2.0 / 288.0)], false),
        (out(kaiming[0]), [sqrt(2.0 / 200.0), sqrt(2.0 / 576.0)], true),
        (out(kaiming[1]), [sqrt(2.0 / 200.0), sqrt(2.0 / 576.0)], false),
        (
            Initializer::LecunUniform,
            [sqrt(1.0 / 100.0), sqrt(1.0 / 288.0)],
            true,
        ),
        (
            Initializer::LecunNormal,
            [sqrt(1.0 / 100.0), sqrt(1.0 / 288.0)],
            false,
        ),
        (Initializer::Normal { mean: 0.0, std: 0.3 }, [0.3, 0.3], false),
        (
            Initializer::Uniform { low: -0.3, high: 0.3 },
            [0.3 / sqrt(3.0); 2],
            true,
        ),
    ];
    for (initializer, expected, uniform) in cases {
        for (shape, expected) in [&[200, 100][..], &[64, 32, 3, 3]].into_iter().zip(expected) {
            let (mean, std, largest) = moments(initializer, shape);
            // Of 18,432 numbers at least, the standard error of the mean is less than 0.8 %, that of the deviation half of it.
            assert!(mean.abs() < 0.04 * expected, "{initializer}: mean {mean}");
            assert!(
                (std / expected - 1.0).abs() < 0.025,
                "{initializer}: {std}, not {expected}"
            );
            let bound = sqrt(3.0) * expected;
            match uniform {
                true => assert!(
                    largest <= bound && largest > 0.999 * bound,
                    "{initializer}: {largest}, not {bound}"
                ),
                false => assert!(largest > bound, "{initializer}: {largest}"),
            }
        }
    }
}

#[test]
fn constants_and_bounds_are_kept() {
    let rng = &mut Rng::seed(0);
    let values = |initializer: Initializer, rng: &mut Rng| -> Vec<f32> {
        let values: Tensor = initializer.initialize([50], rng).unwrap();
        values.to_vec()
    };
    assert_eq!(values(Initializer::Zeros, rng), [0.0; 50]);
    assert_eq!(values(Initializer::Ones, rng), [1.0; 50]);
    assert_eq!(values(Initializer::Constant { value: -2.5 }, rng), [-2.5; 50]);
    let truncated = Initializer::TruncatedNormal {
        mean: 1.0,
        std: 5.0,
        low: 0.0,
        high: 3.0,
    };
    assert!(values(truncated, rng).iter().all(|x| (0.0..=3.0).contains(x)));
}

#[test]
fn gains_are_those_of_the_activations() {
    assert_eq!(gain::LINEAR, 1.0);
    assert!((gain::leaky_relu(0.0) - gain::RELU).abs() < 1e-15);
    assert!((gain::leaky_relu(1.0) - gain::LINEAR).abs() < 1e-15);
    // That of PyTorch's `calculate_gain("leaky_relu", 0.2)` and `calculate_gain("tanh")`.
    assert!((gain::leaky_relu(0.2) - 1.386_750_490_563_073).abs() < 1e-15);
    assert!((gain::TANH - 1.666_666_666_666_666_7).abs() < 1e-15);
}

#[test]
fn every_name_is_read_and_printed() {
    for name in ALL {
        let initializer: Initializer = name.parse().unwrap();
        assert_eq!(initializer.to_string(), name);
        let written = serde_json::to_string(&initializer).unwrap();
        assert!(written.contains(name), "{written}");
        assert_eq!(
            serde_json::from_str::<Initializer>(&written).unwrap(),
            initializer
        );
    }
}

#[test]
fn settings_are_read_and_printed() {
    let cases = [
        ("constant(0.5)", Initializer::Constant { value: 0.5 }),
        ("constant(value=0.5)", Initializer::Constant { value: 0.5 }),
        (
            " uniform ( low = -1 , high=2.5 ) ",
            Initializer::Uniform { low: -1.0, high: 2.5 },
        ),
        ("normal(std=0.02)", Initializer::Normal { mean: 0.0, std: 0.02 }),
        (
            "kaiming_normal(fan=out, gain=1)",
            Initializer::KaimingNormal {
                gain: 1.0,
                fan: Fan::Out,
            },
        ),
        ("xavier_uniform()", Initializer::xavier_uniform()),
    ];
    for (text, initializer) in cases {
        assert_eq!(text.parse(), Ok(initializer));
        assert_eq!(initializer.to_string().parse(), Ok(initializer));
    }
    assert_eq!(cases[4].1.to_string(), "kaiming_normal(gain=1, fan=out)");
}

#[test]
fn a_name_that_is_none_is_answered_with_the_known_ones() {
    let cases = [
        ("kaiming", "there are zeros, ones, constant, uniform, "),
        ("", "there are zeros"),
        ("zeros(1)", "it has no settings"),
        ("constant(x)", "\"x\" is no number"),
        ("normal(1)", "its settings are mean, std"),
        ("normal(gain=1)", "its settings are mean, std"),
        ("kaiming_normal(fan=side)", "\"side\" is neither `in` nor `out`"),
        ("normal(std=1", "the closing bracket is missing"),
    ];
    for (text, expected) in cases {
        let error = text.parse::<Initializer>().unwrap_err().to_string();
        assert!(
            error.contains(&format!("{text:?} is no initializer: {expected}")),
            "{error}"
        );
    }
}

fn initializers() -> impl Strategy<Value = Initializer> {
    let number = || prop_oneof![any::<f64>(), -2.0..2.0];
    let fan = prop_oneof![Just(Fan::In), Just(Fan::Out)];
    (0..ALL.len(), [number(), number(), number(), number()], fan).prop_map(|(kind, [a, b, c, d], fan)| {
        match ALL[kind].parse().unwrap() {
            Initializer::Constant { .. } => Initializer::Constant { value: a },
            Initializer::Uniform { .. } => Initializer::Uniform { low: a, high: b },
            Initializer::Normal { .. } => Initializer::Normal { mean: a, std: b },
            Initializer::TruncatedNormal { .. } => Initializer::TruncatedNormal {
                mean: a,
                std: b,
                low: c,
                high: d,
            },
            Initializer::XavierUniform { .. } => Initializer::XavierUniform { gain: a },
            Initializer::XavierNormal { .. } => Initializer::XavierNormal { gain: a },
            Initializer::KaimingUniform { .. } => Initializer::KaimingUniform { gain: a, fan },
            Initializer::KaimingNormal { .. } => Initializer::KaimingNormal { gain: a, fan },
            Initializer::Orthogonal { .. } => Initializer::Orthogonal { gain: a },
            other => other,
        }
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read(initializer in initializers()) {
        prop_assert_eq!(initializer.to_string().parse(), Ok(initializer));
    }

    #[test]
    fn any_text_is_read_or_an_error(text in "[a-z_(),= 0-9.-]{0,30}") {
        let _ = text.parse::<Initializer>();
    }

    #[test]
    fn any_settings_and_any_shape_give_values_or_an_error(
        initializer in initializers(),
        shape in proptest::collection::vec(0..5_usize, 0..10),
        seed in any::<u64>(),
    ) {
        let rank = shape.len();
        let result = initializer.initialize::<f32>(&shape, &mut Rng::seed(seed));
        match result {
            Ok(values) => prop_assert_eq!(values.shape().to_vec(), shape),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        let again = initializer.initialize::<f32>(vec![2; rank.min(4)], &mut Rng::seed(seed));
        let same = initializer.initialize::<f32>(vec![2; rank.min(4)], &mut Rng::seed(seed));
        prop_assert_eq!(again.map(|x| x.to_vec().into_iter().map(f32::to_bits).collect::<Vec<_>>()),
            same.map(|x| x.to_vec().into_iter().map(f32::to_bits).collect::<Vec<_>>()));
    }

    #[test]
    fn fans_are_counted_or_an_error(shape in proptest::collection::vec(any::<usize>(), 0..10)) {
        if let Ok(fans) = Fans::of(&shape) {
            prop_assert!(shape.len() >= 2 && fans.fan_in >= 0.0 && fans.fan_out >= 0.0);
        }
    }
}

#[test]
fn shapes_that_have_no_fans_are_errors() {
    let rng = &mut Rng::seed(0);
    for shape in [&[][..], &[5]] {
        for name in ALL.iter().skip(6) {
            let error = name
                .parse::<Initializer>()
                .unwrap()
                .initialize::<f32>(shape, rng)
                .unwrap_err();
            assert!(error.to_string().contains("two axes or more"), "{error}");
        }
    }
    for shape in [[0, 5], [5, 0], [0, 0]] {
        for name in ALL {
            assert!(
                name.parse::<Initializer>()
                    .unwrap()
                    .initialize::<f64>(shape, rng)
                    .is_ok(),
                "{name}"
            );
        }
    }
}

/// `W Wᵀ`, or `Wᵀ W` if there are more rows, of the weight as a matrix.
fn gram(weight: &Tensor<f64>) -> Tensor<f64> {
    let rows = weight.shape()[0];
    let matrix = weight.reshape([rows, weight.count() / rows]).unwrap();
    let turned = matrix.transpose(0, 1).unwrap();
    match rows <= matrix.shape()[1] {
        true => matrix.matmul(&turned).unwrap(),
        false => turned.matmul(&matrix).unwrap(),
    }
}

proptest! {
    #[test]
    fn orthogonal_matrices_keep_lengths(
        shape in proptest::collection::vec(1..7_usize, 2..5),
        gain in 0.5..3.0,
        seed in any::<u64>(),
    ) {
        let weight: Tensor<f64> = Initializer::Orthogonal { gain }.initialize(&shape, &mut Rng::seed(seed)).unwrap();
        prop_assert_eq!(weight.shape().to_vec(), shape);
        let gram = gram(&weight);
        for row in 0..gram.shape()[0] {
            for column in 0..gram.shape()[1] {
                let expected = if row == column { gain * gain } else { 0.0 };
                prop_assert!((gram.get([row, column]).unwrap() - expected).abs() < 1e-12);
            }
        }
    }
}

/// Of a rotation by an evenly distributed angle, cosine and sine have mean 0 and mean square 1/2; a QR whose signs are not
/// set right has elements of one sign on the diagonal.
#[test]
fn orthogonal_matrices_are_evenly_distributed() {
    let rng = &mut Rng::seed(6);
    let trials = 4000;
    let (mut sums, mut positive_determinants) = ([0.0; 4], 0);
    for _ in 0..trials {
        let weight: Tensor<f64> = Initializer::orthogonal().initialize([2, 2], rng).unwrap();
        let [a, b, c, d] = weight.to_vec()[..] else {
            unreachable!("four elements")
        };
        for (sum, element) in sums.iter_mut().zip([a, b, c, d]) {
            *sum += element;
        }
        positive_determinants += usize::from(a * d - b * c > 0.0);
    }
    // Standard errors are 0.011 and 0.008.
    for sum in sums {
        assert!((sum / f64::from(trials)).abs() < 0.05, "{sums:?}");
    }
    let share = positive_determinants as f64 / f64::from(trials);
    assert!((share - 0.5).abs() < 0.04, "{share}");
}
