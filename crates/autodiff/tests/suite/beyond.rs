//! Derivatives that are numbers, where the value, or a step on the way, is none: in tails and at the ends of the range. Right values by mpmath to 50
//! digits, at the arguments as f32 has them.

use backprop_autodiff::{Tape, Var};
use backprop_tensor::{Float, Tensor};

fn numbers<T: Float>(x: &Tensor<T>) -> f64 {
    x.to_vec()[0].to_f64()
}

/// The value at `x`, and the gradient for an upstream gradient `g`.
fn at<T: Float>(function: fn(&Var<T>) -> Var<T>, x: f64, g: f64) -> [f64; 2] {
    let x = Tape::new().variable(Tensor::from([T::from_f64(x)]));
    let y = function(&x);
    let gradients = y.backward_from(Tensor::from([T::from_f64(g)])).unwrap();
    [numbers(y.value().unwrap()), numbers(gradients.wrt(&x).unwrap())]
}

/// The value at `(x, y)`, and the gradients for an upstream gradient `g`.
fn at_two<T: Float>(function: fn(&Var<T>, &Var<T>) -> Var<T>, point: [f64; 2], g: f64) -> [f64; 3] {
    let tape = Tape::new();
    let [x, y] = point.map(|x| tape.variable(Tensor::from([T::from_f64(x)])));
    let z = function(&x, &y);
    let gradients = z.backward_from(Tensor::from([T::from_f64(g)])).unwrap();
    let gradient = |x| numbers(gradients.wrt(x).unwrap());
    [numbers(z.value().unwrap()), gradient(&x), gradient(&y)]
}

/// Within `bound` ε of the right value, or within two steps among subnormal numbers.
#[track_caller]
fn close<T: Float>(what: &str, got: f64, right: f64, bound: f64) {
    let (epsilon, least) = (T::EPSILON.to_f64(), (T::EPSILON * T::MIN_NORMAL).to_f64());
    let error = (got - right).abs();
    assert!(
        error <= bound * epsilon * right.abs() + 2.0 * least,
        "{what}: {got:e}, right {right:e}"
    );
}

#[test]
fn a_derivative_outlives_the_value() {
    let near = |what: &str, got: f64, right: f64| close::<f32>(what, got, right, 8.0);
    let one = |function: fn(&Var<f32>) -> Var<f32>, x, g| at(function, x, g)[1];
    let divisor = |x, y, g| at_two::<f32>(|x, y| x / y, [x, y], g)[2];
    near("div", divisor(1e20, 1e-20, 1e-30), -1.0000000866809136e30);
    near("div", divisor(3e38, 0.7, 1e-10), -6.1224492810845855e28);
    near("div", divisor(1e-38, 1e10, 1e30), -9.999999500931056e-29);
    near("powi", one(|x| x.powi(3), 3e19, 1e-10), 2.700000223434447e29);
    near("powi", one(|x| x.powi(3), 1e-23, 1e10), 2.9999999989197525e-36);
    near("powi", one(|x| x.powi(-2), 1e-22, 1e-30), -1.9999998180957952e36);
    near("powi", one(|x| x.powi(-2), -1e-22, 1e-30), 1.9999998180957952e36);
    near("powf", one(|x| x.powf(3.0), 3e19, 1e-10), 2.700000223434447e29);
    near("powf", one(|x| x.powf(2.5), 3e25, 1e-10), 4.107919203064974e28);
    let [_, base, exponent] = at_two::<f32>(Var::pow, [1e30, 2.5], 1e-38);
    near(
        "pow",
        base,
        2.500000089806579e35 * f64::from(1e-38_f32) / f64::from(1e-10_f32),
    );
    assert_eq!(exponent, f64::INFINITY);
    let [_, _, exponent] = at_two::<f32>(Var::pow, [1e30, 2.5], 1e-39);
    near(
        "pow",
        exponent,
        6.907755091586658e38 * f64::from(1e-39_f32) / f64::from(1e-38_f32),
    );
    near("exp", one(Var::exp, 100.0, 1e-10), 2.688117177706349e33);
    near("exp", one(Var::exp, -100.0, 1e30), 3.720076031998553e-14);
    near("expm1", one(Var::expm1, 100.0, 1e-10), 2.688117177706349e33);
    near("exp2", one(Var::exp2, 140.0, 1e-10), 9.661061790706032e31);
    near("sinh", one(Var::sinh, -100.0, 1e-10), 1.3440585888531744e33);
    near("cosh", one(Var::cosh, -100.0, 1e-10), -1.3440585888531744e33);
    near("sigmoid", one(Var::sigmoid, 100.0, 1e30), 3.720076031998553e-14);
    near(
        "tanhshrink",
        one(Var::tanhshrink, 1e-29, 1e30),
        1.00000002138962e-28,
    );
    near(
        "atan2",
        at_two::<f32>(Var::atan2, [1e10, 1e-38], 1e30)[1],
        9.999999500931056e-29,
    );
    near(
        "atan2",
        at_two::<f32>(Var::atan2, [1e-38, 1e10], 1e30)[2],
        -9.999999500931056e-29,
    );
    near("gelu", one(Var::gelu, -14.0, 1e30), -1.5274556693097044e-12);
    near(
        "erf",
        one(Var::erf, 11.0, 1e30),
        3.182898250879136e-23 * f64::from(1e30_f32) / 1e30,
    );
    near("silu", one(Var::silu, 16.5, 1.0), 1.0000010579683742);
    for function in [Var::<f32>::silu, Var::mish] {
        let [value, slope] = at(function, -90.0, 1.0);
        near("value", value, -7.374611361591464e-38);
        near("slope", slope, -7.292671235351559e-38);
        near("value", at(function, -100.0, 1.0)[0], -3.720075976020836e-42);
    }
}

