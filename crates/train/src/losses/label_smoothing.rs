use backprop_autodiff::{Var, ops::Reduction};
use backprop_tensor::{Float, Numeric, Tensor};

use super::cross_entropy::cross_entropy;
use super::residual::mean_of_samples;
use super::{CrossEntropy, Fault, Loss};

/// The [cross entropy](CrossEntropy) with classes that are not quite certain: `(1 - α)` of the target is the class's, and `α` is shared by all
/// classes alike.
///
/// A model that is told to be sure of what it has learned by heart is not, and the largest logits stay within bounds. The smallest loss there is
/// is not 0, but the entropy of such a target. (Szegedy et al., "Rethinking the Inception architecture for computer vision", 2016.)
///
/// ```
/// use backprop_optim::Adam;
/// use backprop_train::{CrossEntropy, Trainer};
///
/// let trainer: Trainer<_, Adam> = Trainer::new(CrossEntropy.label_smoothing(0.1), Adam::new(1e-3));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelSmoothing {
    /// `α`, from 0 to 1.
    pub smoothing: f64,
}

impl CrossEntropy {
    /// With targets that are not quite certain: [`LabelSmoothing`] of this `α`, from 0 to 1.
    pub fn label_smoothing(self, smoothing: f64) -> LabelSmoothing {
        LabelSmoothing { smoothing }
    }
}

impl<T: Float, Y: Numeric> Loss<T, Y> for LabelSmoothing {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        cross_entropy(output, targets, self.smoothing, None, Reduction::Mean)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        let each = cross_entropy(output, targets, self.smoothing, None, Reduction::None);
        Some(mean_of_samples(&each))
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        Loss::<T, Y>::check(&CrossEntropy, output, targets)
    }

    fn classes(&self, output: &[usize], targets: &[usize]) -> Option<usize> {
        Loss::<T, Y>::classes(&CrossEntropy, output, targets)
    }
}
