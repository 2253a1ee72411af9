//! Elements by their place in the order: medians and quantiles.

use super::check_not_empty;
use crate::axes::{Axes, AxisSet};
use crate::kernels::SortRows;
use crate::{Error, Float, MAX_RANK, Numeric, Result, Tensor, kernel};

/// Where an element was, for each result, and what it weighs.
type Weighted<T> = (Tensor<i64>, T);

impl<T: Numeric> Tensor<T> {
    /// The element at a place of the order along the axes, 0 for the smallest, and its index; NaN, and the index of the first one, if there is
    /// one.
    ///
    /// Of equal elements the first one comes first. Through several axes the index counts in row-major order, as that of
    /// [`argmax`](Self::argmax). In time proportional to the number of elements; for several places, [`sort`](Self::sort).
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis or one is named twice; [`Error::Argument`] if there are no more than `place` elements along
    /// the axes.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let (second, index) = Tensor::from([[30, 10, 20], [4, 6, 5]]).nth_smallest(1, -1)?;
    /// assert_eq!(second, Tensor::from([20, 5]));
    /// assert_eq!(index, Tensor::from([2, 2]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn nth_smallest(&self, place: usize, axes: impl Axes) -> Result<(Self, Tensor<i64>)> {
        let axes = axes.resolve("nth_smallest", self.shape())?;
        let count = axes.count(self.shape());
        if place >= count {
            let expected = format!("there are {count} elements along the axes");
            return Err(Error::argument("nth_smallest", "place", place, expected));
        }
        self.in_order(&axes, place)
    }

    /// The median along the axes: the element with as many below it as above; of an even number of elements the smaller one of the two in the
    /// middle. NaN if there is one.
    ///
    /// It is always one of the elements, as in PyTorch. The mean of the two in the middle, which is NumPy's median, is
    /// [`quantile`](Self::quantile) 0.5.
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis or one is named twice; [`Error::Shape`] if there are no elements along the axes.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[4.0, 1.0, 3.0], [2.0, 7.0, f32::NAN]]);
    /// assert_eq!(x.median(0)?.to_vec()[..2], [2.0, 1.0]);
    /// assert_eq!(x.median(1)?.to_vec()[0], 3.0);
    /// assert!(x.median(..)?.item()?.is_nan());
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn median(&self, axes: impl Axes) -> Result<Self> {
        let axes = axes.resolve("median", self.shape())?;
        check_not_empty("median", self.shape(), &axes)?;
        let place = (axes.count(self.shape()) - 1) / 2;
        Ok(self.in_order(&axes, place)?.0)
    }

    /// The place is one of the order along the axes.
    fn in_order(&self, axes: &AxisSet, place: usize) -> Result<(Self, Tensor<i64>)> {
        let mut order = [0; MAX_RANK];
        let kept_first = (0..self.rank())
            .filter(|&axis| !axes.contains(axis))
            .chain((0..self.rank()).filter(|&axis| axes.contains(axis)));
        for (to, from) in order.iter_mut().zip(kept_first) {
            *to = from as isize;
        }
        let rows = self.permute(&order[..self.rank()])?;
        let shape = axes.reduce(self.shape());
        let mut indices = Tensor::<i64>::build(shape, |_| ())?;
        let index_slice = indices.as_mut_slice()?;
        let values = Self::try_build(shape, |values| {
            if values.is_empty() {
                return Ok(());
            }
            let rows = SortRows {
                source: rows.storage(),
                layout: &rows.layout(),
                length: axes.count(self.shape()),
                descending: false,
            };
            T::nth(values, index_slice, &rows, place)
        })?;
        Ok((values, indices))
    }
}

impl<T: Float> Tensor<T> {
    /// The quantile along the axes: the number below which a fraction `q` of the elements lies, 0 for the smallest, 0.5 for the median, 1 for the
    /// largest. NaN if there is one.
    ///
    /// Of the n elements in order, counted from 0, it is the one at `q (n - 1)`; between two elements it is interpolated linearly,
    /// `(1 - w) x_i + w x_(i+1)`, as by default in NumPy and PyTorch. Between two equal infinities it is infinite, where those have NaN.
    ///
    /// # Errors
    /// [`Error::Argument`] unless `q` is from 0 to 1; [`Error::Axis`] if there is no such axis or one is named twice; [`Error::Shape`] if there are no
    /// elements along the axes.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[7.0, 1.0, 3.0, 5.0], [0.0, 0.0, 0.0, 8.0]]);
    /// assert_eq!(x.quantile(0.5, 1)?, Tensor::from([4.0, 0.0]));
    /// assert_eq!(x.quantile(0.75, -1)?, Tensor::from([5.5, 2.0]));
    /// assert_eq!(x.quantile(1.0, ..)?, Tensor::scalar(8.0));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn quantile(&self, q: f64, axes: impl Axes) -> Result<Self> {
        Ok(self.quantile_of(q, axes)?.0)
    }

    /// A quantile, and the one or two elements it is interpolated from: their indices, and their weights.
    #[doc(hidden)]
    pub fn quantile_of(&self, q: f64, axes: impl Axes) -> Result<(Self, Vec<Weighted<T>>)> {
        if !(0.0..=1.0).contains(&q) {
            return Err(Error::argument("quantile", "q", q, "a fraction is from 0 to 1"));
        }
        let axes = axes.resolve("quantile", self.shape())?;
        check_not_empty("quantile", self.shape(), &axes)?;
        let place = q * (axes.count(self.shape()) - 1) as f64;
        let weight = T::from_f64(place.fract());
        let (lower, lower_index) = self.in_order(&axes, place as usize)?;
        if weight == T::ZERO {
            return Ok((lower, vec![(lower_index, T::ONE)]));
        }
        let (upper, upper_index) = self.in_order(&axes, place as usize + 1)?;
        let between = kernel!(|x, y; w: weight| {
            let way = (1.0 - w) * x + w * y;
            // Rounding does not lead out of the interval, and infinities are not subtracted.
            if x == y || way < x { x } else if way > y { y } else { way }
        });
        let value = lower.into_formula("quantile", &between, &[&upper])?;
        Ok((value, vec![(lower_index, T::ONE - weight), (upper_index, weight)]))
    }
}
