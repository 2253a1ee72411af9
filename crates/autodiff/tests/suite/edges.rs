//! Values and gradients of elementwise functions where a formula in finite precision goes wrong: in tails, at the ends of the range, at NaN. Right values by mpmath, to 80 digits, at arguments that f32 has.

use backprop_autodiff::ops::{Dropout, FusedActivation};
use backprop_autodiff::{Tape, Var};
use backprop_tensor::{Float, Tensor};

/// The value at `x`, and the gradient for an upstream gradient `g`.
fn at<T: Float>(function: impl Fn(&Var<T>) -> Var<T>, x: f64, g: f64) -> [f64; 2] {
    let tape = Tape::new();
    let x = tape.variable(Tensor::from([T::from_f64(x)]));
    let y = function(&x);
    let gradients = y.backward_from(Tensor::from([T::from_f64(g)])).unwrap();
    let gradient = gradients.wrt(&x).unwrap().to_vec()[0].to_f64();
    [y.value().unwrap().to_vec()[0].to_f64(), gradient]
}

/// The value at `(x, y)`, and the gradients for an upstream gradient `g`.
fn at_two<T: Float>(function: impl Fn(&Var<T>, &Var<T>) -> Var<T>, [x, y]: [f64; 2], g: f64) -> [f64; 3] {
    let tape = Tape::new();
    let [x, y] = [x, y].map(|x| tape.variable(Tensor::from([T::from_f64(x)])));
    let z = function(&x, &y);
    let gradients = z.backward_from(Tensor::from([T::from_f64(g)])).unwrap();
    let gradient = |x| gradients.wrt(x).unwrap().to_vec()[0].to_f64();
    [
        z.value().unwrap().to_vec()[0].to_f64(),
        gradient(&x),
        gradient(&y),
    ]
}

/// ε of the type and its smallest positive number.
fn precision<T: Float>() -> (f64, f64) {
    match size_of::<T>() {
        4 => (f64::from(f32::EPSILON), f64::from(f32::from_bits(1))),
        _ => (f64::EPSILON, f64::from_bits(1)),
    }
}

/// Within `bound` ε of the right value, or within some steps among subnormal numbers.
#[track_caller]
fn close<T: Float>(what: &str, got: f64, right: f64, bound: f64) {
    let (epsilon, least) = precision::<T>();
    let error = (got - right).abs();
    let limit = bound * epsilon * right.abs() + 4.0 * least;
    assert!(
        got == right || error <= limit,
        "{what}: {got:e}, right {right:e}, {:.1} ε",
        error / (epsilon * right.abs())
    );
}

/// How far the result of each may be off: some roundings, each of half an ε, and those of its functions. gelu_tanh documents what its
/// inner argument costs, from -4 on.
fn allowed(name: &str, x: f64) -> f64 {
    let inner = 1.6 * (x + 0.044_715 * x.powi(3));
    if name == "gelu_tanh" && x > -4.0 {
        8.0 + 2.0 * inner.abs()
    } else {
        8.0
    }
}

macro_rules! check {
    ($name:ident $settings:tt => $($x:expr => $value:expr, $gradient:expr;)*) => { $(
        let name = stringify!($name);
        let bound = allowed(name, $x);
        let what = format!("{name} at {:e}", $x);
        let [value, gradient] = at::<f32>(|x| x.$name $settings, $x, 1.0);
        close::<f32>(&format!("{what}, f32"), value, $value, bound);
        close::<f32>(&format!("gradient of {what}, f32"), gradient, $gradient, bound);
        let [value, gradient] = at::<f64>(|x| x.$name $settings, $x, 1.0);
        close::<f64>(&format!("{what}, f64"), value, $value, bound);
        close::<f64>(&format!("gradient of {what}, f64"), gradient, $gradient, bound);
    )* };
}

