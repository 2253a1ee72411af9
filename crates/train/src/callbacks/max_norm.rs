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
        let norms = weight.norm(keep(axes))?;
        let scale = kernel!(|w, norm; limit| if norm > limit { w * (limit / norm) } else { w });
        Ok(weight.apply(&scale, &[T::from_f64(self.limit)], &[&norms])?)
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
