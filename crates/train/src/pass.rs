//! What is counted in a pass over the data.

use std::fmt;

use backprop_tensor::{Element, Float, Tensor};
use serde::{Deserialize, Serialize};

use crate::accumulated::WeightedMean;
use crate::callbacks::Running;
use crate::metrics::Count;
use crate::{Evaluation, Metric, Result};

/// The mean loss and the metrics so far.
pub(crate) struct Pass<T: Float, Y: Element> {
    loss: WeightedMean,
    metrics: Vec<(String, Box<dyn Count<T, Y>>)>,
}

/// As it is saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PassState {
    loss: f64,
    weight: f64,
    metrics: Vec<Vec<u8>>,
}

impl<T: Float, Y: Element> Pass<T, Y> {
    pub(crate) fn new(metrics: &[Box<dyn Metric<T, Y>>]) -> Self {
        let metrics = metrics
            .iter()
            .map(|metric| (metric.name().into(), metric.start()));
        Self {
            loss: WeightedMean::default(),
            metrics: metrics.collect(),
        }
    }

    /// Counts the mean loss of samples of this weight altogether.
    pub(crate) fn add_loss(&mut self, loss: f64, weight: f64) {
        self.loss.add(loss, weight);
    }

    /// Whether nothing that was counted has any weight.
    pub(crate) fn is_weightless(&self) -> bool {
        self.loss.is_weightless()
    }

    pub(crate) fn add_metrics(
        &mut self,
        output: &Tensor<T>,
        targets: &Tensor<Y>,
        weights: Option<&Tensor<f64>>,
    ) -> Result<()> {
        let mut metrics = self.metrics.iter_mut();
        metrics.try_for_each(|(_, metric)| match weights {
            None => metric.add(output, targets),
            Some(weights) => metric.add_weighted(output, targets, weights),
        })
    }

    pub(crate) fn evaluation(&self) -> Evaluation {
        Evaluation {
            loss: self.loss(),
            metrics: self.metrics(),
        }
    }

    pub(crate) fn state(&self) -> Result<PassState> {
        let metrics = self.metrics.iter().map(|(_, metric)| metric.state());
        let (loss, weight) = self.loss.sums();
        Ok(PassState {
            loss,
            weight,
            metrics: metrics.collect::<Result<_>>()?,
        })
    }

    pub(crate) fn restore(&mut self, state: PassState) -> Result<()> {
        self.loss = WeightedMean::from_sums(state.loss, state.weight);
        let mut metrics = self.metrics.iter_mut().zip(state.metrics);
        metrics.try_for_each(|((_, metric), state)| metric.restore(&state))
    }
}

impl<T: Float, Y: Element> Running for Pass<T, Y> {
    fn loss(&self) -> f64 {
        self.loss.value()
    }

    fn metrics(&self) -> Vec<(String, f64)> {
        let metrics = self.metrics.iter();
        metrics
            .map(|(name, count)| (name.clone(), count.value()))
            .collect()
    }
}

impl<T: Float, Y: Element> fmt::Debug for Pass<T, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass")
            .field("loss", &self.loss())
            .field("metrics", &self.metrics())
            .finish()
    }
}
