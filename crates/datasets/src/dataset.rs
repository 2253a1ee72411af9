use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use backprop_tensor::{Element, Rng, Tensor};

use crate::{Augment, Augmented, Batch, Map, Result, TryBatches, memory};

/// Numbered samples, of which any can be had in any order: what a trainer asks of its data.
///
/// [`TensorDataset`](crate::TensorDataset) is the one for data that fits in memory. One's own says how many samples
/// there are and how to get some of them; batches, shuffling and [`map`](Self::map) come with that.
///
/// ```
/// use backprop_datasets::{Batch, Dataset, Result};
/// use backprop_tensor::{Rng, Tensor};
///
/// /// x -> x², computed when asked for.
/// struct Squares;
///
/// impl Dataset for Squares {
///     type Input = f32;
///     type Target = f32;
///
///     fn len(&self) -> usize {
///         100
///     }
///
///     fn batch(&self, indices: &[usize]) -> Result<Batch<f32, f32>> {
///         let x: Vec<f32> = indices.iter().map(|&i| i as f32 / 100.0).collect();
///         let inputs = Tensor::from(x).reshape([indices.len(), 1])?;
///         Batch::new(inputs.clone(), &inputs * &inputs)
///     }
/// }
///
/// for batch in Squares.try_batches(32).shuffle(&mut Rng::seed(0)) {
///     let batch = batch?;
///     assert_eq!(batch.targets, &batch.inputs * &batch.inputs);
/// }
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
pub trait Dataset {
    /// The element of the inputs.
    type Input: Element;

    /// The element of the targets: `i64` for classes, a float for regression.
    type Target: Element;

    /// The number of samples.
    fn len(&self) -> usize;

    /// The samples with these indices, in this order; an index may come more than once.
    ///
    /// # Errors
    /// If an index is not below [`len`](Self::len), and for whatever goes wrong in getting the samples: see
    /// [`Error::other`](crate::Error::other).
    fn batch(&self, indices: &[usize]) -> Result<Batch<Self::Input, Self::Target>>;

    /// Whether there are no samples.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether samples lie ready in memory, the same each time: what wants to look at all of them beforehand, to check them, then does.
    fn is_in_memory(&self) -> bool {
        false
    }

    /// The samples of a range. To be overridden where that is cheaper than the samples one by one.
    ///
    /// # Errors
    /// As [`batch`](Self::batch).
    fn range(&self, range: Range<usize>) -> Result<Batch<Self::Input, Self::Target>> {
        let mut indices = memory::vector(range.len())?;
        indices.extend(range);
        self.batch(&indices)
    }

    /// The samples with these indices as a shuffled pass has them: changed at random, if the data set is [augmented](Self::augment).
    ///
    /// # Errors
    /// As [`batch`](Self::batch).
    fn augmented(&self, indices: &[usize], rng: &mut Rng) -> Result<Batch<Self::Input, Self::Target>> {
        let _ = rng;
        self.batch(indices)
    }

    /// One pass over the data in batches of `size`, of which each may fail.
    ///
    /// [`TensorDataset::batches`](crate::TensorDataset::batches) is the same for data in memory, where none can.
    fn try_batches(&self, size: usize) -> TryBatches<'_, Self>
    where
        Self: Sized,
    {
        TryBatches::new(self, size)
    }

    /// The same samples, each batch passed through `f` when it is asked for.
    ///
    /// ```
    /// use backprop_datasets::{Dataset, TensorDataset};
    /// use backprop_tensor::Tensor;
    ///
    /// let bytes = TensorDataset::new(Tensor::from([[0_u8, 255], [51, 102]]), Tensor::from([0_i64, 1]))?;
    /// let scaled = bytes.map(|batch| batch.map_inputs(backprop_datasets::scale_pixels));
    /// assert_eq!(scaled.batch(&[1])?.inputs, Tensor::from([[0.2_f32, 0.4]]));
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    fn map<X, Y, F>(self, f: F) -> Map<Self, F>
    where
        Self: Sized,
        X: Element,
        Y: Element,
        F: Fn(Batch<Self::Input, Self::Target>) -> Result<Batch<X, Y>>,
    {
        Map::new(self, f)
    }

    /// The same samples, whose inputs are changed at random in each [shuffled](TryBatches::shuffle) pass, as in training, so that no epoch has
    /// quite the samples of another. In any other pass, and one by one, they are what they were: evaluations see the originals.
    ///
    /// What is random follows from the generator that shuffles, pass by pass and batch by batch; so a training that is resumed goes on with the
    /// inputs that it would have had.
    ///
    /// ```
    /// use backprop_datasets::{Dataset, RandomShift, TensorDataset};
    /// use backprop_tensor::{Rng, Tensor};
    ///
    /// let images = TensorDataset::new(Tensor::<f32>::ones([10, 5, 5])?, Tensor::from([0_i64; 10]))?;
    /// let moved = images.augment(RandomShift::new([5, 5], 2));
    /// let pass = |rng: &mut Rng| moved.try_batches(10).shuffle(rng).collect::<Result<Vec<_>, _>>();
    /// let mut rng = Rng::seed(0);
    /// assert_ne!(pass(&mut rng)?, pass(&mut rng)?);
    /// assert_eq!(pass(&mut Rng::seed(1))?, pass(&mut Rng::seed(1))?);
    /// assert_eq!(moved.range(0..10)?.inputs, Tensor::ones([10, 5, 5])?);
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    fn augment<A: Augment<Self::Input>>(self, augment: A) -> Augmented<Self, A>
    where
        Self: Sized,
    {
        Augmented::new(self, augment)
    }

    /// As [`augment`](Self::augment), by a closure from the inputs `[n, ...]` and a generator to other inputs; its arguments need no types.
    ///
    /// ```
    /// use backprop_datasets::{Dataset, digits};
    ///
    /// let brighter = digits::load()?.augment_fn(|inputs, rng| {
    ///     let factor = 1.0 + rng.uniform() as f32;
    ///     Ok(inputs.map(|x| x * factor)?)
    /// });
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    fn augment_fn<F>(self, augment: F) -> Augmented<Self, F>
    where
        Self: Sized,
        F: Fn(&Tensor<Self::Input>, &mut Rng) -> Result<Tensor<Self::Input>>,
    {
        Augmented::new(self, augment)
    }
}

macro_rules! through_pointers {
    ($($pointer:ty),*) => {
        $(impl<D: Dataset + ?Sized> Dataset for $pointer {
            type Input = D::Input;
            type Target = D::Target;

            fn len(&self) -> usize {
                (**self).len()
            }

            fn batch(&self, indices: &[usize]) -> Result<Batch<Self::Input, Self::Target>> {
                (**self).batch(indices)
            }

            fn range(&self, range: Range<usize>) -> Result<Batch<Self::Input, Self::Target>> {
                (**self).range(range)
            }

            fn augmented(&self, indices: &[usize], rng: &mut Rng) -> Result<Batch<Self::Input, Self::Target>> {
                (**self).augmented(indices, rng)
            }

            fn is_in_memory(&self) -> bool {
                (**self).is_in_memory()
            }
        })*
    };
}
through_pointers! { &D, Box<D>, Rc<D>, Arc<D> }
