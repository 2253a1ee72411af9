//! Losses of the distance between outputs and targets: right wherever they are representable, whatever becomes of the steps.

use std::fmt::Debug;

use backprop_autodiff::{Differential, InputGradients, Op, Var, operands};
use backprop_tensor::formula::Formula;
use backprop_tensor::{Error, Float, Kernel, Numeric, Result, Tensor, math};

use super::of_sample;
use super::residual::fitting;
use crate::metrics::{Mean, difference};

/// A loss of the residual `r = x - y`, as formulas of tensors and as products that nothing in `f64` is too large for.
pub(crate) trait Distance: Copy + Debug + Send + Sync + 'static {
    /// In errors.
    const NAME: &'static str;

    /// Refuses settings without sense.
    fn check_settings(&self) -> Result<()> {
        Ok(())
    }

    /// Whether the settings have all their digits in this type.
    fn fits<T: Float>(&self) -> bool {
        true
    }

    /// The loss of each output `x` with target `y`; it is not finite if a step overflows.
    fn kernel(&self) -> Kernel;

    /// As a formula of `x` and `y`.
    fn formula(&self) -> Formula {
        self.kernel().formula().bind()
    }

    /// `g dl/dr` where no residual overflows, for settings that fit, and `g` of a shape that broadcasts to that of the outputs; `None` if a step
    /// leaves the range.
    fn gradients<T: Float>(&self, g: &Tensor<T>, x: &Tensor<T>, y: &Tensor<T>) -> Result<Option<Tensor<T>>>;

    /// The loss of a residual `±a b`, as a product.
    fn loss_of(&self, size: [f64; 2]) -> [f64; 4];

    /// The slope `dl/dr` at a residual `a b`, as a product.
    fn slope_of(&self, residual: [f64; 2]) -> [f64; 2];
}

/// Of what the mean is taken.
#[derive(Debug)]
pub(crate) enum Over {
    /// All outputs.
    All,
    /// Those of each sample.
    Samples,
    /// All outputs, with the weights of their samples.
    Weighted(Tensor<f64>),
}

/// The mean loss of these outputs and targets, without broadcasting; a failure sticks to the tape.
#[track_caller]
pub(crate) fn mean_distance<T: Float, Y: Numeric>(
    distance: impl Distance,
    output: &Var<T>,
    targets: &Tensor<Y>,
    over: Over,
) -> Var<T> {
    let targets = targets.cast();
    output.apply(MeanDistance {
        distance,
        targets,
        over,
    })
}

/// The methods of [`Loss`](super::Loss) that the losses of a [`Distance`] share.
macro_rules! distance_methods {
    () => {
        fn loss(&self, output: &backprop_autodiff::Var<T>, targets: &Tensor<Y>) -> backprop_autodiff::Var<T> {
            super::distance::mean_distance(*self, output, targets, super::distance::Over::All)
        }

        fn each(
            &self,
            output: &backprop_autodiff::Var<T>,
            targets: &Tensor<Y>,
        ) -> Option<backprop_autodiff::Var<T>> {
            let over = super::distance::Over::Samples;
            Some(super::distance::mean_distance(*self, output, targets, over))
        }

        fn weighted(
            &self,
            output: &backprop_autodiff::Var<T>,
            targets: &Tensor<Y>,
            weights: &Tensor<f64>,
        ) -> Option<backprop_autodiff::Var<T>> {
            let over = super::distance::Over::Weighted(weights.clone());
            Some(super::distance::mean_distance(*self, output, targets, over))
        }

        fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), super::Fault> {
            super::residual::check_numbers(output, targets)
        }
    };
}
pub(crate) use distance_methods;

/// `Σ w l / Σ w`, `dl/dx = w / Σ w dl/dr`.
#[derive(Debug)]
struct MeanDistance<D, T: Float> {
    distance: D,
    targets: Result<Tensor<T>>,
    over: Over,
}

struct Saved<T: Float> {
    x: Tensor<T>,
    y: Tensor<T>,
    /// What a loss of each sample counts in a weighted mean.
    shares: Option<Tensor<f64>>,
    /// Whether a step of the formula left the range.
    is_beyond: bool,
}

impl<D: Distance, T: Float> Op<T> for MeanDistance<D, T> {
    type Saved = Saved<T>;

