//! Timing a step again and again.

use crate::Result;
use std::{
    fmt,
    ops::Range,
    time::{Duration, Instant},
};

/// Steps that come first and do not count.
const WARM_UP: usize = 5;

/// How long to measure: at least this many seconds, and at least this many steps.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub seconds: f64,
    pub steps: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            seconds: 3.0,
            steps: 30,
        }
    }
}

/// What each step took, and what came of them.
#[derive(Debug)]
pub struct Measurement {
    /// Microseconds, in the order of the steps.
    times: Vec<f64>,
    /// The loss before the first step and after the last, of a workload that has one.
    pub losses: Option<(f32, f32)>,
}

/// Measures a step.
pub fn measure(budget: Budget, mut step: impl FnMut() -> Result<()>) -> Result<Measurement> {
    let [measurement] = measure_by_turns(budget, [&mut step])?;
    Ok(measurement)
}

/// Measures several steps by turns, as the speed of a machine drifts more than they differ.
pub fn measure_by_turns<const N: usize>(
    budget: Budget,
    mut steps: [&mut dyn FnMut() -> Result<()>; N],
) -> Result<[Measurement; N]> {
    for step in &mut steps {
        for _ in 0..WARM_UP {
            step()?;
        }
    }
    let mut times = [const { Vec::new() }; N];
    let begin = Instant::now();
    while begin.elapsed().as_secs_f64() < budget.seconds || times[0].len() < budget.steps {
        for (step, times) in steps.iter_mut().zip(&mut times) {
            let start = Instant::now();
            step()?;
            times.push(microseconds(start.elapsed()));
        }
    }
    Ok(times.map(|times| Measurement { times, losses: None }))
}

pub fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

impl Measurement {
    /// The median time of a step, in microseconds.
    pub fn median(&self) -> f64 {
        median(&self.times)
    }

    /// The median over some of the steps, if there were as many.
    fn median_of(&self, steps: Range<usize>) -> Option<f64> {
        self.times.get(steps).map(median)
    }
}

/// The median; NaN of nothing.
fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let middle = |index: usize| times.get(index).copied().unwrap_or(f64::NAN);
    f64::midpoint(middle(times.len().saturating_sub(1) / 2), middle(times.len() / 2))
}

impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((before, after)) = self.losses {
            write!(f, "loss {before:.5} -> {after:.3e}; ")?;
        }
        write!(f, "{} steps", self.times.len())?;
        // What grows with every step (a list that is searched, memory that is not given back) shows here.
        if let (Some(early), Some(late)) = (self.median_of(0..100), self.median_of(950..1050)) {
            write!(
                f,
                "; the first hundred {early:.1} us, around the thousandth {late:.1} us"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(&[7.0]), 7.0);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn at_least_the_steps_are_measured_and_the_warm_up_is_not() {
        let mut count = 0;
        let budget = Budget {
            seconds: 0.0,
            steps: 12,
        };
        let measurement = measure(budget, || {
            count += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(measurement.times.len(), 12);
        assert_eq!(count, 12 + WARM_UP);
    }

    #[test]
    fn drift_shows_when_there_are_steps_enough() {
        let measurement = |steps: usize| Measurement {
            times: vec![1.0; steps],
            losses: Some((0.5, 0.25)),
        };
        assert_eq!(measurement(99).to_string(), "loss 0.50000 -> 2.500e-1; 99 steps");
        assert!(
            measurement(1050)
                .to_string()
                .ends_with("the first hundred 1.0 us, around the thousandth 1.0 us")
        );
    }

    #[test]
    fn the_first_failure_ends_it() {
        assert!(measure(Budget::default(), || Err("no".into())).is_err());
    }
}
