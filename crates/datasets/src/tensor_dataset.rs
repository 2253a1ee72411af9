use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use backprop_tensor::{self as tensor, Element, Tensor};

use crate::{Batch, Batches, Dataset, Error, Result, subset::check_indices};

/// A data set in memory: inputs `[n, ...]` and targets `[n]` or `[n, ...]`, sample by sample along the first axis.
///
/// Cloning it, and taking a part that lies together ([`take`](Self::take), [`split_at`](Self::split_at)), shares the
/// memory.
///
/// ```
/// use backprop_datasets::TensorDataset;
/// use backprop_tensor::{Rng, Tensor};
///
/// let inputs = Tensor::from([[0.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
/// let train = TensorDataset::new(inputs, Tensor::from([0_i64, 1, 1, 0]))?;
///
/// let mut rng = Rng::seed(0);
/// for batch in train.batches(3).shuffle(&mut rng) {
///     println!("{:?} {:?}", batch.inputs, batch.targets);
/// }
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct TensorDataset<X: Element = f32, Y: Element = i64> {
    inputs: Tensor<X>,
    targets: Tensor<Y>,
    weights: Option<Tensor<f64>>,
    class_names: Arc<[String]>,
    feature_names: Arc<[String]>,
}

impl<X: Element, Y: Element> TensorDataset<X, Y> {
    /// A data set of these samples.
    ///
    /// Tensors that are not row-major are copied, so that a sample lies in one piece.
    ///
    /// # Errors
    /// If there are not as many inputs as targets: the lengths of the first axes differ, or there is no such axis. If
    /// there are samples, but neither inputs nor targets have an element. If there is no memory for the copy.
    pub fn new(inputs: Tensor<X>, targets: Tensor<Y>) -> Result<Self> {
        check_samples("dataset", inputs.shape(), targets.shape())?;
        if inputs.is_empty() && targets.is_empty() && inputs.shape().first() != Some(&0) {
            let expected = "a sample must have an element, in its input or in its target";
            return Err(tensor::Error::shape("dataset", inputs.shape(), expected).into());
        }
        Ok(Self {
            inputs: inputs.contiguous()?,
            targets: targets.contiguous()?,
            weights: None,
            class_names: Arc::default(),
            feature_names: Arc::default(),
        })
    }

