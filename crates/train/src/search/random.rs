use backprop_tensor::Rng;

use super::{MOST, Search, SearchResults, Trial};
use crate::{Error, Result};

impl Search {
    /// Tries random values (Bergstra and Bengio, "Random search for hyper-parameter optimization", JMLR 2012).
    ///
    /// The first of more trials are those of fewer.
    ///
    /// # Errors
    /// If the space has a range that is none, or there are no trials or more than 2²⁴. A trial that fails is an outcome.
    pub fn random(
        &self,
        trials: usize,
        evaluate: impl Fn(&Trial) -> Result<f64> + Sync,
    ) -> Result<SearchResults> {
        let trials = self.random_trials(trials)?;
        Ok(self.results(self.run(trials, &evaluate)?))
    }

    pub(super) fn random_trials(&self, trials: usize) -> Result<Vec<Trial>> {
        self.space.check()?;
        if trials == 0 || trials > MOST {
            return Err(Error::setting(
                format!("a search of {trials} trials"),
                "there must be 1 to 2²⁴",
            ));
        }
        let (mut values, mut seeds) = (Rng::seed(self.seed), Rng::seed(self.seed).split());
        Ok(self.trials((0..trials).map(|_| self.space.draw(&mut values)), &mut seeds))
    }
}
