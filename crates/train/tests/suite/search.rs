//! Searches: which trials there are, whatever the number of threads, and that the best one is found.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use backprop_datasets::synthetic::moons;
use backprop_layers::Linear;
use backprop_optim::Sgd;
use backprop_tensor::Rng;
use backprop_train::{CrossEntropy, Error, Progress, Search, SearchResults, Space, Trainer};
use proptest::prelude::*;

fn space() -> Space {
    Space::new()
        .log_uniform("rate", 1e-4, 1.0)
        .uniform("momentum", 0.0, 0.9)
        .integers("layers", 1, 3)
        .choices("hidden", [8.0, 16.0])
}

fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(work)
}

#[test]
fn training_in_parallel_gives_the_same_bits_on_any_number_of_threads() {
    let (train, validation) = moons(60, 0.2, &mut Rng::seed(0))
        .unwrap()
        .split(0.5, &mut Rng::seed(0))
        .unwrap();
    let search = |threads| -> SearchResults {
        with_threads(threads, || {
            let search = Search::new(Space::new().log_uniform("rate", 1e-3, 10.0)).seed(7);
            search
                .successive_halving(8, 1, 2, |trial| {
                    let mut model = Linear::new(2, 2, &mut Rng::seed(trial.seed));
                    let mut trainer = Trainer::new(CrossEntropy, Sgd::new(trial.get("rate")?))
                        .epochs(trial.budget)
                        .batch_size(8)
                        .seed(trial.seed)
                        .progress(Progress::Silent);
                    let history = trainer.fit(&mut model, &train, &validation)?;
                    Ok(history.last().map_or(f64::NAN, |epoch| epoch.judged().loss))
                })
                .unwrap()
        })
    };
    let alone = search(1);
    assert_eq!(search(4), alone);
    assert_eq!(alone.outcomes.len(), 8 + 4 + 2 + 1);
    assert_eq!(alone.best().unwrap().trial.budget, 8);
}

#[test]
fn as_many_trials_run_at_a_time_as_asked_for() {
    let search = || Search::new(Space::new().uniform("x", 0.0, 1.0));
    let expected = search().random(12, |trial| trial.get("x")).unwrap();
    for threads in [1, 2, 5] {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let found = search().threads(threads).random(12, |trial| {
            most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
            // Long enough for the others to begin.
            std::thread::sleep(Duration::from_millis(30));
            running.fetch_sub(1, SeqCst);
            trial.get("x")
        });
        assert_eq!(found.unwrap(), expected);
        assert!(most.load(SeqCst) <= threads, "{most:?} of {threads}");
        assert!(threads == 1 || most.load(SeqCst) > 1);
        // Inside of a pool of the program's, too.
        let caller = || with_threads(3, || search().threads(threads).grid(2, |trial| trial.get("x")));
        assert_eq!(caller().unwrap().outcomes.len(), 2);
    }
    for threads in [0, 1025, usize::MAX] {
        let error = search().threads(threads).successive_halving(2, 1, 2, |_| Ok(0.0));
        assert!(error.unwrap_err().to_string().contains("trials at a time"));
    }
}

proptest! {
    #[test]
    fn values_lie_in_their_ranges_and_seeds_differ(seed: u64, trials in 1..40_usize) {
        let results = Search::new(space()).seed(seed).random(trials, |trial| {
            let (rate, momentum) = (trial.get("rate")?, trial.get("momentum")?);
            assert!((1e-4..=1.0).contains(&rate) && (0.0..0.9).contains(&momentum));
            assert!((1..=3).contains(&trial.get_usize("layers")?) && [8, 16].contains(&trial.get_usize("hidden")?));
            Ok(rate)
        }).unwrap();
        let mut seeds: Vec<u64> = results.outcomes.iter().map(|outcome| outcome.trial.seed).collect();
        seeds.sort_unstable();
        seeds.dedup();
        prop_assert_eq!(seeds.len(), trials);
        let least = results.outcomes.iter().map(|outcome| outcome.score.clone().unwrap()).fold(f64::INFINITY, f64::min);
        prop_assert_eq!(results.best().unwrap().score.clone(), Ok(least));
        // Fewer trials are the first of more.
        let fewer = Search::new(space()).seed(seed).random(trials.div_ceil(2), |trial| trial.get("rate")).unwrap();
        prop_assert_eq!(&fewer.outcomes[..], &results.outcomes[..trials.div_ceil(2)]);
    }

    /// Every round keeps the best of the one before, and the scores decide nothing else.
    #[test]
    fn halving_keeps_the_best(trials in 1..40_usize, factor in 2..5_usize, more: bool, failing in 0..4_usize) {
        let mut search = Search::new(space());
        if more {
            search = search.more_is_better();
        }
        let results = search.successive_halving(trials, 2, factor, |trial| {
            if trial.number % 4 < failing { Err(Error::other("no luck")) } else { trial.get("rate") }
        }).unwrap();
        let mut budget = 2;
        let round = |budget: usize| results.outcomes.iter().filter(move |outcome| outcome.trial.budget == budget);
        prop_assert_eq!(round(2).count(), trials);
        while round(budget).count() > 1 {
            let mut scores: Vec<f64> = round(budget).filter_map(|outcome| outcome.score.clone().ok()).collect();
            scores.sort_by(|a, b| if more { b.total_cmp(a) } else { a.total_cmp(b) });
            scores.truncate(round(budget).count().div_ceil(factor));
            budget *= factor;
            let mut kept: Vec<f64> = round(budget).filter_map(|outcome| outcome.score.clone().ok()).collect();
            kept.sort_by(|a, b| if more { b.total_cmp(a) } else { a.total_cmp(b) });
            prop_assert_eq!(kept, scores);
        }
    }
}

