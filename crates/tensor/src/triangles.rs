//! Triangles and diagonals of matrices, on the last two axes.
//!
//! Diagonal `d` is where column - row = `d`: 0 is the main one, positive ones lie above it.

use crate::{Element, Error, Result, Shape, Tensor};

/// Triangles and diagonals of matrices, the last two axes. Diagonal `d` is where `column - row = d`: 0 is the main one,
/// positive ones lie above it.
impl<T: Element> Tensor<T> {
    /// The lower triangle of each matrix: zero (or false) above the given diagonal.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).tril(0)?, Tensor::from([[1, 0], [3, 4]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] if there are fewer than two axes.
    pub fn tril(&self, diagonal: isize) -> Result<Self> {
        self.triangle("tril", diagonal, false)
    }

    /// The upper triangle of each matrix: zero (or false) below the given diagonal.
    ///
    /// # Errors
    /// [`Error::Shape`] if there are fewer than two axes.
    pub fn triu(&self, diagonal: isize) -> Result<Self> {
        self.triangle("triu", diagonal, true)
    }

    fn triangle(&self, operation: &'static str, diagonal: isize, upper: bool) -> Result<Self> {
        let [.., rows, columns] = **self.shape() else {
            return Err(no_matrix(operation, self.shape()));
        };
        Self::build(*self.shape(), |target| {
            self.read(target);
            T::outside_triangle(target, [rows, columns], diagonal, upper, T::default());
        })
    }

    /// The given diagonal of each matrix, as the last axis of a view: element `i` is `x[.., i, i + diagonal]`, or
    /// `x[.., i - diagonal, i]` for a negative one. It is empty beyond the corners.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(x.diagonal(1)?, Tensor::from([2, 6]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] if there are fewer than two axes.
    pub fn diagonal(&self, diagonal: isize) -> Result<Self> {
        let rank = self.rank();
        if rank < 2 {
            return Err(no_matrix("diagonal", self.shape()));
        }
        Ok(self.view(self.layout().diagonal(rank - 2, rank - 1, diagonal)))
    }
}

impl Tensor<bool> {
    /// A mask that is true on and below a diagonal: where `column - row <= diagonal`.
    ///
    /// With diagonal 0 it is the causal mask of attention: row `i` may look at the columns up to `i`.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let mask = Tensor::lower_triangle(2, 3, 0)?;
    /// assert_eq!(mask, Tensor::from([[true, false, false], [true, true, false]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Size`] or [`Error::Memory`] if no tensor can have this shape.
    pub fn lower_triangle(rows: usize, columns: usize, diagonal: isize) -> Result<Self> {
        Self::full([rows, columns], true)?.tril(diagonal)
    }

    /// A mask that is true on and above a diagonal: where `column - row >= diagonal`.
    ///
    /// # Errors
    /// As [`lower_triangle`](Self::lower_triangle).
    pub fn upper_triangle(rows: usize, columns: usize, diagonal: isize) -> Result<Self> {
        Self::full([rows, columns], true)?.triu(diagonal)
    }
}

fn no_matrix(operation: &'static str, shape: &Shape) -> Error {
    Error::shape(operation, shape, "needs matrices: two axes or more")
}
