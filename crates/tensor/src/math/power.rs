//! Roots and powers.

use super::Real;
use super::exp::exp;
use super::log::log;

/// The power of one type.
pub trait Power: Sized {
    fn pow(self, exponent: Self) -> Self;
}

impl Power for f32 {
    /// In f64, whose spare bits make e^(y log x) exact enough.
    #[inline(always)]
    fn pow(self, exponent: Self) -> Self {
        let (x, y) = (f64::from(self), f64::from(exponent));
        let magnitude = exp(y * log(x.abs())) as f32;
        // Infinity counts as an even integer, as in C.
        let integer = y.trunc() == y;
        let odd = integer && (y * 0.5).trunc() != y * 0.5;
        let result = if odd { magnitude.copysign(self) } else { magnitude };
        let real = integer || !(x < 0.0 && x > f64::NEG_INFINITY);
        let result = if real { result } else { f32::NAN };
        // What even NaN or infinity in the other place does not change.
        let one = y == 0.0 || x == 1.0 || (x == -1.0 && y.abs() == f64::INFINITY);
        if one { 1.0 } else { result }
    }
}

impl Power for f64 {
    /// By the standard library: there is no wider type to compute in.
    #[inline(always)]
    fn pow(self, exponent: Self) -> Self {
        self.powf(exponent)
    }
}

/// The square root, correctly rounded; NaN for negative numbers.
#[inline(always)]
pub fn sqrt<T: Real>(x: T) -> T {
    x.sqrt()
}

/// 1 / sqrt(x), within 1.5 ulp.
#[inline(always)]
pub fn rsqrt<T: Real>(x: T) -> T {
    T::of(1.0) / x.sqrt()
}

/// x^y, within 1 ulp, with the special cases of C: x^0 = 1 for every x, 1^y = 1 for every y, and NaN for a finite negative x
/// unless y is an integer or infinite.
#[inline(always)]
pub fn powf<T: Real>(x: T, y: T) -> T {
    x.pow(y)
}

/// x y / z, within 2 ulp wherever the result is a normal number, though x y may be infinite or vanish.
#[inline(always)]
pub fn mul_div<T: Real>(x: T, y: T, z: T) -> T {
    let product = x * y;
    let magnitude = product.abs();
    let plain = magnitude >= T::MIN_NORMAL && magnitude < T::INFINITE;
    // The larger factor of what is too large is divided first, the smaller of what is too small: neither quotient leaves the range.
    let swap = (x.abs() < y.abs()) == (magnitude >= T::of(1.0));
    let (first, second) = if swap { (y, x) } else { (x, y) };
    let (first, second) = if plain {
        (product, T::of(1.0))
    } else {
        (first, second)
    };
    first / z * second
}
