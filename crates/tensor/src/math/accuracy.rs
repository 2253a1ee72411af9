//! The stated errors of all functions, tested: f32 over the whole range against f64, f64 against the standard library.

use crate::math;

/// The distance of `got` from the exact value in steps of f32 at that value; 0 if both are NaN or both round to infinity.
fn ulps(got: f32, exact: f64) -> f64 {
    let rounded = exact as f32;
    if got == rounded || (got.is_nan() && exact.is_nan()) {
        return 0.0;
    }
    let magnitude = exact.abs().max(f64::from(f32::MIN_POSITIVE));
    let step = 2.0_f64.powi(magnitude.log2().floor() as i32 - 23);
    let error = (f64::from(got) - exact).abs() / step;
    if error.is_nan() { f64::INFINITY } else { error }
}

/// All magnitudes, densely, and what lies next to the special values.
fn arguments() -> impl Iterator<Item = f32> {
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

macro_rules! within {
    ($($name:ident $bound:literal $exact:expr;)*) => { $(
        #[test]
        fn $name() {
            let exact: fn(f64) -> f64 = $exact;
            let mut worst = (0.0, 0.0, 0.0);
            for x in arguments() {
                let got = math::$name(x);
                let error = ulps(got, exact(f64::from(x)));
                if error > worst.0 {
                    worst = (error, x, got);
                }
            }
            let (error, x, got) = worst;
            assert!(error <= $bound, "{}({x:e}) = {got:e} is {error:.2} ulp off", stringify!($name));
        }
    )* };
}

mod f32_everywhere {
    use super::*;

    within! {
        exp 1.0 f64::exp;
        exp2 1.5 f64::exp2;
        expm1 2.0 f64::exp_m1;
        log 1.0 f64::ln;
        log1p 2.0 f64::ln_1p;
        log2 2.0 f64::log2;
        log10 2.0 f64::log10;
        tanh 2.0 f64::tanh;
        sinh 2.5 f64::sinh;
        cosh 2.0 f64::cosh;
        asinh 3.0 f64::asinh;
        acosh 3.0 f64::acosh;
        atanh 3.0 f64::atanh;
        sigmoid 2.0 |x| 1.0 / (1.0 + (-x).exp());
        softplus 2.0 |x| x.max(0.0) + (-x.abs()).exp().ln_1p();
        sin 1.0 f64::sin;
        cos 1.0 f64::cos;
        tan 1.0 f64::tan;
        asin 1.0 f64::asin;
        acos 1.0 f64::acos;
        atan 1.0 f64::atan;
        rsqrt 1.5 |x| 1.0 / x.sqrt();
        sqrt 0.5 f64::sqrt;
    }
}
