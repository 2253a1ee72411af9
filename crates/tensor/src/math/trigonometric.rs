//! Trigonometric functions.
//!
//! For f32 the sine, cosine and tangent are computed in f64, with the whole range of arguments reduced to a quarter turn without a branch:
//! 2/pi is a sum of pieces so short that their products with x are exact, and of each product only what is left of whole
//! turns counts. For f64 that would need more pieces than it is worth: there, and for the inverse functions, it is the
//! standard library that computes, one element at a time, within 1 ulp on the usual platforms (atan2 2 ulp).

use super::Real;
use super::real::{Bits, polynomial};

/// The functions of one type.
pub trait Trigonometric: Sized {
    fn sin(self) -> Self;
    fn cos(self) -> Self;
    fn tan(self) -> Self;
    fn asin(self) -> Self;
    fn acos(self) -> Self;
    fn atan(self) -> Self;
    fn atan2(self, x: Self) -> Self;
}

macro_rules! standard {
    ($($function:ident($($argument:ident)?))*) => { $(
        #[inline(always)]
        fn $function(self $(, $argument: Self)?) -> Self {
            self.$function($($argument)?)
        }
    )* };
}

impl Trigonometric for f32 {
    #[inline(always)]
    fn sin(self) -> Self {
        let result = reduce(self).sin() as f32;
        if self == 0.0 { self } else { result }
    }

    #[inline(always)]
    fn cos(self) -> Self {
        reduce(self).cos() as f32
    }

    #[inline(always)]
    fn tan(self) -> Self {
        let angle = reduce(self);
        let result = (angle.sin() / angle.cos()) as f32;
        if self == 0.0 { self } else { result }
    }

    standard! { asin() acos() atan() atan2(x) }
}

impl Trigonometric for f64 {
    standard! { sin() cos() tan() asin() acos() atan() atan2(x) }
}

/// 1 / (2 pi) in pieces of 27 bits: their products with the 24 bits of x are either below 2^51 or whole numbers. There are as many
/// as the largest x needs.
const TURNS: [f64; 7] = [
    0.636_619_769_036_769_9 / 4.0,
    3.330_811_459_978_378e-9 / 4.0,
    1.615_379_759_713_065e-17 / 4.0,
    2.837_622_008_414_52e-25 / 4.0,
    9.372_006_385_408_637e-34 / 4.0,
    1.590_011_287_461_774_2e-41 / 4.0,
    1.610_712_782_143_106_1e-49 / 4.0,
];

const LARGEST_FRACTION: f64 = (1_u64 << 51) as f64;

/// An angle of so many quarter turns and the sine and cosine of the rest, which is within an eighth of a turn.
struct Angle {
    quarters: u64,
    sin: f64,
    cos: f64,
}

#[inline(always)]
fn reduce(x: f32) -> Angle {
    let x = f64::from(x);
    let mut turns = 0.0;
    for piece in TURNS {
        let product = x * piece;
        let rest = product - (product + f64::ROUND - f64::ROUND);
        // Too large to be rounded that way means: whole turns. Infinity and NaN are dealt with below.
        turns += if product.abs() < LARGEST_FRACTION {
            rest
        } else {
            0.0
        };
    }
    let quarters = 4.0 * turns;
    let sum = quarters + f64::ROUND;
    let angle = (quarters - (sum - f64::ROUND)) * std::f64::consts::FRAC_PI_2;
    let angle = if x.abs() < f64::INFINITY { angle } else { f64::NAN };
    let z = angle * angle;
    Angle {
        quarters: sum.to_bits(),
        sin: angle + angle * z * polynomial(z, &SIN),
        cos: 1.0 - 0.5 * z + z * z * polynomial(z, &COS),
    }
}

/// (sin(r) / r - 1) / r^2 as a polynomial of r^2 (minimax, by Remez's algorithm), with an error below 2^-37.
const SIN: [f64; 4] = [
    -0.166_666_666_417_591_2,
    0.008_333_329_393_568_364,
    -0.000_198_393_359_131_551_72,
    2.718_313_170_674_476e-6,
];

/// (cos r - 1 + r^2 / 2) / r^4 as a polynomial of r^2, with an error below 2^-43.
const COS: [f64; 4] = [
    0.041_666_666_624_081_69,
    -0.001_388_888_383_802_487_2,
    2.479_953_814_706_575_3e-5,
    -2.721_148_582_902_558_6e-7,
];

impl Angle {
    #[inline(always)]
    fn sin(&self) -> f64 {
        self.sin_after(0)
    }

    #[inline(always)]
    fn cos(&self) -> f64 {
        self.sin_after(1)
    }

    /// The sine of this angle and more quarter turns.
    #[inline(always)]
    fn sin_after(&self, quarters: u64) -> f64 {
        let quarters = self.quarters + quarters;
        let value = if quarters & 1 == 0 { self.sin } else { self.cos };
        f64::from_bits(value.to_bits() ^ ((quarters >> 1) << 63))
    }
}

/// The sine of an angle in radians, within 1 ulp however large the angle.
#[inline(always)]
pub fn sin<T: Real>(x: T) -> T {
    x.sin()
}

/// The cosine of an angle in radians, within 1 ulp however large the angle.
#[inline(always)]
pub fn cos<T: Real>(x: T) -> T {
    x.cos()
}

/// The tangent of an angle in radians, within 1 ulp however large the angle.
#[inline(always)]
pub fn tan<T: Real>(x: T) -> T {
    x.tan()
}

/// The angle in [-pi/2, pi/2] whose sine is x, within 1 ulp (the standard library's); NaN outside of [-1, 1].
#[inline(always)]
pub fn asin<T: Real>(x: T) -> T {
    x.asin()
}

/// The angle in [0, pi] whose cosine is x, within 1 ulp (the standard library's); NaN outside of [-1, 1].
#[inline(always)]
pub fn acos<T: Real>(x: T) -> T {
    x.acos()
}

/// The angle in [-pi/2, pi/2] whose tangent is x, within 1 ulp (the standard library's).
#[inline(always)]
pub fn atan<T: Real>(x: T) -> T {
    x.atan()
}

/// The angle in [-pi, pi] of the point (x, y), within 2 ulp (the standard library's).
#[inline(always)]
pub fn atan2<T: Real>(y: T, x: T) -> T {
    y.atan2(x)
}
