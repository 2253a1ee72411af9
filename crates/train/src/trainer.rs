//! The trainer's settings.

use std::fmt;

use std::path::PathBuf;

use backprop_optim::{Optimizer, Schedule};
use backprop_tensor::{Element, Float, Rng};

use crate::callbacks::Callback;
use crate::{ClassWeights, EarlyStopping, Loss, Metric, Progress, StopHandle};

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
/// so a loop of one's own gives the same weights to the bit. What is [asked for](Self::accumulate) besides is documented where it is asked for. Before
/// the first step, data that lies in memory is [checked](Self::check). Fitting again goes on with the state of optimizer and generator.
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
pub struct Trainer<L, O, T: Float = f32, Y: Element = i64> {
    pub(crate) loss: L,
    pub(crate) optimizer: O,
    pub(crate) epochs: usize,
    pub(crate) batch_size: Option<usize>,
    pub(crate) drop_last: bool,
    pub(crate) schedule_epochs: Option<usize>,
    pub(crate) accumulate: usize,
    pub(crate) rng: Rng,
    pub(crate) clip_norm: Option<f64>,
    pub(crate) clip_value: Option<f64>,
    pub(crate) schedule: Option<Box<dyn Schedule>>,
    pub(crate) class_weights: Option<ClassWeights>,
    pub(crate) metrics: Vec<Box<dyn Metric<T, Y>>>,
    pub(crate) callbacks: Vec<Box<dyn Callback<T>>>,
    pub(crate) progress: Progress,
    pub(crate) checks: bool,
    pub(crate) allow_missing_classes: bool,
    pub(crate) stop: Option<StopHandle>,
    pub(crate) resume: Option<PathBuf>,
}

/// A trainer with any loss and any optimizer, for a field of a struct or a function's signature: [`Trainer::boxed`] makes one.
///
/// ```
/// use backprop_datasets::synthetic::moons;
/// use backprop_layers::Linear;
/// use backprop_optim::{Adam, Sgd};
/// use backprop_tensor::Rng;
/// use backprop_train::{AnyTrainer, CrossEntropy, Progress, Trainer};
///
/// struct Experiment {
///     name: String,
///     trainer: AnyTrainer,
/// }
///
/// fn trainer(careful: bool) -> AnyTrainer {
///     match careful {
///         true => Trainer::new(CrossEntropy.label_smoothing(0.1), Adam::new(0.01)).epochs(5).boxed(),
///         false => Trainer::new(CrossEntropy, Sgd::new(0.5)).epochs(5).boxed(),
///     }
/// }
///
/// let data = moons(100, 0.1, &mut Rng::seed(0))?;
/// for careful in [true, false] {
///     let mut experiment = Experiment { name: format!("careful: {careful}"), trainer: trainer(careful).progress(Progress::Silent) };
///     let history = experiment.trainer.fit(&mut Linear::new(2, 2, &mut Rng::seed(0)), &data, None)?;
///     println!("{}: {:.3}", experiment.name, history.last().unwrap().train.loss);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The types are those of the inputs, which the model computes in too, and of the targets, as for a `TensorDataset`: `f32` and `i64` (classes)
/// unless said otherwise. `AnyTrainer<f32, f32>` is one for regression. Where loss and optimizer are known, `Trainer<CrossEntropy, Adam>` is as short.
pub type AnyTrainer<T = f32, Y = i64> = Trainer<Box<dyn Loss<T, Y>>, Box<dyn Optimizer<T>>, T, Y>;

impl<L, O, T: Float, Y: Element> Trainer<L, O, T, Y> {
    /// A trainer for 10 epochs in batches of 32 (or of all samples if there are fewer), from seed 0, without metrics.
    ///
    /// A loss of one's own is a closure of outputs and targets, in [`PerBatch`](fn@crate::PerBatch), or in [`PerSample`](fn@crate::PerSample) where samples or classes
    /// shall have weights:
    ///
    /// ```
    /// # use backprop_datasets::synthetic::moons;
    /// # use backprop_layers::Linear;
    /// # use backprop_optim::Sgd;
    /// # use backprop_tensor::Rng;
    /// use backprop_train::{PerBatch, Trainer};
    ///
    /// # let (data, mut model) = (moons(20, 0.1, &mut Rng::seed(0))?, Linear::new(2, 2, &mut Rng::seed(0)));
    /// let loss = PerBatch(|output, targets| output.cross_entropy(targets) + output.square().mean(..) * 1e-3);
    /// Trainer::new(loss, Sgd::new(0.1)).fit(&mut model, &data, None)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(loss: L, optimizer: O) -> Self
    where
        L: Loss<T, Y>,
        O: Optimizer<T>,
    {
        Self {
            loss,
            optimizer,
            epochs: 10,
            batch_size: None,
            drop_last: false,
            schedule_epochs: None,
            accumulate: 1,
            rng: Rng::seed(0),
            clip_norm: None,
            clip_value: None,
            schedule: None,
            class_weights: None,
            metrics: Vec::new(),
            callbacks: Vec::new(),
            progress: Progress::default(),
            checks: true,
            allow_missing_classes: false,
            stop: None,
            resume: None,
        }
    }

