mod clusters;

use backprop_tensor::{Error, Rng, Tensor};

use super::{PerFeature, check_finite};
use crate::{Result, TensorDataset};

const NAME: &str = "make_classification";

/// A classification problem of any number of features, of which some tell the classes apart, some repeat what others
/// say and some say nothing. As scikit-learn's `make_classification`, with its names (less `n_`) and defaults.
///
/// The algorithm is that of I. Guyon, "Design of experiments for the NIPS 2003 variable selection benchmark" (2003):
///
/// 1. Each class has `clusters_per_class` clusters, whose centers are corners of a hypercube of side 2 `class_sep` in as
///    many dimensions as there are informative features. A cluster's points are normally distributed around 0, multiplied
///    by a random matrix of its own with elements from -1 to 1, which makes features depend on each other, and moved
///    to the corner.
/// 2. Redundant features are random linear combinations of the informative ones, with coefficients from -1 to 1.
/// 3. Repeated features are copies of informative and redundant ones, drawn with replacement.
/// 4. The rest is noise from the standard normal distribution.
/// 5. A share `flip_y` of the samples gets a random class; features are shifted, then scaled; samples and features are
///    brought into a random order.
///
/// Without that last step ([`shuffle(false)`](Self::shuffle)) the features lie in the order of this list.
///
/// ```
/// use backprop_datasets::synthetic::MakeClassification;
/// use backprop_tensor::Rng;
///
/// let data = MakeClassification::new(1000)
///     .features(20)
///     .informative(5)
///     .redundant(5)
///     .classes(3)
///     .class_sep(2.0)
///     .weights([0.5, 0.3, 0.2])
///     .generate(&mut Rng::seed(0))?;
/// assert_eq!(data.inputs().shape(), &[1000, 20]);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct MakeClassification {
    samples: usize,
    features: usize,
    informative: usize,
    redundant: usize,
    repeated: usize,
    classes: usize,
    clusters_per_class: usize,
    weights: Option<Vec<f64>>,
    flip_y: f64,
    class_sep: f64,
    hypercube: bool,
    shift: PerFeature,
    scale: PerFeature,
    shuffle: bool,
}

impl MakeClassification {
    /// `n` samples of 20 features, 2 of them informative and 2 redundant, in 2 classes of 2 clusters each.
    pub fn new(n: usize) -> Self {
        Self {
            samples: n,
            features: 20,
            informative: 2,
            redundant: 2,
            repeated: 0,
            classes: 2,
            clusters_per_class: 2,
            weights: None,
            flip_y: 0.01,
            class_sep: 1.0,
            hypercube: true,
            shift: PerFeature::Same(0.0),
            scale: PerFeature::Same(1.0),
            shuffle: true,
        }
    }

    /// The number of features, of every kind: 20 by default.
    pub fn features(mut self, features: usize) -> Self {
        self.features = features;
        self
    }

    /// The number of features that tell the classes apart: 2 by default.
    pub fn informative(mut self, informative: usize) -> Self {
        self.informative = informative;
        self
    }

    /// The number of features that are linear combinations of informative ones: 2 by default.
    pub fn redundant(mut self, redundant: usize) -> Self {
        self.redundant = redundant;
        self
    }

    /// The number of features that are copies of informative or redundant ones: 0 by default.
    pub fn repeated(mut self, repeated: usize) -> Self {
        self.repeated = repeated;
        self
    }

    /// The number of classes: 2 by default.
    pub fn classes(mut self, classes: usize) -> Self {
        self.classes = classes;
        self
    }

    /// The number of clusters of each class: 2 by default.
    pub fn clusters_per_class(mut self, clusters: usize) -> Self {
        self.clusters_per_class = clusters;
        self
    }

    /// The share of the samples that each class has: the same for all by default. The last one may be left out.
    pub fn weights(mut self, weights: impl Into<Vec<f64>>) -> Self {
        self.weights = Some(weights.into());
        self
    }

    /// The share of the samples whose class is drawn at random, from all classes: 0.01 by default.
    pub fn flip_y(mut self, share: f64) -> Self {
        self.flip_y = share;
        self
    }

    /// Half the side of the hypercube: 1 by default. Larger values make the classes easier to tell apart.
    pub fn class_sep(mut self, class_sep: f64) -> Self {
        self.class_sep = class_sep;
        self
    }

    /// Whether clusters lie on the corners of a hypercube, as by default, or on those of a random polytope: each
    /// corner is then moved toward the center by a random factor of its own and one of each dimension.
    pub fn hypercube(mut self, hypercube: bool) -> Self {
        self.hypercube = hypercube;
        self
    }

    /// What is added to each feature: 0 by default. [`PerFeature::Random`] is from -`class_sep` to `class_sep`.
    pub fn shift(mut self, shift: impl Into<PerFeature>) -> Self {
        self.shift = shift.into();
        self
    }

    /// What each feature is multiplied by, after the shift: 1 by default. [`PerFeature::Random`] is from 1 to 100.
    pub fn scale(mut self, scale: impl Into<PerFeature>) -> Self {
        self.scale = scale.into();
        self
    }

