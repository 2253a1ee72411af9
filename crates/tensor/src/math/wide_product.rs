//! Products beyond the range of the type.

use std::ops::{Add, Mul};

/// A product `m 2^k`, which neither overflows nor vanishes on the way: f64 for the digits `m`, an integer of its own for the exponent `k`.
///
/// Each factor or divisor costs one rounding of f64. Zeros, infinities and NaN are as in floating-point arithmetic.
///
/// ```
/// use backprop_tensor::math::WideProduct;
///
/// let factors = [1e200, 1e200, 1e-200, 1e-150];
/// let product = factors.into_iter().fold(WideProduct::ONE, WideProduct::times);
/// assert!((product.value() / 1e50 - 1.0).abs() < 1e-14);
/// assert!((product.over(1e-200).over(1e-200).over(1e250).value() / 1e200 - 1.0).abs() < 1e-14);
///
/// // Sums of such products, and products of such sums.
/// let square = WideProduct::ONE.times(3e200) * WideProduct::ONE.times(3e200);
/// let sum = square + WideProduct::ONE.times(4e200).times(4e200);
/// assert!((sum.over(5e200).value() / 5e200 - 1.0).abs() < 1e-14);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WideProduct {
    digits: f64,
    exponent: i64,
}

impl WideProduct {
    /// The product of no numbers.
    pub const ONE: Self = Self {
        digits: 1.0,
        exponent: 0,
    };

    /// Multiplied by a number.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        let (digits, exponent) = split(factor);
        Self::new(self.digits * digits, self.exponent.saturating_add(exponent))
    }

    /// Divided by a number.
    #[must_use]
    pub fn over(self, divisor: f64) -> Self {
        let (digits, exponent) = split(divisor);
        Self::new(self.digits / digits, self.exponent.saturating_sub(exponent))
    }

    /// The number, as far as f64 has it: infinite or 0 beyond its range.
    pub fn value(self) -> f64 {
        // Halfway first: the whole power may be out of range where the product is not.
        let exponent = self.exponent.clamp(-2200, 2200);
        let third = exponent / 3;
        self.digits * power_of_two(third) * power_of_two(third) * power_of_two(exponent - 2 * third)
    }

    fn new(digits: f64, exponent: i64) -> Self {
        let (digits, more) = split(digits);
        let exponent = if digits == 0.0 {
            0
        } else {
            exponent.saturating_add(more)
        };
        Self { digits, exponent }
    }
}

impl Mul for WideProduct {
    type Output = Self;

    /// The product of both, with one rounding.
    fn mul(self, other: Self) -> Self {
        let exponent = self.exponent.saturating_add(other.exponent);
        Self::new(self.digits * other.digits, exponent)
    }
}

impl Add for WideProduct {
    type Output = Self;

    /// The sum of both, with one rounding.
    fn add(self, other: Self) -> Self {
        let (high, low) = match (self.digits == 0.0, other.digits == 0.0) {
            (false, true) => (self, other),
            (true, false) => (other, self),
            _ if self.exponent >= other.exponent => (self, other),
            _ => (other, self),
        };
        // What is further below than the digits reach is 0 there; that of infinities and NaN does not matter.
        let below = low.exponent.saturating_sub(high.exponent).clamp(-200, 0);
        Self::new(high.digits + low.digits * power_of_two(below), high.exponent)
    }
}

/// `2^k` for -1022 <= k <= 1023.
fn power_of_two(k: i64) -> f64 {
    f64::from_bits(((k + 1023) as u64) << 52)
}

/// `(m, k)` with `x = m 2^k` and `1 <= |m| < 2`; zeros, infinities and NaN are their own `m`.
fn split(x: f64) -> (f64, i64) {
    const EXPONENT: u64 = 0x7ff << 52;
    const LIFT: f64 = (1_u64 << 54) as f64;
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, lifted) = if x.abs() < f64::MIN_POSITIVE {
        (x * LIFT, 54)
    } else {
        (x, 0)
    };
    let bits = x.to_bits();
    let exponent = ((bits & EXPONENT) >> 52) as i64 - 1023;
    (f64::from_bits(bits & !EXPONENT | 1023 << 52), exponent - lifted)
}