#[test]
fn tails_keep_their_digits() {
    check!(elu(1.0) =>
        -17.0 => -0.9999999586006229, 4.139937718785167e-08;
        -10.0 => -0.9999546000702375, 4.5399929762484854e-05;
        -30.0 => -0.9999999999999064, 9.357622968840175e-14;
        -60.0 => -1.0, 8.75651076269652e-27;
        -0.5 => -0.3934693402873666, 0.6065306597126334;
    );
    check!(elu(0.5) =>
        -17.0 => -0.4999999793003114, 2.0699688593925834e-08;
        -30.0 => -0.4999999999999532, 4.6788114844200874e-14;
    );
    check!(celu(2.0) =>
        -17.0 => -1.9995930632619787, 0.00020346836901064417;
        -60.0 => -1.9999999999998128, 9.357622968840175e-14;
    );
    check!(selu() =>
        -17.0 => -1.758099268063159, 7.278421774545394e-08;
        -30.0 => -1.7580993408472123, 1.6451630773416185e-13;
    );
    check!(expm1() =>
        -17.0 => -0.9999999586006229, 4.139937718785167e-08;
        -30.0 => -0.9999999999999064, 9.357622968840175e-14;
        2.0 => 6.38905609893065, 7.38905609893065;
    );
    check!(sigmoid() =>
        17.0 => 0.9999999586006245, 4.1399373760035016e-08;
        40.0 => 1.0, 4.248354255291589e-18;
        -17.0 => 4.1399375473943306e-08, 4.1399373760035016e-08;
        80.0 => 1.0, 1.8048513878454153e-35;
        0.25 => 0.5621765008857981, 0.24613408273759835;
    );
    check!(tanh() =>
        8.0 => 0.9999997749296758, 4.5014059756372915e-07;
        -8.0 => -0.9999997749296758, 4.5014059756372915e-07;
        20.0 => 1.0, 1.6993417021166355e-17;
        0.25 => 0.24491866240370913, 0.940014848806378;
    );
    check!(silu() =>
        -17.0 => -7.037893830570362e-07, -6.62389978446652e-07;
        -40.0 => -1.6993417021166355e-16, -1.6568581595637197e-16;
        -80.0 => -1.4438811102763322e-33, -1.425832596397878e-33;
    );
    check!(mish() =>
        -17.0 => -7.037893976252567e-07, -6.623900067261376e-07;
        -40.0 => -1.6993417021166355e-16, -1.6568581595637197e-16;
        -80.0 => -1.4438811102763322e-33, -1.425832596397878e-33;
    );
    check!(softplus(1.0) =>
        -17.0 => 4.139937633089748e-08, 4.1399375473943306e-08;
        -80.0 => 1.8048513878454153e-35, 1.8048513878454153e-35;
        30.0 => 30.000000000000092, 0.9999999999999064;
        50.0 => 50.0, 1.0;
    );
    check!(log_sigmoid() =>
        17.0 => -4.139937633089748e-08, 4.1399375473943306e-08;
        80.0 => -1.8048513878454153e-35, 1.8048513878454153e-35;
        -30.0 => -30.000000000000092, 0.9999999999999064;
    );
    check!(softsign() =>
        -10000000000.0 => -0.9999999999, 9.999999998e-21;
        3.0 => 0.75, 0.0625;
        999999986991104.0 => 0.999999999999999, 1.0000000260177904e-30;
    );
    check!(gelu() =>
        -1.0 => -0.15865525393145705, -0.0833154705876863;
        -3.0 => -0.0040496940948902835, -0.011945647204183927;
        -5.0 => -1.4332578593959695e-06, -7.146946001792295e-06;
        -6.0 => -5.9195258702261885e-09, -3.5468709453902015e-08;
        -8.0 => -4.976768459417427e-15, -3.979607261086796e-14;
        -12.0 => -2.1317785344932147e-32, -2.5578956616748956e-31;
        0.5 => 0.34573123063700656, 0.8674951246561629;
        3.0 => 2.99595030590511, 1.011945647204184;
    );
    check!(gelu_tanh() =>
        -1.0 => -0.1588080093917233, -0.08296408384578255;
        -3.0 => -0.003637392081773019, -0.011584166630969726;
        -5.0 => -2.291796196629506e-07, -1.5463619875325946e-06;
        -7.0 => -2.315442262072549e-15, -2.765117350706602e-14;
        -4.25 => -2.014203584494015e-05, -0.00010528218415275171;
        -4.5 => -5.13673741195865e-06, -2.9322270442755096e-05;
        -5.5 => -5.9276402638802624e-09, -4.676552810807415e-08;
        -6.25 => -7.920355792295742e-12, -7.760096622855716e-11;
        -8.125 => -4.54085226474153e-22, -7.085677820860042e-21;
        -9.0 => -1.3364595947348725e-28, -2.515735285067425e-27;
        -10.0 => -1.204092348209806e-37, -2.7576380638540315e-36;
        -12.5 => -8.101996464473621e-69, -2.8327285098472606e-67;
        -16.0 => -1.529763371299099e-137, -8.617733488266979e-136;
        -20.0 => -3.3754509563109673e-261, -2.9424328724945027e-259;
        0.5 => 0.34571400982514394, 0.8673699035346423;
    );
    check!(tanhshrink() =>
        9.999999747378752e-05 => 3.3333330673787596e-13, 9.99999942809085e-09;
        -9.999999747378752e-05 => -3.3333330673787596e-13, 9.99999942809085e-09;
        0.009999999776482582 => 3.3331997818940943e-07, 9.999332924133911e-05;
        0.5 => 0.03788284273999024, 0.2135522670340726;
        -1.2000000476837158 => -0.3663454261270743, 0.6949800280427472;
        1.2999999523162842 => 0.4382768052783497, 0.7425667821409616;
        1.000000013351432e-10 => 3.3333334668476545e-31, 1.0000000267028641e-20;
    );
    check!(erf() =>
        3.0 => 0.9999779095030014, 0.00013925305194674786;
        -5.0 => -0.9999999999984626, 1.5670866531017336e-11;
        8.0 => 1.0, 1.8097067968559843e-28;
        0.0010000000474974513 => 0.0011283788445643173, 1.1283780387168025;
    );
}

