//! What most programs need: `use backprop::prelude::*`. It names no `Error` and no `Result`, which are each crate's own.

pub use crate::layers::*;
pub use backprop_autodiff::{Buffer, Gradients, InputGradients, Op, Param, Tape, Var, gradcheck, operands};
pub use backprop_datasets::{Batch, Dataset, TensorDataset};
pub use backprop_optim::{Adagrad, Adam, AdamW, Group, Optimizer, RmsProp, Sgd, clip_norm, clip_value};
#[cfg(feature = "plot")]
pub use backprop_plot::Picture;
pub use backprop_tensor::{Rng, Shape, Tensor, keep, kernel};
#[cfg(feature = "train")]
pub use backprop_train::{
    Accuracy, Callback, ConfusionMatrix, CrossEntropy, EarlyStopping, Epoch, Evaluation, History, Loss,
    MeanSquaredError, Metric, OnStep, Progress, SaveWeights, Step, Trainer, predict, predict_classes,
};
