use backprop_tensor::{Element, Float, Tensor};

use crate::check::{TRAINING, VALIDATION};
use crate::validation::{AnyData, is_integer, labels};
use crate::{Error, Loss, Result};

/// How much the samples of each class count in the loss of a training: for classes of which there are few.
///
/// The weight of a class is multiplied with that of a sample, if samples have their own. The loss of a batch is the weighted mean
/// `Σ w l / Σ w`, as PyTorch's cross entropy has it (its binary one divides by the number of samples). While training, the validation
/// loss is weighted in the same way, so that the two can be compared; [`evaluate`](crate::Trainer::evaluate) ignores the weights of
/// classes, and so do metrics: they count each sample as it is, however much a training minds its class. A class that the loss
/// [ignores](crate::CrossEntropy::ignore_index) needs no weight, and does not count for others.
#[derive(Debug, Clone, PartialEq)]
pub enum ClassWeights {
    /// `n / (k n_c)` for `n` samples of `k` classes, of which `n_c` are of class `c`: each class counts the same (scikit-learn's `balanced`).
    /// A class without samples is none of the `k`.
    Balanced,
    /// A weight for each class, finite and at least 0.
    Given(Vec<f64>),
}

impl ClassWeights {
    /// The weight of each class of these data, which must do for the validation data too.
    pub(crate) fn resolve<T: Float, Y: Element>(
        &self,
        loss: &impl Loss<T, Y>,
        data: &AnyData<'_, T, Y>,
        validation: Option<&AnyData<'_, T, Y>>,
    ) -> Result<Weights> {
        match self {
            Self::Given(weights) => {
                check_given(weights)?;
                check_enough(loss, weights.len(), TRAINING, data)?;
                if let Some(validation) = validation {
                    check_enough(loss, weights.len(), VALIDATION, validation)?;
                }
                Ok(Weights {
                    classes: weights.clone(),
                    others: None,
                })
            }
            Self::Balanced => {
                let labels = labels(data)?.ok_or_else(|| {
                    Error::setting(
                        "balanced class weights",
                        "the data must lie in memory and have a class, a whole number, for each sample; give the weights otherwise",
                    )
                })?;
                Ok(Weights {
                    classes: balanced(&without(loss, labels))?,
                    // As any class that is not trained on.
                    others: Some(0.0),
                })
            }
        }
    }
}

/// The weights that a training goes by.
pub(crate) struct Weights {
    classes: Vec<f64>,
    /// Of all other classes, if there may be any.
    others: Option<f64>,
}

/// The labels that a loss does not ignore.
pub(crate) fn without<T: Float, Y: Element>(loss: &impl Loss<T, Y>, mut labels: Vec<i64>) -> Vec<i64> {
    let ignored = loss.ignored_class();
    labels.retain(|&label| ignored != Some(label));
    labels
}

fn balanced(labels: &[i64]) -> Result<Vec<f64>> {
    let mut counts: Vec<usize> = Vec::new();
    for &label in labels {
        let class = usize::try_from(label)
            .ok()
            .filter(|&class| class < labels.len().max(1 << 16));
        let class = class.ok_or_else(|| {
            Error::setting(
                format!("the target {label}"),
                "balanced class weights need classes from 0 on",
            )
        })?;
        if class >= counts.len() {
            counts.resize(class + 1, 0);
        }
        counts[class] += 1;
    }
    let present = counts.iter().filter(|&&count| count > 0).count();
    let weight = |&count: &usize| match count {
        0 => 0.0,
        _ => labels.len() as f64 / (present * count) as f64,
    };
    Ok(counts.iter().map(weight).collect())
}

/// The weight of each sample: that of its class, if classes have any, and its own.
pub(crate) fn with_classes<T: Float, Y: Element>(
    loss: &impl Loss<T, Y>,
    classes: Option<&Weights>,
    targets: &Tensor<Y>,
    own: Option<Tensor<f64>>,
) -> Result<Option<Tensor<f64>>> {
    match classes {
        Some(classes) => weights_of(loss, classes, targets, own.as_ref()).map(Some),
        None => Ok(own),
    }
}

fn weights_of<T: Float, Y: Element>(
    loss: &impl Loss<T, Y>,
    classes: &Weights,
    targets: &Tensor<Y>,
    own: Option<&Tensor<f64>>,
) -> Result<Tensor<f64>> {
    let samples = targets.shape().first().copied().unwrap_or(0);
    if !is_integer::<Y>() || targets.count() != samples {
        let expected = "class weights need a class, a whole number, for each sample";
        return Err(backprop_tensor::Error::shape("class weights", targets.shape(), expected).into());
    }
    let labels = targets.cast::<i64>()?.to_vec();
    let ignored = loss.ignored_class();
    let weight = |label: i64| {
        if ignored == Some(label) {
            return Ok(0.0);
        }
        let class = usize::try_from(label).ok();
        let weight = class.and_then(|class| classes.classes.get(class).copied().or(classes.others));
        weight.ok_or_else(|| {
            Error::setting(
                format!(
                    "there are {} class weights, but a sample is of class {label}",
                    classes.classes.len()
                ),
                "each class needs a weight",
            )
        })
    };
    let weights = labels.into_iter().map(weight).collect::<Result<Vec<f64>>>()?;
    let weights = Tensor::from(weights);
    Ok(match own {
        None => weights,
        Some(own) => weights.try_mul(own)?,
    })
}

/// That weights are numbers that samples can count by.
fn check_given(weights: &[f64]) -> Result<()> {
    let wrong = |weight: &f64| !(weight.is_finite() && *weight >= 0.0);
    match weights.iter().position(wrong) {
        Some(class) => Err(Error::setting(
            format!("class weight {} of class {class}", weights[class]),
            "it must be a finite number, at least 0",
        )),
        None if weights.iter().all(|&weight| weight == 0.0) => Err(Error::setting(
            format!("{} class weights, none of them above 0", weights.len()),
            "one class at least must count",
        )),
        None => Ok(()),
    }
}

/// That each class of the data has one of so many weights, if the data lies in memory.
fn check_enough<T: Float, Y: Element>(
    loss: &impl Loss<T, Y>,
    weights: usize,
    name: &str,
    data: &AnyData<'_, T, Y>,
) -> Result<()> {
    let labels = labels(data)?.map(|labels| without(loss, labels));
    let most = labels.and_then(|labels| labels.into_iter().max());
    match most.and_then(|class| usize::try_from(class).ok()) {
        Some(class) if class >= weights => Err(Error::setting(
            format!("{weights} class weights, but a sample of the {name} is of class {class}"),
            "each class needs a weight",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::balanced;

    /// scikit-learn's `compute_class_weight("balanced", classes=[0, 2], y=[0, 0, 2])`.
    #[test]
    fn balanced_weights_do_not_count_absent_classes() {
        assert_eq!(balanced(&[0, 0, 2]).unwrap(), [0.75, 0.0, 1.5]);
    }
}
