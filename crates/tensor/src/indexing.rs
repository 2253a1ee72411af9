//! Reading and adding at the places that index tensors name, as PyTorch defines it; but a scalar has no axis here, and an index has the rank
//! that is asked for.
//!
//! An index counts from 0; one outside its axis, a negative one included, is an [`Error::Index`].

use crate::{Element, Error, Layout, Numeric, Result, Shape, Tensor, kernels};

/// Reading at the places that an index names.
impl<T: Element> Tensor<T> {
    /// One element for each index: `y[i, j, k] = x[i, index[i, j, k], k]` for axis 1 of rank 3, and so on.
    ///
    /// `index` has the rank of `x`, and is no longer on the other axes; the result has its shape.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let probabilities = Tensor::from([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]]);
    /// let labels = Tensor::from([1_i64, 0]);
    /// let picked = probabilities.gather(-1, &labels.unsqueeze(-1)?)?;
    /// assert_eq!(picked, Tensor::from([[0.7], [0.5]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis, [`Error::Shapes`] if `index` has another rank or is longer,
    /// [`Error::Index`] if one of its elements lies outside `0..length`.
    pub fn gather(&self, axis: isize, index: &Tensor<i64>) -> Result<Self> {
        let axis = self.shape().axis("gather", axis)?;
        let base = self.layout().corner("gather", index.shape(), Some(axis))?;
        let length = self.shape()[axis];
        if let Some(rows) = of_rows(index, axis)?
            && let corner = base.shape().with("gather", axis, length)?
            && let Some(source) = self
                .view(self.layout().corner("gather", &corner, None)?)
                .as_slice()
        {
            let rows = checked("gather", &rows, length)?;
            let lengths = [length, index.shape()[axis], inner(index.shape(), axis)];
            return Self::build(*index.shape(), |target| {
                T::select(target, source, lengths, elements(&rows));
            });
        }
        let index = index.contiguous()?;
        let (stride, index) = (self.layout().strides()[axis], elements(&index));
        Self::try_build(*base.shape(), |target| {
            // The indices are looked at just before they are used: reading them once more would take as long as the rest.
            match T::pick(target, self.storage(), &base, stride, index, length) {
                true => Ok(()),
                false => Err(outside("gather", index, length)),
            }
        })
    }

    /// The parts of `axis` that a list of indices names, in its order, repetitions included.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1, 2], [3, 4], [5, 6]]);
    /// assert_eq!(x.index_select(0, &Tensor::from([2_i64, 0, 2]))?, Tensor::from([[5, 6], [1, 2], [5, 6]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis, [`Error::Shape`] if `index` has not rank 1, [`Error::Index`] if one of
    /// its elements lies outside `0..length`.
    pub fn index_select(&self, axis: isize, index: &Tensor<i64>) -> Result<Self> {
        let (axis, shape) = selected("index_select", self.shape(), axis, index)?;
        let length = self.shape()[axis];
        let index = checked("index_select", index, length)?;
        let index = elements(&index);
        Self::build(shape, |target| {
            if target.is_empty() {
                return;
            }
            if let Some(source) = self.as_slice() {
                return T::select(target, source, [length, index.len(), inner(&shape, axis)], index);
            }
            let to = Layout::row_major(shape);
            for (i, &index) in index.iter().enumerate() {
                let from = self.layout().remove_axis(axis, index as usize);
                T::assign(target, &to.remove_axis(axis, i), self.storage(), &from);
            }
        })
    }
}

