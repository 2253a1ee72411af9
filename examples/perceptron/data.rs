//! Samples as the perceptron wants them: with a 1 for the bias, and with labels -1 and 1.

use backprop::datasets::synthetic::MakeBlobs;
use backprop::prelude::*;

use super::Error;

/// Inputs `[n, features + 1]` and labels `[n]`.
#[derive(Debug, Clone)]
pub(crate) struct Samples {
    pub(crate) inputs: Tensor,
    pub(crate) labels: Tensor,
}

impl Samples {
    /// Class `positive` against all others.
    pub(crate) fn new(data: &TensorDataset, positive: i64) -> Result<Self, Error> {
        Ok(Self {
            inputs: with_bias(data.inputs())?,
            labels: data
                .targets()
                .map(|class| if class == positive { 1.0 } else { -1.0 })?,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.labels.count()
    }

    /// Those of one label.
    pub(crate) fn of(&self, label: f32) -> Result<Tensor, Error> {
        let places = (0_i64..).zip(self.labels.to_vec());
        let places: Vec<i64> = places
            .filter(|(_, own)| *own == label)
            .map(|(place, _)| place)
            .collect();
        Ok(self.inputs.index_select(0, &Tensor::from(places))?)
    }

    /// In a random order.
    pub(crate) fn shuffled(&self, rng: &mut Rng) -> Result<Self, Error> {
        let order: Vec<i64> = rng
            .permutation(self.len())?
            .into_iter()
            .map(|place| place as i64)
            .collect();
        let order = Tensor::from(order);
        Ok(Self {
            inputs: self.inputs.index_select(0, &order)?,
            labels: self.labels.index_select(0, &order)?,
        })
    }

    /// The share on the right side: `t wᵀx > 0`.
    pub(crate) fn accuracy(&self, weights: &Tensor) -> Result<f64, Error> {
        let right = self
            .inputs
            .matmul(weights)?
            .try_mul(&self.labels)?
            .greater(&Tensor::scalar(0.0))?;
        Ok(right.count_true(..)?.item()? as f64 / self.len() as f64)
    }
}

/// A feature more, which is always 1: its weight is the bias.
pub(crate) fn with_bias(inputs: &Tensor) -> Result<Tensor, Error> {
    let ones = Tensor::ones([inputs.shape()[0], 1])?;
    Ok(Tensor::concat(&[inputs, &ones], 1)?)
}

/// Round clouds of 50 points each around two centers; the second is the positive one.
pub(crate) fn clouds(centers: [[f32; 2]; 2], rng: &mut Rng) -> Result<Samples, Error> {
    let blobs = MakeBlobs::new(100)
        .centers_at(Tensor::from(centers))
        .cluster_std(0.7);
    Samples::new(&blobs.generate(rng)?, 1)
}

/// Weights as an image: in units of their standard deviation, so that few large ones do not leave the others pale, and no more than 3.
pub(crate) fn image(weights: &Tensor) -> Result<Tensor, Error> {
    let pixels = weights.slice(0, ..784)?.reshape([28, 28])?;
    let deviation = pixels.square()?.mean(..)?.sqrt()?.item()?.max(f32::MIN_POSITIVE);
    Ok((pixels / deviation).clamp(-3.0, 3.0)?)
}
