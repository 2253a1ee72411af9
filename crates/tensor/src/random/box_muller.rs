//! Normal numbers from uniform ones (Box and Muller, 1958), with a logarithm, sine and cosine of their own: made of IEEE
//! operations only, they give the same bits on every machine and vectorize.

use std::f64::consts::{LN_2, SQRT_2, TAU};

/// 2^-53.
const UNIT: f64 = f64::EPSILON / 2.0;

/// A uniform number in `[0, 1)`, a multiple of 2^-53.
#[inline(always)]
pub(crate) fn uniform(bits: u64) -> f64 {
    (bits >> 11) as f64 * UNIT
}

/// An exponential number of mean 1: `-ln u` of a `u` in `(0, 1]`.
#[inline(always)]
pub(crate) fn exponential(bits: u64) -> f64 {
    -ln(uniform(bits) + UNIT)
}

/// Two independent normal numbers, `√(-2 ln u) cos 2πv` and `√(-2 ln u) sin 2πv`, of two uniform ones.
#[inline(always)]
pub(crate) fn normals(u: u64, v: u64) -> (f64, f64) {
    let radius = (2.0 * exponential(u)).sqrt();
    let (sin, cos) = sin_cos_turns(uniform(v));
    (radius * cos, radius * sin)
}

/// `ln x` of a normal positive `x`, to an ulp or two: `e ln 2 + 2 artanh s` with `x = m 2^e`, `s = (m - 1) / (m + 1)` and `m` between
/// √½ and √2, so that `|s| < 0.172`.
#[inline(always)]
fn ln(x: f64) -> f64 {
    const LOWEST: u64 = (SQRT_2 / 2.0).to_bits();
    let exponent = (x.to_bits().wrapping_sub(LOWEST) as i64) >> 52;
    let m = f64::from_bits(x.to_bits().wrapping_sub((exponent << 52) as u64));
    let s = (m - 1.0) / (m + 1.0);
    let t = s * s;
    // The series 1 + t/3 + t²/5 + ..., whose first omitted term is below 2^-57.
    let mut series = 1.0 / 21.0;
    for odd in [19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
        series = series * t + 1.0 / odd;
    }
    exponent as f64 * LN_2 + 2.0 * (s + s * t * series)
}

/// `sin 2πv` and `cos 2πv` for `v` in `[0, 1)`, to an ulp of 1: Taylor's series within an eighth of a turn of a quarter.
#[inline(always)]
fn sin_cos_turns(v: f64) -> (f64, f64) {
    let quarter = (4.0 * v + 0.5) as i64;
    let x = (v - quarter as f64 * 0.25) * TAU;
    let t = x * x;
    let (mut sin, mut cos) = (1.0, 1.0);
    for n in [16.0, 14.0, 12.0, 10.0, 8.0, 6.0, 4.0, 2.0] {
        sin = 1.0 - sin * t / (n * (n + 1.0));
        cos = 1.0 - cos * t / (n * (n - 1.0));
    }
    let sin = sin * x;
    let (a, b) = if quarter & 1 == 0 { (sin, cos) } else { (cos, sin) };
    let a = if quarter & 2 == 0 { a } else { -a };
    let b = if (quarter + 1) & 2 == 0 { b } else { -b };
    (a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_right_to_two_ulp() {
        let mut x = UNIT;
        while x <= 1.0 {
            let expected = x.ln();
            assert!((ln(x) - expected).abs() <= 4.0 * UNIT * expected.abs(), "{x}");
            x *= 1.000_37;
        }
        assert_eq!(ln(1.0), 0.0);
        assert!((ln(1.0 - UNIT) / (1.0 - UNIT).ln() - 1.0).abs() <= 2.0 * UNIT);
    }

    #[test]
    fn sine_and_cosine_are_right_to_an_ulp_of_one() {
        for i in 0..100_003 {
            let v = f64::from(i) / 100_003.0;
            let (sin, cos) = sin_cos_turns(v);
            let (s, c) = (TAU * v).sin_cos();
            // TAU * v is rounded itself.
            assert!((sin - s).abs() < 1e-15 && (cos - c).abs() < 1e-15, "{v}");
        }
        for i in 0..8 {
            let (sin, cos) = sin_cos_turns(f64::from(i) / 8.0);
            assert!((sin.hypot(cos) - 1.0).abs() <= 2.0 * UNIT);
        }
        assert_eq!(sin_cos_turns(0.25), (1.0, 0.0));
        assert_eq!(sin_cos_turns(0.5), (0.0, -1.0));
    }

    #[test]
    fn extreme_bits_give_finite_numbers() {
        for u in [0, 1, u64::MAX / 2, u64::MAX] {
            for v in [0, 1, 1 << 61, 1 << 62, u64::MAX / 2, u64::MAX] {
                let (a, b) = normals(u, v);
                assert!(a.abs() < 8.6 && b.abs() < 8.6);
            }
        }
    }
}