#[test]
fn the_gate_of_glu_keeps_its_digits() {
    fn gate<T: Float>(b: f64, right: f64) {
        let tape = Tape::new();
        let x = tape.variable(Tensor::from([2.0, b].map(T::from_f64)));
        let gradient = x.glu(0).sum(..).backward().unwrap().wrt(&x).unwrap().to_vec()[1].to_f64();
        close::<T>(&format!("glu at {b}"), gradient, right, 8.0);
    }
    for sign in [1.0, -1.0] {
        gate::<f32>(sign * 17.0, 2.0 * 4.1399373760035016e-8);
        gate::<f64>(sign * 17.0, 2.0 * 4.1399373760035016e-8);
        gate::<f64>(sign * 40.0, 2.0 * 4.248354255291589e-18);
    }
}

#[test]
fn fused_derivatives_are_within_their_bounds() {
    fn largest<T: Float>() {
        let (epsilon, _) = precision::<T>();
        for step in -2000..=2000 {
            let x = f64::from(step) / 128.0;
            let fused = |activation| {
                at::<T>(
                    |x| {
                        let one = x.tape().input(Tensor::full([1, 1], T::ONE).unwrap());
                        x.linear_with(&one, None, activation)
                    },
                    x,
                    1.0,
                )[1]
            };
            let e = (-x.abs()).exp();
            let sigmoid = e / (1.0 + e) / (1.0 + e);
            let error = (fused(FusedActivation::Sigmoid) - sigmoid).abs();
            assert!(error <= 2.0 * epsilon, "sigmoid at {x}: {} ε", error / epsilon);
            let e = e * e;
            let tanh = 4.0 * e / (1.0 + e) / (1.0 + e);
            let error = (fused(FusedActivation::Tanh) - tanh).abs();
            assert!(error <= 3.0 * epsilon, "tanh at {x}: {} ε", error / epsilon);
        }
    }
    largest::<f32>();
    largest::<f64>();
}

#[test]
fn limits_at_infinity() {
    fn limits<T: Float>() {
        let (plus, minus) = (f64::INFINITY, f64::NEG_INFINITY);
        let check = |name: &str, function: fn(&Var<T>) -> Var<T>| {
            assert_eq!(at(function, plus, 1.0), [plus, 1.0], "{name}");
            assert_eq!(at(function, minus, 1.0), [0.0, 0.0], "{name}");
        };
        check("gelu", Var::gelu);
        check("gelu_tanh", Var::gelu_tanh);
        check("silu", Var::silu);
        check("mish", Var::mish);
        check("softplus", |x| x.softplus(2.0));
        check("hard_swish", Var::hard_swish);
        for sign in [1.0, -1.0] {
            assert_eq!(at::<T>(Var::softsign, sign * plus, 1.0), [sign, 0.0]);
        }
    }
    limits::<f32>();
    limits::<f64>();
}

