//! Training in a few lines.
//!
//! [`Trainer`] is the loop that everybody writes: batches, forward, loss, backward, step; with metrics, validation, callbacks and progress
//! around it. It does nothing to the weights that a loop of one's own would not do, so the two can be mixed.
//!
//! ```
//! use backprop_datasets::synthetic::blobs;
//! use backprop_layers::Linear;
//! use backprop_optim::Sgd;
//! use backprop_tensor::Rng;
//! use backprop_train::{Accuracy, CrossEntropy, Progress, Trainer, predict_classes};
//!
//! let mut rng = Rng::seed(1);
//! let (train, test) = blobs(300, 3, &mut rng)?.split(0.8, &mut rng)?;
//! let mut model = Linear::new(2, 3, &mut rng);
//! let history = Trainer::new(CrossEntropy, Sgd::new(0.05))
//!     .epochs(20)
//!     .metric(Accuracy)
//!     .progress(Progress::Silent)
//!     .fit(&mut model, &train, &test)?;
//! assert!(history.last().unwrap().train.loss < history.epochs[0].train.loss);
//! let classes = predict_classes(&model, test.inputs())?;
//! assert_eq!(classes.shape(), test.targets().shape());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it is built
//!
//! * **The loop is the lesson's**: [`Trainer`] documents it line by line, and a [step of one's own](Trainer::fit_with) can take the place of its own.
//! * **A loss knows more than a number** ([`Loss`]): that of each sample, which targets it can take, and what it takes no learning to reach. A closure
//!   is one that knows nothing but the number.
//! * **A metric counts** ([`Metric`], [`Count`]), batch by batch and in f64, so it is exact over batches of unequal size.
//! * **Callbacks** ([`Callback`]) see steps and epochs, model and optimizer, may end training and change the model; the progress bar is one, and so are
//!   [`EarlyStopping`], [`Checkpoint`] and the logs.
//! * **All that decides how a run goes on is in its checkpoint**: model, optimizer, schedule, generator, the counts of an epoch that is not
//!   finished, what callbacks remember. So a run that was killed and [resumed](Trainer::resume) ends with the same bits.
//! * **Curves are read for you** ([`Diagnosis`]), by a rule that is written down.
//! * **Data is checked before the first step** ([`Trainer::check`]) if it lies in memory, and batch by batch if it does not: reading data that is made on
//!   demand could change what comes later.
//! * **Files** are replaced whole or not at all: weights ([`SaveWeights`]) in safetensors, checkpoints in a format with version and checksum.
//!
//! This crate knows all of tensors, gradients, layers, optimizers and data, and none of them knows it.

#![forbid(unsafe_code)]

mod accumulated;
mod bias_variance;
mod callbacks;
mod check;
mod class_weights;
mod codec;
mod cross_validation;
mod diagnosis;
mod error;
mod event_file;
mod fit;
mod history;
mod limits;
mod losses;
mod metrics;
mod monitor;
#[cfg(feature = "safetensors")]
mod narrow;
mod pairing;
mod pass;
mod predict;
mod range_test;
mod run;
mod run_state;
mod running_median;
mod search;
mod stop_handle;
mod trainer;
mod validation;
#[cfg(feature = "safetensors")]
mod weights;

pub use bias_variance::{BiasVariance, bias_variance};
pub use callbacks::{
    Callback, Checkpoint, CsvLog, EarlyStopping, ElasticNet, JsonLinesLog, MaxNorm, OnEpoch, OnStep, Plan,
    Progress, Running, Step, StopOnNan, TensorBoardLog, TimeLimit, Training,
};
pub use class_weights::ClassWeights;
pub use cross_validation::{CrossValidation, cross_validate};
pub use diagnosis::{Diagnosis, Verdict};
pub use error::{Error, Result};
pub use fit::OwnStep;
pub use history::{Ended, Epoch, Evaluation, History};
pub use losses::{
    BinaryCrossEntropy, CrossEntropy, Fault, Huber, IgnoreIndex, LabelSmoothing, Loss, MeanAbsoluteError,
    MeanSquaredError, PerBatch, PerSample, PerceptronCriterion, PosWeight, SmoothL1,
};
pub use metrics::{
    Accuracy, Average, AveragePrecision, ClassReport, ConfusionMatrix, Count, F1, LogLoss, Metric,
    Perplexity, Precision, PrecisionRecallCurve, R2, Recall, RocAuc, RocCurve, RootMeanSquaredError, TopK,
};
pub use predict::{predict, predict_classes, predict_labels, predict_probabilities};
pub use range_test::RangeTest;
pub use search::{Outcome, Search, SearchResults, Space, Trial};
pub use stop_handle::StopHandle;
pub use trainer::{AnyTrainer, Trainer};
pub use validation::Validation;
#[cfg(feature = "safetensors")]
pub use weights::{SaveWeights, read_weights};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
