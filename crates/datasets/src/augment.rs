//! Data that is never twice the same.

mod random_shift;

use std::fmt;
use std::ops::Range;

use backprop_tensor::{Element, Rng, Tensor};

use crate::{Batch, Dataset, Result};

pub use random_shift::RandomShift;

/// What changes inputs at random without changing what they show: see [`Dataset::augment`].
///
/// A closure is one:
///
/// ```
/// use backprop_datasets::{Augment, Result};
/// use backprop_tensor::{Rng, Tensor};
///
/// let brightness = |inputs: &Tensor, rng: &mut Rng| -> Result<Tensor> {
///     let factor = rng.uniform() as f32;
///     Ok(inputs.map(|x| x * factor)?)
/// };
/// assert_eq!(brightness.augment(&Tensor::ones([2, 3])?, &mut Rng::seed(0))?.shape(), &[2, 3]);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
///
/// [`Dataset::augment_fn`](crate::Dataset::augment_fn) takes a closure whose types need not be written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` changes no inputs of `{X}`",
    note = "a closure does if it takes `&Tensor<{X}>` and `&mut Rng`, and returns `Result<Tensor<{X}>>`",
    note = "in `augment_fn(|inputs, rng| ...)` its arguments need no types"
)]
pub trait Augment<X: Element = f32> {
    /// Other inputs, `[n, ...]`, that show the same as these.
    ///
    /// # Errors
    /// If the inputs are not of the kind that it changes.
    fn augment(&self, inputs: &Tensor<X>, rng: &mut Rng) -> Result<Tensor<X>>;
}

impl<X: Element, F: Fn(&Tensor<X>, &mut Rng) -> Result<Tensor<X>>> Augment<X> for F {
    fn augment(&self, inputs: &Tensor<X>, rng: &mut Rng) -> Result<Tensor<X>> {
        self(inputs, rng)
    }
}

/// A data set whose inputs are changed at random in every shuffled pass: see [`Dataset::augment`].
#[derive(Clone)]
pub struct Augmented<D, A> {
    dataset: D,
    augment: A,
}

impl<D, A> Augmented<D, A> {
    pub(crate) fn new(dataset: D, augment: A) -> Self {
        Self { dataset, augment }
    }

    /// The data set behind it.
    pub fn inner(&self) -> &D {
        &self.dataset
    }
}

impl<D: Dataset, A: Augment<D::Input>> Dataset for Augmented<D, A> {
    type Input = D::Input;
    type Target = D::Target;

    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn batch(&self, indices: &[usize]) -> Result<Batch<D::Input, D::Target>> {
        self.dataset.batch(indices)
    }

    fn range(&self, range: Range<usize>) -> Result<Batch<D::Input, D::Target>> {
        self.dataset.range(range)
    }

    fn augmented(&self, indices: &[usize], rng: &mut Rng) -> Result<Batch<D::Input, D::Target>> {
        let batch = self.dataset.augmented(indices, rng)?;
        batch.map_inputs(|inputs| self.augment.augment(inputs, rng))
    }

    fn is_in_memory(&self) -> bool {
        self.dataset.is_in_memory()
    }
}

impl<D: fmt::Debug, A> fmt::Debug for Augmented<D, A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Augmented").field(&self.dataset).finish()
    }
}
