//! Products of matrices and vectors.

use crate::kernels::{Matrix, Product};
use crate::parallel;
use crate::{Error, Float, Layout, MAX_RANK, Result, Shape, Tensor};

/// Multiplications a task, of a batch of small products.
const TASK: usize = 1 << 17;

/// How many multiplications could be done while a product begins.
const BEGINNING: usize = 1 << 12;

/// Multiplications of a product that several threads divide as well as they divide a batch.
const LARGE: usize = 1 << 22;

impl<T: Float> Tensor<T> {
    /// The matrix product, `C[i, j] = Σₖ A[i, k] B[k, j]`, by the rules of PyTorch and NumPy:
    ///
    /// * `[m, k] · [k, n] → [m, n]`;
    /// * more axes in front are a batch of matrices, and broadcast: `[8, 1, m, k] · [5, k, n] → [8, 5, m, n]`;
    /// * a vector on the left is a row, one on the right is a column, and that axis is left out of the result:
    ///   `[k] · [k, n] → [n]`, `[m, k] · [k] → [m]`, `[k] · [k] → []`.
    ///
    /// Any view will do, at full speed: a transpose is not copied. The result has the same bits whatever the number of threads.
    ///
    /// The error of an element is at most `min(k, 400 + log2 k) ε/2 Σ |A[i, k] B[k, j]|` for sums of `k` terms, ε the distance from 1 to the next
    /// number: they are added in blocks of 384, sixteen of these in turn, and the rest in pairs. It is the same for [`linear`](Self::linear),
    /// [`outer_sum`](Self::outer_sum) and [`dot`](Self::dot).
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes do not fit, [`Error::Shape`] for a scalar, [`Error::Rank`], [`Error::Size`] or [`Error::Memory`]
    /// if no tensor can have the result's shape.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// let b = Tensor::from([[0.0, 1.0], [1.0, 0.0]]);
    /// assert_eq!(a.matmul(&b)?, Tensor::from([[2.0, 1.0], [4.0, 3.0]]));
    /// assert_eq!(a.matmul(&Tensor::from([1.0, 1.0]))?, Tensor::from([3.0, 7.0]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn matmul(&self, other: &Self) -> Result<Self> {
        const NAME: &str = "matmul";
        for operand in [self, other] {
            if operand.rank() == 0 {
                let expected = "needs at least one axis; a scalar is multiplied with *";
                return Err(Error::shape(NAME, operand.shape(), expected));
            }
        }
        if self.rank() > 1
            && let ([columns], [depth, _]) = (&self.shape()[self.rank() - 1..], other.shape().dims())
            && columns == depth
            && let Some(left) = self.evenly_spaced_rows()
        {
            return self.rows_times(left, other);
        }
        let left = if self.rank() == 1 {
            &self.unsqueeze(0)?
        } else {
            self
        };
        let right = if other.rank() == 1 {
            &other.unsqueeze(1)?
        } else {
            other
        };
        let (left_batch, [m, k]) = split(left.shape());
        let (right_batch, [rows, n]) = split(right.shape());
        if k != rows {
            let expected = format!("do not multiply: {k} columns need as many rows, not {rows}");
            return Err(Error::shapes(NAME, self.shape(), other.shape(), expected));
        }
        let batch = Shape::checked(NAME, left_batch)?
            .broadcast(NAME, &Shape::checked(NAME, right_batch)?)
            .map_err(|_| {
                let expected = "do not multiply: the axes before the last two do not broadcast";
                Error::shapes(NAME, self.shape(), other.shape(), expected)
            })?;
        // The axes that were added to vectors are left out again.
        let mut dims = batch.to_vec();
        dims.extend((self.rank() > 1).then_some(m));
        dims.extend((other.rank() > 1).then_some(n));
        Self::try_build(Shape::checked(NAME, &dims)?, |target| {
            multiply(target, left, right, &batch)
        })
    }

    /// The product with one matrix, of as many rows as these have columns.
    fn rows_times(&self, left: Matrix<'_, T>, other: &Self) -> Result<Self> {
        let shape = self.shape().with("matmul", self.rank() - 1, other.shape()[1])?;
        let mut copy = None;
        let product = Product::new(left, other.rows(&mut copy)?);
        Self::try_build(shape, |target| T::multiply(target, &product))
    }

    /// The outer products of the vectors along the last axis, summed over all other axes: `C[i, j] = Σₙ A[n, i] B[n, j]`, so that
    /// `[..., m]` and `[..., k]` give `[m, k]`.
    ///
    /// It is the product of the transpose with the other tensor, and the gradient of a linear map with respect to its weights. Each element of a
    /// sum over N has an error of at most `min(N, 400 + log2 N) ε/2 Σ |A[n, i] B[n, j]|`.
    ///
    /// # Errors
    /// [`Error::Shapes`] unless all axes but the last are equal; [`Error::Shape`] for a scalar; [`Error::Size`] or [`Error::Memory`] if there is
    /// no memory for the result.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// let b = Tensor::from([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]);
    /// assert_eq!(a.outer_sum(&b)?, Tensor::from([[1.0, 3.0, 4.0], [2.0, 4.0, 6.0]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn outer_sum(&self, other: &Self) -> Result<Self> {
        const NAME: &str = "outer_sum";
        let (Some((&m, rows)), Some((&k, others))) = (self.shape().split_last(), other.shape().split_last())
        else {
            let scalar = if self.rank() == 0 { self } else { other };
            return Err(Error::shape(NAME, scalar.shape(), "needs at least one axis"));
        };
        if rows != others {
            let expected = "must be equal but for the last axis";
            return Err(Error::shapes(NAME, self.shape(), other.shape(), expected));
        }
        let shape = Shape::checked(NAME, &[m, k])?;
        if shape.count() == 0 {
            return Self::zeros(shape);
        }
        let (mut left, mut right) = (None, None);
        let product = Product::new(self.rows(&mut left)?.transposed(), other.rows(&mut right)?);
        Self::try_build(shape, |target| T::multiply(target, &product))
    }

    /// `[..., n]` as the rows of one matrix, if they are evenly spaced.
    #[inline]
    fn evenly_spaced_rows(&self) -> Option<Matrix<'_, T>> {
        match *self.shape().dims() {
            // Nearly always, and nothing to look for.
            [rows, columns] if self.as_view().is_none() => {
                Some(Matrix::row_major(self.storage(), [rows, columns]))
            }
            [_, _] => Some(self.matrix(self.offset())),
            [ref leading @ .., length] => {
                let shape = [leading.iter().product(), length];
                let layout = self.layout().reshape(&Shape::checked("matmul", &shape).ok()?)?;
                let &[down, across] = layout.strides().first_chunk()?;
                Some(Matrix::new(
                    self.storage(),
                    layout.offset(),
                    shape,
                    [down, across],
                ))
            }
            [] => None,
        }
    }

    /// `[..., n]` as the rows of one matrix: these, or those of a copy that is put where it lives long enough.
    #[inline]
    pub(crate) fn rows<'a>(&'a self, copy: &'a mut Option<Self>) -> Result<Matrix<'a, T>> {
        if let Some(rows) = self.evenly_spaced_rows() {
            return Ok(rows);
        }
        let copy: &Self = copy.insert(self.contiguous()?);
        Ok(copy
            .evenly_spaced_rows()
            .unwrap_or(Matrix::row_major(&[], [0, 0])))
    }

    /// The scalar product of two vectors, `Σₖ aₖ bₖ`.
    ///
    /// # Errors
    /// [`Error::Shapes`] unless both are vectors of one length.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0]).dot(&Tensor::from([3.0, 4.0]))?, Tensor::scalar(11.0));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn dot(&self, other: &Self) -> Result<Self> {
        if self.rank() != 1 || self.shape() != other.shape() {
            let expected = "must be those of two vectors of one length";
            return Err(Error::shapes("dot", self.shape(), other.shape(), expected));
        }
        self.matmul(other)
    }

    /// The outer product of two vectors, `C[i, j] = aᵢ bⱼ`.
    ///
    /// # Errors
    /// [`Error::Shapes`] unless both are vectors; [`Error::Size`] or [`Error::Memory`] if there is no memory for the result.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let product = Tensor::from([1.0, 2.0]).outer(&Tensor::from([3.0, 4.0, 5.0]))?;
    /// assert_eq!(product, Tensor::from([[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn outer(&self, other: &Self) -> Result<Self> {
        if self.rank() != 1 || other.rank() != 1 {
            return Err(Error::shapes(
                "outer",
                self.shape(),
                other.shape(),
                "must be those of two vectors",
            ));
        }
        self.unsqueeze(1)?.try_mul(other)
    }

    /// The matrix of the last two axes that begins at `offset`.
    pub(crate) fn matrix(&self, offset: usize) -> Matrix<'_, T> {
        let (_, shape) = split(self.shape());
        let strides = match self.as_view().map(Layout::strides) {
            None => [shape[1].max(1) as isize, 1],
            Some(&[.., down, across]) => [down, across],
            Some(_) => return Matrix::row_major(&[], [0, 0]),
        };
        Matrix::new(self.storage(), offset, shape, strides)
    }
}