/// Each of three values is missing from 200 draws with a chance of (2/3)²⁰⁰, which is 10⁻³⁵.
#[test]
fn whole_numbers_are_drawn_from_the_first_to_the_last() {
    for (low, high) in [(-1, 1), (0, 1), (7, 7), (2, 4)] {
        let space = Space::new().integers("n", low, high);
        let results = Search::new(space).random(200, |trial| trial.get("n")).unwrap();
        let mut drawn: Vec<i64> = results
            .outcomes
            .iter()
            .map(|outcome| outcome.score.clone().unwrap() as i64)
            .collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn, (low..=high).collect::<Vec<_>>());
    }
}

#[test]
fn a_grid_has_all_combinations_in_order() {
    let space = Space::new()
        .integers("a", -1, 1)
        .log_uniform("b", 1.0, 100.0)
        .choices("c", [5.0, 7.0]);
    let results = Search::new(space)
        .grid(3, |trial| Ok(trial.number as f64))
        .unwrap();
    let values: Vec<Vec<f64>> = results
        .outcomes
        .iter()
        .map(|outcome| {
            outcome
                .trial
                .values
                .iter()
                .map(|(_, value)| value.round())
                .collect()
        })
        .collect();
    let mut expected = Vec::new();
    for a in [-1.0, 0.0, 1.0] {
        for b in [1.0, 10.0, 100.0] {
            for c in [5.0, 7.0] {
                expected.push(vec![a, b, c]);
            }
        }
    }
    assert_eq!(values, expected);
}

#[test]
fn failures_are_outcomes_and_bad_spaces_errors() {
    let search = Search::new(Space::new().choices("x", [1.0, 2.0, f64::NAN]));
    let results = search.grid(1, |trial| match trial.get("x")? {
        2.0 => Err(Error::other("no luck")),
        x => Ok(x),
    });
    let results = results.unwrap();
    assert_eq!(results.ranked().len(), 1);
    assert!(
        results
            .to_string()
            .contains("failed    trial 1, budget 1: x 2: no luck"),
        "{results}"
    );
    assert!(results.outcomes[0].trial.get("y").is_err());
    assert!(results.outcomes[2].trial.get_usize("x").is_err());

    for space in [
        Space::new().choices("x", []),
        Space::new().uniform("x", 1.0, 0.0),
        Space::new().uniform("x", f64::NEG_INFINITY, 0.0),
        Space::new().log_uniform("x", 0.0, 1.0),
        Space::new().integers("x", 1, 0),
        Space::new().integers("x", 0, 1).integers("x", 0, 1),
    ] {
        assert!(
            Search::new(space.clone()).random(1, |_| Ok(0.0)).is_err(),
            "{space:?}"
        );
        assert!(Search::new(space).grid(2, |_| Ok(0.0)).is_err());
    }
    let wide = || Search::new(Space::new().integers("x", i64::MIN, i64::MAX));
    assert!(wide().random(3, |trial| trial.get("x")).is_ok());
    assert!(wide().grid(2, |_| Ok(0.0)).is_err());
    assert!(wide().random(0, |_| Ok(0.0)).is_err());
    assert!(wide().random(usize::MAX, |_| Ok(0.0)).is_err());
    assert!(wide().successive_halving(2, 0, 2, |_| Ok(0.0)).is_err());
    assert!(wide().successive_halving(2, 1, 1, |_| Ok(0.0)).is_err());
    assert!(Search::new(space()).grid(usize::MAX, |_| Ok(0.0)).is_err());
}
