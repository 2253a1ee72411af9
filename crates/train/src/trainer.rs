//! The trainer's settings.

use std::fmt;

use backprop_tensor::{Element, Float, Rng};

use crate::callbacks::Callback;
use crate::{EarlyStopping, Metric, Progress};

/// A training loop with the loss, the optimizer and the settings it needs.
///
/// What [`fit`](Self::fit) does is this loop, and nothing else that would change the weights:
///
/// ```text
/// let mut rng = Rng::seed(seed);
/// for _ in 0..epochs {
///     for batch in train.batches(batch_size).shuffle(&mut rng) {
///         let tape = Tape::training(rng.next_seed());
///         let loss = loss(&model.forward(&tape.input(batch.inputs)), &batch.targets);
///         optimizer.step(&mut model, &loss.backward()?)?;
///     }
/// }
/// ```
///
/// so a loop of one's own gives the same weights to the bit. Fitting again goes on with the state of optimizer and generator.
///
/// ```
/// use backprop_datasets::synthetic::moons;
/// use backprop_layers::{Linear, Tanh, sequential};
/// use backprop_optim::Adam;
/// use backprop_tensor::Rng;
/// use backprop_train::{Accuracy, CrossEntropy, Progress, Trainer};
///
/// let mut rng = Rng::seed(0);
/// let (train, test) = moons(400, 0.1, &mut rng)?.split(0.75, &mut rng)?;
/// let mut model = sequential![Linear::new(2, 16, &mut rng), Tanh, Linear::new(16, 2, &mut rng)];
/// let mut trainer = Trainer::new(CrossEntropy, Adam::new(1e-2))
///     .epochs(60)
///     .batch_size(20)
///     .metric(Accuracy)
///     .progress(Progress::Silent);
/// let history = trainer.fit(&mut model, &train, &test)?;
/// assert_eq!(history.epochs.len(), 60);
/// assert!(trainer.evaluate(&model, &test)?.get("accuracy") > Some(0.95));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct Trainer<L, O, Y: Element = i64, T: Float = f32> {
    pub(crate) loss: L,
    pub(crate) optimizer: O,
    pub(crate) epochs: usize,
    pub(crate) batch_size: usize,
    pub(crate) rng: Rng,
    pub(crate) clip_norm: Option<f64>,
    pub(crate) schedule: Option<Box<dyn Fn(f64) -> f64>>,
    pub(crate) metrics: Vec<Box<dyn Metric<Y, T>>>,
    pub(crate) callbacks: Vec<Box<dyn Callback<T>>>,
    pub(crate) progress: Progress,
}

impl<L, O, Y: Element, T: Float> Trainer<L, O, Y, T> {
    /// A trainer for 10 epochs in batches of 32, from seed 0, without metrics.
    pub fn new(loss: L, optimizer: O) -> Self {
        Self {
            loss,
            optimizer,
            epochs: 10,
            batch_size: 32,
            rng: Rng::seed(0),
            clip_norm: None,
            schedule: None,
            metrics: Vec::new(),
            callbacks: Vec::new(),
            progress: Progress::default(),
        }
    }

    /// How often to pass over the data.
    pub fn epochs(self, epochs: usize) -> Self {
        Self { epochs, ..self }
    }

    /// How many samples to average the gradient over in a step.
    pub fn batch_size(self, batch_size: usize) -> Self {
        Self { batch_size, ..self }
    }

    /// What decides the order of the samples and what dropout drops.
    pub fn seed(self, seed: u64) -> Self {
        Self {
            rng: Rng::seed(seed),
            ..self
        }
    }

    /// Scales the gradients of each step so that their [norm](backprop_optim::clip_norm) is this at most.
    pub fn clip_norm(self, limit: f64) -> Self {
        Self {
            clip_norm: Some(limit),
            ..self
        }
    }

    /// Multiplies the optimizer's learning rate, before each step, by a function of the share of the training that is done, from 0 up to 1.
    ///
    /// `|done| 1.0 - done` lets it fall linearly; `|done| 0.5 * (1.0 + (PI * done).cos())` along a cosine (Loshchilov and Hutter 2017). After
    /// training, the learning rate is what it was.
    pub fn schedule(self, factor: impl Fn(f64) -> f64 + 'static) -> Self {
        Self {
            schedule: Some(Box::new(factor)),
            ..self
        }
    }

    /// Reports a metric beside the loss.
    pub fn metric(mut self, metric: impl Metric<Y, T> + 'static) -> Self {
        self.metrics.push(Box::new(metric));
        self
    }

    /// Has a callback called between steps and epochs, after those added before.
    pub fn callback(mut self, callback: impl Callback<T> + 'static) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Ends training when the validation loss has not become smaller for this many epochs: [`EarlyStopping`].
    pub fn early_stopping(self, patience: usize) -> Self {
        self.callback(EarlyStopping::new(patience))
    }

    /// How to show where training is.
    pub fn progress(self, progress: Progress) -> Self {
        Self { progress, ..self }
    }

    /// The optimizer.
    pub fn optimizer(&self) -> &O {
        &self.optimizer
    }

    /// The optimizer, to change its learning rate for instance.
    pub fn optimizer_mut(&mut self) -> &mut O {
        &mut self.optimizer
    }
}

impl<L: fmt::Debug, O: fmt::Debug, Y: Element, T: Float> fmt::Debug for Trainer<L, O, Y, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("loss", &self.loss)
            .field("optimizer", &self.optimizer)
            .field("epochs", &self.epochs)
            .field("batch_size", &self.batch_size)
            .field("clip_norm", &self.clip_norm)
            .field("metrics", &self.metrics)
            .field("callbacks", &self.callbacks.len())
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}
