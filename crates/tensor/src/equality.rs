//! Whether two tensors are equal, exactly or nearly.

use crate::counters::{self, Family};
use crate::{Element, Error, Float, Layout, MAX_RANK, Result, Tensor};

/// Equal shapes and equal elements; NaN equals nothing, as for numbers. Elements that a broadcast repeats are compared once.
impl<T: Element> PartialEq for Tensor<T> {
    fn eq(&self, other: &Self) -> bool {
        self.shape() == other.shape()
            && match (self.as_slice(), other.as_slice()) {
                (Some(a), Some(b)) => a == b,
                _ => self.equals(other),
            }
    }
}

impl<T: Element> Tensor<T> {
    /// Whether the elements are equal to those of a tensor of the same shape; block by block, without a copy of all.
    fn equals(&self, other: &Self) -> bool {
        if self.is_empty() {
            return true;
        }
        let (mut left, mut right) = (self.layout(), other.layout());
        for axis in (0..self.rank()).rev() {
            let strides = [left.strides()[axis], right.strides()[axis]];
            if !strides.contains(&0) {
                continue;
            }
            // One of them is the same all along the axis, so the other must be, and one place of it is enough to be compared.
            if strides[0] != 0 && !is_constant(self.storage(), left, axis)
                || strides[1] != 0 && !is_constant(other.storage(), right, axis)
            {
                return false;
            }
            (left, right) = (left.remove_axis(axis, 0), right.remove_axis(axis, 0));
        }
        all_pairs((self.storage(), left), (other.storage(), right), |x, y| x == y)
    }
}

impl<T: Float> Tensor<T> {
    /// Whether all elements are near those of another tensor, both broadcast together: `|x - y| ≤ atol + rtol |y|`, as in NumPy and
    /// PyTorch. It is the second tensor whose size counts.
    ///
    /// Equal infinities are near each other, and an infinity is near nothing else; NaN is near nothing, or, with `equal_nan`, NaN. The
    /// usual tolerances there are `rtol = 1e-5` and `atol = 1e-8`. Differences are taken in double precision. True of no elements.
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes do not broadcast; [`Error::Argument`] if a tolerance is negative or NaN.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let third = Tensor::from([1.0_f32, 2.0]) / 3.0;
    /// assert!((&third * 3.0).all_close(&Tensor::from([1.0, 2.0]), 1e-5, 1e-8, false)?);
    /// assert!(!third.all_close(&Tensor::from([0.333, 0.667]), 1e-5, 1e-8, false)?);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn all_close(&self, other: &Self, rtol: T, atol: T, equal_nan: bool) -> Result<bool> {
        const NAME: &str = "all_close";
        let (rtol, atol) = (rtol.to_f64(), atol.to_f64());
        for (argument, tolerance) in [("rtol", rtol), ("atol", atol)] {
            if tolerance.is_nan() || tolerance < 0.0 {
                let expected = "a tolerance is not negative";
                return Err(Error::argument(NAME, argument, tolerance, expected));
            }
        }
        let shape = self.shape().broadcast(NAME, other.shape())?;
        if shape.count() == 0 {
            return Ok(true);
        }
        let left = self.layout().broadcast(NAME, &shape)?;
        let right = other.layout().broadcast(NAME, &shape)?;
        let (left, right) = distinct(left, right);
        let near = |x: T, y: T| {
            let (x, y) = (x.to_f64(), y.to_f64());
            let distance = (x - y).abs();
            x == y
                || distance.is_finite() && distance <= atol + rtol * y.abs()
                || equal_nan && x.is_nan() && y.is_nan()
        };
        Ok(all_pairs((self.storage(), left), (other.storage(), right), near))
    }
}

/// Whether the elements of a view are the same all along an axis.
fn is_constant<T: Element>(storage: &[T], layout: Layout, axis: usize) -> bool {
    let mut strides = [0; MAX_RANK];
    strides[..layout.strides().len()].copy_from_slice(layout.strides());
    strides[axis] = 0;
    let first = Layout::strided(*layout.shape(), strides, layout.offset());
    let (layout, first) = distinct(layout, first);
    all_pairs((storage, layout), (storage, first), |x, y| x == y)
}

/// Two views without the axes along which both repeat their elements.
fn distinct(mut left: Layout, mut right: Layout) -> (Layout, Layout) {
    for axis in (0..left.shape().rank()).rev() {
        if left.strides()[axis] == 0 && right.strides()[axis] == 0 {
            (left, right) = (left.remove_axis(axis, 0), right.remove_axis(axis, 0));
        }
    }
    (left, right)
}

/// Whether all pairs of elements of two views of one shape, which is not empty, are as they should be.
fn all_pairs<T: Element>(left: (&[T], Layout), right: (&[T], Layout), should: impl Fn(T, T) -> bool) -> bool {
    const BLOCK: usize = 1024;
    let count = left.1.shape().count();
    counters::kernel(Family::Comparison, || {
        let elements = left.1.distinct() + right.1.distinct();
        [elements * size_of::<T>(), 0]
    });
    let mut blocks = [[T::default(); BLOCK]; 2];
    (0..count).step_by(BLOCK).all(|start| {
        let length = BLOCK.min(count - start);
        for (block, (storage, layout)) in blocks.iter_mut().zip([left, right]) {
            T::gather(&mut block[..length], storage, &layout, start);
        }
        let [left, right] = &blocks;
        let mut pairs = left[..length].iter().zip(&right[..length]);
        pairs.all(|(&x, &y)| should(x, y))
    })
}
