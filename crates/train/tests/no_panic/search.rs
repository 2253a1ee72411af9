//! Looking for good settings, in any space.

use backprop_testing::calls;
use backprop_testing::hostile::{Call, Source};
use backprop_train::{Error, Result, Search, SearchResults, Space, Trial};

use super::results::{losses, name};
use super::seen;

fn space(s: &mut Source) -> Space {
    let mut space = Space::new();
    for _ in 0..s.rng.below(4) {
        let name = name(s);
        space = match s.rng.below(4) {
            0 => space.choices(name, losses(s)),
            1 => space.uniform(name, s.real(), s.real()),
            2 => space.log_uniform(name, s.real(), s.real()),
            _ => space.integers(name, s.number(), s.number()),
        };
    }
    space
}

fn search(s: &mut Source) -> Search {
    let search = Search::new(space(s)).seed(s.number::<u8>().into());
    let search = if s.flag() { search.more_is_better() } else { search };
    match s.rng.below(12) {
        // Threads cost time.
        0 => search.threads([0, 1, 2, usize::MAX][s.rng.below(4)]),
        _ => search,
    }
}

/// Trials that succeed or fail, with any scores.
fn evaluation(s: &mut Source) -> impl Fn(&Trial) -> Result<f64> + Sync + use<> {
    let scores: Vec<_> = (0..3)
        .map(|_| if s.seldom(4) { Err("failed") } else { Ok(s.real()) })
        .collect();
    move |trial| {
        let _ = (trial.get("a").is_ok(), trial.get_usize("b").is_ok());
        scores[trial.number % scores.len()].map_err(Error::other)
    }
}

fn ranks(mut results: Result<SearchResults>, s: &mut Source) -> String {
    if let Ok(results) = &mut results {
        if s.seldom(4) {
            results.outcomes.truncate(s.length());
        }
        for outcome in &mut results.outcomes {
            if s.seldom(6) {
                outcome.score = Ok(s.real());
                outcome.trial.budget = s.length();
                outcome.trial.values.push(("b".into(), s.real()));
            }
            let _ = outcome.trial.get_usize("b").is_ok();
        }
        return format!("{results} {:?} {}", results.best(), results.ranked().len());
    }
    seen(&results)
}

pub(super) fn all() -> Vec<Call> {
    calls! {
        random |s| {
            let results = search(s).random(s.length(), evaluation(s));
            ranks(results, s)
        };
        grid |s| {
            let results = search(s).grid(s.length(), evaluation(s));
            ranks(results, s)
        };
        successive_halving |s| {
            let results = search(s).successive_halving(s.length(), s.length(), s.length(), evaluation(s));
            ranks(results, s)
        };
    }
}