#[test]
fn a_derivative_outlives_the_value_in_double_precision() {
    let near = |what: &str, got: f64, right: f64| close::<f64>(what, got, right, 16.0);
    let one = |function: fn(&Var<f64>) -> Var<f64>, x, g| at(function, x, g)[1];
    near(
        "div",
        at_two::<f64>(|x, y| x / y, [1e200, 1e-200], 1e-300)[2],
        -1e300,
    );
    near("powi", one(|x| x.powi(3), 1e160, 1e-100), 3e220);
    near("powi", one(|x| x.powi(-2), 1e-160, 1e-200), -2e280);
    near("powf", one(|x| x.powf(2.5), 1e200, 1e-100), 2.5e200);
    near("powf", one(|x| x.powf(-3.0), -1e-130, 1e-300), -3e220);
    // The root of the power is out of range too.
    near("powf", one(|x| x.powf(2.5), 1e300, 1e-200), 2.5e250);
    near("powf", one(|x| x.powf(3.0), -1e300, 1e-300), 3e300);
    // The exponent less 1 is rounded.
    near(
        "powf",
        one(|x| x.powf(0.3), 1e-300, 1e-100),
        3.000000000000023e109,
    );
    near(
        "pow",
        at_two::<f64>(Var::pow, [1e200, 2.5], 1e-250)[2],
        4.605170185988092e252,
    );
    near("exp", one(Var::exp, 800.0, 1e-100), 2.7263745721125667e247);
    near("exp", one(Var::exp, -800.0, 1e100), 3.667874584177687e-248);
    near("exp2", one(Var::exp2, 1100.0, 1e-100), 9.415007957693028e230);
    near("sinh", one(Var::sinh, 800.0, 1e-100), 1.3631872860562834e247);
    near("cosh", one(Var::cosh, -800.0, 1e-100), -1.3631872860562834e247);
    near("elu", one(|x| x.elu(1.0), -800.0, 1e100), 3.667874584177687e-248);
    near("sigmoid", one(Var::sigmoid, 800.0, 1e100), 3.667874584177687e-248);
    near(
        "tanh",
        one(Var::tanh, -400.0, 1e100),
        4.0 * 3.667874584177687e-248,
    );
    near(
        "log_sigmoid",
        one(Var::log_sigmoid, 800.0, 1e100),
        3.667874584177687e-248,
    );
    near(
        "softplus",
        one(|x| x.softplus(1.0), -800.0, 1e100),
        3.667874584177687e-248,
    );
    near("tanhshrink", one(Var::tanhshrink, 1e-200, 1e200), 1e-200);
    near(
        "atan2",
        at_two::<f64>(Var::atan2, [1e200, 1e-200], 1e300)[1],
        1e-300,
    );
    near("gelu", one(Var::gelu, -40.0, 1e300), -5.849425109812298e-47);
    near("gelu", at::<f64>(Var::gelu, -38.0, 1.0)[0], -1.096462777e-314);
    near("erf", one(Var::erf, 30.0, 1e300), 1.539647660409996e-91);
    near("silu", one(Var::silu, -720.0, 1e100), -1.4611739469430668e-210);
    near("mish", one(Var::mish, -720.0, 1e100), -1.4611739469430668e-210);
    near(
        "silu",
        at::<f64>(Var::silu, -720.0, 1.0)[0],
        -1.46320617774547e-310,
    );
}