    /// Whether samples and features are brought into a random order, as by default.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// The samples: inputs `[n, features]`, targets `[n]`.
    ///
    /// # Errors
    /// If there are fewer features than informative, redundant and repeated ones together, no informative ones, or too
    /// few of them for the clusters (2<sup>informative</sup> corners at most); no classes, no clusters, or more clusters than
    /// samples; if weights are not as many as classes (or one fewer), or do not add up to 1; if `flip_y` is not from 0
    /// to 1; if any number is not finite; if there is no memory for so many.
    pub fn generate(&self, rng: &mut Rng) -> Result<TensorDataset> {
        self.check()?;
        let (informative, clusters) = self.clusters(rng)?;
        let inputs = self.other_features(informative, rng)?;

        let classes = clusters
            .into_iter()
            .map(|cluster| (cluster % self.classes) as i64);
        let targets = classes.map(|class| {
            let flipped = rng.uniform() < self.flip_y;
            if flipped {
                rng.below(self.classes) as i64
            } else {
                class
            }
        });
        let targets = Tensor::from(targets.collect::<Vec<_>>());

        let limit = self.class_sep.abs();
        let shift = self.shift.values("shift", self.features, (-limit, limit), rng)?;
        let scale = self.scale.values("scale", self.features, (1.0, 100.0), rng)?;
        let inputs = inputs.try_add(&shift)?.try_mul(&scale)?;
        if !self.shuffle {
            return TensorDataset::new(inputs, targets);
        }
        let (samples, features) = (
            Tensor::permutation(self.samples, rng)?,
            Tensor::permutation(self.features, rng)?,
        );
        let inputs = inputs.index_select(0, &samples)?.index_select(1, &features)?;
        TensorDataset::new(inputs, targets.index_select(0, &samples)?)
    }

    /// The informative features, followed by those made of them and those that say nothing.
    fn other_features(&self, informative: Tensor, rng: &mut Rng) -> Result<Tensor> {
        let mixture = Tensor::uniform([self.informative, self.redundant], -1.0, 1.0, rng)?;
        let useful = Tensor::concat(&[&informative, &informative.matmul(&mixture)?], 1)?;
        let sources = match self.repeated {
            0 => Tensor::from(Vec::new()),
            repeated => Tensor::random_integers([repeated], 0, useful.shape()[1] as i64, rng)?,
        };
        let repeated = useful.index_select(1, &sources)?;
        let rest = self.features - self.informative - self.redundant - self.repeated;
        let noise = Tensor::normal([self.samples, rest], 0.0, 1.0, rng)?;
        Ok(Tensor::concat(&[&useful, &repeated, &noise], 1)?)
    }

    fn check(&self) -> Result<()> {
        let Self {
            informative,
            redundant,
            repeated,
            classes,
            clusters_per_class,
            ..
        } = *self;
        let used = informative.saturating_add(redundant).saturating_add(repeated);
        let clusters = classes.saturating_mul(clusters_per_class);
        let fail = |argument, value, expected| Err(Error::argument(NAME, argument, value, expected).into());
        if self.features < used {
            let expected = format!(
                "needs at least {used}: informative ({informative}) + redundant ({redundant}) + repeated ({repeated})"
            );
            return fail("features", self.features, expected);
        }
        for (argument, value) in [
            ("informative", informative),
            ("classes", classes),
            ("clusters_per_class", clusters_per_class),
        ] {
            if value == 0 {
                return fail(argument, value, "needs at least 1".to_owned());
            }
        }
        let needed = clusters
            .checked_next_power_of_two()
            .map_or(usize::BITS, usize::trailing_zeros) as usize;
        if informative < needed {
            let expected = format!(
                "needs at least {needed}: each of the {clusters} clusters (classes * clusters_per_class) takes a corner \
                 of the hypercube, which has 2^informative"
            );
            return fail("informative", informative, expected);
        }
        let counted = classes.checked_mul(clusters_per_class).is_some();
        if self.samples < clusters || !counted {
            let expected =
                format!("needs at least {clusters}: one for each cluster (classes * clusters_per_class)");
            return fail("samples", self.samples, expected);
        }
        self.check_numbers()
    }

    fn check_numbers(&self) -> Result<()> {
        check_finite(NAME, "class_sep", self.class_sep)?;
        if !(0.0..=1.0).contains(&self.flip_y) {
            return Err(Error::argument(NAME, "flip_y", self.flip_y, "needs a share, from 0 to 1").into());
        }
        let Some(weights) = &self.weights else {
            return Ok(());
        };
        let fail = |expected| Err(Error::argument(NAME, "weights", format!("{weights:?}"), expected).into());
        if weights.len() != self.classes && weights.len() + 1 != self.classes {
            let given = weights.len();
            return fail(format!(
                "needs one for each of the {} classes, or one fewer, got {given}",
                self.classes
            ));
        }
        let sum: f64 = weights.iter().sum();
        let complete = weights.len() < self.classes || sum > 1.0 - 1e-6;
        if weights.iter().any(|&weight| !(0.0..=1.0).contains(&weight)) || sum > 1.0 + 1e-6 || !complete {
            return fail("needs shares that add up to 1".to_owned());
        }
        Ok(())
    }
}
