use backprop_tensor::{Error, Rng, Tensor, linalg};

use super::{check_deviation, check_finite};
use crate::{Result, TensorDataset};

const NAME: &str = "make_regression";

/// A linear relation with noise: `y = x w + bias + noise`, where only some of the coefficients `w` are not 0. As
/// scikit-learn's `make_regression`, with its names (less `n_`) and defaults.
///
/// Features are from the standard normal distribution, or from one of low rank (see
/// [`effective_rank`](Self::effective_rank)); the coefficients of the informative ones are uniform from 0 to 100.
///
/// Targets are `[n, targets]`, also where there is one: that is the shape of a model's output.
///
/// ```
/// use backprop_datasets::synthetic::MakeRegression;
/// use backprop_tensor::Rng;
///
/// let made = MakeRegression::new(50).features(3).informative(2).bias(1.0).generate(&mut Rng::seed(0))?;
/// let (x, y) = made.dataset.into_parts();
/// assert_eq!((y.shape().dims(), made.coefficients.shape().dims()), (&[50, 1][..], &[3, 1][..]));
/// let expected = x.matmul(&made.coefficients)? + 1.0;
/// assert!(y.to_vec().iter().zip(expected.to_vec()).all(|(y, expected)| (y - expected).abs() < 1e-3));
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct MakeRegression {
    samples: usize,
    features: usize,
    informative: usize,
    targets: usize,
    bias: f64,
    effective_rank: Option<usize>,
    tail_strength: f64,
    noise: f64,
    shuffle: bool,
}

/// What [`MakeRegression`] makes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Regression {
    /// The samples: inputs `[n, features]`, targets `[n, targets]`.
    pub dataset: TensorDataset<f32, f32>,
    /// The true coefficients, `[features, targets]`.
    pub coefficients: Tensor,
}

impl MakeRegression {
    /// `n` samples of 100 features, 10 of them informative, and one target, without bias or noise.
    pub fn new(n: usize) -> Self {
        Self {
            samples: n,
            features: 100,
            informative: 10,
            targets: 1,
            bias: 0.0,
            effective_rank: None,
            tail_strength: 0.5,
            noise: 0.0,
            shuffle: true,
        }
    }

    /// The number of features: 100 by default.
    pub fn features(mut self, features: usize) -> Self {
        self.features = features;
        self
    }

    /// The number of features whose coefficients are not 0: 10 by default, all of them if there are no more.
    pub fn informative(mut self, informative: usize) -> Self {
        self.informative = informative;
        self
    }

    /// The number of targets: 1 by default.
    pub fn targets(mut self, targets: usize) -> Self {
        self.targets = targets;
        self
    }

    /// What is added to every target: 0 by default.
    pub fn bias(mut self, bias: f64) -> Self {
        self.bias = bias;
        self
    }

    /// About how many singular vectors explain most of the inputs. By default there is no such number, and the features
    /// are independent.
    ///
    /// The i-th singular value is then (1 - t) exp(-(i/r)<sup>2</sup>) + t exp(-0.1 i/r), with the rank r and the
    /// [`tail_strength`](Self::tail_strength) t.
    pub fn effective_rank(mut self, rank: usize) -> Self {
        self.effective_rank = Some(rank);
        self
    }

    /// How much of the singular values is in their long, noisy tail, from 0 to 1: 0.5 by default.
    pub fn tail_strength(mut self, strength: f64) -> Self {
        self.tail_strength = strength;
        self
    }

    /// The standard deviation of the noise on the targets: 0 by default.
    pub fn noise(mut self, noise: f64) -> Self {
        self.noise = noise;
        self
    }

    /// Whether samples and features are brought into a random order, as by default. Without it the informative
    /// features come first.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// The samples and their true coefficients.
    ///
    /// # Errors
    /// If there are no features or no targets; if the effective rank is 0, `tail_strength` is not from 0 to 1, the noise
    /// is negative, or any number is not finite; if there is no memory for so many.
    pub fn generate(&self, rng: &mut Rng) -> Result<Regression> {
        self.check()?;
        let informative = self.informative.min(self.features);
        let inputs = self.inputs(rng)?;
        let coefficients = Tensor::concat(
            &[
                &Tensor::uniform([informative, self.targets], 0.0, 100.0, rng)?,
                &Tensor::zeros([self.features - informative, self.targets])?,
            ],
            0,
        )?;
        let noise = Tensor::normal(
            [self.samples, self.targets],
            self.bias as f32,
            self.noise as f32,
            rng,
        )?;
        let targets = inputs.matmul(&coefficients)?.try_add(&noise)?;
        if !self.shuffle {
            return Ok(Regression {
                dataset: TensorDataset::new(inputs, targets)?,
                coefficients,
            });
        }
        let (samples, features) = (
            Tensor::permutation(self.samples, rng)?,
            Tensor::permutation(self.features, rng)?,
        );
        let inputs = inputs.index_select(0, &samples)?.index_select(1, &features)?;
        Ok(Regression {
            dataset: TensorDataset::new(inputs, targets.index_select(0, &samples)?)?,
            coefficients: coefficients.index_select(0, &features)?,
        })
    }

    fn check(&self) -> Result<()> {
        for (argument, value) in [
            ("features", Some(self.features)),
            ("targets", Some(self.targets)),
            ("effective_rank", self.effective_rank),
        ] {
            if value == Some(0) {
                return Err(Error::argument(NAME, argument, 0, "needs at least 1").into());
            }
        }
        if !(0.0..=1.0).contains(&self.tail_strength) {
            let expected = "needs a share, from 0 to 1";
            return Err(Error::argument(NAME, "tail_strength", self.tail_strength, expected).into());
        }
        check_finite(NAME, "bias", self.bias)?;
        check_deviation(NAME, "noise", self.noise)
    }

    /// The inputs, `[n, features]`: U S V<sup>T</sup> with random orthogonal U and V, if they are to have a rank.
    fn inputs(&self, rng: &mut Rng) -> Result<Tensor> {
        let Some(rank) = self.effective_rank else {
            return Ok(Tensor::normal([self.samples, self.features], 0.0, 1.0, rng)?);
        };
        let count = self.samples.min(self.features);
        let (left, _) = linalg::qr(&Tensor::normal([self.samples, count], 0.0, 1.0, rng)?)?;
        let (right, _) = linalg::qr(&Tensor::normal([self.features, count], 0.0, 1.0, rng)?)?;
        let singular: Vec<f32> = (0..count)
            .map(|index| {
                let place = index as f64 / rank as f64;
                let tail = self.tail_strength;
                ((1.0 - tail) * (-place * place).exp() + tail * (-0.1 * place).exp()) as f32
            })
            .collect();
        Ok(left
            .try_mul(&Tensor::from(singular))?
            .matmul(&right.transpose(0, 1)?)?)
    }
}
