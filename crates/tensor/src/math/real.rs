//! What the formulas need of `f32` and `f64`: arithmetic, and the few operations on bits that have no name in it.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::{erf, exp, hyperbolic, log, normal, power, trigonometric};

/// `f32` or `f64`, as the functions of this module take them.
pub trait Real:
    Bits
    + exp::Coefficients
    + log::Coefficients
    + erf::Coefficients
    + hyperbolic::Coefficients
    + normal::Coefficients
    + trigonometric::Trigonometric
    + power::Power
{
}

impl Real for f32 {}
impl Real for f64 {}

/// Arithmetic and bits.
pub trait Bits:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// 1.5 * 2^m for a mantissa of m bits: added to a small number, it rounds it to an integer k, and the lowest bits of
    /// the sum are those of k.
    const ROUND: Self;

    /// The bias of the exponent, which is also the largest exponent.
    const BIAS: Self;

    /// The smallest normal number.
    const MIN_NORMAL: Self;

    /// 2^(m + 2), which makes every subnormal number normal, and m + 2.
    const NORMALIZE: (Self, Self);

    const INFINITE: Self;
    const UNDEFINED: Self;

    /// The number of this type nearest to a literal.
    fn of(literal: f64) -> Self;

    fn widened(self) -> f64;

    fn abs(self) -> Self;
    fn copysign(self, sign: Self) -> Self;

    /// Negated if the other is negative.
    fn times_sign(self, other: Self) -> Self;

    fn sqrt(self) -> Self;
    fn floor(self) -> Self;
    fn ceil(self) -> Self;
    fn round_ties_even(self) -> Self;
    fn trunc(self) -> Self;
    fn is_nan(self) -> bool;

    /// 2^k of the sum `ROUND + BIAS + k`, for -bias < k <= bias.
    fn power_of_two(sum: Self) -> Self;

    /// Two factors whose product is 2^k, of the sum `ROUND + 2 * BIAS + k`, for every k that a nonzero number's exponent
    /// can be.
    fn powers_of_two(sum: Self) -> (Self, Self);

    /// The higher half of the digits, whose square is exact.
    fn high(self) -> Self;

    /// (m, k) with `self == m * 2^k` and sqrt(1/2) <= m < sqrt(2), of a positive normal number.
    fn split(self) -> (Self, Self);
}

macro_rules! bits {
    ($t:ident, $bits:ident, $mantissa:literal, $exponent:literal) => {
        impl Bits for $t {
            const ROUND: Self = (3_u64 << ($mantissa - 1)) as $t;
            const BIAS: Self = ((1 << ($exponent - 1)) - 1) as $t;
            const MIN_NORMAL: Self = $t::MIN_POSITIVE;
            const NORMALIZE: (Self, Self) = ((1_u64 << ($mantissa + 2)) as $t, ($mantissa + 2) as $t);
            const INFINITE: Self = $t::INFINITY;
            const UNDEFINED: Self = $t::NAN;

            #[inline(always)]
            fn of(literal: f64) -> Self {
                literal as $t
            }

            #[inline(always)]
            fn widened(self) -> f64 {
                self.into()
            }

            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                self.copysign(sign)
            }

            #[inline(always)]
            fn times_sign(self, other: Self) -> Self {
                $t::from_bits(self.to_bits() ^ (other.to_bits() & (-0.0 as $t).to_bits()))
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                self.is_nan()
            }

            bits! { @methods abs sqrt floor ceil round_ties_even trunc }

            #[inline(always)]
            fn power_of_two(sum: Self) -> Self {
                $t::from_bits(sum.to_bits() << $mantissa)
            }

            #[inline(always)]
            fn powers_of_two(sum: Self) -> (Self, Self) {
                let half = sum.to_bits() >> 1;
                let other = sum.to_bits() - half;
                ($t::from_bits(half << $mantissa), $t::from_bits(other << $mantissa))
            }

            #[inline(always)]
            fn high(self) -> Self {
                const LOW: $bits = (1 << (($mantissa + 2) / 2)) - 1;
                $t::from_bits(self.to_bits() & !LOW)
            }

            #[inline(always)]
            fn split(self) -> (Self, Self) {
                // The exponent changes where the mantissa passes sqrt(1/2) instead of 1. It is turned into a number by
                // writing it into the mantissa of 2^m: conversions from 64-bit integers are slow below AVX-512.
                const MANTISSA: $bits = (1 << $mantissa) - 1;
                const ROOT: $bits = (std::f64::consts::FRAC_1_SQRT_2 as $t).to_bits();
                const OFFSET: $t = (1_u64 << $mantissa) as $t;
                let bits = self.to_bits().wrapping_add((1.0 as $t).to_bits() - ROOT);
                let exponent = $t::from_bits((bits >> $mantissa) | OFFSET.to_bits()) - (OFFSET + Self::BIAS);
                ($t::from_bits((bits & MANTISSA) + ROOT), exponent)
            }
        }
    };
    (@methods $($method:ident)*) => { $(
        #[inline(always)]
        fn $method(self) -> Self {
            self.$method()
        }
    )* };
}
bits! { f32, u32, 23, 8 }
bits! { f64, u64, 52, 11 }

/// How many coefficients are treated in one loop.
const LOOP: usize = 20;

/// The polynomial with these coefficients, the constant one first: E(x^2) + x O(x^2), each by Horner's rule.
///
/// The even and the odd part do not wait for each other, and waiting is what a chain of dependent operations costs.
#[inline(always)]
pub(super) fn polynomial<T: Bits>(x: T, coefficients: &[T]) -> T {
    let square = x * x;
    let (mut even, mut odd) = (T::of(0.0), T::of(0.0));
    // Beyond so many, the compiler would not unroll the loop, and vectorize nothing around it.
    let (low, high) = coefficients.split_at(coefficients.len().min(LOOP));
    for (i, &coefficient) in high.iter().enumerate().rev() {
        let sum = if (LOOP + i).is_multiple_of(2) {
            &mut even
        } else {
            &mut odd
        };
        *sum = if LOOP + i + 2 >= coefficients.len() {
            coefficient
        } else {
            *sum * square + coefficient
        };
    }
    for (i, &coefficient) in low.iter().enumerate().rev() {
        let sum = if i % 2 == 0 { &mut even } else { &mut odd };
        *sum = if i + 2 >= coefficients.len() {
            coefficient
        } else {
            *sum * square + coefficient
        };
    }
    even + x * odd
}
