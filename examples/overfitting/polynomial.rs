//! The model of the first two parts: a polynomial, whose number of coefficients is its capacity.

use backprop::tensor::{Result, Tensor, linalg::least_squares};

/// `f(x) = Σ w_k x^k`, with `x` from -1 to 1 and `k` below the number of parameters.
#[derive(Debug, Clone)]
pub(crate) struct Polynomial {
    weights: Tensor<f64>,
}

impl Polynomial {
    /// The polynomial nearest to the points: the `w` with the least `‖X w - y‖²`, and of those, if there are several, the one with the least `‖w‖²`.
    pub(crate) fn fit(parameters: usize, x: &[f64], y: &[f64]) -> Result<Self> {
        let weights = least_squares(&powers(x, parameters)?, &Tensor::from(y.to_vec()))?;
        Ok(Self { weights })
    }

    pub(crate) fn at(&self, x: &[f64]) -> Result<Vec<f64>> {
        let powers = powers(x, self.weights.count())?;
        Ok(powers.matmul(&self.weights)?.to_vec())
    }

    /// `mean (f(x) - y)²`.
    pub(crate) fn error(&self, x: &[f64], y: &[f64]) -> Result<f64> {
        let squares = self.at(x)?.into_iter().zip(y).map(|(f, y)| (f - y).powi(2));
        Ok(squares.sum::<f64>() / x.len() as f64)
    }
}

/// `X`, a row `1, x, x², ...` for each point.
fn powers(x: &[f64], count: usize) -> Result<Tensor<f64>> {
    let power = |place: usize| x[place / count].powi((place % count) as i32);
    Tensor::from_fn([x.len(), count], power)
}
