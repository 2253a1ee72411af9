//! What follows from the order of scores: the curves behind ROC and precision-recall, and the areas below them.

use crate::values::check_count;
use crate::{Error, Result};

/// For each threshold, from the highest score down: how many positives and how many negatives have at least that score. Scores
/// that are equal come together, those that are not numbers are left out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ranking {
    steps: Vec<(f64, f64)>,
    positives: f64,
    negatives: f64,
}

impl Ranking {
    /// Of scores, and labels that are positive above 0.
    ///
    /// # Errors
    /// If there are not as many labels as scores, or not both positives and negatives.
    pub(crate) fn new(picture: &'static str, scores: &[f64], labels: &[f64]) -> Result<Self> {
        check_count(picture, scores.len().max(labels.len()))?;
        if scores.len() != labels.len() {
            let problem = format!(
                "{} scores and {} labels: there must be as many",
                scores.len(),
                labels.len()
            );
            return Err(Error::invalid(picture, problem));
        }
        let mut pairs: Vec<(f64, bool)> = scores
            .iter()
            .zip(labels)
            .map(|(&score, &label)| (score, label > 0.0))
            .collect();
        pairs.retain(|(score, _)| !score.is_nan());
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut positives, mut negatives) = (0.0, 0.0);
        let mut steps = vec![(0.0, 0.0)];
        for tied in pairs.chunk_by(|a, b| a.0 == b.0) {
            let found = tied.iter().filter(|(_, positive)| *positive).count();
            positives += found as f64;
            negatives += (tied.len() - found) as f64;
            steps.push((positives, negatives));
        }
        if positives == 0.0 || negatives == 0.0 {
            let problem =
                format!("{positives} positive and {negatives} negative labels: there must be some of both");
            return Err(Error::invalid(picture, problem));
        }
        Ok(Self {
            steps,
            positives,
            negatives,
        })
    }

    /// False-positive rates and true-positive rates.
    pub(crate) fn roc(&self) -> (Vec<f64>, Vec<f64>) {
        self.steps
            .iter()
            .map(|(p, n)| (n / self.negatives, p / self.positives))
            .unzip()
    }

    /// The area below the ROC curve: how likely a positive has a higher score than a negative, a tie counting half.
    pub(crate) fn area(&self) -> f64 {
        let (x, y) = self.roc();
        let slices = x.windows(2).zip(y.windows(2));
        slices.map(|(x, y)| (x[1] - x[0]) * (y[0] + y[1]) / 2.0).sum()
    }

    /// Recalls and precisions; precision is 1 before the first sample.
    pub(crate) fn precision_recall(&self) -> (Vec<f64>, Vec<f64>) {
        let step = |&(p, n): &(f64, f64)| (p / self.positives, if p + n > 0.0 { p / (p + n) } else { 1.0 });
        self.steps.iter().map(step).unzip()
    }

    /// The mean precision, each weighted by the recall that it adds.
    pub(crate) fn average_precision(&self) -> f64 {
        let (recall, precision) = self.precision_recall();
        let steps = recall.windows(2).zip(&precision[1..]);
        steps
            .map(|(recall, precision)| (recall[1] - recall[0]) * precision)
            .sum()
    }

    /// The share of positives.
    pub(crate) fn share(&self) -> f64 {
        self.positives / (self.positives + self.negatives)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_area_is_the_share_of_pairs_in_order(samples in vec((0_i32..8, any::<bool>()), 2..40)) {
            let scores: Vec<f64> = samples.iter().map(|(score, _)| f64::from(*score)).collect();
            let labels: Vec<f64> = samples.iter().map(|(_, label)| f64::from(u8::from(*label))).collect();
            let mut pairs = Vec::new();
            for (score, _) in samples.iter().filter(|(_, positive)| *positive) {
                for (other, _) in samples.iter().filter(|(_, positive)| !positive) {
                    pairs.push(match score.cmp(other) {
                        std::cmp::Ordering::Greater => 1.0,
                        std::cmp::Ordering::Equal => 0.5,
                        std::cmp::Ordering::Less => 0.0,
                    });
                }
            }
            match Ranking::new("roc", &scores, &labels) {
                Ok(ranking) => {
                    let expected = pairs.iter().sum::<f64>() / pairs.len() as f64;
                    prop_assert!((ranking.area() - expected).abs() < 1e-12);
                }
                Err(_) => prop_assert!(pairs.is_empty()),
            }
        }
    }

    #[test]
    fn average_precision_of_the_example_in_the_documentation_of_scikit_learn() {
        let ranking = Ranking::new("", &[0.1, 0.4, 0.35, 0.8], &[0.0, 0.0, 1.0, 1.0]).unwrap();
        assert!((ranking.average_precision() - 0.8333333333333333).abs() < 1e-12);
        assert!((ranking.area() - 0.75).abs() < 1e-12);
    }
}
