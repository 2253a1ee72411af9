use backprop_tensor::Rng;

use super::{Search, SearchResults, Trial};
use crate::Result;

impl Search {
    /// Tries all combinations: all choices and whole numbers, and `points` values of each range, evenly spaced from end to end.
    ///
    /// The last setting changes fastest.
    ///
    /// # Errors
    /// If the space has a range that is none, or more than 2²⁴ combinations. A trial that fails is an outcome.
    ///
    /// ```
    /// use backprop_train::{Search, Space};
    ///
    /// let space = Space::new().uniform("x", -1.0, 1.0).choices("y", [0.0, 3.0]);
    /// let results = Search::new(space).grid(5, |trial| Ok(trial.get("x")?.powi(2) + trial.get("y")?))?;
    /// assert_eq!(results.outcomes.len(), 10);
    /// assert_eq!(results.best().unwrap().score, Ok(0.0));
    /// # Ok::<(), backprop_train::Error>(())
    /// ```
    pub fn grid(
        &self,
        points: usize,
        evaluate: impl Fn(&Trial) -> Result<f64> + Sync,
    ) -> Result<SearchResults> {
        self.space.check()?;
        let count = self.space.combinations(points)?;
        let axes = self.space.grid(points);
        let combination = |number: usize| {
            let mut rest = number;
            let mut values: Vec<f64> = axes
                .iter()
                .rev()
                .map(|axis| {
                    let value = axis[rest % axis.len()];
                    rest /= axis.len();
                    value
                })
                .collect();
            values.reverse();
            values
        };
        let trials = self.trials((0..count).map(combination), &mut Rng::seed(self.seed));
        Ok(self.results(self.run(trials, &evaluate)?))
    }
}
