//! Gradients kept from growing too large.

use backprop_autodiff::Gradients;
use backprop_tensor::{Error as TensorError, Float, Tensor, kernel};

use crate::Result;

/// The Euclidean norm of all gradients together, `sqrt(Σ g²)`.
///
/// # Errors
/// For want of memory.
pub fn norm<T: Float>(gradients: &Gradients<T>) -> Result<f64> {
    let mut sum = 0.0;
    for (_, gradient) in gradients.iter() {
        sum += gradient.square()?.sum(..)?.item()?.to_f64();
    }
    Ok(sum.sqrt())
}

/// Scales all gradients together so that their [`norm`] is `limit` at most, and gives the norm that it was (Pascanu, Mikolov and Bengio, ICML 2013).
///
/// `g ← g min(1, limit / norm)`. A norm that is not finite leaves the gradients as they are: check the value returned.
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
    let norm = norm(gradients)?;
    if norm > limit && norm.is_finite() {
        let scale = kernel!(mut g; ; factor => { g *= factor; });
        for (_, gradient) in gradients.iter_mut() {
            Tensor::update(&scale, &[T::from_f64(limit / norm)], &mut [gradient], &[])?;
        }
    }
    Ok(norm)
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
    for (_, gradient) in gradients.iter_mut() {
        Tensor::update(&clip, &[T::from_f64(limit)], &mut [gradient], &[])?;
    }
    Ok(())
}

fn check(operation: &'static str, limit: f64) -> Result<()> {
    if limit >= 0.0 {
        return Ok(());
    }
    Err(TensorError::argument(operation, "limit", limit, "a number, at least 0").into())
}
