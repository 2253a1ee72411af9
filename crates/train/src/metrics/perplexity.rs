use backprop_tensor::{Float, Numeric};
use serde::{Deserialize, Serialize};

use super::log_loss::Surprise;
use super::tally::{Batch, Tally, counting};
use super::{Count, Metric};
use crate::Result;

/// The exponential of the [log-loss](crate::LogLoss): among how many equally likely ones the model seems to guess.
///
/// For language models the outputs are `[n, vocabulary, length]`, the targets `[n, length]`. Shapes and tasks: see [`Metric`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Perplexity;

impl<T: Float, Y: Numeric> Metric<T, Y> for Perplexity {
    fn name(&self) -> &str {
        "perplexity"
    }

    fn less_is_better(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn Count<T, Y>> {
        counting(Guesses::default())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Guesses(Surprise);

impl Tally for Guesses {
    fn add(&mut self, batch: &Batch) -> Result<()> {
        self.0.add(batch)
    }

    fn value(&self) -> f64 {
        self.0.value().exp()
    }
}
