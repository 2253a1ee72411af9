use std::ops::ControlFlow;

use backprop_autodiff::{LeafMut, Path};
use backprop_optim::Group;
use backprop_tensor::{Float, Tensor, keep, kernel};

use super::{Callback, Step, Training};
use crate::{Error, Result};

/// Keeps the weights that go into each unit from growing beyond a norm: after each step, `w ← w min(1, c / ‖w‖)` (Srivastava et al., JMLR 2014).
///
/// The weights of a unit are a row of a parameter `[outputs, ...]`, of those whose path matches a pattern, all named `weight` unless told otherwise.
///
/// ```
/// use backprop_optim::Sgd;
/// use backprop_train::{CrossEntropy, MaxNorm, Trainer};
///
/// let trainer: Trainer<_, Sgd> = Trainer::new(CrossEntropy, Sgd::new(0.1)).callback(MaxNorm::new(3.0));
/// ```
#[derive(Debug, Clone)]
pub struct MaxNorm {
    limit: f64,
    of: Group,
}

impl MaxNorm {
    /// With this greatest norm, above 0.
    pub fn new(limit: f64) -> Self {
        Self {
            limit,
            of: Group::matching("*weight"),
        }
    }

    /// Of the parameters whose path matches this pattern, in which `*` stands for any characters.
    #[must_use]
    pub fn of(self, pattern: &str) -> Self {
        Self {
            of: Group::matching(pattern),
            ..self
        }
    }

    fn limited<T: Float>(&self, weight: &Tensor<T>) -> Result<Tensor<T>> {
        let axes: Vec<isize> = (1..weight.rank() as isize).collect();
        let norms = weight.norm(keep(&axes))?;
        let scale = kernel!(|w, norm; limit: self.limit| if norm > limit { w * (limit / norm) } else { w });
        if norms.is_finite()?.all(..)?.item()? {
            return Ok(weight.apply(&scale, &[&norms])?);
        }
        // A norm is out of range: those of all numbers times a power of 2 are not.
        let small = weight.map(|w| w * T::EPSILON)?;
        let norms = small.norm(keep(&axes))?;
        let scale = kernel!(|w, small, norm; limit: self.limit, shrink: T::EPSILON| if norm > limit * shrink { small * (limit / norm) } else { w });
        Ok(weight.apply(&scale, &[&small, &norms])?)
    }
}

impl<T: Float> Callback<T> for MaxNorm {
    fn on_step_end(&mut self, _: &Step<'_>, training: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        if self.limit.is_nan() || self.limit <= 0.0 {
            let what = format!("MaxNorm of {}", self.limit);
            return Err(Error::setting(what, "it must be above 0"));
        }
        let mut result = Ok(());
        training.model.visit_mut(&Path::ROOT, &mut |path, leaf| {
            if let LeafMut::Param(param) = leaf
                && param.value().rank() > 1
                && result.is_ok()
                && self.of.contains(&path.to_string())
            {
                result = self
                    .limited(param.value())
                    .and_then(|weight| Ok(param.set(weight)?));
            }
        });
        result.map(|()| ControlFlow::Continue(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_whose_norm_is_out_of_range_are_limited() {
        fn check<T: Float>(large: f64) {
            let rows = [[large, large], [0.0, 0.5], [-3.0, 4.0]];
            let weight = Tensor::from(rows.map(|row| row.map(T::from_f64)));
            let limited = MaxNorm::new(1.0).limited(&weight).unwrap();
            let right = [0.5_f64.sqrt(), 0.5_f64.sqrt(), 0.0, 0.5, -0.6, 0.8];
            for (&x, right) in limited.to_vec().iter().zip(right) {
                assert!(
                    (x.to_f64() - right).abs() <= 4.0 * T::EPSILON.to_f64(),
                    "{x:?} {right}"
                );
            }
        }
        check::<f32>(3e38);
        check::<f64>(1.7e308);
    }
}
