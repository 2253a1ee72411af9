//! The ranges of settings.

use backprop_tensor::Float;

use crate::groups::Groups;
use crate::{Error, Result};

/// Checks the settings of one optimizer, naming it in the error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check(pub(crate) &'static str);

impl Check {
    /// Learning rates, decays: finite and at least 0.
    pub(crate) fn at_least_zero(self, settings: &[(&'static str, f64)]) -> Result<()> {
        self.all(
            settings,
            |value| value >= 0.0 && value.is_finite(),
            "a finite number, at least 0",
        )
    }

    /// Shares kept from step to step: from 0 to below 1.
    pub(crate) fn below_one(self, settings: &[(&'static str, f64)]) -> Result<()> {
        self.all(settings, |value| (0.0..1.0).contains(&value), "from 0 to below 1")
    }

    pub(crate) fn groups(self, groups: &Groups) -> Result<()> {
        groups
            .values()
            .try_for_each(|setting| self.at_least_zero(&[setting]))
    }

    pub(crate) fn all(
        self,
        settings: &[(&'static str, f64)],
        is_right: impl Fn(f64) -> bool,
        expected: &'static str,
    ) -> Result<()> {
        match settings.iter().find(|(_, value)| !is_right(*value)) {
            None => Ok(()),
            Some(&(setting, value)) => Err(Error::Setting {
                optimizer: self.0,
                setting,
                value,
                expected,
            }),
        }
    }
}

/// The least velocity, or other running mean of gradients, that is kept. Without a gradient one falls to numbers below the smallest normal one,
/// which take a hundred times as long; so does its product with a share, a little above it.
pub(crate) fn least_mean<T: Float>() -> f64 {
    8.0 * T::MIN_NORMAL.to_f64()
}

/// The least gradient whose square is counted, and the least mean of squares that is kept: squares of smaller ones, or what is left of
/// them, would fall below the smallest normal number, where arithmetic is many times slower. Both are 0 if `epsilon`, which is added to
/// the root of that mean, is so small that they would be seen beside it.
pub(crate) fn least_counted<T: Float>(epsilon: f64) -> (f64, f64) {
    let least_square = least_mean::<T>();
    // A thousandth of a square, as Adam takes, is kept.
    let least = (1024.0 * least_square).sqrt();
    if epsilon < 1e6 * least {
        return (0.0, 0.0);
    }
    (least, least_square)
}