    /// With names for the classes: the first is that of class 0.
    #[must_use]
    pub fn with_class_names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.class_names = names.into_iter().map(Into::into).collect();
        self
    }

    /// With names for the features, the second axis of the inputs.
    ///
    /// # Errors
    /// If the inputs are not `[n, features]` with as many features as names.
    pub fn with_feature_names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Result<Self> {
        let names: Arc<[String]> = names.into_iter().map(Into::into).collect();
        if self.inputs.shape().get(1..) != Some(&[names.len()][..]) {
            let expected = format!("{} feature names need inputs of shape [n, {0}]", names.len());
            return Err(tensor::Error::shape("feature names", self.inputs.shape(), expected).into());
        }
        self.feature_names = names;
        Ok(self)
    }

    /// With a weight for each sample, `[n]`: how much it counts in a loss.
    ///
    /// ```
    /// use backprop_datasets::TensorDataset;
    /// use backprop_tensor::Tensor;
    ///
    /// let data = TensorDataset::new(Tensor::from([[0.0_f32], [1.0]]), Tensor::from([0_i64, 1]))?;
    /// let data = data.with_weights(&Tensor::from([1.0, 0.5]))?;
    /// assert_eq!(data.batches(2).next().unwrap().weights, Some(Tensor::from([1.0, 0.5])));
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are not as many weights as samples, or one of them is negative or not finite.
    pub fn with_weights(mut self, weights: &Tensor<f64>) -> Result<Self> {
        check_weights(self.len(), weights)?;
        let wrong = |weight: &f64| !(weight.is_finite() && *weight >= 0.0);
        if let Some((sample, weight)) = weights.to_vec().into_iter().enumerate().find(|(_, x)| wrong(x)) {
            let expected = format!("the weight of sample {sample} must be a finite number, at least 0");
            return Err(tensor::Error::argument("weights", "weight", weight, expected).into());
        }
        self.weights = Some(weights.contiguous()?);
        Ok(self)
    }

    /// The weight of each sample, `[n]`, if they have any.
    pub fn weights(&self) -> Option<&Tensor<f64>> {
        self.weights.as_ref()
    }

    /// The inputs, `[n, ...]`, row-major.
    pub fn inputs(&self) -> &Tensor<X> {
        &self.inputs
    }

    /// The targets, `[n]` or `[n, ...]`, row-major.
    pub fn targets(&self) -> &Tensor<Y> {
        &self.targets
    }

    /// The names of the classes, from class 0 on; empty if they have none.
    pub fn class_names(&self) -> &[String] {
        &self.class_names
    }

    /// The names of the features; empty if they have none.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// Inputs and targets, by value.
    pub fn into_parts(self) -> (Tensor<X>, Tensor<Y>) {
        (self.inputs, self.targets)
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.inputs.shape().first().copied().unwrap_or(0)
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Input and target of a sample, without the first axis, or `None` if there are not so many.
    pub fn get(&self, index: usize) -> Option<(Tensor<X>, Tensor<Y>)> {
        let (input, target) = (self.inputs.select(0, index), self.targets.select(0, index));
        Some((input.ok()?, target.ok()?))
    }

    /// One pass over the data in batches of `size`; the last one may be smaller, and a size of 0 counts as 1.
    ///
    /// In the order of the data a batch is a view that copies nothing. [`shuffle`](Batches::shuffle) makes the order
    /// random and [`drop_last`](Batches::drop_last) leaves a smaller last batch out.
    ///
    /// Nothing but a lack of memory can go wrong, and the iterator meets it as `Vec` does: the process is aborted.
    /// [`Dataset::try_batches`] returns an error instead.
    pub fn batches(&self, size: usize) -> Batches<'_, X, Y> {
        Batches::new(self, size)
    }

    /// The samples with these indices, in this order; an index may come more than once.
    ///
    /// # Errors
    /// If an index is not below the number of samples, or if there is no memory.
    pub fn subset(&self, indices: &[usize]) -> Result<Self> {
        check_indices("subset", indices, self.len())?;
        Ok(self.with_samples(self.batch(indices)?))
    }

    /// The first `n` samples, or all if there are no more.
    #[must_use]
    pub fn take(&self, n: usize) -> Self {
        // The range lies inside, so there is nothing that can fail.
        self.part(0..n.min(self.len())).unwrap_or_else(|_| self.clone())
    }

    /// The first `n` samples, and the rest.
    ///
    /// # Errors
    /// If there are fewer than `n`.
    pub fn split_at(&self, n: usize) -> Result<(Self, Self)> {
        Ok((self.part(0..n)?, self.part(n..self.len())?))
    }

    /// These samples, then those of `other`. The names stay those of the first; if one of them has weights, those of the other are 1.
    ///
    /// # Errors
    /// If inputs or targets differ in their shape, the first axis aside, or if there is no memory.
    pub fn concat(&self, other: &Self) -> Result<Self> {
        let inputs = Tensor::concat(&[&self.inputs, &other.inputs], 0)?;
        let targets = Tensor::concat(&[&self.targets, &other.targets], 0)?;
        let weights = match (&self.weights, &other.weights) {
            (None, None) => None,
            (own, others) => {
                let ones = |data: &Self| Tensor::ones([data.len()]);
                let own = own.clone().map_or_else(|| ones(self), Ok)?;
                let others = others.clone().map_or_else(|| ones(other), Ok)?;
                Some(Tensor::concat(&[&own, &others], 0)?)
            }
        };
        Ok(self.with_samples(Batch::new(inputs, targets)?.with_weights(weights)?))
    }

    /// The same samples with other inputs. The features keep their names if there are as many.
    ///
    /// # Errors
    /// Those of `f`, and if it changes the number of samples.
    ///
    /// ```
    /// use backprop_datasets::{StandardScaler, iris};
    ///
    /// let data = iris::load()?;
    /// let scaler = StandardScaler::fit(data.inputs())?;
    /// let data = data.map_inputs(|x| scaler.transform(x))?;
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    pub fn map_inputs<U, E>(
        &self,
        f: impl FnOnce(&Tensor<X>) -> Result<Tensor<U>, E>,
    ) -> Result<TensorDataset<U, Y>>
    where
        U: Element,
        Error: From<E>,
    {
        let mut mapped = TensorDataset::new(f(&self.inputs)?, self.targets.clone())?;
        mapped.weights.clone_from(&self.weights);
        mapped.class_names = Arc::clone(&self.class_names);
        if mapped.inputs.shape().get(1..) == self.inputs.shape().get(1..) {
            mapped.feature_names = Arc::clone(&self.feature_names);
        }
        Ok(mapped)
    }

    /// The same samples with other targets.
    ///
    /// # Errors
    /// Those of `f`, and if it changes the number of samples.
    ///
    /// ```
    /// use backprop_datasets::iris;
    ///
    /// // Class 0 or not, as a number: a target for binary cross-entropy.
    /// let data = iris::load()?.map_targets(|y| y.map(|class| f32::from(class == 0)))?;
    /// assert_eq!(data.targets().get([0])?, 1.0);
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    pub fn map_targets<U, E>(
        &self,
        f: impl FnOnce(&Tensor<Y>) -> Result<Tensor<U>, E>,
    ) -> Result<TensorDataset<X, U>>
    where
        U: Element,
        Error: From<E>,
    {
        let mut mapped = TensorDataset::new(self.inputs.clone(), f(&self.targets)?)?;
        mapped.weights.clone_from(&self.weights);
        mapped.class_names = Arc::clone(&self.class_names);
        mapped.feature_names = Arc::clone(&self.feature_names);
        Ok(mapped)
    }

    /// The same samples, each input in the shape given: rows of 784 pixels as images `[1, 28, 28]`. Copies nothing.
    ///
    /// # Errors
    /// If an input has not as many elements.
    pub fn reshape_inputs(&self, shape: impl AsRef<[usize]>) -> Result<Self> {
        let shape = [&[self.len()], shape.as_ref()].concat();
        self.map_inputs(|inputs| inputs.reshape(shape))
    }

    /// The samples of a range, as views.
    fn part(&self, range: Range<usize>) -> Result<Self> {
        Ok(self.with_samples(self.range(range)?))
    }

    /// Other samples of the same kind.
    fn with_samples(&self, samples: Batch<X, Y>) -> Self {
        Self {
            inputs: samples.inputs,
            targets: samples.targets,
            weights: samples.weights,
            class_names: Arc::clone(&self.class_names),
            feature_names: Arc::clone(&self.feature_names),
        }
    }
}