#[test]
fn a_leak_of_0_is_none_at_infinity() {
    fn check<T: Float>() {
        let (plus, minus) = (f64::INFINITY, f64::NEG_INFINITY);
        let leaky = |slope: f64| move |x: &Var<T>| x.leaky_relu(slope);
        assert_eq!(at(leaky(0.0), minus, 1.0), [0.0, 0.0]);
        assert_eq!(at(leaky(0.0), -1.0, plus), [0.0, 0.0]);
        assert_eq!(at(leaky(0.0), plus, plus), [plus, plus]);
        assert_eq!(at(leaky(0.25), minus, 2.0), [minus, 0.5]);
        assert!(at(leaky(0.0), f64::NAN, 1.0)[0].is_nan());
        assert_eq!(at(leaky(0.0), f64::NAN, 1.0)[1], 0.0);
        let prelu = |x: &Var<T>, w: &Var<T>| x.prelu(&w.reshape([1]));
        assert_eq!(at_two(prelu, [minus, 0.0], 1.0), [0.0, 0.0, minus]);
        assert_eq!(at_two(prelu, [-3.0, 0.0], 2.0), [0.0, 0.0, -6.0]);
        assert_eq!(at_two(prelu, [-3.0, 0.0], plus)[..2], [0.0, 0.0]);
        assert_eq!(at_two(prelu, [minus, 0.5], 1.0), [minus, 0.5, minus]);
        assert!(at_two(prelu, [f64::NAN, 0.0], 1.0)[0].is_nan());
        assert_eq!(at(|x: &Var<T>| x.elu(0.0), minus, 1.0), [0.0, 0.0]);
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn the_gradient_of_products_so_far_comes_back_into_the_range() {
    // dL/dx_k = Σ g_i y_i / x_k over i ≥ k, by exponents: x_k = ±2^±e, so that y comes back to 1 at the end.
    fn check<T: Float>(n: usize, end: i32) {
        let power = |k: i32| 2_f64.powi(k / 2) * 2_f64.powi(k - k / 2);
        let exponents: Vec<i32> = (0..2 * n).map(|i| if i < n { end } else { -end }).collect();
        let x: Vec<T> = exponents.iter().map(|&k| T::from_f64(power(k))).collect();
        let x = Tape::new().variable(Tensor::from(x));
        let y = x.cumprod(0);
        // Of the last two products, 2^end and 1.
        let mut upstream = vec![T::ZERO; 2 * n];
        (upstream[2 * n - 2], upstream[2 * n - 1]) = (T::from_f64(power(-end)), T::from_f64(3.0));
        let gradients = y.backward_from(Tensor::from(upstream)).unwrap();
        let gradient = gradients.wrt(&x).unwrap().to_vec();
        for (k, gradient) in gradient.iter().enumerate() {
            let factor = if k == 2 * n - 1 { 3.0 } else { 4.0 };
            close::<T>("cumprod", gradient.to_f64(), factor * power(-exponents[k]), 4.0);
        }
    }
    check::<f32>(20, 100);
    check::<f32>(20, -100);
    check::<f64>(4, 900);
    check::<f64>(4, -900);
    // With a 0, what comes before the products after it counts for it alone.
    let x = Tape::new().variable(Tensor::from([1e200, 1e200, 0.0, 1e-300]));
    let gradients = x
        .cumprod(0)
        .backward_from(Tensor::from([0.0, 0.0, 0.0, 1e-50]))
        .unwrap();
    let gradient = gradients.wrt(&x).unwrap().to_vec();
    assert_eq!((gradient[0], gradient[1], gradient[3]), (0.0, 0.0, 0.0));
    close::<f64>("cumprod", gradient[2], 1e50, 8.0);
}

/// Numbers near the ends of the range of the type: powers of ten that a formula may square or cube.
fn scales<T: Float>() -> [f64; 2] {
    match size_of::<T>() {
        4 => [1e25, 3e38],
        _ => [1e180, 1.7e308],
    }
}

#[test]
fn no_step_of_a_formula_leaves_the_range() {
    fn check<T: Float>() {
        let [big, largest] = scales::<T>();
        let small = 1.0 / big;
        let near = |what: &str, got: f64, right: f64| close::<T>(what, got, right, 8.0);
        let one = |function: fn(&Var<T>) -> Var<T>, x, g| at(function, x, g)[1];
        near("asinh", one(Var::asinh, -big, 1.0), small);
        near("acosh", one(Var::acosh, big, 1.0), small);
        near("atan", one(Var::atan, big, big), small);
        near("softsign", one(Var::softsign, big, big), small);
        near("reciprocal", one(Var::reciprocal, small, small), -big);
        near("reciprocal", one(Var::reciprocal, big, big), -small);
        let root = big.sqrt();
        near(
            "rsqrt",
            one(Var::rsqrt, small * small.sqrt(), small),
            -0.5 * small * root.powi(4) * root.sqrt(),
        );
        near(
            "square",
            one(Var::square, small, 0.75 * largest),
            2.0 * small * 0.75 * largest,
        );
        near("hard_swish", at::<T>(Var::hard_swish, largest, 1.0)[0], largest);
        near("softplus", at::<T>(|x| x.softplus(4.0), largest, 1.0)[0], largest);

        let tiny = small.powf(1.2);
        let power = one(|x| x.powf(T::from_f64(-0.5)), tiny, small);
        near("powf", power, -0.5 * small * tiny.powf(-1.5));
        near("powi", one(|x| x.powi(-1), tiny, small), -small / tiny / tiny);
        let [_, power, _] = at_two(Var::<T>::pow, [tiny, -0.5], small);
        near("pow", power, -0.5 * small * tiny.powf(-1.5));
        let [value, _, exponent] = at_two(Var::<T>::pow, [largest, 1.0], small);
        close::<T>("pow", exponent, small * largest.ln() * value, 8.0);

        let divide = |x, y, g| at_two::<T>(|x, y| x / y, [x, y], g)[2];
        near("div", divide(big, big, big), -1.0);
        near("div", divide(small, small, small), -1.0);
        near("div", divide(big, 2.0 * big, big), -0.25);
        near("div", divide(0.0, 2.0, 1.0), 0.0);
        near("div", divide(3.0, 2.0, 1.0), -0.75);

        let atan2 = |y, x, g| at_two::<T>(Var::atan2, [y, x], g);
        for scale in [small, big] {
            let [_, y, x] = atan2(scale, scale, 1.0);
            near("atan2", y, 0.5 / scale);
            near("atan2", x, -0.5 / scale);
            let [_, y, x] = atan2(-3.0 * scale, 4.0 * scale, scale);
            near("atan2", y, 0.16);
            near("atan2", x, 0.12);
            let [_, y, x] = atan2(4.0 * scale, -3.0 * scale, scale);
            near("atan2", y, -0.12);
            near("atan2", x, -0.16);
        }
        assert_eq!(atan2(0.0, 0.0, 1.0)[1..], [0.0, 0.0]);
        assert_eq!(atan2(f64::INFINITY, f64::INFINITY, 1.0)[1..], [0.0, 0.0]);

        for (weight, right) in [(0.5, 0.0), (0.25, -0.5), (0.75, 0.5), (0.0, -1.0), (1.0, 1.0)] {
            let way = |x: &Var<T>, y: &Var<T>| x.lerp(y, T::from_f64(weight));
            near("lerp", at_two(way, [-largest, largest], 1.0)[0], right * largest);
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn the_order_of_factors_leaves_no_range() {
    let [_, dx] = at::<f32>(Var::log10, 3e38, 1e30);
    close::<f32>(
        "log10",
        dx,
        1e30 / f64::from(3e38_f32) / std::f64::consts::LN_10,
        4.0,
    );
    let [_, dx] = at::<f32>(Var::rsqrt, 3e-33, 1e-10);
    let right = -0.5 * f64::from(1e-10_f32) * f64::from(3e-33_f32).powf(-1.5);
    close::<f32>("rsqrt", dx, right, 8.0);
}

#[test]
fn the_derivative_at_nan() {
    fn check<T: Float>() {
        let nan = |name: &str, function: &dyn Fn(&Var<T>) -> Var<T>, right: f64| {
            let [value, gradient] = at(function, f64::NAN, 2.0);
            assert!(value.is_nan(), "{name}: {value}");
            close::<T>(name, gradient, 2.0 * right, 1.0);
        };
        nan("relu", &Var::relu, 1.0);
        nan(
            "fused relu",
            &|x| {
                let one = x.tape().input(Tensor::full([1, 1], T::ONE).unwrap());
                x.linear_with(&one, None, FusedActivation::Relu)
            },
            1.0,
        );
        nan("relu6", &Var::relu6, 1.0);
        nan("hard_tanh", &|x| x.hard_tanh(-1.0, 1.0), 1.0);
        nan("clamp", &|x| x.clamp(T::ZERO, T::ONE), 1.0);
        nan("threshold", &|x| x.threshold(0.1, 3.0), 1.0);
        nan("hardshrink", &|x| x.hardshrink(0.5), 1.0);
        nan("softshrink", &|x| x.softshrink(0.5), 1.0);
        nan("elu", &|x| x.elu(1.0), 1.0);
        nan("celu", &|x| x.celu(1.0), 1.0);
        nan("selu", &Var::selu, 1.050_700_987_355_480_5);
        nan("hard_swish", &Var::hard_swish, 1.0);
        nan("hard_sigmoid", &Var::hard_sigmoid, 1.0 / 6.0);
        nan("leaky_relu", &|x| x.leaky_relu(0.25), 0.25);
        nan(
            "prelu",
            &|x| x.prelu(&x.tape().input(Tensor::scalar(T::from_f64(0.25)))),
            0.25,
        );
        nan("sign", &Var::sign, 0.0);
        nan("floor", &Var::floor, 0.0);
        nan("heaviside", &|x| x.heaviside(1.0), 0.0);
        assert!(at::<T>(Var::abs, f64::NAN, 1.0).iter().all(|x| x.is_nan()));
        for pair in [[f64::NAN, 1.0], [1.0, f64::NAN]] {
            for function in [Var::<T>::maximum, Var::minimum] {
                let [value, x, y] = at_two(function, pair, 2.0);
                assert!(value.is_nan() && x == 2.0 && y == 2.0, "{value} {x} {y}");
            }
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn what_is_dropped_is_zero_even_of_infinity() {
    fn check<T: Float>() {
        for bad in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let bad = Tensor::full([40], T::from_f64(bad)).unwrap();
            for p in [0.5, 1.0] {
                let tape = Tape::new();
                let x = tape.variable(bad.clone());
                let y = x.apply(Dropout { p, seed: 3 });
                let gradients = y.backward_from(bad.clone()).unwrap();
                let value = y.value().unwrap().to_vec();
                let gradient = gradients.wrt(&x).unwrap().to_vec();
                let dropped = |x: &&T| x.to_f64() == 0.0;
                assert!(value.iter().filter(dropped).count() >= if p == 1.0 { 40 } else { 5 });
                for (value, gradient) in value.iter().zip(&gradient) {
                    assert_eq!(value.to_f64() == 0.0, gradient.to_f64() == 0.0);
                    assert!(value.to_f64() == 0.0 || !value.to_f64().is_finite());
                }
            }
            // Others that drop.
            let bad = bad.reshape([5, 8]).unwrap();
            let mask = Tensor::full([5, 8], true).unwrap();
            #[allow(clippy::type_complexity)] // As long as its four uses.
            let others: [&dyn Fn(&Var<T>) -> Var<T>; 4] = [
                &|x| x.masked_fill(&mask, T::ZERO),
                &|x| x.tape().input(Tensor::scalar(T::ZERO)).where_else(&mask, x),
                &|x| x.triu(9),
                &|x| x.tril(-9),
            ];
            for function in others {
                let x = Tape::new().variable(bad.clone());
                let y = function(&x);
                let gradients = y.backward_from(bad.clone()).unwrap();
                for result in [y.value().unwrap(), gradients.wrt(&x).unwrap()] {
                    assert!(result.to_vec().iter().all(|x| x.to_f64() == 0.0));
                }
            }
        }
        assert_eq!(at::<T>(Var::abs, 0.0, f64::INFINITY), [0.0, 0.0]);
        assert_eq!(at::<T>(Var::relu, -1.0, f64::INFINITY), [0.0, 0.0]);
        assert_eq!(
            at::<T>(|x| x.clamp(T::ZERO, T::ONE), 2.0, f64::INFINITY),
            [1.0, 0.0]
        );
    }
    check::<f32>();
    check::<f64>();
}
