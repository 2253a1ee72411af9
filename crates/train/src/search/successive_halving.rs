use super::{Search, SearchResults, Trial};
use crate::{Error, Result};

impl Search {
    /// Tries many random values with a small budget, and the best of them with larger ones (Jamieson and Talwalkar, AISTATS 2016).
    ///
    /// In the first round each trial has [`budget`](Trial::budget) (epochs, for instance) to spend; of `n` trials the best `⌈n / factor⌉` go on to the
    /// next round with `factor` times as much, each from the beginning, until one is left.
    ///
    /// # Errors
    /// If the space has a range that is none, there are no trials or no budget, or the factor is less than 2. A trial that fails is an outcome,
    /// and does not go on.
    ///
    /// ```
    /// use backprop_train::{Search, Space};
    ///
    /// let search = Search::new(Space::new().uniform("x", -1.0, 1.0));
    /// let results = search.successive_halving(9, 1, 3, |trial| Ok(trial.get("x")?.abs() / trial.budget as f64))?;
    /// let budgets: Vec<usize> = results.outcomes.iter().map(|outcome| outcome.trial.budget).collect();
    /// assert_eq!(budgets, [1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 9]);
    /// # Ok::<(), backprop_train::Error>(())
    /// ```
    pub fn successive_halving(
        &self,
        trials: usize,
        budget: usize,
        factor: usize,
        evaluate: impl Fn(&Trial) -> Result<f64> + Sync,
    ) -> Result<SearchResults> {
        if budget == 0 || factor < 2 {
            let what = format!("successive halving with budget {budget} and factor {factor}");
            return Err(Error::setting(
                what,
                "the budget must be at least 1, the factor at least 2",
            ));
        }
        let mut round = self.random_trials(trials)?;
        for trial in &mut round {
            trial.budget = budget;
        }
        let mut outcomes = Vec::new();
        while !round.is_empty() {
            let (size, of_round) = (round.len(), self.results(self.run(round, &evaluate)?));
            let next = if size > 1 { size.div_ceil(factor) } else { 0 };
            round = of_round
                .ranked()
                .into_iter()
                .take(next)
                .map(|outcome| outcome.trial.clone())
                .collect();
            // In the order of the trials again, which the scores must not change.
            round.sort_by_key(|trial| trial.number);
            for trial in &mut round {
                trial.budget = trial.budget.saturating_mul(factor);
            }
            outcomes.extend(of_round.outcomes);
        }
        Ok(self.results(outcomes))
    }
}