/// A subnormal number has few digits, so that an exact step has to be the first.
#[test]
fn no_step_ends_below_the_normal_numbers() {
    let least = f64::from(f32::from_bits(7));
    let right = 1e-10 / least / std::f64::consts::LN_10;
    close::<f32>("log10", at::<f32>(Var::log10, least, 1e-10)[1], right, 16.0);
    let right = 1e-200 / 5e-324 / std::f64::consts::LN_10;
    close::<f64>("log10", at::<f64>(Var::log10, 5e-324, 1e-200)[1], right, 16.0);
    for x in [-1e-38, -1e-40, -1e-44] {
        let x = f64::from(x as f32);
        assert_eq!(at::<f32>(|x| x.celu(50.0), x, 1.0), [x, 1.0]);
    }
    assert_eq!(at::<f64>(|x| x.celu(50.0), -1e-310, 1.0), [-1e-310, 1.0]);
}

/// On both sides of where the slow formulas begin, and far beyond, where they end.
#[test]
fn the_formulas_meet() {
    let near = |what: &str, got: [f64; 2], right: [f64; 2]| {
        close::<f32>(what, got[0], right[0], 16.0);
        close::<f32>(what, got[1], right[1], 16.0);
    };
    near(
        "gelu",
        at::<f32>(Var::gelu, -12.75, 1.0),
        [-1.987376018323529e-36, -2.533718298439833e-35],
    );
    near(
        "gelu",
        at::<f32>(Var::gelu, f64::from(-12.85_f32), 1.0),
        [-5.526131155022421e-37, -7.100572964135689e-36],
    );
    near(
        "gelu",
        at::<f32>(Var::gelu, -13.5, 1.0),
        [-1.0555389862638154e-40, -1.4248940914798837e-39],
    );
    near(
        "silu",
        at::<f32>(Var::silu, -88.0, 1.0),
        [-5.328049667953043e-37, -5.267503648999031e-37],
    );
    for (x, right) in [
        (-37.4, [-7.306769040567231e-305, -2.732728837657262e-303]),
        (-37.51, [-1.1868947578706746e-306, -4.452037754864025e-305]),
    ] {
        let got = at::<f64>(Var::gelu, x, 1.0);
        close::<f64>("gelu", got[0], right[0], 16.0);
        close::<f64>("gelu", got[1], right[1], 16.0);
    }
    for function in [Var::<f32>::gelu, Var::gelu_tanh, Var::silu, Var::sigmoid] {
        for x in [-50.0, -150.0, -250.0, -1e30, f64::NEG_INFINITY] {
            let [value, slope] = at(function, x, 1.0);
            assert!(
                value.abs() < 1e-20 && slope.abs() < 1e-20,
                "{value:e} {slope:e} at {x}"
            );
        }
        for x in [50.0, 150.0, 1e30] {
            let [value, slope] = at(function, x, 1.0);
            let kept = value == f64::from(x as f32) && slope == 1.0;
            assert!(
                kept || value == 1.0 && slope < 1e-20,
                "{value:e} {slope:e} at {x}"
            );
        }
    }
    for function in [|x: &Var<f32>| x.elu(1.0), |x: &Var<f32>| x.celu(1.0)] {
        let slopes = [-500.0, f64::NEG_INFINITY, 500.0, f64::INFINITY].map(|x| at(function, x, 1.0)[1]);
        assert_eq!(slopes, [0.0, 0.0, 1.0, 1.0]);
    }
}
