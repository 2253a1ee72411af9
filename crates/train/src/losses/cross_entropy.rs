use std::collections::BTreeMap;

use backprop_autodiff::Var;
use backprop_autodiff::ops::{CrossEntropyOptions, Reduction, Targets};
use backprop_tensor::{Float, Numeric, Tensor};

use super::residual::{mean_of_samples, weighted_mean};
use super::{Fault, Loss, of_sample};

/// The mean cross entropy of logits `[n, classes]` with classes `[n]` as whole numbers, or with probabilities `[n, classes]`: `-log softmax(x)_y`.
///
/// With more axes, the classes are the second one: `[n, classes, ...]` and `[n, ...]`. See [`Var::cross_entropy`];
/// [`label_smoothing`](Self::label_smoothing) makes targets less certain, [`ignore_index`](Self::ignore_index) leaves a class out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CrossEntropy;

impl<T: Float, Y: Numeric> Loss<T, Y> for CrossEntropy {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        cross_entropy(output, targets, 0.0, None, Reduction::Mean)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        let each = cross_entropy(output, targets, 0.0, None, Reduction::None);
        Some(mean_of_samples(&each))
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        check::<T, Y>(output, targets, None)
    }

    fn classes(&self, output: &[usize], targets: &[usize]) -> Option<usize> {
        match (output, targets) {
            ([n, classes, others @ ..], [m, rest @ ..]) if Y::IS_INTEGER && n == m && others == rest => {
                Some(*classes)
            }
            _ => None,
        }
    }

    /// The entropy of the classes' frequencies.
    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        baseline(targets, weights, None)
    }
}

/// The check of targets, among which there may be a class that is ignored.
pub(super) fn check<T: Float, Y: Numeric>(
    output: &[usize],
    targets: &Tensor<Y>,
    ignored: Option<i64>,
) -> Result<(), Fault> {
    let shape = targets.shape().dims();
    let numbers = targets
        .cast::<f64>()
        .map(|numbers| numbers.to_vec())
        .unwrap_or_default();
    let Some(classes) = Loss::<T, Y>::classes(&CrossEntropy, output, shape) else {
        if Y::IS_INTEGER || output != shape {
            let expected = match output == shape {
                true => {
                    "targets of whole numbers are classes, [n]; those that are probabilities need `cast` to f32"
                }
                false => {
                    "a class for each row of outputs, [n, classes] and [n], or a probability for each output"
                }
            };
            return Err(Fault::shapes(output, shape, expected));
        }
        let expected = "must be a probability, from 0 to 1";
        return Fault::first(&numbers, of_sample(shape), expected, |p| (0.0..=1.0).contains(&p));
    };
    let expected = match classes {
            0 => "the model has no class".to_owned(),
            1 => "must be class 0, since the model has 1 output; one output for two classes is what BinaryCrossEntropy takes"
                .to_owned(),
            _ => format!(
                "must be a class from 0 to {}, since the model has {classes} outputs",
                classes - 1
            ),
        };
    let last = classes as f64;
    Fault::first(&numbers, of_sample(shape), &expected, |class| {
        (class >= 0.0 && class < last) || ignored.is_some_and(|ignored| class == ignored as f64)
    })
}

/// The entropy of the frequencies of the classes that are not ignored.
pub(super) fn baseline<Y: Numeric>(
    targets: &Tensor<Y>,
    weights: Option<&Tensor<f64>>,
    ignored: Option<i64>,
) -> Option<f64> {
    let counts: Vec<f64> = if Y::IS_INTEGER {
        let classes = targets.cast::<i64>().ok()?.to_vec();
        let of_sample = of_sample(targets.shape()).max(1);
        let weights = weights.map(Tensor::to_vec);
        let weight = |place: usize| {
            weights
                .as_ref()
                .map_or(Some(1.0), |all| all.get(place / of_sample).copied())
        };
        let mut counts = BTreeMap::<i64, f64>::new();
        let counted = |(_, class): &(usize, i64)| ignored != Some(*class);
        for (place, class) in classes.into_iter().enumerate().filter(counted) {
            *counts.entry(class).or_default() += weight(place)?;
        }
        counts.into_values().collect()
    } else {
        weighted_mean(&targets.cast().ok()?, weights).ok()?.to_vec()
    };
    let total: f64 = counts.iter().sum();
    if total == 0.0 {
        return None;
    }
    let entropy = counts.iter().filter(|&&count| count > 0.0);
    let part = |count: &f64| (count / total) * (total / count).ln();
    Some(entropy.map(part).sum())
}

#[track_caller]
pub(super) fn cross_entropy<T: Float, Y: Numeric>(
    output: &Var<T>,
    targets: &Tensor<Y>,
    label_smoothing: f64,
    ignored_class: Option<i64>,
    reduction: Reduction,
) -> Var<T> {
    let targets = if Y::IS_INTEGER {
        targets.cast().map(Targets::Classes)
    } else {
        targets.cast().map(Targets::Probabilities)
    };
    // Without memory for the targets there is none for anything else: an empty tensor fits no outputs, and the tape says so.
    let targets = targets.unwrap_or_else(|_| Targets::Probabilities(Tensor::default()));
    let options = CrossEntropyOptions {
        label_smoothing,
        ignored_class,
        reduction,
        ..CrossEntropyOptions::default()
    };
    output.cross_entropy_with(targets, options)
}