/// The axes of a batch, and those of its matrices.
fn split(shape: &Shape) -> (&[usize], [usize; 2]) {
    match shape.dims() {
        [batch @ .., rows, columns] => (batch, [*rows, *columns]),
        _ => (&[], [0, 0]),
    }
}

/// Writes the products of the matrices of two tensors, whose leading axes broadcast to `batch`.
fn multiply<T: Float>(target: &mut [T], left: &Tensor<T>, right: &Tensor<T>, batch: &Shape) -> Result<()> {
    let ((_, [rows, depth]), (_, [_, columns])) = (split(left.shape()), split(right.shape()));
    if target.is_empty() {
        return Ok(());
    }
    if batch.rank() > 0 && right.rank() == 2 {
        // One matrix on the right and, if they are evenly spaced, all rows on the left are one product.
        let shape = Shape::checked("matmul", &[batch.count() * rows, depth])?;
        if let Some(layout) = left.layout().reshape(&shape) {
            return multiply(target, &left.view(layout), right, &Shape::SCALAR);
        }
    }
    let (lefts, rights) = (
        Offsets::new(&left.layout(), batch),
        Offsets::new(&right.layout(), batch),
    );
    let (size, count) = (rows * columns, batch.count());
    let elements = [size, rows.saturating_mul(depth), depth.saturating_mul(columns)];
    let others = { elements.into_iter() }
        .fold(0, usize::saturating_add)
        .saturating_mul(count - 1)
        .saturating_mul(size_of::<T>());
    let each = |first: usize, target: &mut [T], divided: bool| {
        let matrices = target.chunks_exact_mut(size).enumerate();
        { matrices }.try_for_each(|(index, target)| {
            let at = first + index;
            let product = Product::new(left.matrix(lefts.get(at)), right.matrix(rights.get(at)));
            T::multiply(target, &product.of_batch(divided, others))
        })
    };
    let work = size.saturating_mul(depth);
    // A few large products are divided one by one, so that no thread waits for the last of them.
    let few = count == 1 || count < 4 * parallel::workers_at_once() && work >= LARGE;
    let work = work.saturating_add(BEGINNING);
    if few || !parallel::pays(work.saturating_mul(count), 4 * TASK) {
        return each(0, target, false);
    }
    let grain = TASK.div_ceil(work).saturating_mul(size);
    parallel::last_error(|report| {
        parallel::divide(target, 0, size, grain, &|start, target| {
            report(each(start / size, target, true));
        });
    })
}

/// Where the matrices of a batch begin.
struct Offsets<'a> {
    batch: &'a Shape,
    /// Those of the batch's axes.
    strides: [isize; MAX_RANK],
    first: usize,
}

impl<'a> Offsets<'a> {
    fn new(layout: &Layout, batch: &'a Shape) -> Self {
        let mut strides = [0; MAX_RANK];
        let own = layout.shape().iter().zip(layout.strides()).rev().skip(2);
        for (to, (&length, &stride)) in strides[..batch.rank()].iter_mut().rev().zip(own) {
            *to = if length == 1 { 0 } else { stride };
        }
        let first = layout.offset();
        Self {
            batch,
            strides,
            first,
        }
    }

    fn get(&self, mut index: usize) -> usize {
        let mut offset = self.first;
        for (&length, &stride) in self.batch.iter().zip(&self.strides).rev() {
            offset = offset.wrapping_add_signed((index % length) as isize * stride);
            index /= length;
        }
        offset
    }
}
