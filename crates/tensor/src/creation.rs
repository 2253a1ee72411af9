//! Tensors of given contents: sequences, identity matrices, functions of the index, others' shapes.

use crate::counters::{self, Family};
use crate::kernels::nth;
use crate::{Element, Error, Float, Layout, Numeric, Result, Shape, Tensor};

impl<T: Element> Tensor<T> {
    /// Element `i`, in row-major order, is `f(i)`.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// assert_eq!(Tensor::from_fn([2, 2], |i| i * i < 5)?, Tensor::from([[true, true], [true, false]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`full`](Self::full).
    pub fn from_fn(shape: impl AsRef<[usize]>, mut f: impl FnMut(usize) -> T) -> Result<Self> {
        let shape = Shape::checked("from_fn", shape.as_ref())?;
        Self::build(shape, |target| {
            counters::kernel(Family::Fill, || [0, size_of_val(target)]);
            for (i, element) in target.iter_mut().enumerate() {
                *element = f(i);
            }
        })
    }

    /// `value` in the shape of this tensor.
    ///
    /// # Errors
    /// [`Error::Memory`] if there is none for it.
    pub fn full_like(&self, value: T) -> Result<Self> {
        Self::full(self.shape(), value)
    }
}

impl<T: Numeric> Tensor<T> {
    /// Zeros in the shape of this tensor.
    ///
    /// # Errors
    /// [`Error::Memory`] if there is none for them.
    pub fn zeros_like(&self) -> Result<Self> {
        self.full_like(T::ZERO)
    }

    /// Ones in the shape of this tensor.
    ///
    /// # Errors
    /// [`Error::Memory`] if there is none for them.
    pub fn ones_like(&self) -> Result<Self> {
        self.full_like(T::ONE)
    }

    /// The identity matrix of `n` rows: 1 on the diagonal, 0 elsewhere.
    ///
    /// # Errors
    /// [`Error::Size`] or [`Error::Memory`] if no tensor can have this shape.
    pub fn eye(n: usize) -> Result<Self> {
        let shape = Shape::checked("eye", &[n, n])?;
        let diagonal = Layout::row_major(shape).diagonal(0, 1, 0);
        let one = Layout::row_major(Shape::SCALAR).broadcast("eye", diagonal.shape())?;
        Self::build(shape, |target| {
            T::fill(target, T::ZERO);
            T::assign(target, &diagonal, &[T::ONE], &one);
        })
    }

    /// The numbers `start + i step` that lie before `end`, `i` from 0 on; of rank 1.
    ///
    /// Floating-point numbers are computed in `f64` from `i`, without adding up errors, and rounded once. `end` is never
    /// among them.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// assert_eq!(Tensor::arange(5, 0, -2)?, Tensor::from([5, 3, 1]));
    /// assert_eq!(Tensor::arange(1.0, 1.3, 0.1)?.to_vec(), [1.0, 1.1, 1.2]);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if `step` is 0 or leads away from `end`, or a number is NaN or infinite; [`Error::Size`] or
    /// [`Error::Memory`] if there are too many.
    pub fn arange(start: T, end: T, step: T) -> Result<Self> {
        let Some(count) = T::steps(start, end, step) else {
            let expected = format!("must lead from {start} to {end}, all finite");
            return Err(Error::argument("arange", "step", step, expected));
        };
        Self::build(Shape::checked("arange", &[count])?, |target| {
            T::sequence(target, start, step);
        })
    }
}

impl<T: Float> Tensor<T> {
    /// `count` numbers at equal distances from `start` to `end`, both of them exact; of rank 1. A single one is `start`.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// assert_eq!(Tensor::linspace(-1.0, 1.0, 5)?, Tensor::from([-1.0, -0.5, 0.0, 0.5, 1.0]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if an end is NaN or infinite; [`Error::Size`] or [`Error::Memory`] if there are too many.
    pub fn linspace(start: T, end: T, count: usize) -> Result<Self> {
        let (from, to) = (start.to_f64(), end.to_f64());
        for (name, value) in [("start", from), ("end", to)] {
            if !value.is_finite() {
                return Err(Error::argument("linspace", name, value, "must be finite"));
            }
        }
        let shape = Shape::checked("linspace", &[count])?;
        let gaps = count.saturating_sub(1).max(1) as f64;
        let distance = to - from;
        let step = if distance.is_finite() {
            distance / gaps
        } else {
            to / gaps - from / gaps
        };
        Self::build(shape, |target| {
            counters::kernel(Family::Fill, || [0, size_of_val(target)]);
            // From either end to the middle, so that both ends are exact and the whole is symmetric.
            let (head, tail) = target.split_at_mut(count.div_ceil(2));
            for (i, x) in head.iter_mut().enumerate() {
                *x = T::from_f64(nth(from, step, i));
            }
            for (i, x) in tail.iter_mut().rev().enumerate() {
                *x = T::from_f64(nth(to, -step, i));
            }
        })
    }
}
