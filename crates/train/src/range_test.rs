use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use backprop_autodiff::Var;
use backprop_datasets::Dataset;
use backprop_layers::Layer;
use backprop_optim::Optimizer;
use backprop_tensor::{Element, Float, Rng, Tensor};

use crate::callbacks::{Callback, Step, Training};
use crate::{Error, Fault, Loss, Progress, Result, Trainer};

/// More steps than this are a mistake: the rates of neighbors would be all but the same.
const MOST: usize = 1 << 24;

/// The loss against the learning rate: see [`Trainer::range_test`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RangeTest {
    /// The learning rate of each step: each is the one before times the same factor. Steps without weight are left out.
    pub rates: Vec<f64>,
    /// The loss of each step's batch.
    pub losses: Vec<f64>,
    /// The losses, smoothed: their running mean `m ← 0.9 m + 0.1 l`, divided by `1 - 0.9^step`.
    pub smoothed: Vec<f64>,
}

impl RangeTest {
    /// The learning rate at which the smoothed loss falls most steeply against the logarithm of the rate; `None` if it never falls.
    ///
    /// How steeply is measured over half a power of ten, in the middle of which the rate lies: from step to step, the batches' noise would be
    /// steeper than any trend, the more so the more steps there are. The first tenth of the steps, where the mean is of few batches, is left
    /// out, and so is what comes after the smallest loss.
    pub fn suggestion(&self) -> Option<f64> {
        let lowest = self.lowest()?;
        let first = self.rates.len() / 10;
        let span = self.half_decade().min(lowest.saturating_sub(first)).max(1);
        let falls = (first + span..=lowest).map(|at| (at, self.smoothed[at - span] - self.smoothed[at]));
        let (at, fall) = falls.max_by(|a, b| a.1.total_cmp(&b.1))?;
        (fall > 0.0).then(|| (self.rates[at - span] * self.rates[at]).sqrt())
    }

    /// The step of the smallest smoothed loss, among those that have a rate.
    fn lowest(&self) -> Option<usize> {
        let steps = self.smoothed.iter().take(self.rates.len()).enumerate();
        Some(steps.min_by(|a, b| a.1.total_cmp(b.1))?.0)
    }

    /// How many steps the rate needs to become `√10` times as large, to the nearest.
    fn half_decade(&self) -> usize {
        let [first, second, ..] = self.rates[..] else {
            return 1;
        };
        (0.5 * 10.0_f64.ln() / (second / first).ln()).round() as usize
    }

    /// The largest rate before which the smoothed loss was still falling: a quarter of that of the smallest one; `None` if it never falls.
    pub fn largest(&self) -> Option<f64> {
        let lowest = self.lowest()?;
        (lowest > 0).then(|| self.rates[lowest] / 4.0)
    }
}

/// What the test has seen so far.
#[derive(Default)]
struct Seen {
    rates: Vec<f64>,
    losses: Vec<f64>,
    smoothed: Vec<f64>,
}

struct Climb {
    seen: Rc<RefCell<Seen>>,
    mean: f64,
    /// The smallest mean so far.
    least: f64,
    factor: f64,
    steps: usize,
    taken: usize,
}

impl<T: Float> Callback<T> for Climb {
    fn on_step_end(&mut self, step: &Step<'_>, training: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        self.taken += 1;
        let is_last = self.taken >= self.steps;
        let mut seen = self.seen.borrow_mut();
        if step.weight == 0.0 {
            // It says nothing of its rate.
            return Ok(self.goes_on(is_last, step, training));
        }
        self.mean = 0.9 * self.mean + 0.1 * step.loss;
        let count = i32::try_from(seen.losses.len() + 1).unwrap_or(i32::MAX);
        let smoothed = self.mean / (1.0 - 0.9_f64.powi(count));
        if !smoothed.is_finite() {
            return Ok(ControlFlow::Break(()));
        }
        seen.rates.push(step.learning_rate);
        seen.losses.push(step.loss);
        seen.smoothed.push(smoothed);
        self.least = self.least.min(smoothed);
        // It has diverged, and what follows says nothing.
        let diverged = smoothed > 4.0 * self.least && self.least > 0.0;
        Ok(self.goes_on(diverged || is_last, step, training))
    }
}

impl Climb {
    /// With the next rate, unless it is over.
    fn goes_on<T: Float>(
        &self,
        is_over: bool,
        step: &Step<'_>,
        training: &mut Training<'_, T>,
    ) -> ControlFlow<()> {
        if is_over {
            return ControlFlow::Break(());
        }
        let rate = step.learning_rate * self.factor;
        training.optimizer.set_learning_rate(rate);
        ControlFlow::Continue(())
    }
}