    fn name(&self) -> &'static str {
        D::NAME
    }

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = fitting(D::NAME, x.shape(), self.targets.clone()?)?;
        self.distance.check_settings()?;
        let shares = match &self.over {
            Over::Weighted(weights) => Some(self.shares(weights, x.shape())?),
            Over::All | Over::Samples => None,
        };
        let losses = x.apply(&self.distance.kernel(), &[&y])?;
        let plain = self.mean(losses, shares.as_ref())?;
        let means = plain.contiguous()?;
        let means = means.as_slice().unwrap_or(&[]);
        let is_right = |all: bool, &mean: &T| all & (mean < T::INFINITY);
        let is_beyond = !(self.keeps_digits(&plain, shares.as_ref())?
            && means.chunks(64).all(|block| block.iter().fold(true, is_right)));
        let saved = Saved {
            x: x.clone(),
            y,
            shares,
            is_beyond,
        };
        if !is_beyond {
            return Ok((plain, saved));
        }
        let pairs = Pairs::new(x, &saved.y);
        let careful = |mean: usize| T::from_f64(self.careful_mean(&pairs, mean));
        let careful: Vec<T> = (0..means.len()).map(careful).collect();
        Ok((Tensor::from_slice(&careful, plain.shape())?, saved))
    }

    fn backward(
        &self,
        saved: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let Saved {
            x,
            y,
            shares,
            is_beyond,
        } = saved;
        let shares = self.shared(&gradient, &x, shares.as_ref())?;
        let is_right = |share: &T| math::is_normal(*share) || *share == T::ZERO;
        if !is_beyond
            && self.distance.fits::<T>()
            && shares.to_vec().iter().all(is_right)
            && let Some(gradients) = self.distance.gradients(&shares, &x, &y)?
        {
            return inputs.add(0, gradients);
        }
        inputs.add(0, self.careful_gradients(&gradient, &x, &y)?)
    }

    /// By the plain formula, as far as it is right.
    fn differentiate(&self, saved: &Self::Saved, at: &Differential<T>) -> backprop_autodiff::Result<()> {
        let [x] = at.operands()?;
        let slope = self.distance.formula().derivative(0)?;
        let slope = x.elementwise(&slope, &[&x.constant(saved.y.clone())]);
        let gradient = at.gradient();
        let share = |count: usize| T::ONE / T::from_f64(count as f64);
        let shares = match (&saved.shares, &self.over) {
            (Some(shares), _) => gradient * x.constant(shares.cast()?),
            (None, Over::Samples) if x.rank() < 2 => gradient.clone(),
            (None, Over::Samples) => gradient.reshape(column(x.shape())) * share(of_sample(x.shape())),
            (None, _) => gradient * share(x.shape().count()),
        };
        at.add(0, shares * slope)
    }
}

/// A shape of one number for each sample.
fn column(shape: &[usize]) -> Vec<usize> {
    let mut column = vec![1; shape.len()];
    if let (Some(samples), Some(&count)) = (column.first_mut(), shape.first()) {
        *samples = count;
    }
    column
}

impl<D: Distance, T: Float> MeanDistance<D, T> {
    fn mean(&self, losses: Tensor<T>, shares: Option<&Tensor<f64>>) -> Result<Tensor<T>> {
        match (shares, &self.over, losses.rank()) {
            (Some(shares), ..) => losses.try_mul(&shares.cast()?)?.sum(..),
            (None, Over::Samples, 0 | 1) => Ok(losses),
            (None, Over::Samples, rank) => losses.mean((1..rank as isize).collect::<Vec<_>>()),
            (None, ..) => losses.mean(..),
        }
    }

    /// Whether nothing that vanished on the way shows in this mean.
    fn keeps_digits(&self, mean: &Tensor<T>, shares: Option<&Tensor<f64>>) -> Result<bool> {
        let Some(shares) = shares else {
            // What a square loses is less than the last digit of a mean.
            return Ok(self.distance.fits::<T>());
        };
        // As many products as samples may each have lost as much.
        let is_large = mean.item()? >= T::MIN_NORMAL / T::EPSILON;
        let is_normal = |share: f64| share == 0.0 || math::is_normal(T::from_f64(share));
        Ok(self.distance.fits::<T>() && is_large && shares.to_vec().into_iter().all(is_normal))
    }

