//! Powers of f64, for which there is no wider type to compute in: x^y = e^(y log x), with log x as the sum of two numbers.
//!
//! An error of log x is multiplied by y log x, which may be 700, so log x needs ten bits more than f64 has, and some to spare. x = 2^k m,
//! s = (m - 1) / (m + 1), and log m = 2 s (1 + w) with w = s^2/3 + s^4/5 + ... Of s and w, the higher halves of the digits are treated apart: their
//! products are exact.

use super::exp::Coefficients;
use super::log::special;
use super::real::{Bits, polynomial};

/// (w / s^2 - 1/3) / s^2 as a polynomial of s^2 (Chebyshev's interpolation).
const LOG: &[f64] = &[
    0.2,
    0.142_857_142_857_146_82,
    0.111_111_111_108_279_43,
    0.090_909_091_676_964_01,
    0.076_922_974_812_592_15,
    0.066_674_023_469_236_55,
    0.058_531_181_697_456_03,
    0.058_615_893_119_382_59,
];

/// 1/3 as a sum.
const THIRD: (f64, f64) = (1.0 / 3.0, 1.850_371_707_708_594e-17);

/// x^(y + rest) for an x that is not negative, within 0.75 ulp wherever it is a normal number; the rest must be far smaller than y.
#[inline(always)]
pub(super) fn power(x: f64, y: f64, rest: f64) -> f64 {
    let (high, low) = log(x);
    let product = high * y;
    let ((high_1, high_2), (y_1, y_2)) = (halves(high), halves(y));
    let lost = ((high_1 * y_1 - product) + high_1 * y_2 + high_2 * y_1) + high_2 * y_2;
    let lost = lost + (low * y + high * rest);
    // Beyond, the power is 0 or infinite, and parts of the product may be neither.
    exp(product, if product.abs() < 800.0 { lost } else { 0.0 })
}

/// log x as a sum, to 64 bits.
#[inline(always)]
fn log(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_NORMAL;
    let (m, k) = (if subnormal { x * f64::NORMALIZE.0 } else { x }).split();
    let k = if subnormal { k - f64::NORMALIZE.1 } else { k };

    // s = s_1 + s_2, from m + 1 = sum_1 + sum_2.
    let (f, sum) = (m - 1.0, m + 1.0);
    let sum_1 = sum.high();
    let sum_2 = m - (sum_1 - 1.0);
    let r = 1.0 / sum;
    let s = f * r;
    let s_1 = s.high();
    let s_2 = ((f - s_1 * sum_1) - s_1 * sum_2) * r;

    // w = w_1 + w_2.
    let (square_1, square_2) = (s_1 * s_1, s_2 * (s_1 + s));
    let square = square_1 + square_2;
    let rest = square * polynomial(square, LOG);
    let factor = THIRD.0 + rest;
    let factor_rest = (THIRD.0 - factor) + rest + THIRD.1;
    let ((square_1, square_3), (factor_1, factor_2)) = (halves(square_1), halves(factor));
    let w = square_1 * factor_1;
    let w_1 = w.high();
    let more = square * (factor_2 + factor_rest) + square_3 * factor_1 + square_2 * factor_1;
    let w_2 = (w - w_1) + more;

    // k log 2 + 2 (s_1 + s_2) (1 + w_1 + w_2), beginning with what is largest, as long as it is exact.
    let (first, second, third) = (k * f64::LN_2.0, 2.0 * s_1, 2.0 * s_1 * w_1);
    let small = 2.0 * (s_2 + (s_1 * w_2 + s_2 * (w_1 + w_2))) + k * f64::LN_2.1;
    let start = first + second;
    let sum = start + third;
    let lost = ((first - start) + second) + ((start - sum) + third) + small;
    let high = sum + lost;
    (special(x, high), (sum - high) + lost)
}

/// e^(x + rest).
#[inline(always)]
fn exp(x: f64, rest: f64) -> f64 {
    let x = super::clamp(x, f64::EXP_RANGE.0, f64::EXP_RANGE.1);
    let offset = f64::ROUND + f64::BIAS + f64::BIAS;
    let sum = x * std::f64::consts::LOG2_E + offset;
    let k = sum - offset;
    let (exact, small) = (x - k * f64::LN_2.0, k * f64::LN_2.1);
    let r = exact - small;
    let rest = rest + ((exact - r) - small);
    let (first, second) = f64::powers_of_two(sum);
    let curved = r * r * polynomial(r, f64::EXP);
    let linear = 1.0 + r;
    let lost = (1.0 - linear) + r;
    (linear + (lost + (curved + rest * (linear + curved)))) * first * second
}

/// The higher digits, and the lower ones.
#[inline(always)]
fn halves(x: f64) -> (f64, f64) {
    let high = x.high();
    (high, x - high)
}
