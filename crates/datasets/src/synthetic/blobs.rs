use backprop_tensor::{Error, Rng, Tensor};

use super::{check_deviation, check_finite};
use crate::{Result, TensorDataset, memory};

/// Round clusters in the plane, a class each: [`MakeBlobs`] with its defaults.
///
/// # Errors
/// As [`MakeBlobs::generate`].
///
/// ```
/// use backprop_datasets::synthetic::blobs;
/// use backprop_tensor::Rng;
///
/// let data = blobs(100, 3, &mut Rng::seed(0))?;
/// assert_eq!(data.inputs().shape(), &[100, 2]);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
pub fn blobs(n: usize, centers: usize, rng: &mut Rng) -> Result<TensorDataset> {
    MakeBlobs::new(n).centers(centers).generate(rng)
}

/// Gaussian clusters, a class each, of as many samples to within one. As scikit-learn's `make_blobs`.
///
/// ```
/// use backprop_datasets::synthetic::MakeBlobs;
/// use backprop_tensor::{Rng, Tensor};
///
/// let centers = Tensor::from([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]);
/// let data = MakeBlobs::new(100).centers_at(centers).cluster_std(0.2).generate(&mut Rng::seed(0))?;
/// assert_eq!(data.inputs().shape(), &[100, 3]);
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct MakeBlobs {
    samples: usize,
    features: usize,
    centers: Centers,
    cluster_std: f64,
    center_box: (f64, f64),
}

#[derive(Debug, Clone)]
enum Centers {
    Random(usize),
    At(Tensor),
}

impl MakeBlobs {
    /// `n` samples of two features around three centers.
    pub fn new(n: usize) -> Self {
        Self {
            samples: n,
            features: 2,
            centers: Centers::Random(3),
            cluster_std: 1.0,
            center_box: (-10.0, 10.0),
        }
    }

    /// The number of features: 2 by default. With centers of one's own it is theirs.
    pub fn features(mut self, features: usize) -> Self {
        self.features = features;
        self
    }

    /// The number of centers, whose places are drawn: 3 by default.
    pub fn centers(mut self, centers: usize) -> Self {
        self.centers = Centers::Random(centers);
        self
    }

    /// Centers of one's own, `[centers, features]`.
    pub fn centers_at(mut self, centers: Tensor) -> Self {
        self.centers = Centers::At(centers);
        self
    }

    /// The standard deviation of a cluster along each feature: 1 by default.
    pub fn cluster_std(mut self, std: f64) -> Self {
        self.cluster_std = std;
        self
    }

    /// The interval each coordinate of a center is drawn from: -10 to 10 by default.
    pub fn center_box(mut self, low: f64, high: f64) -> Self {
        self.center_box = (low, high);
        self
    }

    /// The samples, in random order.
    ///
    /// # Errors
    /// If there are no centers, or those given are not `[centers, features]`; if the deviation is negative or not
    /// finite; if the box is not finite or its ends are in the wrong order; if there is no memory for so many.
    pub fn generate(&self, rng: &mut Rng) -> Result<TensorDataset> {
        const NAME: &str = "make_blobs";
        check_deviation(NAME, "cluster_std", self.cluster_std)?;
        let centers = match &self.centers {
            Centers::At(centers) if centers.rank() == 2 => centers.clone(),
            Centers::At(centers) => {
                return Err(Error::shape(
                    NAME,
                    centers.shape(),
                    "needs centers of shape [centers, features]",
                )
                .into());
            }
            &Centers::Random(count) => {
                let (low, high) = self.center_box;
                check_finite(NAME, "center_box", low)?;
                check_finite(NAME, "center_box", high)?;
                Tensor::uniform([count, self.features], low as f32, high as f32, rng)?
            }
        };
        let (count, features) = (centers.shape()[0], centers.shape()[1]);
        if count == 0 {
            return Err(Error::argument(NAME, "centers", count, "needs at least one").into());
        }
        let mut targets = memory::vector(self.samples)?;
        targets.extend(
            rng.permutation(self.samples)?
                .into_iter()
                .map(|index| (index % count) as i64),
        );
        let targets = Tensor::from_slice(&targets, [self.samples])?;
        let noise = Tensor::normal([self.samples, features], 0.0, self.cluster_std as f32, rng)?;
        TensorDataset::new(centers.index_select(0, &targets)?.try_add(&noise)?, targets)
    }
}
