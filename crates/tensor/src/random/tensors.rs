//! Random tensors.
//!
//! A tensor takes one number from the generator, whatever its size, and its elements from a stream which that
//! number seeds: eight interleaved xoshiro256++ generators for each 32768 elements, so that vector units and threads can work
//! on them. All is computed in f64 and rounded at the end: a model of f64 begins with the weights of its f32 twin.

use crate::counters::{self, Family};
use crate::{Error, Float, Numeric, Result, Rng, Shape, Tensor};

use super::{Distribution, Truncated};

impl<T: Numeric> Tensor<T> {
    fn random(shape: Shape, distribution: &Distribution, rng: &mut Rng) -> Result<Self> {
        Self::build(shape, |target| T::randomize(target, rng.next_u64(), distribution))
    }

    /// Ones with probability `p`, else zeros.
    ///
    /// # Errors
    /// [`Error::Argument`] unless `p` is from 0 to 1; and as [`full`](Self::full).
    ///
    /// ```
    /// # use backprop_tensor::{Rng, Tensor};
    /// let mask = Tensor::<f32>::bernoulli([1000], 0.9, &mut Rng::seed(0))?;
    /// let kept: f32 = mask.to_vec().iter().sum();
    /// assert!((850.0..950.0).contains(&kept));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn bernoulli(shape: impl AsRef<[usize]>, p: f64, rng: &mut Rng) -> Result<Self> {
        const NAME: &str = "bernoulli";
        if !(0.0..=1.0).contains(&p) {
            return Err(Error::argument(NAME, "p", p, "a probability is from 0 to 1"));
        }
        Self::random(
            Shape::checked(NAME, shape.as_ref())?,
            &Distribution::Bernoulli { p },
            rng,
        )
    }
}

impl<T: Float> Tensor<T> {
    /// Numbers from the uniform distribution over `[low, high)`; all `low` if the two are equal.
    ///
    /// # Errors
    /// [`Error::Argument`] unless `low <= high` and their difference is finite; and as [`full`](Self::full).
    pub fn uniform(shape: impl AsRef<[usize]>, low: T, high: T, rng: &mut Rng) -> Result<Self> {
        const NAME: &str = "uniform";
        ordered(NAME, low, high)?;
        if !(high - low).to_f64().is_finite() {
            return Err(Error::argument(
                NAME,
                "high - low",
                high - low,
                "needs a finite range",
            ));
        }
        let distribution = Distribution::Uniform {
            low: low.to_f64(),
            width: high.to_f64() - low.to_f64(),
            top: high.next_lower().to_f64().max(low.to_f64()),
        };
        Self::random(Shape::checked(NAME, shape.as_ref())?, &distribution, rng)
    }

    /// Numbers from the normal distribution (Box and Muller, 1958).
    ///
    /// # Errors
    /// [`Error::Argument`] unless both are finite and `std >= 0`; and as [`full`](Self::full).
    ///
    /// ```
    /// # use backprop_tensor::{Rng, Tensor};
    /// let x = Tensor::<f32>::normal([2, 3], 0.0, 1.0, &mut Rng::seed(0))?;
    /// let same = Tensor::<f64>::normal([2, 3], 0.0, 1.0, &mut Rng::seed(0))?;
    /// assert_eq!(x, same.cast()?);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn normal(shape: impl AsRef<[usize]>, mean: T, std: T, rng: &mut Rng) -> Result<Self> {
        const NAME: &str = "normal";
        moments(NAME, mean, std)?;
        let (mean, std) = (mean.to_f64(), std.to_f64());
        Self::random(
            Shape::checked(NAME, shape.as_ref())?,
            &Distribution::Normal { mean, std },
            rng,
        )
    }

    /// Numbers from the normal distribution under the condition that they lie from `low` to `high`, however unlikely
    /// that is (Robert, 1995). Bounds may be infinite.
    ///
    /// # Errors
    /// [`Error::Argument`] unless mean and deviation are finite, `std >= 0` and `low <= high`; and as [`full`](Self::full).
    pub fn truncated_normal(
        shape: impl AsRef<[usize]>,
        mean: T,
        std: T,
        low: T,
        high: T,
        rng: &mut Rng,
    ) -> Result<Self> {
        const NAME: &str = "truncated_normal";
        moments(NAME, mean, std)?;
        ordered(NAME, low, high)?;
        let truncated = Truncated::new(mean.to_f64(), std.to_f64(), low.to_f64(), high.to_f64());
        Self::random(
            Shape::checked(NAME, shape.as_ref())?,
            &Distribution::Truncated(truncated),
            rng,
        )
    }
}

impl Tensor<i64> {
    /// Integers from `low` to `high - 1`, each as likely.
    ///
    /// # Errors
    /// [`Error::Argument`] unless `low < high`; and as [`full`](Self::full).
    pub fn random_integers(shape: impl AsRef<[usize]>, low: i64, high: i64, rng: &mut Rng) -> Result<Self> {
        const NAME: &str = "random_integers";
        if low >= high {
            let expected = format!("needs to be below high, {high}");
            return Err(Error::argument(NAME, "low", low, expected));
        }
        let shape = Shape::checked(NAME, shape.as_ref())?;
        Self::build(shape, |target| {
            counters::kernel(Family::Random, || [0, size_of_val(target)]);
            super::fill_integers(target, rng.next_u64(), low, high.abs_diff(low))
        })
    }

    /// The numbers from 0 to `n - 1` in a random order, as those of [`Rng::permutation`].
    ///
    /// # Errors
    /// [`Error::Size`] or [`Error::Memory`] if there is no memory for so many.
    pub fn permutation(n: usize, rng: &mut Rng) -> Result<Self> {
        Self::build(Shape::checked("permutation", &[n])?, |target| {
            counters::kernel(Family::Random, || [0, size_of_val(target)]);
            for (i, x) in target.iter_mut().enumerate() {
                *x = i as i64;
            }
            rng.shuffle(target);
        })
    }
}

fn ordered<T: Float>(operation: &'static str, low: T, high: T) -> Result<()> {
    if low <= high {
        return Ok(());
    }
    let expected = format!("needs to be no more than high, {high}");
    Err(Error::argument(operation, "low", low, expected))
}

fn moments<T: Float>(operation: &'static str, mean: T, std: T) -> Result<()> {
    if !mean.to_f64().is_finite() {
        return Err(Error::argument(operation, "mean", mean, "needs to be finite"));
    }
    if !std.to_f64().is_finite() || std < T::ZERO {
        return Err(Error::argument(
            operation,
            "std",
            std,
            "needs to be finite and not negative",
        ));
    }
    Ok(())
}