impl<L, O, T, Y> Trainer<L, O, T, Y>
where
    L: Loss<T, Y>,
    O: Optimizer<T> + Clone,
    Y: Element,
    T: Float,
{
    /// Trains a copy of the model for some steps, with a learning rate that grows evenly on a logarithmic scale, until the loss explodes: a good one lies
    /// where it falls most steeply (Smith, "Cyclical learning rates", 2017).
    ///
    /// A step whose samples all have the weight 0 has no loss, and its rate is left out.
    ///
    /// Model and trainer stay as they are. Batch size, accumulation, clipping and seed are the trainer's; callbacks, metrics and schedule are not used.
    ///
    /// ```
    /// use backprop_datasets::synthetic::moons;
    /// use backprop_layers::{Linear, Tanh, sequential};
    /// use backprop_optim::Sgd;
    /// use backprop_tensor::Rng;
    /// use backprop_train::{CrossEntropy, Trainer};
    ///
    /// let mut rng = Rng::seed(0);
    /// let data = moons(500, 0.1, &mut rng)?;
    /// let model = sequential![Linear::new(2, 16, &mut rng), Tanh, Linear::new(16, 2, &mut rng)];
    /// let mut trainer = Trainer::new(CrossEntropy, Sgd::new(1.0));
    /// let test = trainer.range_test(&model, &data, 1e-4..100.0, 100)?;
    /// let rate = test.suggestion().unwrap();
    /// assert!(rate > 1e-2 && rate < 50.0, "{rate}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the rates are not positive and rising, there are less than two steps or more than 2²⁴, or a step fails.
    #[track_caller]
    pub fn range_test<M, D>(
        &mut self,
        model: &M,
        data: &D,
        rates: std::ops::Range<f64>,
        steps: usize,
    ) -> Result<RangeTest>
    where
        M: Layer<T> + Clone,
        D: Dataset<Input = T, Target = Y>,
    {
        let (least, most) = (rates.start, rates.end);
        if !(least > 0.0 && most > least && most.is_finite()) {
            let what = format!("learning rates from {least} to {most}");
            return Err(Error::setting(what, "they must be positive and rising"));
        }
        if !(2..=MOST).contains(&steps) {
            return Err(Error::setting(
                format!("a range test of {steps} steps"),
                "it needs two at least, and 2²⁴ are the most",
            ));
        }
        let seen = Rc::new(RefCell::new(Seen::default()));
        let climb = Climb {
            seen: Rc::clone(&seen),
            mean: 0.0,
            least: f64::INFINITY,
            factor: (most / least).powf(1.0 / (steps - 1) as f64),
            steps,
            taken: 0,
        };
        let mut optimizer = self.optimizer.clone();
        optimizer.set_learning_rate(least);
        let mut model = model.clone();
        let mut trainer = Trainer {
            loss: Borrowed(&self.loss),
            optimizer,
            epochs: usize::MAX,
            batch_size: self.batch_size,
            drop_last: self.drop_last,
            schedule_epochs: None,
            accumulate: self.accumulate,
            rng: Rng::clone(&self.rng),
            clip_norm: self.clip_norm,
            clip_value: self.clip_value,
            schedule: None,
            class_weights: self.class_weights.clone(),
            metrics: Vec::new(),
            callbacks: vec![Box::new(climb) as Box<dyn Callback<T>>],
            progress: Progress::Silent,
            checks: self.checks,
            allow_missing_classes: self.allow_missing_classes,
            stop: self.stop.clone(),
            resume: None,
        };
        trainer.fit(&mut model, data, None)?;
        let Seen {
            rates,
            losses,
            smoothed,
        } = seen.take();
        Ok(RangeTest {
            rates,
            losses,
            smoothed,
        })
    }
}

/// The trainer's loss, in another trainer.
struct Borrowed<'a, L>(&'a L);

impl<T: Float, Y: Element, L: Loss<T, Y>> Loss<T, Y> for Borrowed<'_, L> {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        self.0.loss(output, targets)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        self.0.each(output, targets)
    }

    fn weighted(&self, output: &Var<T>, targets: &Tensor<Y>, weights: &Tensor<f64>) -> Option<Var<T>> {
        self.0.weighted(output, targets, weights)
    }

    fn ignored_class(&self) -> Option<i64> {
        self.0.ignored_class()
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        self.0.check(output, targets)
    }

    fn classes(&self, output: &[usize], targets: &[usize]) -> Option<usize> {
        self.0.classes(output, targets)
    }
}