/// Adding at the places that an index names. Where it names a place more than once, all is added, in the order of the
/// index: the result does not depend on the number of threads.
///
/// The error of a place that n numbers are added to is at most (min(n, 256) + 2) ε Σ |x|, with its own number among the x: they are added
/// in blocks of 256, and the sums of the blocks with compensation, so that 2^25 ones make 2^25. Integers wrap around on overflow.
impl<T: Numeric> Tensor<T> {
    /// This tensor with each element of `source` added at its index: `y[i, index[i, j, k], k] += source[i, j, k]` for
    /// axis 1 of rank 3, and so on. The adjoint of [`gather`](Self::gather).
    ///
    /// The error of a place that n numbers are added to is at most (min(n, 256) + 2) ε Σ |x|, with its own number among the x.
    ///
    /// All three have the same rank; `index` is no longer than this tensor on the other axes, and than `source` on all.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let counts = Tensor::<i64>::zeros([3])?;
    /// let counts = counts.scatter_add(0, &Tensor::from([0, 2, 2, 2]), &Tensor::ones([4])?)?;
    /// assert_eq!(counts, Tensor::from([1, 0, 3]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis, [`Error::Shapes`] if the shapes do not fit, [`Error::Index`] if an
    /// index lies outside `0..length`.
    pub fn scatter_add(&self, axis: isize, index: &Tensor<i64>, source: &Self) -> Result<Self> {
        self.clone().into_scatter_add(axis, index, source)
    }

    /// As [`scatter_add`](Self::scatter_add), but into the memory of this tensor if nobody else holds it.
    ///
    /// # Errors
    /// As [`scatter_add`](Self::scatter_add).
    pub fn into_scatter_add(mut self, axis: isize, index: &Tensor<i64>, source: &Self) -> Result<Self> {
        let axis = self.shape().axis("scatter_add", axis)?;
        let to = Layout::row_major(*self.shape());
        let base = to.corner("scatter_add", index.shape(), Some(axis))?;
        let from = source.layout().corner("scatter_add", index.shape(), None)?;
        let (length, count) = (self.shape()[axis], index.shape()[axis]);
        let is_whole = (0..self.rank()).all(|i| i == axis || self.shape()[i] == index.shape()[i]);
        let lengths = [length, count, inner(self.shape(), axis)];
        if is_whole && let Some(rows) = of_rows(index, axis)? {
            let rows = checked("scatter_add", &rows, length)?;
            let source = source.view(from).contiguous()?;
            T::index_add(self.as_mut_slice()?, lengths, elements(&rows), elements(&source));
            return Ok(self);
        }
        if is_whole && from.is_contiguous() {
            let index = index.contiguous()?;
            let (target, index) = (self.as_mut_slice()?, elements(&index));
            let source = source.view(from).contiguous()?;
            return match T::scatter_add_blocks(target, lengths, index, elements(&source))? {
                true => Ok(self),
                false => Err(outside("scatter_add", index, length)),
            };
        }
        let index = checked("scatter_add", index, length)?;
        let (stride, index, target) = (to.strides()[axis], elements(&index), self.as_mut_slice()?);
        T::scatter_add(target, &base, stride, index, count, source.storage(), &from);
        Ok(self)
    }

    /// This tensor with the parts of `source` along `axis` added to those that a list of indices names: the adjoint of
    /// [`index_select`](Self::index_select).
    ///
    /// The error of a place that n numbers are added to is at most (min(n, 256) + 2) ε Σ |x|, with its own number among the x.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::<f32>::zeros([3, 2])?;
    /// let y = x.index_add(0, &Tensor::from([2_i64, 0, 2]), &Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))?;
    /// assert_eq!(y, Tensor::from([[3.0, 4.0], [0.0, 0.0], [6.0, 8.0]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis, [`Error::Shape`] if `index` has not rank 1, [`Error::Shapes`] if
    /// `source` has not this shape with the number of indices as the length of `axis`, [`Error::Index`] if an index
    /// lies outside `0..length`.
    pub fn index_add(&self, axis: isize, index: &Tensor<i64>, source: &Self) -> Result<Self> {
        self.clone().into_index_add(axis, index, source)
    }

    /// As [`index_add`](Self::index_add), but into the memory of this tensor if nobody else holds it.
    ///
    /// # Errors
    /// As [`index_add`](Self::index_add).
    pub fn into_index_add(mut self, axis: isize, index: &Tensor<i64>, source: &Self) -> Result<Self> {
        let (axis, shape) = selected("index_add", self.shape(), axis, index)?;
        if *source.shape() != shape {
            let expected = format!("do not fit: the second must be {shape} for this index");
            return Err(Error::shapes("index_add", self.shape(), source.shape(), expected));
        }
        let length = self.shape()[axis];
        let index = checked("index_add", index, length)?;
        let source = source.contiguous()?;
        let lengths = [length, index.count(), inner(&shape, axis)];
        let target = self.as_mut_slice()?;
        T::index_add(target, lengths, elements(&index), elements(&source));
        Ok(self)
    }
}

