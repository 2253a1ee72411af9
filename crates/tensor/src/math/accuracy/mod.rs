//! The stated errors of all functions, tested against f64: f32 over the whole range in steps, and, if `BACKPROP_ACCURACY` is set
//! (`cargo xtask ci accuracy`), each single f32 where a function is neither linear nor constant.
//!
//! The functions are arithmetic that is never fused, so what holds here holds at every level of instructions (`tests/levels.rs`).

mod exact;
mod powers;

use crate::{Rng, math};

/// The distance of `got` from the exact value in steps of f32 at that value; 0 if both are NaN or both round to infinity.
fn ulps(got: f32, exact: f64) -> f64 {
    let rounded = exact as f32;
    if got == rounded || (got.is_nan() && exact.is_nan()) {
        return 0.0;
    }
    let magnitude = exact.abs().max(f64::from(f32::MIN_POSITIVE));
    // The power of two below it, by its exponent.
    let power = f64::from_bits(magnitude.to_bits() & f64::INFINITY.to_bits());
    let error = (f64::from(got) - exact).abs() / (power * f64::from(f32::EPSILON));
    if error.is_nan() { f64::INFINITY } else { error }
}

/// All magnitudes, densely, and what lies next to the special values.
fn everywhere() -> impl Iterator<Item = f32> {
    let special = [
        0.0,
        1.0,
        2.0,
        88.72284,
        89.41599,
        87.33655,
        103.97208,
        127.0,
        128.0,
        149.0,
        9.01,
        0.346_573_6,
    ]
    .into_iter()
    .chain([f32::INFINITY, f32::MIN_POSITIVE, f32::MAX, std::f32::consts::PI])
    .flat_map(|x| (0..41).map(move |i| f32::from_bits(x.to_bits().wrapping_add(i).wrapping_sub(20))))
    .flat_map(|x| [x, -x]);
    // An odd stride, so that all mantissas meet all exponents.
    (0..=u32::MAX).step_by(4001).map(f32::from_bits).chain(special)
}

/// The numbers between two of one sign: each 97th, or each if all are asked for.
fn between([from, to]: [f32; 2]) -> impl Iterator<Item = f32> {
    let stride = if std::env::var_os("BACKPROP_ACCURACY").is_some() {
        1
    } else {
        97
    };
    (from.to_bits()..=to.to_bits())
        .step_by(stride)
        .map(f32::from_bits)
}

/// The result that is farthest from the exact one: its error, its argument, itself.
fn worst(
    arguments: impl Iterator<Item = f32>,
    function: impl Fn(f32) -> f32,
    exact: impl Fn(f64) -> f64,
) -> (f64, f32, f32) {
    let mut worst = (0.0, 0.0, 0.0);
    for x in arguments {
        let got = function(x);
        let error = ulps(got, exact(f64::from(x)));
        if error > worst.0 {
            worst = (error, x, got);
        }
    }
    worst
}

macro_rules! within {
    ($($name:ident $bound:literal $function:expr => $exact:expr, $([$from:expr, $to:expr])*;)*) => { $(
        #[test]
        fn $name() {
            let exact: fn(f64) -> f64 = $exact;
            for (error, x, got) in [
                worst(everywhere(), $function, exact),
                $(worst(between([$from, $to]), $function, exact),)*
            ] {
                assert!(error <= $bound, "{}({x:e}) = {got:e} is {error:.3} ulp off", stringify!($name));
            }
        }
    )* };
}

fn slope_of_sigmoid(x: f64) -> f64 {
    1.0 / ((1.0 + x.exp()) * (1.0 + (-x).exp()))
}