    /// What a loss of each sample counts in the weighted mean of all, in a shape that broadcasts to that of the outputs.
    fn shares(&self, weights: &Tensor<f64>, shape: &[usize]) -> Result<Tensor<f64>> {
        if shape.first().is_some_and(|&samples| samples != weights.count()) {
            let expected = "do not fit: one weight for each sample";
            return Err(Error::shapes(D::NAME, shape, weights.shape(), expected));
        }
        let (total, others) = (weights.sum(..)?.item()?, of_sample(shape) as f64);
        weights
            .map(|weight| weight / total / others)?
            .reshape(column(shape))
    }

    /// The share of the gradient that the loss of each output gets, in a shape that broadcasts to that of the outputs.
    fn shared(&self, gradient: &Tensor<T>, x: &Tensor<T>, shares: Option<&Tensor<f64>>) -> Result<Tensor<T>> {
        let divided = |count: usize| {
            let share = T::ONE / T::from_f64(count as f64);
            gradient.try_mul(&Tensor::scalar(share))
        };
        match (shares, &self.over) {
            (Some(shares), _) => {
                let gradient = gradient.item()?.to_f64();
                shares.map(|share| gradient * share)?.cast()
            }
            (None, Over::Samples) if x.rank() < 2 => Ok(gradient.clone()),
            (None, Over::Samples) => divided(of_sample(x.shape()))?.reshape(column(x.shape())),
            (None, _) => divided(x.count()),
        }
    }

    /// How much each sample weighs.
    fn weight(&self, sample: usize) -> f64 {
        match &self.over {
            Over::All | Over::Samples => 1.0,
            Over::Weighted(weights) => weights.as_slice().map_or(f64::NAN, |weights| weights[sample]),
        }
    }

    /// The mean of this number, of all that there are.
    fn careful_mean(&self, pairs: &Pairs, number: usize) -> f64 {
        let places = match self.over {
            Over::Samples => number * pairs.of_sample..(number + 1) * pairs.of_sample,
            Over::All | Over::Weighted(_) => 0..pairs.x.len(),
        };
        let mut mean = Mean::default();
        for place in places {
            let weight = self.weight(place / pairs.of_sample);
            // 0 times an infinite loss is nothing.
            if weight != 0.0 {
                mean.add_product(self.distance.loss_of(pairs.residual(place)), weight);
            }
        }
        mean.value()
    }

    fn careful_gradients(&self, gradient: &Tensor<T>, x: &Tensor<T>, y: &Tensor<T>) -> Result<Tensor<T>> {
        let pairs = Pairs::new(x, y);
        let (gradient, samples) = (
            gradient.cast::<f64>()?.to_vec(),
            matches!(self.over, Over::Samples),
        );
        let (count, total) = match &self.over {
            Over::All => (x.count(), 1.0),
            Over::Samples => (pairs.of_sample, 1.0),
            Over::Weighted(weights) => (pairs.of_sample, weights.sum(..)?.item()?),
        };
        let slope = |place: usize| {
            let sample = place / pairs.of_sample;
            let (weight, gradient) = (self.weight(sample), gradient[if samples { sample } else { 0 }]);
            if weight == 0.0 {
                return T::ZERO;
            }
            let [a, b] = self.distance.slope_of(pairs.residual(place));
            T::from_f64(math::product([gradient, weight, a, b], [total, count as f64]))
        };
        Tensor::from_slice(&(0..x.count()).map(slope).collect::<Vec<_>>(), x.shape())
    }
}

/// Outputs and targets, in order.
struct Pairs {
    x: Vec<f64>,
    y: Vec<f64>,
    of_sample: usize,
}

impl Pairs {
    fn new<T: Float>(x: &Tensor<T>, y: &Tensor<T>) -> Self {
        let numbers = |tensor: &Tensor<T>| tensor.to_vec().into_iter().map(T::to_f64).collect();
        Self {
            x: numbers(x),
            y: numbers(y),
            of_sample: of_sample(x.shape()),
        }
    }

    /// `x - y`, as a product.
    fn residual(&self, place: usize) -> [f64; 2] {
        difference(self.x[place], self.y[place])
    }
}
