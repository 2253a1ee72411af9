use std::fmt;
use std::sync::Arc;

use backprop_tensor::{Error, Rng};

use crate::{Batch, Dataset, Result};

/// Some samples of a data set, by their indices: how a split of any [`Dataset`] is used.
///
/// ```
/// use backprop_datasets::{Dataset, Subset, iris, split};
/// use backprop_tensor::Rng;
///
/// let data = iris::load()?;
/// let (train, validation) = split::random(data.len(), 0.8, &mut Rng::seed(0))?;
/// let (train, validation) = (Subset::new(&data, train)?, Subset::new(&data, validation)?);
/// assert_eq!((train.len(), validation.len()), (120, 30));
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
#[derive(Clone)]
pub struct Subset<D> {
    dataset: D,
    indices: Arc<[usize]>,
}

impl<D: Dataset> Subset<D> {
    /// The samples with these indices, in this order.
    ///
    /// # Errors
    /// If an index is not below the number of samples.
    pub fn new(dataset: D, indices: impl Into<Arc<[usize]>>) -> Result<Self> {
        let indices = indices.into();
        check_indices("subset", &indices, dataset.len())?;
        Ok(Self { dataset, indices })
    }

    /// The data set behind it.
    pub fn inner(&self) -> &D {
        &self.dataset
    }

    /// The indices of the samples in the data set behind it.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// The indices that these have in the data set behind it.
    fn behind(&self, indices: &[usize]) -> Result<Vec<usize>> {
        check_indices("batch", indices, self.indices.len())?;
        Ok(indices.iter().map(|&index| self.indices[index]).collect())
    }
}

impl<D: Dataset> Dataset for Subset<D> {
    type Input = D::Input;
    type Target = D::Target;

    fn len(&self) -> usize {
        self.indices.len()
    }

    fn batch(&self, indices: &[usize]) -> Result<Batch<D::Input, D::Target>> {
        self.dataset.batch(&self.behind(indices)?)
    }

    fn augmented(&self, indices: &[usize], rng: &mut Rng) -> Result<Batch<D::Input, D::Target>> {
        self.dataset.augmented(&self.behind(indices)?, rng)
    }

    fn is_in_memory(&self) -> bool {
        self.dataset.is_in_memory()
    }
}

impl<D: fmt::Debug> fmt::Debug for Subset<D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Subset({} of {:?})", self.indices.len(), self.dataset)
    }
}

/// Makes sure that every index is below `length`.
pub(crate) fn check_indices(operation: &'static str, indices: &[usize], length: usize) -> Result<()> {
    match indices.iter().find(|&&index| index >= length) {
        None => Ok(()),
        Some(&index) => Err(Error::Index {
            operation,
            index: i64::try_from(index).unwrap_or(i64::MAX),
            length,
        }
        .into()),
    }
}
