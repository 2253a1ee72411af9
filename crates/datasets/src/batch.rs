use backprop_tensor::{Element, Tensor};

use crate::{Error, Result, tensor_dataset::check_samples, tensor_dataset::check_weights};

/// Some samples of a data set: their inputs and their targets, stacked along the first axis.
///
/// ```
/// use backprop_datasets::Batch;
/// use backprop_tensor::Tensor;
///
/// let batch = Batch::new(Tensor::from([[0.0_f32, 1.0], [2.0, 3.0]]), Tensor::from([1_i64, 0]))?;
/// assert_eq!(batch.len(), 2);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Batch<X: Element = f32, Y: Element = i64> {
    /// The inputs, `[n, ...]`.
    pub inputs: Tensor<X>,
    /// The targets, `[n]` or `[n, ...]`.
    pub targets: Tensor<Y>,
    /// How much each sample counts in a loss, `[n]`; `None` for all the same.
    pub weights: Option<Tensor<f64>>,
}

impl<X: Element, Y: Element> Batch<X, Y> {
    /// A batch of these samples.
    ///
    /// # Errors
    /// If there are not as many inputs as targets: the lengths of the first axes differ, or there is no such axis.
    pub fn new(inputs: Tensor<X>, targets: Tensor<Y>) -> Result<Self> {
        check_samples("batch", inputs.shape(), targets.shape())?;
        Ok(Self {
            inputs,
            targets,
            weights: None,
        })
    }

    /// With a weight for each sample, `[n]`.
    ///
    /// # Errors
    /// If there are not as many weights as samples.
    pub fn with_weights(self, weights: Option<Tensor<f64>>) -> Result<Self> {
        if let Some(weights) = &weights {
            check_weights(self.len(), weights)?;
        }
        Ok(Self { weights, ..self })
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.inputs.shape().first().copied().unwrap_or(0)
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same targets with other inputs.
    ///
    /// # Errors
    /// Those of `f`, and if it changes the number of samples.
    pub fn map_inputs<U, E>(&self, f: impl FnOnce(&Tensor<X>) -> Result<Tensor<U>, E>) -> Result<Batch<U, Y>>
    where
        U: Element,
        Error: From<E>,
    {
        Batch::new(f(&self.inputs)?, self.targets.clone())?.with_weights(self.weights.clone())
    }

    /// The same inputs with other targets.
    ///
    /// # Errors
    /// Those of `f`, and if it changes the number of samples.
    pub fn map_targets<U, E>(&self, f: impl FnOnce(&Tensor<Y>) -> Result<Tensor<U>, E>) -> Result<Batch<X, U>>
    where
        U: Element,
        Error: From<E>,
    {
        Batch::new(self.inputs.clone(), f(&self.targets)?)?.with_weights(self.weights.clone())
    }
}
