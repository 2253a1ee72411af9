//! What most programs need: `use backprop::prelude::*`. It names no `Error` and no `Result`, which are each crate's own.

pub use crate::layers::*;
pub use backprop_autodiff::{Buffer, Gradients, InputGradients, Op, Param, Tape, Var, gradcheck, operands};
pub use backprop_datasets::{Augment, Batch, Dataset, RandomShift, TensorDataset};
pub use backprop_optim::{
    Adagrad, Adam, AdamW, Cosine, Exponential, Group, OneCycle, Optimizer, ReduceOnPlateau, RmsProp,
    Schedule, Scheduler, Sgd, StepDecay, WarmUp, clip_norm, clip_value,
};
#[cfg(feature = "plot")]
pub use backprop_plot::Picture;
pub use backprop_tensor::{Rng, Shape, Tensor, keep, kernel};
#[cfg(feature = "train")]
pub use backprop_train::{
    Accuracy, AnyTrainer, Average, AveragePrecision, BiasVariance, BinaryCrossEntropy, Callback, Checkpoint,
    ClassWeights, ConfusionMatrix, Count, CrossEntropy, CrossValidation, CsvLog, Diagnosis, EarlyStopping,
    ElasticNet, Ended, Epoch, Evaluation, F1, History, Huber, IgnoreIndex, JsonLinesLog, LabelSmoothing,
    LogLoss, Loss, MaxNorm, MeanAbsoluteError, MeanSquaredError, Metric, OnEpoch, OnStep, OwnStep, PerBatch,
    PerSample, PerceptronCriterion, Perplexity, PosWeight, Precision, PrecisionRecallCurve, Progress, R2,
    RangeTest, Recall, RocAuc, RocCurve, RootMeanSquaredError, SaveWeights, Search, SmoothL1, Space, Step,
    StopHandle, StopOnNan, TensorBoardLog, TimeLimit, TopK, Trainer, Training, Validation, Verdict,
    bias_variance, cross_validate, predict, predict_classes, predict_labels, predict_probabilities,
};
