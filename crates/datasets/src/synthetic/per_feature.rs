use backprop_tensor::{Error, Rng, Tensor};

use super::check_finite;
use crate::Result;

/// A number for each feature: the same, one's own, or a random one.
///
/// ```
/// use backprop_datasets::synthetic::{MakeClassification, PerFeature};
///
/// let _ = MakeClassification::new(100).shift(1.0); // every feature by 1
/// let _ = MakeClassification::new(100).features(4).scale([1.0, 10.0, 100.0, 1000.0]);
/// let _ = MakeClassification::new(100).scale(PerFeature::Random);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum PerFeature {
    /// This one for all.
    Same(f64),
    /// These, as many as there are features.
    Each(Vec<f64>),
    /// Drawn for each, from an interval that the parameter's documentation names.
    Random,
}

impl PerFeature {
    /// The numbers, in a tensor that broadcasts to samples `[n, features]`; random ones from `low` to `high`.
    pub(super) fn values(
        &self,
        argument: &'static str,
        features: usize,
        (low, high): (f64, f64),
        rng: &mut Rng,
    ) -> Result<Tensor> {
        const NAME: &str = "make_classification";
        match self {
            &Self::Same(value) => {
                check_finite(NAME, argument, value)?;
                Ok(Tensor::scalar(value as f32))
            }
            Self::Each(values) if values.len() != features => {
                let expected = format!("needs one for each of the {features} features");
                Err(Error::argument(NAME, argument, format!("{} numbers", values.len()), expected).into())
            }
            Self::Each(values) => {
                values
                    .iter()
                    .try_for_each(|&value| check_finite(NAME, argument, value))?;
                Ok(Tensor::from(
                    values.iter().map(|&value| value as f32).collect::<Vec<_>>(),
                ))
            }
            Self::Random => Ok(Tensor::uniform([features], low as f32, high as f32, rng)?),
        }
    }
}

impl From<f64> for PerFeature {
    fn from(value: f64) -> Self {
        Self::Same(value)
    }
}

impl From<Vec<f64>> for PerFeature {
    fn from(values: Vec<f64>) -> Self {
        Self::Each(values)
    }
}

impl<const N: usize> From<[f64; N]> for PerFeature {
    fn from(values: [f64; N]) -> Self {
        Self::Each(values.into())
    }
}