    /// How often to pass over the data.
    pub fn epochs(self, epochs: usize) -> Self {
        Self { epochs, ..self }
    }

    /// How many samples to average the gradient over in a step: no more than there are, or `fit` says so. The last batch of an epoch may be
    /// smaller.
    pub fn batch_size(self, batch_size: usize) -> Self {
        Self {
            batch_size: Some(batch_size),
            ..self
        }
    }

    /// Leaves the last batch of each epoch out if it is smaller than the others: other samples each time, since their order is random.
    ///
    /// Batch normalization needs it where one sample would be left over, which has no variance; [`check`](Self::check) says so.
    pub fn drop_last(self) -> Self {
        Self {
            drop_last: true,
            ..self
        }
    }

    /// How many batches to average the gradient over in a step, one after another, where one large batch would not fit in memory.
    ///
    /// The gradient is that of the mean loss of all their samples, as if they were one batch but for layers that look at a batch as a whole. The
    /// loss must be a mean over the samples.
    pub fn accumulate(self, batches: usize) -> Self {
        Self {
            accumulate: batches,
            ..self
        }
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

    /// Brings each element of the gradients of each step [into the range](backprop_optim::clip_value) from `-limit` to `limit`, before their norm is
    /// clipped.
    pub fn clip_value(self, limit: f64) -> Self {
        Self {
            clip_value: Some(limit),
            ..self
        }
    }

    /// Has classes count more or less in the loss, on the training data and on what it is validated on.
    ///
    /// Samples have weights of their own if their data set has: `TensorDataset::with_weights`. With either, the loss of a batch is
    /// `Σ w l / Σ w`, and the loss must know that of [each sample](crate::Loss::each), as all the losses here do, and
    /// [`PerSample`](fn@crate::PerSample). Metrics go by the weights of samples, not by those of classes.
    pub fn class_weights(self, weights: ClassWeights) -> Self {
        Self {
            class_weights: Some(weights),
            ..self
        }
    }

    /// Multiplies the optimizer's learning rate, before each step, by the factor of a schedule.
    ///
    /// A closure of the share of the training that is done, from 0 up to 1, is one: `|done| 1.0 - done` lets the learning rate fall
    /// linearly; in [`schedule_fn`](Self::schedule_fn) its argument needs no type whatever is done with it. Others are in `backprop-optim`: `Cosine`, `WarmUp`, `ReduceOnPlateau` and so on. After training, the learning rate is what
    /// it was.
    ///
    /// The training is that of [`epochs`](Self::epochs) epochs. A run that is [resumed](Self::resume) with more of them is a longer training, of which a smaller share
    /// is done, so the learning rate of a `Cosine` or a closure jumps up where it goes on. [`schedule_epochs`](Self::schedule_epochs) keeps the length that
    /// the run began with.
    pub fn schedule(self, schedule: impl Schedule + 'static) -> Self {
        Self {
            schedule: Some(Box::new(schedule)),
            ..self
        }
    }

    /// As [`schedule`](Self::schedule), by a closure of the share of the training that is done, whose argument needs no type.
    ///
    /// ```
    /// use backprop_optim::Sgd;
    /// use backprop_train::{CrossEntropy, Trainer};
    ///
    /// let trainer: Trainer<_, Sgd> = Trainer::new(CrossEntropy, Sgd::new(0.1)).schedule_fn(|done| (1.0 - done).powi(2));
    /// ```
    pub fn schedule_fn(self, factor: impl Fn(f64) -> f64 + 'static) -> Self {
        self.schedule(factor)
    }

    /// How many epochs a [schedule](Self::schedule) is spread over, where it is not the number of epochs. In later ones its factor is that of its end.
    ///
    /// ```
    /// use backprop_optim::{Cosine, Sgd};
    /// use backprop_train::{CrossEntropy, Trainer};
    ///
    /// // Falls for 10 epochs, and stays down for 5 more.
    /// let trainer: Trainer<_, Sgd> = Trainer::new(CrossEntropy, Sgd::new(0.1))
    ///     .epochs(15)
    ///     .schedule(Cosine::new())
    ///     .schedule_epochs(10);
    /// ```
    pub fn schedule_epochs(self, epochs: usize) -> Self {
        Self {
            schedule_epochs: Some(epochs),
            ..self
        }
    }

    /// Reports a metric beside the loss, of samples as much as they [weigh](crate::Count::add_weighted), without targets that the loss
    /// [ignores](crate::CrossEntropy::ignore_index).
    pub fn metric(mut self, metric: impl Metric<T, Y> + 'static) -> Self {
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

    /// Lets training be stopped from outside, after the step that it is in.
    pub fn stop_handle(self, stop: StopHandle) -> Self {
        Self {
            stop: Some(stop),
            ..self
        }
    }

    /// Has the next `fit` go on from the [`Checkpoint`](crate::Checkpoint) in this file, with the same weights in the end as a run that was never
    /// stopped, to the bit.
    ///
    /// Trainer, data and the kind of model must be as they were; `fit` says so if it can see that they are not: another optimizer, batch size, number of
    /// samples, list of metrics or of callbacks. It cannot see another loss, other clipping or class weights, or other samples in the same number: the run
    /// goes on with those. How [progress](Self::progress) is shown may change. Where there may be no checkpoint yet, ask `path.exists()`.
    ///
    /// **From the checkpoint**, whatever the trainer and the model have, are the weights, the optimizer's state and learning rate, and the generator: a
    /// [`seed`](Self::seed) given now changes nothing.
    ///
    /// **Other numbers of epochs.** With as many as there are in the checkpoint, or fewer, there is nothing left to do. There may be more. A [schedule](Self::schedule) is spread over all epochs of the run, so with more of them a
    /// smaller share is done, and the learning rate of a `Cosine` or a closure **jumps up** where the run goes on. Where it should go on as
    /// it was planned, give the first number to [`schedule_epochs`](Self::schedule_epochs): the rate stays at the schedule's end in the epochs that are added. A length that the
    /// first run was given must be given again.
    ///
    /// **Another machine.** With another instruction set ([`simd::level`](backprop_tensor::simd::level)) the weights agree to rounding, not to the bit. The progress output says so where
    /// the run goes on, and [`History::levels`](crate::History::levels) afterwards.
    ///
    /// **A run that a callback has ended** is over, as [`History::ended`](crate::History::ended) says, unless the callback's settings now let it go on:
    /// [`EarlyStopping`] with more patience.
    pub fn resume(self, path: impl Into<PathBuf>) -> Self {
        Self {
            resume: Some(path.into()),
            ..self
        }
    }

    /// The same trainer, of a type that does not name its loss and optimizer: [`AnyTrainer`].
    pub fn boxed(self) -> AnyTrainer<T, Y>
    where
        L: Loss<T, Y> + 'static,
        O: Optimizer<T> + 'static,
    {
        Trainer {
            loss: Box::new(self.loss),
            optimizer: Box::new(self.optimizer),
            epochs: self.epochs,
            batch_size: self.batch_size,
            drop_last: self.drop_last,
            schedule_epochs: self.schedule_epochs,
            accumulate: self.accumulate,
            rng: self.rng,
            clip_norm: self.clip_norm,
            clip_value: self.clip_value,
            schedule: self.schedule,
            class_weights: self.class_weights,
            metrics: self.metrics,
            callbacks: self.callbacks,
            progress: self.progress,
            checks: self.checks,
            allow_missing_classes: self.allow_missing_classes,
            stop: self.stop,
            resume: self.resume,
        }
    }

    /// Trains on data in which some of the classes have no samples, which is an error otherwise.
    pub fn allow_missing_classes(self) -> Self {
        Self {
            allow_missing_classes: true,
            ..self
        }
    }

    /// Does not [check](Self::check) inputs and targets: for data that may hold infinities, or where every millisecond counts.
    pub fn unchecked(self) -> Self {
        Self {
            checks: false,
            ..self
        }
    }

    /// How many samples a batch of these data has.
    pub(crate) fn batch_size_for(&self, samples: usize) -> usize {
        self.batch_size.unwrap_or(32).min(samples)
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

impl<L: fmt::Debug, O: fmt::Debug, T: Float, Y: Element> fmt::Debug for Trainer<L, O, T, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("loss", &self.loss)
            .field("optimizer", &self.optimizer)
            .field("epochs", &self.epochs)
            .field("batch_size", &self.batch_size)
            .field("accumulate", &self.accumulate)
            .field("clip_norm", &self.clip_norm)
            .field("clip_value", &self.clip_value)
            .field("class_weights", &self.class_weights)
            .field("metrics", &self.metrics)
            .field("callbacks", &self.callbacks.len())
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}
