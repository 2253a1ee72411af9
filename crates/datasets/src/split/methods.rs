//! The methods of [`TensorDataset`].

use std::iter::FusedIterator;

use backprop_tensor::{Element, Error, Rng};

use super::{k_fold, random, stratified, stratified_k_fold};
use crate::{Result, TensorDataset, memory};

/// Dividing data at random.
impl<X: Element, Y: Element> TensorDataset<X, Y> {
    /// Divides the samples at random: about `fraction` of them, and the rest. See [`split::random`](random).
    ///
    /// # Errors
    /// If the fraction is not between 0 and 1, both excluded, if there are fewer than two samples, or if there is no
    /// memory.
    ///
    /// ```
    /// use backprop_datasets::iris;
    /// use backprop_tensor::Rng;
    ///
    /// let (train, test) = iris::load()?.split(0.8, &mut Rng::seed(0))?;
    /// assert_eq!((train.len(), test.len()), (120, 30));
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    pub fn split(&self, fraction: f64, rng: &mut Rng) -> Result<(Self, Self)> {
        let (first, rest) = random(self.len(), fraction, rng)?;
        Ok((self.subset(&first)?, self.subset(&rest)?))
    }

    /// Divides the samples at random in `k` folds, and gives `k` pairs: all the folds but one to train on, and that one
    /// to validate with. The samples of both keep their order.
    ///
    /// The pairs are made when they are asked for, so that only one of them takes memory. As with
    /// [`batches`](Self::batches), a lack of it aborts the process.
    ///
    /// # Errors
    /// If `k` is less than 2 or more than the number of samples.
    ///
    /// ```
    /// use backprop_datasets::iris;
    /// use backprop_tensor::Rng;
    ///
    /// for (train, validation) in iris::load()?.k_fold(5, &mut Rng::seed(0))? {
    ///     assert_eq!((train.len(), validation.len()), (120, 30));
    /// }
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    pub fn k_fold(&self, k: usize, rng: &mut Rng) -> Result<Folds<X, Y>> {
        Ok(Folds::new(self.clone(), k_fold(self.len(), k, rng)?, k))
    }
}

/// Dividing data at random, class by class: for targets `[n]` that are classes.
impl<X: Element> TensorDataset<X, i64> {
    /// As [`split`](Self::split), but `fraction` of each class, to within one sample. See
    /// [`split::stratified`](stratified).
    ///
    /// # Errors
    /// As [`split`](Self::split), and if the targets are not `[n]`.
    ///
    /// ```
    /// use backprop_datasets::iris;
    /// use backprop_tensor::Rng;
    ///
    /// let (train, test) = iris::load()?.stratified_split(0.8, &mut Rng::seed(0))?;
    /// assert_eq!(test.targets().to_vec().iter().filter(|&&class| class == 2).count(), 10);
    /// # Ok::<(), backprop_datasets::Error>(())
    /// ```
    pub fn stratified_split(&self, fraction: f64, rng: &mut Rng) -> Result<(Self, Self)> {
        let (first, rest) = stratified(self.labels("stratified_split")?, fraction, rng)?;
        Ok((self.subset(&first)?, self.subset(&rest)?))
    }

    /// As [`k_fold`](Self::k_fold), but each fold has the same share of each class, to within one sample.
    ///
    /// # Errors
    /// As [`k_fold`](Self::k_fold), and if the targets are not `[n]`.
    pub fn stratified_k_fold(&self, k: usize, rng: &mut Rng) -> Result<Folds<X, i64>> {
        let folds = stratified_k_fold(self.labels("stratified_k_fold")?, k, rng)?;
        Ok(Folds::new(self.clone(), folds, k))
    }

    /// The class of each sample.
    fn labels(&self, operation: &'static str) -> Result<&[i64]> {
        match self.targets().as_slice() {
            Some(labels) if self.targets().rank() == 1 => Ok(labels),
            _ => {
                let expected = "needs one class a sample, targets of shape [n]";
                Err(Error::shape(operation, self.targets().shape(), expected).into())
            }
        }
    }
}

/// The pairs of a cross-validation: see [`TensorDataset::k_fold`].
#[derive(Debug, Clone)]
pub struct Folds<X: Element = f32, Y: Element = i64> {
    dataset: TensorDataset<X, Y>,
    /// The fold of each sample.
    folds: Vec<usize>,
    next: usize,
    k: usize,
}

impl<X: Element, Y: Element> Folds<X, Y> {
    fn new(dataset: TensorDataset<X, Y>, folds: Vec<usize>, k: usize) -> Self {
        Self {
            dataset,
            folds,
            next: 0,
            k,
        }
    }

    /// The samples that are in the fold `fold`, or that are not.
    fn part(&self, fold: usize, inside: bool) -> TensorDataset<X, Y> {
        let indices = (0..).zip(&self.folds).filter(|&(_, &of)| (of == fold) == inside);
        memory::sufficient(
            self.dataset
                .subset(&indices.map(|(index, _)| index).collect::<Vec<_>>()),
        )
    }
}

impl<X: Element, Y: Element> Iterator for Folds<X, Y> {
    /// Training data and validation data.
    type Item = (TensorDataset<X, Y>, TensorDataset<X, Y>);

    fn next(&mut self) -> Option<Self::Item> {
        let fold = self.next;
        if fold == self.k {
            return None;
        }
        self.next += 1;
        Some((self.part(fold, false), self.part(fold, true)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.k - self.next, Some(self.k - self.next))
    }
}

impl<X: Element, Y: Element> ExactSizeIterator for Folds<X, Y> {}
impl<X: Element, Y: Element> FusedIterator for Folds<X, Y> {}