impl<T: Numeric> Tensor<T> {
    /// For each class its unit vector along a new last axis of length `classes`: 1 at the class, 0 elsewhere.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let labels = Tensor::from([2_i64, 0]);
    /// assert_eq!(Tensor::one_hot(&labels, 3)?, Tensor::from([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Index`] if a class lies outside `0..classes`; [`Error::Rank`], [`Error::Size`] or [`Error::Memory`] if
    /// no tensor can have the shape.
    pub fn one_hot(labels: &Tensor<i64>, classes: usize) -> Result<Self> {
        let rank = labels.rank();
        let rows = labels.layout().insert_axis("one_hot", rank)?;
        let shape = rows.shape().with("one_hot", rank, classes)?;
        let labels = checked("one_hot", labels, classes)?;
        let base = Layout::row_major(shape).corner("one_hot", rows.shape(), Some(rank))?;
        let one = Layout::row_major(Shape::SCALAR).broadcast("one_hot", rows.shape())?;
        Self::build(shape, |target| {
            T::fill(target, T::ZERO);
            T::scatter_add(target, &base, 1, elements(&labels), 1, &[T::ONE], &one);
        })
    }
}

/// The axis, and `shape` with as many elements along it as there are indices.
fn selected(
    operation: &'static str,
    shape: &Shape,
    axis: isize,
    index: &Tensor<i64>,
) -> Result<(usize, Shape)> {
    let axis = shape.axis(operation, axis)?;
    if index.rank() != 1 {
        return Err(Error::shape(
            operation,
            index.shape(),
            "needs a list of indices, of rank 1",
        ));
    }
    Ok((axis, shape.with(operation, axis, index.count())?))
}

/// The number of elements behind each other along the axes after this one.
fn inner(shape: &Shape, axis: usize) -> usize {
    shape[axis + 1..].iter().product()
}

/// The indices of whole rows, if all along the later axes are the same: one list for each place on the earlier axes, or one for them all.
fn of_rows(index: &Tensor<i64>, axis: usize) -> Result<Option<Tensor<i64>>> {
    let repeats = |axis: usize| index.shape()[axis] == 1 || index.layout().strides()[axis] == 0;
    let later = axis + 1..index.rank();
    if !later.clone().all(repeats) {
        return Ok(None);
    }
    let is_one_list = (0..axis).all(repeats) && index.count() > index.shape()[axis];
    if index.is_empty() || !is_one_list && inner(index.shape(), axis) == 1 {
        // Nothing is the same.
        return Ok(None);
    }
    let mut rows = index.clone();
    for axis in later.rev() {
        rows = rows.select(axis as isize, 0)?;
    }
    for _ in 0..if is_one_list { axis } else { 0 } {
        rows = rows.select(0, 0)?;
    }
    Ok(Some(rows))
}

/// The indices in row-major order, all of which are known to lie in `0..length`.
fn checked(operation: &'static str, index: &Tensor<i64>, length: usize) -> Result<Tensor<i64>> {
    let index = index.contiguous()?;
    if index.is_empty() || kernels::largest(elements(&index)) < length as u64 {
        return Ok(index);
    }
    Err(outside(operation, elements(&index), length))
}

/// The error for the first index that does not lie in `0..length`.
fn outside(operation: &'static str, index: &[i64], length: usize) -> Error {
    let inside = |&&index: &&i64| usize::try_from(index).is_ok_and(|index| index < length);
    let outside = index.iter().find(|index| !inside(index));
    Error::Index {
        operation,
        index: outside.copied().unwrap_or_default(),
        length,
    }
}

/// The elements of a tensor that is known to be contiguous.
fn elements<T: Element>(tensor: &Tensor<T>) -> &[T] {
    tensor.as_slice().unwrap_or(&[])
}
