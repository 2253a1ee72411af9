use backprop_tensor::{Float, Kernel, Numeric, Result as TensorResult, Tensor, kernel, math};

use super::Loss;
use super::distance::{Distance, distance_methods};
use super::residual::loss_around;

/// The mean absolute error: `Σ |x - y| / n` over all elements. Less than the squared one, it minds what lies far off.
///
/// Outputs `[n, 1]` may have targets `[n]`; any other difference in shape is an error, not a broadcast. It is a [`Metric`](crate::Metric)
/// too, `mae`.
///
/// The mean is right wherever it is representable, though a residual may not be: of 3e38 with the target -3e38 among others in f32. So is the
/// weighted mean of samples. The gradient is the sign of the residual, 0 at 0, divided by `n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeanAbsoluteError;

impl<T: Float, Y: Numeric> Loss<T, Y> for MeanAbsoluteError {
    distance_methods! {}

    /// The mean distance of the targets from their median.
    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        loss_around(targets, weights, weighted_median, f64::abs)
    }
}

impl Distance for MeanAbsoluteError {
    const NAME: &'static str = "mean absolute error";

    fn kernel(&self) -> Kernel {
        kernel!(|x, y| math::abs(x - y))
    }

    fn gradients<T: Float>(
        &self,
        g: &Tensor<T>,
        x: &Tensor<T>,
        y: &Tensor<T>,
    ) -> TensorResult<Option<Tensor<T>>> {
        let formula = kernel!(|x, y, g| {
            let residual = x - y;
            if residual == 0.0 {
                0.0
            } else {
                g * math::sign(residual)
            }
        });
        Ok(Some(x.apply(&formula, &[y, g])?))
    }

    fn loss_of(&self, [a, b]: [f64; 2]) -> [f64; 4] {
        [a.abs(), b, 1.0, 1.0]
    }

    fn slope_of(&self, [a, _]: [f64; 2]) -> [f64; 2] {
        [math::sign(a), 1.0]
    }
}

/// The value up to which lies half of the weight.
fn weighted_median(values: &[f64], weights: &[f64]) -> Option<f64> {
    let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (half, mut sum) = (pairs.iter().map(|pair| pair.1).sum::<f64>() / 2.0, 0.0);
    let reaches_half = |&(_, weight): &(f64, f64)| {
        sum += weight;
        sum >= half
    };
    pairs.into_iter().find(reaches_half).map(|pair| pair.0)
}
