use backprop_tensor::{Float, Result, Rng, Tensor};

use crate::ops::require;
use crate::{Differential, InputGradients, Op, Var, operands};

/// Adds independent normal noise to each element: `y = x + σ z`, `z ~ N(0, 1)`, `dy/dx = 1`.
///
/// `σ` is at least 0. (Bishop, "Training with noise is equivalent to Tikhonov regularization", 1995.)
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaussianNoise {
    /// The standard deviation `σ` of the noise.
    pub std: f64,
    /// What decides the noise.
    pub seed: u64,
}

impl<T: Float> Op<T> for GaussianNoise {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let expected = "must be a finite number, at least 0";
        require(
            is_deviation(self.std),
            "gaussian_noise",
            "std",
            self.std,
            expected,
        )?;
        let rng = &mut Rng::seed(self.seed);
        let noise = Tensor::normal(x.shape(), T::ZERO, T::from_f64(self.std), rng)?;
        Ok((x.try_add(&noise)?, ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        inputs.add(0, gradient)
    }

    fn differentiate(&self, (): &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        at.add(0, at.gradient().clone())
    }
}

fn is_deviation(std: f64) -> bool {
    std >= 0.0 && std.is_finite()
}

impl<T: Float> Var<T> {
    /// Adds normal noise of this standard deviation, [`GaussianNoise`], on a [training](crate::Tape::training) tape, by its random stream; on
    /// another, this is the value itself.
    #[track_caller]
    pub fn gaussian_noise(&self, std: f64) -> Self {
        if std == 0.0 || !self.tape().is_training() && is_deviation(std) {
            return self.clone();
        }
        let seed = self.tape().next_seed();
        self.apply(GaussianNoise { std, seed })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::unary(|x| x.apply(GaussianNoise { std: 0.5, seed: 7 })),
        Case::unary(|x| x.gaussian_noise(0.5).square()),
    ]
}