/// The distribution of the normal distribution, which the C library has no function for: by erf near 0, by the continued fraction of the tail.
fn distribution(x: f64) -> f64 {
    let t = x.abs();
    let density = (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let tail = match t < 2.0 {
        // x + x^3/3 + x^5/15 + ...
        true => {
            let mut term = t;
            let sum: f64 = (1..60)
                .map(|n| {
                    let last = term;
                    term *= t * t / f64::from(2 * n + 1);
                    last
                })
                .sum();
            0.5 - density * sum
        }
        false => density / (1..120).rev().fold(t, |rest, n| t + f64::from(n) / rest),
    };
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// 2 x e^(-x^2) / sqrt(pi) (1 + 2 x^2/3 + (2 x^2)^2/15 + ...).
fn error_function(x: f64) -> f64 {
    let mut term = x * std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp();
    if x == 0.0 || x.abs() > 5.0 || x.is_nan() {
        return if x.abs() > 5.0 { x.signum() } else { x };
    }
    // As many terms as do not vanish beside the sum.
    (1..if x.abs() < 1.0 { 25 } else { 140 })
        .map(|n| {
            let last = term;
            term *= 2.0 * x * x / f64::from(2 * n + 1);
            last
        })
        .sum()
}

/// x^3/3 - 2 x^5/15 + ... near 0.
fn difference_to_tanh(x: f64) -> f64 {
    if x.abs() >= 0.05 {
        return x - x.tanh();
    }
    let z = x * x;
    let series = [
        1.0 / 3.0,
        -2.0 / 15.0,
        17.0 / 315.0,
        -62.0 / 2835.0,
        1382.0 / 155_925.0,
    ];
    x * z * series.into_iter().rev().fold(0.0, |sum, c| sum * z + c)
}

mod f32_everywhere {
    use super::*;

    within! {
        exp 1.0 math::exp => f64::exp, [0.01, 89.0] [-0.01, -104.0];
        exp2 1.5 math::exp2 => f64::exp2, [0.01, 128.0] [-0.01, -150.0];
        expm1 2.5 math::expm1 => f64::exp_m1, [0.01, 89.0] [-0.01, -20.0];
        probability 1.0 |x| math::probability(x).0 => f64::exp, [-0.01, -104.0];
        left_of_one 2.5 |x| math::probability(-x.abs()).1 => |x| -(-x.abs()).exp_m1(), [-0.01, -20.0];
        log 1.0 math::log => f64::ln, [0.125, 8.0];
        log1p 2.0 math::log1p => f64::ln_1p, [0.01, 16.0] [-0.01, -1.0];
        log2 2.0 math::log2 => f64::log2, [0.125, 8.0];
        log10 2.0 math::log10 => f64::log10, [0.125, 8.0];
        tanh 2.5 math::tanh => f64::tanh, [0.001, 10.0];
        tanhshrink 7.0 math::tanhshrink => difference_to_tanh, [0.1, 10.0];
        sinh 2.5 math::sinh => f64::sinh, [0.01, 90.0];
        cosh 2.0 math::cosh => f64::cosh, [0.01, 90.0];
        asinh 3.0 math::asinh => f64::asinh, [0.01, 64.0];
        acosh 3.0 math::acosh => f64::acosh, [1.0, 64.0];
        atanh 3.0 math::atanh => f64::atanh, [0.01, 1.0];
        sigmoid 2.5 math::sigmoid => |x| 1.0 / (1.0 + (-x).exp()), [0.01, 20.0] [-0.01, -104.0];
        logistic 6.0 |x| math::logistic(x).0 => |x| 1.0 / (1.0 + (-x).exp()), [0.01, 20.0] [-0.01, -87.0];
        logistic_derivative 6.0 |x| math::logistic(x).1 => slope_of_sigmoid, [0.01, 87.0] [-0.01, -87.0];
        softplus 2.0 math::softplus => |x| x.max(0.0) + (-x.abs()).exp().ln_1p(), [0.01, 20.0] [-0.01, -104.0];
        erf 2.5 math::erf => error_function, [0.01, 4.0];
        normal 8.0 |x| math::normal(x).0 => distribution, [-0.25, -14.5] [0.25, 6.0];
        density 2.5 |x| math::normal(x).1 => |x| (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt(), [0.125, 14.5];
        gaussian 2.0 math::gaussian => |x| (-x * x).exp(), [0.125, 10.25];
        sin 1.0 math::sin => f64::sin, [0.1, 16.0];
        cos 1.0 math::cos => f64::cos, [0.1, 16.0];
        tan 1.0 math::tan => f64::tan, [0.1, 16.0];
        asin 1.0 math::asin => f64::asin, [0.01, 1.0];
        acos 1.0 math::acos => f64::acos, [0.01, 1.0] [-0.01, -1.0];
        atan 1.0 math::atan => f64::atan, [0.01, 64.0];
        rsqrt 1.5 math::rsqrt => |x| 1.0 / x.sqrt(), [0.5, 4.0];
        sqrt 0.5 math::sqrt => f64::sqrt, [0.5, 4.0];
    }
}

/// What takes two or three numbers, at random, near 1 and all over the range.
#[test]
fn f32_of_several_numbers() {
    let rng = &mut Rng::seed(5);
    for trial in 0..400_000 {
        let mut number = || match trial % 2 {
            0 => rng.normal() as f32,
            _ => f32::from_bits((rng.uniform() * f64::from(u32::MAX)) as u32),
        };
        let (x, y, z) = (number(), number(), number());
        let [a, b, c] = [x, y, z].map(f64::from);
        let error = ulps(math::atan2(y, x), b.atan2(a));
        assert!(error <= 2.0, "atan2({y:e}, {x:e}): {error:.3} ulp");
        let error = ulps(math::powf(x, y), a.powf(b));
        assert!(error <= 1.0, "powf({x:e}, {y:e}): {error:.3} ulp");
        let exact = a * b / c;
        if exact.abs() >= f64::from(f32::MIN_POSITIVE) {
            let error = ulps(math::mul_div(x, y, z), exact);
            assert!(error <= 2.0, "{x:e} * {y:e} / {z:e}: {error:.3} ulp");
        }
    }
}

/// As for f32, for f64: at random, and up the hills from the worst that was found.
mod f64_at_random {
    use super::exact::{self, Exact};
    use super::*;

    fn ulps(got: f64, exact: Exact) -> f64 {
        let magnitude = exact.0.abs().max(f64::MIN_POSITIVE);
        let power = f64::from_bits(magnitude.to_bits() & f64::INFINITY.to_bits());
        let error = ((got - exact.0) - exact.1).abs() / (power * f64::EPSILON);
        if error.is_nan() { f64::INFINITY } else { error }
    }

    /// The largest error between two numbers of one sign, and where.
    pub(super) fn worst(
        [from, to]: [f64; 2],
        function: impl Fn(f64) -> f64,
        exact: impl Fn(f64) -> Exact,
    ) -> (f64, f64) {
        let trials = if std::env::var_os("BACKPROP_ACCURACY").is_some() {
            200_000
        } else {
            5_000
        };
        let rng = &mut Rng::seed(17);
        let error = |x: f64| (ulps(function(x), exact(x)), x);
        // By size and by exponent in turn.
        let (first, count) = (from.to_bits(), to.to_bits() - from.to_bits());
        let mut found: Vec<_> = (0..trials)
            .map(|trial| match trial % 2 {
                0 => from + (to - from) * rng.uniform(),
                _ => f64::from_bits(first + (count as f64 * rng.uniform()) as u64),
            })
            .map(error)
            .collect();
        found.sort_by(|x, y| y.0.total_cmp(&x.0));
        found.truncate(20);
        for best in &mut found {
            for _ in 0..trials / 50 {
                let step = 1_i64 << rng.below(48);
                let step = if rng.below(2) == 0 { step } else { -step };
                let bits = best.1.to_bits().wrapping_add_signed(step);
                let next = error(f64::from_bits(bits.clamp(first, first + count)));
                if next.0 > best.0 {
                    *best = next;
                }
            }
        }
        found
            .into_iter()
            .fold((0.0, 0.0), |x, y| if y.0 > x.0 { y } else { x })
    }

    macro_rules! within {
        ($($name:ident $bound:literal $function:expr => $exact:expr, $([$from:expr, $to:expr])*;)*) => { $(
            #[test]
            fn $name() {
                for (error, x) in [$(worst([$from, $to], $function, $exact)),*] {
                    assert!(error <= $bound, "f64 {}({x:e}) is {error:.3} ulp off", stringify!($name));
                }
            }
        )* };
    }

    within! {
        exp 1.0 math::exp => exact::exp, [1e-3, 709.0] [-1e-3, -707.0];
        exp2 1.5 math::exp2 => exact::exp2, [1e-3, 1023.0] [-1e-3, -1021.0];
        expm1 2.5 math::expm1 => exact::expm1, [1e-3, 709.0] [-1e-3, -40.0];
        probability 1.0 |x| math::probability(x).0 => exact::exp, [-1e-3, -707.0];
        left_of_one 2.5 |x| -math::probability(x).1 => exact::expm1, [-1e-3, -40.0];
        log 1.0 math::log => exact::log, [1e-300, 1e300] [0.125, 8.0];
        log1p 2.0 math::log1p => exact::log1p, [1e-3, 1e300] [-1e-3, -0.999_999];
        log2 2.0 math::log2 => exact::log2, [1e-300, 1e300] [0.125, 8.0];
        log10 2.0 math::log10 => exact::log10, [1e-300, 1e300] [0.125, 8.0];
        tanh 2.5 math::tanh => exact::tanh, [1e-3, 20.0];
        tanhshrink 7.0 math::tanhshrink => exact::tanhshrink, [1e-3, 20.0];
        sinh 2.5 math::sinh => exact::sinh, [1e-3, 709.0];
        cosh 2.0 math::cosh => exact::cosh, [1e-3, 709.0];
        asinh 3.0 math::asinh => exact::asinh, [1e-3, 1e9] [1e-3, 64.0];
        acosh 3.0 math::acosh => exact::acosh, [1.000_001, 1e9] [1.000_001, 64.0];
        atanh 3.0 math::atanh => exact::atanh, [1e-3, 0.999_999];
        sigmoid 2.5 math::sigmoid => exact::sigmoid, [1e-3, 40.0] [-1e-3, -700.0];
        logistic 6.0 |x| math::logistic(x).0 => exact::sigmoid, [1e-3, 40.0] [-1e-3, -700.0];
        logistic_derivative 6.0 |x| math::logistic(x).1 => exact::logistic_derivative, [1e-3, 700.0] [-1e-3, -700.0];
        softplus 2.0 math::softplus => exact::softplus, [1e-3, 40.0] [-1e-3, -700.0];
        erf 2.5 math::erf => exact::erf, [1e-3, 5.5];
        normal 8.0 |x| math::normal(x).0 => exact::distribution, [1e-3, 8.0] [-1e-3, -37.0];
        density 2.5 |x| math::normal(x).1 => exact::density, [1e-3, 37.0];
        gaussian 2.0 math::gaussian => exact::gaussian, [1e-3, 26.0];
        rsqrt 1.5 math::rsqrt => exact::rsqrt, [0.5, 4.0];
    }

    #[test]
    fn the_exact_functions_are_exact() {
        // To 33 digits, by mpmath.
        for (what, got, high, low) in [
            (
                "exp",
                exact::exp(-3.7),
                0.024723526470339388,
                -1.294857794723138e-18,
            ),
            (
                "exp",
                exact::exp(300.3),
                2.6220013776845454e+130,
                2.2082732624864628e+114,
            ),
            ("exp2", exact::exp2(3.3), 9.849155306759329, 3.536600477965501e-16),
            (
                "expm1",
                exact::expm1(0.001),
                0.0010005001667083417,
                2.598544094203749e-20,
            ),
            (
                "expm1",
                exact::expm1(-0.3),
                -0.2591817793182821,
                -1.805530505953e-18,
            ),
            ("log", exact::log(0.9), -0.10536051565782628, 4.81014917638444e-18),
            (
                "log",
                exact::log(1e+100),
                230.25850929940458,
                -1.1033518306311232e-14,
            ),
            (
                "log1p",
                exact::log1p(0.001),
                0.0009995003330835331,
                3.8971025988294614e-20,
            ),
            (
                "log2",
                exact::log2(3.1),
                1.632268215499513,
                -5.104448044893599e-17,
            ),
            (
                "log10",
                exact::log10(3.1),
                0.4913616938342727,
                -2.637872270555745e-18,
            ),
            (
                "tanh",
                exact::tanh(0.4),
                0.3799489622552249,
                6.3008573143723185e-18,
            ),
            (
                "tanhshrink",
                exact::tanhshrink(0.3),
                0.008687387548409094,
                -4.786282452602696e-19,
            ),
            (
                "sinh",
                exact::sinh(0.4),
                0.4107523258028155,
                2.2564035584726803e-17,
            ),
            (
                "cosh",
                exact::cosh(2.2),
                4.567908328898228,
                3.5340392086148287e-16,
            ),
            (
                "asinh",
                exact::asinh(1.3),
                1.078451058954897,
                -3.951536061489487e-18,
            ),
            (
                "acosh",
                exact::acosh(1.3),
                0.7564329108569596,
                1.1427849269101678e-17,
            ),
            (
                "atanh",
                exact::atanh(0.3),
                0.3095196042031117,
                5.4139184190139844e-18,
            ),
            (
                "sigmoid",
                exact::sigmoid(-4.2),
                0.014774031693273055,
                -8.691324648426959e-20,
            ),
            (
                "softplus",
                exact::softplus(-4.2),
                0.014884254671918125,
                3.3677659534741153e-19,
            ),
            (
                "erf",
                exact::erf(0.9),
                0.7969082124228322,
                -2.3193178035628794e-17,
            ),
            ("erf", exact::erf(3.1), 0.9999883513426328, 4.7372455611367474e-17),
            (
                "distribution",
                exact::distribution(-3.3),
                0.0004834241423837775,
                1.094426951716933e-20,
            ),
            (
                "distribution",
                exact::distribution(-4.2),
                1.3345749015906327e-05,
                5.081849075902108e-22,
            ),
            (
                "distribution",
                exact::distribution(-20.1),
                3.6896808637213897e-90,
                -1.7481936176735735e-106,
            ),
            (
                "distribution",
                exact::distribution(1.1),
                0.8643339390536173,
                1.5835297069276357e-17,
            ),
            (
                "density",
                exact::density(3.3),
                0.0017225689390536812,
                -7.694776112052915e-20,
            ),
            (
                "gaussian",
                exact::gaussian(3.3),
                1.864374233151685e-05,
                9.903174937669275e-22,
            ),
            (
                "rsqrt",
                exact::rsqrt(3.3),
                0.5504818825631803,
                3.9811448497487895e-18,
            ),
        ] {
            let error = ((got.0 - high) + (got.1 - low)).abs() / high.abs();
            assert!(error < 1e-27, "{what}: {error:e}");
        }
    }
}
