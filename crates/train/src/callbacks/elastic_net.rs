use backprop_autodiff::{Gradients, Leaf, Path};
use backprop_optim::Group;
use backprop_tensor::{Float, Tensor, kernel, math};

use super::{Callback, Training};
use crate::{Error, Result};

/// L1, L2 or both, which pull weights to zero: the gradient of `λ₁ Σ |w| + λ₂ / 2 Σ w²` is added to that of the loss (Zou and Hastie 2005).
/// With `λ₂ = 0` it is the L1 penalty alone (the lasso), which makes weights small or nothing; with `λ₁ = 0` the L2 penalty (ridge).
///
/// Of the parameters whose path matches a pattern, all named `weight` unless told otherwise (a batch norm has one too). The loss that is reported
/// does not have it. For the squares alone, the optimizers' weight decay is the same, or better.
///
/// ```
/// use backprop_optim::Sgd;
/// use backprop_train::{CrossEntropy, ElasticNet, Trainer};
///
/// let trainer: Trainer<_, Sgd> = Trainer::new(CrossEntropy, Sgd::new(0.1)).callback(ElasticNet::new(1e-4, 0.0));
/// ```
#[derive(Debug, Clone)]
pub struct ElasticNet {
    l1: f64,
    l2: f64,
    of: Group,
}

impl ElasticNet {
    /// With these `λ₁` and `λ₂`, at least 0.
    pub fn new(l1: f64, l2: f64) -> Self {
        Self {
            l1,
            l2,
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
}

impl<T: Float> Callback<T> for ElasticNet {
    fn on_gradients(&mut self, gradients: &mut Gradients<T>, training: &mut Training<'_, T>) -> Result<()> {
        for (name, factor) in [("l1", self.l1), ("l2", self.l2)] {
            if !(factor >= 0.0 && factor.is_finite()) {
                let what = format!("ElasticNet with {name} = {factor}");
                return Err(Error::setting(what, "it must be a finite number, at least 0"));
            }
        }
        let mut weights = Vec::new();
        training.model.visit(&Path::ROOT, &mut |path, leaf| {
            if let Leaf::Param(param) = leaf
                && self.of.contains(&path.to_string())
            {
                weights.push((param.id(), param.value().clone()));
            }
        });
        let penalty = kernel!(mut g; w; l1: self.l1, l2: self.l2 => { g += l1 * math::sign(w) + l2 * w; });
        for (id, gradient) in gradients.iter_mut() {
            if let Some((_, weight)) = weights.iter().find(|(other, _)| *other == id) {
                Tensor::update(&penalty, &mut [gradient], &[weight])?;
            }
        }
        Ok(())
    }
}
