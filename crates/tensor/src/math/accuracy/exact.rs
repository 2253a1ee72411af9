//! The functions to about 30 digits, for f64 to be compared with: numbers are sums of two f64, functions are series that are summed
//! to the end, and inverse functions are the standard library's with one step of Newton's method.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// The sum of two numbers of which the second is at most half a step of the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exact(pub f64, pub f64);

const LN_2: Exact = Exact(std::f64::consts::LN_2, 2.319_046_813_846_3e-17);
const LN_10: Exact = Exact(std::f64::consts::LN_10, -2.170_756_223_382_249_4e-16);
const PI: Exact = Exact(std::f64::consts::PI, 1.224_646_799_147_353_2e-16);

fn sum(x: f64, y: f64) -> Exact {
    let sum = x + y;
    let part = sum - x;
    Exact(sum, (x - (sum - part)) + (y - part))
}

fn product(x: f64, y: f64) -> Exact {
    let product = x * y;
    Exact(product, x.mul_add(y, -product))
}

impl From<f64> for Exact {
    fn from(x: f64) -> Self {
        Self(x, 0.0)
    }
}

impl Add for Exact {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (high, low) = (sum(self.0, other.0), sum(self.1, other.1));
        let high = sum(high.0, high.1 + low.0);
        sum(high.0, high.1 + low.1)
    }
}

impl Neg for Exact {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl Sub for Exact {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Exact {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let high = product(self.0, other.0);
        sum(high.0, high.1 + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Div for Exact {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let first = self.0 / other.0;
        let rest = self - other * first.into();
        let second = rest.0 / other.0;
        let rest = rest - other * second.into();
        sum(first, second) + (rest.0 / other.0).into()
    }
}

impl Exact {
    fn abs(self) -> Self {
        if self.0 < 0.0 { -self } else { self }
    }

    fn sqrt(self) -> Self {
        let root = Self::from(self.0.sqrt());
        root + (self - root * root) / (root + root)
    }

    /// Times a power of two.
    fn scaled(self, exponent: i32) -> Self {
        let (half, rest) = (2.0_f64.powi(exponent / 2), 2.0_f64.powi(exponent - exponent / 2));
        Self(self.0 * half * rest, self.1 * half * rest)
    }

    /// e^x - 1, by its series for x / 2^k and e^2x - 1 = (e^x - 1) (e^x + 1).
    pub fn expm1(self) -> Self {
        let k = (self.0 / LN_2.0).round();
        let r = (self - LN_2 * k.into()).scaled(-8);
        let mut result = (1..14).rev().fold(Self::from(0.0), |rest, n| {
            r * (Self::from(1.0) + rest) / f64::from(n).into()
        });
        for _ in 0..8 {
            result = result * (result + 2.0.into());
        }
        match k == 0.0 {
            true => result,
            false => (result + 1.0.into()).scaled(k as i32) - 1.0.into(),
        }
    }

    pub fn exp(self) -> Self {
        let k = (self.0 / LN_2.0).round();
        ((self - LN_2 * k.into()).expm1() + 1.0.into()).scaled(k as i32)
    }

    pub fn log1p(self) -> Self {
        let near = Self::from(self.0.ln_1p());
        let power = near.expm1();
        near + (self - power) / (power + 1.0.into())
    }
}

pub(super) fn exp(x: f64) -> Exact {
    Exact::from(x).exp()
}

pub(super) fn exp2(x: f64) -> Exact {
    (LN_2 * x.into()).exp()
}

pub(super) fn expm1(x: f64) -> Exact {
    Exact::from(x).expm1()
}

pub(super) fn log(x: f64) -> Exact {
    // Far from 1, e^x - 1 has not all digits of e^x.
    if !(0.5..=2.0).contains(&x) && x.is_normal() {
        let k = x.log2().round() as i32;
        return log(Exact::from(x).scaled(-k).0) + LN_2 * f64::from(k).into();
    }
    let near = Exact::from(x.ln());
    let power = near.expm1();
    near + (sum(x, -1.0) - power) / (power + 1.0.into())
}

pub(super) fn log1p(x: f64) -> Exact {
    Exact::from(x).log1p()
}

pub(super) fn log2(x: f64) -> Exact {
    log(x) / LN_2
}

pub(super) fn log10(x: f64) -> Exact {
    log(x) / LN_10
}

pub(super) fn tanh(x: f64) -> Exact {
    let power = Exact::from(2.0 * x).expm1();
    power / (power + 2.0.into())
}

pub(super) fn tanhshrink(x: f64) -> Exact {
    Exact::from(x) - tanh(x)
}

pub(super) fn sinh(x: f64) -> Exact {
    let power = expm1(x);
    (power + power / (power + 1.0.into())).scaled(-1)
}

pub(super) fn cosh(x: f64) -> Exact {
    (exp(x) + exp(-x)).scaled(-1)
}

pub(super) fn asinh(x: f64) -> Exact {
    let near = x.asinh();
    Exact::from(near) + (Exact::from(x) - sinh(near)) / cosh(near)
}

pub(super) fn acosh(x: f64) -> Exact {
    let near = x.acosh();
    let power = expm1(near);
    // cosh y - 1
    let over = power * power / (power + 1.0.into()).scaled(1);
    Exact::from(near) + (sum(x, -1.0) - over) / sinh(near)
}

pub(super) fn atanh(x: f64) -> Exact {
    let near = x.atanh();
    let tanh = tanh(near);
    Exact::from(near) + (Exact::from(x) - tanh) / (Exact::from(1.0) - tanh * tanh)
}

pub(super) fn sigmoid(x: f64) -> Exact {
    Exact::from(1.0) / (exp(-x) + 1.0.into())
}

pub(super) fn logistic_derivative(x: f64) -> Exact {
    sigmoid(x) * sigmoid(-x)
}

pub(super) fn softplus(x: f64) -> Exact {
    Exact::from(x.max(0.0)) + exp(-x.abs()).log1p()
}

pub(super) fn rsqrt(x: f64) -> Exact {
    Exact::from(1.0) / Exact::from(x).sqrt()
}

pub(super) fn gaussian(x: f64) -> Exact {
    (-product(x, x)).exp()
}

pub(super) fn density(x: f64) -> Exact {
    (-product(x, x).scaled(-1)).exp() / PI.scaled(1).sqrt()
}

/// t + t^3/3 + t^5/15 + ..., the middle of the normal distribution over its density.
fn middle(t: Exact) -> Exact {
    let square = t * t;
    let (mut sum, mut term, mut n) = (t, t, 1.0);
    while term.0.abs() > 1e-34 * sum.0.abs() {
        n += 2.0;
        term = term * square / n.into();
        sum = sum + term;
    }
    sum
}

pub(super) fn erf(x: f64) -> Exact {
    let root = Exact::from(2.0).sqrt();
    (middle(root * x.into()) * gaussian(x)).scaled(1) / PI.scaled(1).sqrt()
}

pub(super) fn distribution(x: f64) -> Exact {
    let t = Exact::from(x).abs();
    let tail = match t.0 < 4.0 {
        true => Exact::from(0.5) - middle(t) * density(x),
        // The continued fraction of the tail.
        false => {
            density(x)
                / (1..400)
                    .rev()
                    .fold(t, |rest, n| t + Exact::from(f64::from(n)) / rest)
        }
    };
    if x < 0.0 { tail } else { Exact::from(1.0) - tail }
}
