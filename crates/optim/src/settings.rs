//! The ranges of settings.

use crate::groups::Groups;
use crate::{Error, Result};

/// Checks the settings of one optimizer, naming it in the error.
///
/// ```
/// use backprop_optim::Check;
///
/// let check = Check::new("Lion");
/// check.below_one(&[("beta1", 0.9), ("beta2", 0.99)])?;
/// let error = check.below_one(&[("beta1", 1.5)]).unwrap_err();
/// assert_eq!(error.to_string(), "Lion: beta1 = 1.5: from 0 to below 1");
/// # Ok::<(), backprop_optim::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Check(&'static str);

impl Check {
    /// For the optimizer of this name.
    pub fn new(optimizer: &'static str) -> Self {
        Self(optimizer)
    }

    /// Learning rates, decays: finite and at least 0.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that is not.
    pub fn at_least_zero(self, settings: &[(&'static str, f64)]) -> Result<()> {
        self.all(
            settings,
            |value| value >= 0.0 && value.is_finite(),
            "a finite number, at least 0",
        )
    }

    /// Shares kept from step to step: from 0 to below 1.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that is not.
    pub fn below_one(self, settings: &[(&'static str, f64)]) -> Result<()> {
        self.all(settings, |value| (0.0..1.0).contains(&value), "from 0 to below 1")
    }

    /// Any other range, in code and in words.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that is not right.
    pub fn all(
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

    pub(crate) fn groups(self, groups: &Groups) -> Result<()> {
        groups
            .values()
            .try_for_each(|setting| self.at_least_zero(&[setting]))
    }
}
