//! Outputs and targets of a regression as plain numbers.

use backprop_tensor::Error;

use super::sample_weights::RowWeights;
use super::tally::Batch;
use crate::Result;
use crate::losses::of_sample;

/// The outputs of some samples, and what they should be.
#[derive(Debug)]
pub(crate) struct Pairs {
    outputs: Vec<f64>,
    targets: Vec<f64>,
    weights: RowWeights,
    /// How many outputs a sample has.
    pub(crate) width: usize,
}

impl Pairs {
    /// # Errors
    /// If the shapes are not equal, and not `[n, 1]` and `[n]` either.
    pub(crate) fn new(metric: &'static str, batch: &Batch) -> Result<Self> {
        let Batch {
            outputs,
            targets,
            weights,
        } = batch;
        let (shape, right) = (outputs.shape().dims(), targets.shape().dims());
        let is_column = matches!((shape, right), ([n, 1], [m]) | ([n], [m, 1]) if n == m);
        if (shape != right && !is_column) || shape.is_empty() {
            let expected = "must be equal: a target for each output";
            return Err(Error::shapes(metric, shape, right, expected).into());
        }
        Ok(Self {
            outputs: outputs.to_vec(),
            targets: targets.to_vec(),
            weights: RowWeights::new(metric, weights.as_ref(), right, targets.count())?,
            width: of_sample(shape),
        })
    }

    /// Place, output, target and weight, one after another, without those that have no weight.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, f64, f64, f64)> {
        let pairs = self.outputs.iter().copied().zip(self.targets.iter().copied());
        pairs
            .enumerate()
            .map(|(place, (output, target))| (place, output, target, self.weights.of(place)))
            .filter(|&(.., weight)| weight > 0.0)
    }

    /// As [`iter`](Self::iter), with what is counted for the place of the output in its sample. `columns` holds something for each place: it is made longer when it
    /// is empty.
    pub(crate) fn for_columns<C: Clone + Default>(
        &self,
        metric: &'static str,
        columns: &mut Vec<C>,
        mut each: impl FnMut(&mut C, f64, f64, f64),
    ) -> Result<()> {
        // No samples may have more columns than memory could hold.
        if self.outputs.is_empty() {
            return Ok(());
        }
        if columns.is_empty() {
            columns.resize(self.width, C::default());
        }
        if columns.len() != self.width {
            let expected = format!("as the batches before, {} outputs a sample", columns.len());
            return Err(Error::argument(metric, "outputs", self.width, expected).into());
        }
        for (place, output, target, weight) in self.iter() {
            each(&mut columns[place % self.width], output, target, weight);
        }
        Ok(())
    }
}
