//! Comparisons, which make masks.

use crate::kernels::{Comparison, Operand};
use crate::{Element, Float, Result, Tensor};

macro_rules! comparisons {
    ($($(#[$doc:meta])* $method:ident $question:ident;)*) => {
        /// Comparisons of two tensors, broadcast together; NaN is neither equal to, less nor greater than anything.
        impl<T: Element> Tensor<T> { $(
            $(#[$doc])*
            ///
            /// # Errors
            /// [`Error::Shapes`](crate::Error::Shapes) if the shapes do not broadcast.
            pub fn $method(&self, other: &Self) -> Result<Tensor<bool>> {
                self.compare(stringify!($method), Comparison::$question, other)
            }
        )* }
    };
}
comparisons! {
    /// Whether `x = y`.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let labels = Tensor::from([3, 1, 4]);
    /// assert_eq!(labels.equal(&Tensor::scalar(1))?, Tensor::from([false, true, false]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    equal Equal;
    /// Whether `x ≠ y`.
    not_equal NotEqual;
    /// Whether `x < y`.
    less Less;
    /// Whether `x ≤ y`.
    less_equal LessEqual;
    /// Whether `x > y`.
    greater Greater;
    /// Whether `x ≥ y`.
    greater_equal GreaterEqual;
}

impl<T: Element> Tensor<T> {
    fn compare(&self, operation: &'static str, question: Comparison, other: &Self) -> Result<Tensor<bool>> {
        let shape = self.shape().broadcast(operation, other.shape())?;
        let left = self.layout().broadcast(operation, &shape)?;
        let right = other.layout().broadcast(operation, &shape)?;
        Tensor::build(shape, |target| {
            T::compare(
                question,
                target,
                Operand {
                    source: self.storage(),
                    layout: &left,
                },
                Operand {
                    source: other.storage(),
                    layout: &right,
                },
            );
        })
    }
}

/// What kind of number each element is.
impl<T: Float> Tensor<T> {
    /// Whether x is not a number.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    pub fn is_nan(&self) -> Result<Tensor<bool>> {
        // NaN alone is not equal to itself.
        self.compare("is_nan", Comparison::NotEqual, self)
    }

    /// Whether x is neither infinite nor NaN.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    pub fn is_finite(&self) -> Result<Tensor<bool>> {
        self.abs()?
            .compare("is_finite", Comparison::Less, &Self::scalar(T::INFINITY))
    }

    /// Whether x is positive or negative infinity.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    pub fn is_infinite(&self) -> Result<Tensor<bool>> {
        self.abs()?
            .compare("is_infinite", Comparison::Equal, &Self::scalar(T::INFINITY))
    }
}
