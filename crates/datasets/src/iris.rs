//! Fisher's iris flowers: 150 of them, 50 of each of three species, with four lengths.
//!
//! One species can be told from the others by a line, the other two overlap a little: small enough to train on in a
//! moment, not so easy that nothing is learned.
//!
//! ```
//! use backprop_datasets::iris;
//!
//! let data = iris::load()?;
//! assert_eq!(data.inputs().shape(), &[150, 4]);
//! assert_eq!(data.class_names(), ["setosa", "versicolor", "virginica"]);
//!
//! let (flower, class) = data.get(0).unwrap();
//! assert_eq!((flower.to_vec(), class.item()?), (vec![5.1, 3.5, 1.4, 0.2], 0));
//! # Ok::<(), backprop_datasets::Error>(())
//! ```
//!
//! R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7 (1936). These are the
//! values of the paper, as R and scikit-learn (from 0.20 on) have them; the copy in the UCI Machine Learning
//! Repository differs from it in two flowers, the 35th and the 38th. License: CC BY 4.0 (UCI), see `DATA-LICENSE`.

mod flowers;

use backprop_tensor::Tensor;

use crate::{Result, TensorDataset};
use flowers::FLOWERS;

/// Names of the species; a label is an index into them.
pub const CLASSES: [&str; 3] = ["setosa", "versicolor", "virginica"];
/// Names of the four measurements.
pub const FEATURES: [&str; 4] = [
    "sepal length (cm)",
    "sepal width (cm)",
    "petal length (cm)",
    "petal width (cm)",
];

/// The flowers: inputs `[150, 4]` in centimeters, targets `[150]`, sorted by species.
///
/// # Errors
/// If there is no memory.
pub fn load() -> Result<TensorDataset> {
    let centimeters = FLOWERS
        .as_flattened()
        .iter()
        .map(|&tenths| f32::from(tenths) / 10.0);
    let inputs = Tensor::from_slice(&centimeters.collect::<Vec<_>>(), [FLOWERS.len(), FEATURES.len()])?;
    let species: Vec<i64> = (0..FLOWERS.len()).map(|flower| (flower / 50) as i64).collect();
    TensorDataset::new(inputs, Tensor::from(species))?
        .with_class_names(CLASSES)
        .with_feature_names(FEATURES)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums of the columns and of their squares, in tenths of a centimeter, of scikit-learn's `load_iris()`.
    #[test]
    fn sums_are_the_known_ones() {
        let column = |feature: usize, power| -> u64 {
            FLOWERS
                .iter()
                .map(|flower| u64::from(flower[feature]).pow(power))
                .sum()
        };
        assert_eq!(
            [0, 1, 2, 3].map(|feature| column(feature, 1)),
            [8765, 4586, 5637, 1799]
        );
        assert_eq!(
            [0, 1, 2, 3].map(|feature| column(feature, 2)),
            [522_385, 143_040, 258_271, 30_233]
        );
    }

    #[test]
    fn the_two_disputed_flowers_are_those_of_the_paper() {
        let data = load().unwrap();
        assert_eq!(data.get(34).unwrap().0, Tensor::from([4.9, 3.1, 1.5, 0.2]));
        assert_eq!(data.get(37).unwrap().0, Tensor::from([4.9, 3.6, 1.4, 0.1]));
    }

    #[test]
    fn each_species_has_fifty() {
        let labels = load().unwrap().targets().to_vec();
        assert_eq!(
            [0, 1, 2].map(|class| labels.iter().filter(|&&label| label == class).count()),
            [50; 3]
        );
    }
}
