//! Gradients kept from growing too large.

use backprop_autodiff::Gradients;
use backprop_tensor::{
    Error as TensorError, Float, Kernel, Result as TensorResult, Tensor, for_each_job, kernel,
};

use crate::Result;

/// The Euclidean norm of all gradients together, `sqrt(Σ g²)`.
///
/// Right wherever f64 can represent it, even where `T` can represent neither the squares nor the norm. It is NaN if a gradient has a NaN, else
/// infinite if one has an infinity; 0 without gradients.
///
/// # Errors
/// For want of memory.
///
/// ```
/// use backprop_autodiff::{Param, Tape};
/// use backprop_tensor::Tensor;
///
/// let w = Param::new(Tensor::from([3e30_f32, 4e30]));
/// let gradients = (Tape::new().param(&w) * 0.5).square().sum(..).backward()?;
/// let norm = backprop_optim::norm(&gradients)?;
/// assert!((norm / 2.5e30 - 1.0).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn norm<T: Float>(gradients: &Gradients<T>) -> Result<f64> {
    Ok(Norm::of(gradients)?.value())
}

/// A norm that may be beyond f64: `root / scale`, with a scale that is an even power of two.
#[derive(Debug, Clone, Copy)]
struct Norm {
    root: f64,
    scale: f64,
}

impl Norm {
    fn of<T: Float>(gradients: &Gradients<T>) -> Result<Self> {
        let mut jobs: Vec<_> = gradients
            .iter()
            .map(|(_, gradient)| (gradient, Ok(0.0)))
            .collect();
        for_each_job(
            &mut jobs,
            |(gradient, _)| bytes(gradient),
            |(gradient, norm)| *norm = gradient.norm(..).and_then(|norm| Ok(norm.item()?.to_f64())),
        );
        let norms = jobs.into_iter().map(|(_, norm)| norm);
        let norms = norms.collect::<TensorResult<Vec<f64>>>()?;
        let most = norms.iter().copied().fold(0.0, f64::max);
        let root = most * norms.iter().map(|norm| (norm / most).powi(2)).sum::<f64>().sqrt();
        if most == 0.0 && !norms.iter().any(|norm| norm.is_nan()) {
            return Ok(Self {
                root: 0.0,
                scale: 1.0,
            });
        }
        // Below, `T` rounds the norm to fewer digits than it has.
        let least = T::MIN_NORMAL.to_f64() / T::EPSILON.to_f64();
        if most >= least && root.is_finite() {
            return Ok(Self { root, scale: 1.0 });
        }
        Ok(Self::scaled(gradients))
    }

    /// By f64, with the greatest element scaled to about 1.
    fn scaled<T: Float>(gradients: &Gradients<T>) -> Self {
        let elements = || gradients.iter().flat_map(|(_, gradient)| gradient.to_vec());
        let most = elements().map(|x| x.to_f64().abs()).fold(0.0, |a: f64, b| {
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else {
                a.max(b)
            }
        });
        if most == 0.0 || !most.is_finite() {
            return Self {
                root: most,
                scale: 1.0,
            };
        }
        // Even, so that its root is a power of two as well.
        let exponent = (most.log2() / 2.0).floor().clamp(-510.0, 510.0) as i32 * 2;
        let scale = 2.0_f64.powi(-exponent);
        let sum: f64 = elements().map(|x| (x.to_f64() * scale).powi(2)).sum();
        Self {
            root: sum.sqrt(),
            scale,
        }
    }

    fn value(self) -> f64 {
        self.root / self.scale
    }

    /// Two factors that make a vector of this norm one of norm `limit`; one of them is 1 if `T` represents the other to its last digit.
    fn factors<T: Float>(self, limit: f64) -> [T; 2] {
        let factor = limit * self.scale / self.root;
        if limit == 0.0 || factor >= T::MIN_NORMAL.to_f64() {
            return [T::from_f64(factor), T::ONE];
        }
        let half = T::from_f64(limit.sqrt() * self.scale.sqrt() / self.root.sqrt());
        [half, half]
    }
}

/// Scales all gradients together so that their [`norm`] is `limit` at most, and gives the norm that it was (Pascanu, Mikolov and Bengio, ICML 2013).
///
/// `g ← g min(1, limit / norm)`. A gradient with a NaN or an infinity leaves all of them as they are: the norm returned is not finite then, and a
/// training that goes on should check it. So is the norm of finite f64 gradients that f64 cannot represent; these are scaled all the same.
///
/// # Errors
/// If the limit is negative or not a number; nothing has changed then.
///
/// ```
/// use backprop_autodiff::{Param, Tape};
/// use backprop_tensor::Tensor;
///
/// let w = Param::new(Tensor::from([3.0_f32, 4.0]));
/// let mut gradients = (Tape::new().param(&w).square() * 0.5).sum(..).backward()?;
/// assert_eq!(backprop_optim::clip_norm(&mut gradients, 1.0)?, 5.0);
/// assert_eq!(gradients.get(&w).unwrap(), &Tensor::from([0.6, 0.8]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn clip_norm<T: Float>(gradients: &mut Gradients<T>, limit: f64) -> Result<f64> {
    check("clip_norm", limit)?;
    let norm = Norm::of(gradients)?;
    if norm.value() > limit && norm.root.is_finite() {
        let [first, second] = norm.factors::<T>(limit);
        update_all(
            gradients,
            &kernel!(mut g; ; first, second => { g = g * first * second; }),
        )?;
    }
    Ok(norm.value())
}

/// Each element of each gradient into the range from `-limit` to `limit`. NaN stays NaN.
///
/// # Errors
/// If the limit is negative or not a number; nothing has changed then.
pub fn clip_value<T: Float>(gradients: &mut Gradients<T>, limit: f64) -> Result<()> {
    check("clip_value", limit)?;
    let clip = kernel!(mut g; ; limit => {
        g = if g > limit { limit } else if g < -limit { -limit } else { g };
    });
    update_all(gradients, &clip)
}

/// Puts each gradient through a formula of its elements.
fn update_all<T: Float>(gradients: &mut Gradients<T>, kernel: &Kernel) -> Result<()> {
    let mut jobs: Vec<_> = gradients
        .iter_mut()
        .map(|(_, gradient)| (gradient, Ok(())))
        .collect();
    for_each_job(
        &mut jobs,
        |(gradient, _)| bytes(gradient).saturating_mul(2),
        |(gradient, result)| *result = Tensor::update(kernel, &mut [gradient], &[]),
    );
    Ok(jobs.into_iter().try_for_each(|(_, result)| result)?)
}

/// The bytes of all elements.
fn bytes<T: Float>(tensor: &Tensor<T>) -> usize {
    tensor.count().saturating_mul(size_of::<T>())
}

fn check(operation: &'static str, limit: f64) -> Result<()> {
    if limit >= 0.0 {
        return Ok(());
    }
    Err(TensorError::argument(operation, "limit", limit, "a number, at least 0").into())
}
