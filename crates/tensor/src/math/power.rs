//! Roots and powers.

use super::Real;
use super::exp::exp;
use super::log::log;
use super::wide_product::WideProduct;

/// The power of one type.
pub trait Power: Sized {
    fn pow(self, exponent: Self) -> Self;

    /// `gradient * p * x^(p - 1)`, with `y` for `x^p`.
    fn pow_gradient(gradient: Self, x: Self, p: Self, y: Self) -> Self;
}

impl Power for f32 {
    /// In f64, whose spare bits make e^(y log x) exact enough.
    #[inline(always)]
    fn pow(self, exponent: Self) -> Self {
        wide_pow(self.into(), exponent.into()) as f32
    }

    /// In f64, in which neither the product nor `p - 1` loses anything.
    #[inline(always)]
    fn pow_gradient(gradient: Self, x: Self, p: Self, _: Self) -> Self {
        let p = f64::from(p);
        let result = f64::from(gradient) * (p * wide_pow(x.into(), p - 1.0));
        if p == 0.0 { 0.0 } else { result as f32 }
    }
}

/// The power of numbers of f32, exact enough to be rounded to one.
#[inline(always)]
fn wide_pow(x: f64, y: f64) -> f64 {
    let magnitude = exp(y * log(x.abs()));
    // Infinity counts as an even integer, as in C.
    let integer = y.trunc() == y;
    let odd = integer && (y * 0.5).trunc() != y * 0.5;
    let result = if odd { magnitude.copysign(x) } else { magnitude };
    let real = integer || !(x < 0.0 && x > f64::NEG_INFINITY);
    let result = if real { result } else { f64::NAN };
    // What even NaN or infinity in the other place does not change.
    let one = y == 0.0 || x == 1.0 || (x == -1.0 && y.abs() == f64::INFINITY);
    if one { 1.0 } else { result }
}

impl Power for f64 {
    /// By the standard library: there is no wider type to compute in.
    #[inline(always)]
    fn pow(self, exponent: Self) -> Self {
        self.powf(exponent)
    }

    fn pow_gradient(gradient: Self, x: Self, p: Self, y: Self) -> Self {
        if p == 0.0 {
            return 0.0;
        }
        // A rounded p - 1 would be an error of its multiple by log x.
        let is_exact = (p - 1.0) + 1.0 == p;
        let is_plain = is_exact || x == 0.0 || !x.is_finite() || !is_normal(y);
        let factor = p * if is_plain { x.powf(p - 1.0) } else { y / x };
        if is_normal(factor) || x == 0.0 || !x.is_finite() || factor.is_nan() {
            return gradient * factor;
        }
        // x^p / x, where x^p may be the fourth power of a number in range only.
        let root = x.abs().powf(0.25 * p);
        product(
            [gradient, factor.signum(), p.abs(), root, root, root, root],
            [x.abs()],
        )
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

/// g p x^(p-1), the gradient of x where y = x^p has the gradient g, within some ulp wherever it is a normal number, though the power may be none; 0
/// for p = 0, whatever x.
///
/// ```
/// use backprop_tensor::math;
///
/// // x^2 is infinite.
/// assert_eq!(math::pow_gradient(2_f32.powi(-100), 2_f32.powi(70), 3.0, f32::INFINITY), 3.0 * 2_f32.powi(40));
/// ```
#[inline(always)]
pub fn pow_gradient<T: Real>(g: T, x: T, p: T, y: T) -> T {
    T::pow_gradient(g, x, p, y)
}

/// Whether x is neither 0 nor subnormal nor infinite nor NaN: whether a product with it loses no digits but by its own size.
#[inline(always)]
pub fn is_normal<T: Real>(x: T) -> bool {
    x.abs() >= T::MIN_NORMAL && x.abs() < T::INFINITE
}

/// The product of the factors over that of the divisors, right wherever it is a normal number, whatever becomes of its parts: for the few elements
/// whose parts leave the range, as it is slow. See [`WideProduct`].
///
/// ```
/// use backprop_tensor::math;
///
/// let big = 2_f32.powi(100);
/// assert_eq!(math::product([big, big, 3.0], [big, big]), 3.0);
/// ```
pub fn product<T: Real, const N: usize, const M: usize>(factors: [T; N], divisors: [T; M]) -> T {
    let product = factors
        .into_iter()
        .map(T::widened)
        .fold(WideProduct::ONE, WideProduct::times);
    let quotient = divisors
        .into_iter()
        .map(T::widened)
        .fold(product, WideProduct::over);
    T::of(quotient.value())
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
