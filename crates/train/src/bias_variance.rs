use std::fmt;

use backprop_tensor::{Error as TensorError, Float, Tensor};

use crate::{Error, Result};

/// Where the error of a way of training comes from: bias, variance and noise, from [`bias_variance`].
///
/// Printed, it is one line: `error 0.4132 = bias² 0.0120 + variance 0.3021 + noise 0.1004 (- 0.0013 by chance, ± 0.0021)`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct BiasVariance {
    /// How far the mean of the models is from the truth: `mean_x (f̄(x) - f(x))²`. What more data does not mend.
    pub bias_squared: f64,
    /// How far the models are from their mean: `mean_x mean_m (f_m(x) - f̄(x))²`. What depends on which samples they happened to see.
    pub variance: f64,
    /// How far the targets are from the truth: `mean_x mean_m (y_m(x) - f(x))²`. What no model can foresee.
    pub noise: f64,
    /// The mean squared error, measured: `mean_x mean_m (y_m(x) - f_m(x))²`.
    pub error: f64,
    /// The standard error of [`chance`](Self::chance), if each target has noise of its own; NaN if there is only one.
    pub standard_error: f64,
}

impl BiasVariance {
    /// What the error should be: `bias² + variance + noise`.
    pub fn sum(&self) -> f64 {
        self.bias_squared + self.variance + self.noise
    }

    /// By how much the error differs from that: `-2 mean_x mean_m (y_m(x) - f(x)) (f_m(x) - f(x))`, which is 0 on average, for the noise of
    /// targets that no model has seen has nothing to do with the models.
    pub fn chance(&self) -> f64 {
        self.error - self.sum()
    }
}

impl fmt::Display for BiasVariance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.chance() < 0.0 { '-' } else { '+' };
        write!(
            f,
            "error {:.4} = bias² {:.4} + variance {:.4} + noise {:.4} ({sign} {:.4} by chance, ± {:.4})",
            self.error,
            self.bias_squared,
            self.variance,
            self.noise,
            self.chance().abs(),
            self.standard_error
        )
    }
}

/// Splits the mean squared error of a way of training into bias², variance and noise.
///
/// `predictions`, `[models, points]`, are those of models that were trained in the same way on samples of their own, drawn anew for each;
/// `truth`, `[points]`, is what there was to learn without noise; `targets`, of the shape of the predictions, is the truth with noise, drawn anew
/// too: what each model is measured on. All three together are what it takes to take the error apart, so that it can be done where the truth is
/// known: on made-up data.
///
/// With `f̄` the mean of the models, `mean (f_m - f)² = (f̄ - f)² + mean (f_m - f̄)²` exactly; the noise comes on top, but for
/// [chance](BiasVariance::chance). (Geman, Bienenstock, Doursat, "Neural networks and the bias/variance dilemma", 1992.)
///
/// ```
/// use backprop_tensor::Tensor;
/// use backprop_train::bias_variance;
///
/// // The mean of the models is 2 where the truth is 1, and each is 1 away from it.
/// let parts = bias_variance(
///     &Tensor::from([[1.0], [3.0]]),
///     &Tensor::from([1.0]),
///     &Tensor::from([[1.0], [1.0]]),
/// )?;
/// assert_eq!((parts.bias_squared, parts.variance, parts.noise, parts.error), (1.0, 1.0, 0.0, 2.0));
/// # Ok::<(), backprop_train::Error>(())
/// ```
///
/// # Errors
/// If the shapes do not fit, or there are no models or no points.
pub fn bias_variance<T: Float>(
    predictions: &Tensor<T>,
    truth: &Tensor<T>,
    targets: &Tensor<T>,
) -> Result<BiasVariance> {
    let shape = predictions.shape();
    let &[models, points] = shape.dims() else {
        let expected = "must be [models, points]: a row of predictions for each model";
        return Err(TensorError::shape("bias_variance", shape, expected).into());
    };
    if targets.shape() != shape || **truth.shape() != [points] {
        let other = if targets.shape() == shape { truth } else { targets };
        let expected = "must fit: predictions and targets are [models, points], the truth is [points]";
        return Err(TensorError::shapes("bias_variance", shape, other.shape(), expected).into());
    }
    if shape.count() == 0 {
        let what = format!("the error of {models} models on {points} points");
        return Err(Error::setting(what, "there must be one of each at least"));
    }
    let (predictions, truth, targets) = (
        predictions.cast::<f64>()?,
        truth.cast::<f64>()?,
        targets.cast::<f64>()?,
    );
    let mean = predictions.mean(0)?;
    let away = predictions.try_sub(&truth)?;
    let noise = targets.try_sub(&truth)?;
    let crossed = noise.try_mul(&away)?;
    let mean_square = |x: Tensor<f64>| -> Result<f64> { Ok(x.square()?.mean(..)?.item()?) };
    Ok(BiasVariance {
        bias_squared: mean_square(mean.try_sub(&truth)?)?,
        variance: mean_square(predictions.try_sub(&mean)?)?,
        noise: mean_square(noise)?,
        error: mean_square(targets.try_sub(&predictions)?)?,
        standard_error: 2.0 * crossed.std(.., 1)?.item()? / (crossed.count() as f64).sqrt(),
    })
}
