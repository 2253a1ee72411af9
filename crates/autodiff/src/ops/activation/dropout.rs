use backprop_tensor::{Float, Kernel, Result, Rng, Tensor, kernel};

use crate::ops::require;
use crate::{Differential, InputGradients, Op, Var, operands};

/// Sets each element to zero with probability `p` and scales the others so that the mean stays: `y = m x / (1 - p)`, `dy/dx = m / (1 - p)`, with
/// a mask `m` of independent numbers, 0 with probability `p`, else 1.
///
/// `p` is in `[0, 1]`; if it is 1, everything is zero. What is dropped is 0 and has the derivative 0, be it infinite or NaN. (Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.)
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// The probability of zero.
    pub p: f64,
    /// What decides the mask.
    pub seed: u64,
}

impl Dropout {
    fn scale(&self) -> f64 {
        if self.p < 1.0 { 1.0 / (1.0 - self.p) } else { 0.0 }
    }

    /// `y` from `x`, and the gradient of `x` from that of `y`.
    fn masked(&self) -> Kernel {
        kernel!(|x, m; scale: self.scale()| if m == 0.0 { 0.0 } else { x * scale })
    }
}

impl<T: Float> Op<T> for Dropout {
    /// `m`.
    type Saved = Tensor<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        require(
            is_probability(self.p),
            "dropout",
            "p",
            self.p,
            "must be in [0, 1]",
        )?;
        let mask = Tensor::bernoulli(x.shape(), 1.0 - self.p, &mut Rng::seed(self.seed))?;
        Ok((x.apply(&self.masked(), &[&mask])?, mask))
    }

    fn backward(
        &self,
        mask: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        inputs.add(0, gradient.into_apply(&self.masked(), &[&mask])?)
    }

    fn differentiate(&self, mask: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let dropped = mask.equal(&Tensor::scalar(T::ZERO))?;
        at.add(
            0,
            at.gradient().masked_fill(&dropped, T::ZERO) * T::from_f64(self.scale()),
        )
    }
}

fn is_probability(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}

impl<T: Float> Var<T> {
    /// Drops elements with probability `p`, [`Dropout`], on a [training](crate::Tape::training) tape, by its random stream; on another, this is
    /// the value itself.
    #[track_caller]
    pub fn dropout(&self, p: f64) -> Self {
        if p == 0.0 || !self.tape().is_training() && is_probability(p) {
            return self.clone();
        }
        let seed = self.tape().next_seed();
        self.apply(Dropout { p, seed })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    let with = |p| Case::unary(move |x| x.apply(Dropout { p, seed: 7 }));
    vec![
        with(0.0),
        with(0.3),
        with(1.0),
        Case::unary(|x| x.dropout(0.5) + x),
    ]
}