impl<X: Element, Y: Element> Dataset for TensorDataset<X, Y> {
    type Input = X;
    type Target = Y;

    fn len(&self) -> usize {
        self.len()
    }

    fn batch(&self, indices: &[usize]) -> Result<Batch<X, Y>> {
        check_indices("batch", indices, self.len())?;
        let indices: Vec<i64> = indices.iter().map(|&index| index as i64).collect();
        let index = Tensor::from_slice(&indices, [indices.len()])?;
        let weights = self
            .weights
            .as_ref()
            .map(|weights| weights.index_select(0, &index));
        let (inputs, targets) = (&self.inputs, &self.targets);
        Batch::new(inputs.index_select(0, &index)?, targets.index_select(0, &index)?)?
            .with_weights(weights.transpose()?)
    }

    fn range(&self, range: Range<usize>) -> Result<Batch<X, Y>> {
        let weights = self
            .weights
            .as_ref()
            .map(|weights| weights.slice(0, range.clone()));
        let (inputs, targets) = (&self.inputs, &self.targets);
        Batch::new(inputs.slice(0, range.clone())?, targets.slice(0, range.clone())?)?
            .with_weights(weights.transpose()?)
    }

    fn is_in_memory(&self) -> bool {
        true
    }
}

impl<X: Element, Y: Element> fmt::Debug for TensorDataset<X, Y> {
    /// The sizes: nobody wants to read 47 million pixels.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "TensorDataset(inputs: {} {:?}, targets: {} {:?})",
            X::NAME,
            self.inputs.shape(),
            Y::NAME,
            self.targets.shape()
        )
    }
}

/// Makes sure that there are as many inputs as targets.
pub(crate) fn check_samples(operation: &'static str, inputs: &[usize], targets: &[usize]) -> Result<()> {
    match (inputs.first(), targets.first()) {
        (Some(inputs), Some(targets)) if inputs == targets => Ok(()),
        _ => {
            let expected = "must have the same first axis: as many targets as inputs";
            Err(tensor::Error::shapes(operation, inputs, targets, expected).into())
        }
    }
}

/// Makes sure that there is a weight for each sample.
pub(crate) fn check_weights(samples: usize, weights: &Tensor<f64>) -> Result<()> {
    if *weights.shape() == [samples] {
        return Ok(());
    }
    let expected = format!("needs one weight a sample, shape [{samples}]");
    Err(tensor::Error::shape("weights", weights.shape(), expected).into())
}
