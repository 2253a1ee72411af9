use backprop_tensor::{Float, Tensor};

use crate::{Result, TensorDataset};

impl<X: Float> TensorDataset<X, i64> {
    /// The same samples with each class as a row of zeros with a 1 at the class: targets `[n, classes]`.
    ///
    /// For losses on probabilities; a cross-entropy takes the classes themselves.
    ///
    /// # Errors
    /// If a target is not from 0 to `classes - 1`, or if there is no memory.
    ///
    /// ```
    /// use backprop_datasets::iris;
    /// use backprop_tensor::Tensor;
    ///
    /// let data = iris::load()?.one_hot(3)?;
    /// assert_eq!(data.get(149).unwrap().1, Tensor::from([0.0, 0.0, 1.0]));
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    pub fn one_hot(&self, classes: usize) -> Result<TensorDataset<X, X>> {
        self.map_targets(|targets| Tensor::one_hot(targets, classes))
    }
}
