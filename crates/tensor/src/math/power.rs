//! Roots and powers.

use super::Real;
use super::double_power::power;
use super::exp::exp;
use super::log::log;
use super::wide_product::WideProduct;

/// The power of one type.
pub trait Power: Sized {
    fn pow(self, exponent: Self) -> Self;

    /// `gradient * p * x^(p - 1)`.
    fn pow_gradient(gradient: Self, x: Self, p: Self) -> Self;

    /// As `pow_gradient`, but only where `pow_is_plain`.
    fn plain_pow_gradient(gradient: Self, x: Self, p: Self) -> Self;

    /// Whether `p x^(p - 1)` is in range, or has no digits to lose.
    fn pow_is_plain(x: Self, p: Self, y: Self) -> bool;
}

impl Power for f32 {
    /// In f64, whose spare bits make e^(y log x) exact enough.
    #[inline(always)]
    fn pow(self, exponent: Self) -> Self {
        let (x, y) = (f64::from(self), f64::from(exponent));
        power_of_any(x, y, exp(y * log(x.abs())), is_odd(y)) as f32
    }

    /// In f64, in which neither the product nor `p - 1` loses anything.
    #[inline(always)]
    fn pow_gradient(gradient: Self, x: Self, p: Self) -> Self {
        let (g, x, p) = (f64::from(gradient), f64::from(x), f64::from(p));
        let y = p - 1.0;
        let result = g * (p * power_of_any(x, y, exp(y * log(x.abs())), is_odd(y)));
        if p == 0.0 { 0.0 } else { result as f32 }
    }

    #[inline(always)]
    fn plain_pow_gradient(gradient: Self, x: Self, p: Self) -> Self {
        Self::pow_gradient(gradient, x, p)
    }

    #[inline(always)]
    fn pow_is_plain(_: Self, _: Self, _: Self) -> bool {
        true
    }
}

impl Power for f64 {
    #[inline(always)]
    fn pow(self, exponent: Self) -> Self {
        power_of_any(self, exponent, power(self.abs(), exponent, 0.0), is_odd(exponent))
    }

    fn pow_gradient(gradient: Self, x: Self, p: Self) -> Self {
        if p == 0.0 {
            return 0.0;
        }
        let factor = p * less_one(x, p);
        if is_normal(factor) || x == 0.0 || !x.is_finite() || factor.is_nan() {
            return gradient * factor;
        }
        // x^p / x, where x^p may be the fourth power of a number in range only.
        let root = x.abs().pow(0.25 * p);
        product(
            [gradient, factor.signum(), p.abs(), root, root, root, root],
            [x.abs()],
        )
    }

    #[inline(always)]
    fn plain_pow_gradient(gradient: Self, x: Self, p: Self) -> Self {
        let result = gradient * (p * less_one(x, p));
        if p == 0.0 { 0.0 } else { result }
    }

    /// p x^(p - 1) is p y / x.
    #[inline(always)]
    fn pow_is_plain(x: Self, p: Self, y: Self) -> bool {
        let within = |x: Self, bound: Self| x.abs() > 1.0 / bound && x.abs() < bound;
        within(x, 1e140) && within(y, 1e140) && within(p, 1e20)
    }
}

/// x^(p-1), though p - 1 may be rounded: its error would be multiplied by log x.
#[inline(always)]
fn less_one(x: f64, p: f64) -> f64 {
    let y = p - 1.0;
    let back = y - p;
    let rest = (p - (y - back)) - (1.0 + back);
    // Of a rounded p - 1, whether it is odd says nothing.
    let is_odd = p.trunc() == p && !is_odd(p) && p.abs() < f64::INFINITY;
    power_of_any(x, y, power(x.abs(), y, rest), is_odd)
}

/// Whether the power of a negative number is negative. Infinity counts as an even integer, as in C.
#[inline(always)]
fn is_odd(y: f64) -> bool {
    y.trunc() == y && (y * 0.5).trunc() != y * 0.5
}

/// x^y from |x|^y.
#[inline(always)]
fn power_of_any(x: f64, y: f64, magnitude: f64, is_odd: bool) -> f64 {
    let result = if is_odd { magnitude.copysign(x) } else { magnitude };
    let real = y.trunc() == y || !(x < 0.0 && x > f64::NEG_INFINITY);
    let result = if real { result } else { f64::NAN };
    // What even NaN or infinity in the other place does not change.
    let one = y == 0.0 || x == 1.0 || (x == -1.0 && y.abs() == f64::INFINITY);
    if one { 1.0 } else { result }
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

/// g p x^(p-1), the gradient of x where x^p has the gradient g, within some ulp wherever it is a normal number, though the power may be none; 0
/// for p = 0, whatever x.
///
/// ```
/// use backprop_tensor::math;
///
/// // x^2 is infinite.
/// assert_eq!(math::pow_gradient(2_f32.powi(-100), 2_f32.powi(70), 3.0), 3.0 * 2_f32.powi(40));
/// ```
#[inline(always)]
pub fn pow_gradient<T: Real>(g: T, x: T, p: T) -> T {
    T::pow_gradient(g, x, p)
}

/// [`pow_gradient`] where [`pow_is_plain`]; for f64 much faster.
///
/// ```
/// use backprop_tensor::math;
///
/// assert_eq!(math::plain_pow_gradient(0.5_f64, 3.0, 2.0), 3.0);
/// ```
#[inline(always)]
pub fn plain_pow_gradient<T: Real>(g: T, x: T, p: T) -> T {
    T::plain_pow_gradient(g, x, p)
}

/// Whether x, p, and y, which is x^p, are so far from the ends of the range that [`plain_pow_gradient`] is right.
///
/// ```
/// use backprop_tensor::math;
///
/// assert!(math::pow_is_plain(3.0, 2.0, 9.0));
/// assert!(!math::pow_is_plain(1e200, 2.0, f64::INFINITY));
/// ```
#[inline(always)]
pub fn pow_is_plain<T: Real>(x: T, p: T, y: T) -> bool {
    T::pow_is_plain(x, p, y)
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
