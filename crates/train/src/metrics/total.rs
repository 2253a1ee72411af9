//! Sums of products that may be too large or too small for `f64` on the way.

use std::ops::Range;

use serde::{Deserialize, Deserializer, Serialize};

/// Sizes of which five may be multiplied, and any number of such products added.
const MODERATE: Range<f64> = 1e-50..1e50;

/// A sum of products of up to five numbers, whatever their size: the squares of numbers near 1e160 are infinite in `f64`, and those of numbers
/// near 1e-170 are 0, but the root of their mean is in range.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Total {
    /// Of the products of moderate numbers, and of infinities and NaN.
    near: f64,
    /// Of all others.
    far: Scaled,
}

impl Total {
    /// Adds the product of these.
    pub(crate) fn add<const N: usize>(&mut self, factors: [f64; N]) {
        let moderate = |factor: &f64| *factor == 0.0 || MODERATE.contains(&factor.abs());
        if factors.iter().all(moderate) || !factors.iter().all(|factor| factor.is_finite()) {
            self.near += factors.iter().product::<f64>();
        } else {
            let product = factors.into_iter().map(Scaled::new);
            self.far = self.far.plus(product.fold(Scaled::new(1.0), Scaled::times));
        }
    }

    /// `self / other`.
    pub(crate) fn over(self, other: Self) -> Ratio {
        match (self.plain(), other.plain()) {
            (Some(part), Some(whole)) => Ratio(Scaled {
                mantissa: part / whole,
                exponent: 0,
            }),
            _ => Ratio(self.scaled().over(other.scaled())),
        }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.near == 0.0 && self.far.mantissa == 0.0
    }

    /// Whether it may be a sum of weights.
    pub(crate) fn is_weight(self) -> bool {
        self.near.is_finite() && self.near >= 0.0 && self.far.mantissa >= 0.0
    }

    fn plain(self) -> Option<f64> {
        (self.far.mantissa == 0.0 || !self.near.is_finite()).then_some(self.near)
    }

    fn scaled(self) -> Scaled {
        match self.near.is_finite() {
            true => Scaled::new(self.near).plus(self.far),
            false => Scaled {
                mantissa: self.near,
                exponent: 0,
            },
        }
    }
}

/// The difference of two numbers as a product, for the difference itself may be too large.
pub(crate) fn difference(a: f64, b: f64) -> [f64; 2] {
    let difference = a - b;
    if difference.is_infinite() && a.is_finite() && b.is_finite() {
        [a / 2.0 - b / 2.0, 2.0]
    } else {
        [difference, 1.0]
    }
}

/// One [`Total`] by another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ratio(Scaled);

impl Ratio {
    pub(crate) fn value(self) -> f64 {
        self.0.value()
    }

    pub(crate) fn root(self) -> f64 {
        let Scaled { mantissa, exponent } = self.0;
        let odd = exponent.rem_euclid(2);
        let root = Scaled {
            mantissa: (mantissa * (1 + odd) as f64).sqrt(),
            exponent: (exponent - odd) / 2,
        };
        root.value()
    }
}

/// `mantissa 2^exponent`, of any size.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Scaled {
    #[serde(deserialize_with = "finite")]
    mantissa: f64,
    #[serde(deserialize_with = "in_reach")]
    exponent: i64,
}

/// No sum of products has a larger exponent, or a smaller one.
const MOST: i64 = 1 << 20;

impl Scaled {
    /// A finite number, with a mantissa of a size from 1 to 2, or 0.
    fn new(x: f64) -> Self {
        Self {
            mantissa: x,
            exponent: 0,
        }
        .normal()
    }

    fn normal(self) -> Self {
        let Self { mantissa, exponent } = self;
        if mantissa == 0.0 || !mantissa.is_finite() {
            return Self {
                mantissa,
                exponent: 0,
            };
        }
        if mantissa.abs() < f64::MIN_POSITIVE {
            let lifted = Self {
                mantissa: mantissa * power(64),
                exponent: exponent - 64,
            };
            return lifted.normal();
        }
        let own = (mantissa.to_bits() >> 52 & 0x7ff) as i64 - 1023;
        // In two steps, for the inverse of the largest power is not a normal number.
        let half = own / 2;
        Self {
            mantissa: mantissa * power(-half) * power(half - own),
            exponent: exponent + own,
        }
    }

    fn times(self, other: Self) -> Self {
        let product = Self {
            mantissa: self.mantissa * other.mantissa,
            exponent: self.exponent + other.exponent,
        };
        product.normal()
    }

    fn over(self, other: Self) -> Self {
        let quotient = Self {
            mantissa: self.mantissa / other.mantissa,
            exponent: self.exponent - other.exponent,
        };
        quotient.normal()
    }

    fn plus(self, other: Self) -> Self {
        if self.mantissa == 0.0 || other.mantissa == 0.0 {
            return if self.mantissa == 0.0 { other } else { self };
        }
        let top = self.exponent.max(other.exponent);
        // What is further below the top than the digits reach is 0 there.
        let at = |x: Self| match x.exponent - top {
            below @ -1000..=0 => x.mantissa * power(below),
            _ => 0.0,
        };
        let sum = Self {
            mantissa: at(self) + at(other),
            exponent: top,
        };
        sum.normal()
    }

    /// The nearest `f64`, which may be 0 or infinite.
    fn value(self) -> f64 {
        let Self { mantissa, exponent } = self;
        // The first two products are exact: only the last may leave the range.
        let exponent = exponent.clamp(-2200, 2200);
        let third = exponent / 3;
        mantissa * power(third) * power(third) * power(exponent - 2 * third)
    }
}

/// `2^e` for `-1022 <= e <= 1023`.
fn power(e: i64) -> f64 {
    f64::from_bits(((e + 1023) as u64) << 52)
}

fn finite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    match f64::deserialize(deserializer)? {
        mantissa if mantissa.is_finite() => Ok(mantissa),
        mantissa => Err(damage(mantissa)),
    }
}

fn in_reach<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    match i64::deserialize(deserializer)? {
        exponent if (-MOST..=MOST).contains(&exponent) => Ok(exponent),
        exponent => Err(damage(exponent)),
    }
}

fn damage<E: serde::de::Error>(found: impl std::fmt::Display) -> E {
    E::custom(format_args!(
        "a sum that was counted cannot have the part {found}"
    ))
}
