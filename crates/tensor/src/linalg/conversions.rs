//! Conversions from and to the matrices of nalgebra, which lie column by column.

use nalgebra::{DMatrix, DVector};

use crate::{Element, Error, Result, Tensor};

/// A copy of a tensor of rank 2.
///
/// ```
/// # use backprop_tensor::{Tensor, linalg::nalgebra::DMatrix};
/// let matrix = DMatrix::try_from(&Tensor::from([[1.0, 2.0], [3.0, 4.0]]))?;
/// assert_eq!(matrix[(1, 0)], 3.0);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
impl<T: Element> TryFrom<&Tensor<T>> for DMatrix<T> {
    type Error = Error;

    fn try_from(x: &Tensor<T>) -> Result<Self> {
        let [rows, columns] = *x.shape().dims() else {
            return Err(Error::shape("DMatrix", x.shape(), "needs a tensor of rank 2"));
        };
        Ok(Self::from_vec(rows, columns, x.transpose(0, 1)?.try_to_vec()?))
    }
}

/// A copy of a tensor of rank 1.
impl<T: Element> TryFrom<&Tensor<T>> for DVector<T> {
    type Error = Error;

    fn try_from(x: &Tensor<T>) -> Result<Self> {
        if x.rank() != 1 {
            return Err(Error::shape("DVector", x.shape(), "needs a tensor of rank 1"));
        }
        Ok(Self::from_vec(x.try_to_vec()?))
    }
}

/// A copy of a matrix, as a tensor of rank 2.
impl<T: Element> TryFrom<&DMatrix<T>> for Tensor<T> {
    type Error = Error;

    fn try_from(matrix: &DMatrix<T>) -> Result<Self> {
        let columns = Self::from_slice(matrix.as_slice(), [matrix.ncols(), matrix.nrows()])?;
        columns.transpose(0, 1)?.contiguous()
    }
}

/// As for a borrowed one.
impl<T: Element> TryFrom<DMatrix<T>> for Tensor<T> {
    type Error = Error;

    fn try_from(matrix: DMatrix<T>) -> Result<Self> {
        Self::try_from(&matrix)
    }
}

/// A copy of a vector, as a tensor of rank 1.
impl<T: Element> TryFrom<&DVector<T>> for Tensor<T> {
    type Error = Error;

    fn try_from(vector: &DVector<T>) -> Result<Self> {
        Self::from_slice(vector.as_slice(), [vector.len()])
    }
}

/// As for a borrowed one.
impl<T: Element> TryFrom<DVector<T>> for Tensor<T> {
    type Error = Error;

    fn try_from(vector: DVector<T>) -> Result<Self> {
        Self::try_from(&vector)
    }
}
