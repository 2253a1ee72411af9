use backprop_tensor::{Element, Tensor};

use super::images::MOST_IMAGES;
use crate::{Error, Images, Number, Values, images};

/// The images that a classifier was most sure of and wrong about, the worst first, each with what was predicted, what it is, and the
/// probability that it was given.
///
/// `pictures` are `[count, height, width]`, `probabilities` are `[count, classes]`; a class without a name has its number. At most 400 images are
/// drawn; more than 2²⁷ (134,217,728) probabilities are an error.
///
/// ```
/// use backprop_plot::{Picture, worst_mistakes};
/// use backprop_tensor::Tensor;
///
/// let pictures = Tensor::<f32>::zeros([3, 8, 8])?;
/// let probabilities = Tensor::from([[0.9_f32, 0.1], [0.2, 0.8], [0.4, 0.6]]);
/// let picture = worst_mistakes(&pictures, [1, 1, 0], &probabilities, 10, ["cat", "dog"]);
/// assert!(picture.to_svg()?.contains("cat, is dog (90 %)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn worst_mistakes<T: Number + Element, P: Number + Element, S: Into<String>>(
    pictures: &Tensor<T>,
    targets: impl Values,
    probabilities: &Tensor<P>,
    most: usize,
    names: impl IntoIterator<Item = S>,
) -> Images {
    let targets = targets.into_values();
    let names: Vec<String> = names.into_iter().map(Into::into).collect();
    let (count, classes) = match (pictures.shape().first(), probabilities.shape().as_ref()) {
        (Some(&count), &[rows, classes]) if count == rows && count == targets.len() && classes > 0 => {
            (count, classes)
        }
        _ => {
            let (pictures, shape) = (pictures.shape(), probabilities.shape());
            let problem = format!(
                "pictures {pictures:?}, probabilities {shape:?} and {} targets: there must be as many rows of each",
                targets.len()
            );
            return Images::failed(Error::invalid("worst mistakes", problem));
        }
    };
    if probabilities.count() > MOST_PROBABILITIES {
        let problem = format!(
            "{count} x {classes} probabilities: there may be {MOST_PROBABILITIES}; look at a part of the samples"
        );
        return Images::failed(Error::invalid("worst mistakes", problem));
    }
    let probabilities = probabilities.to_vec();
    let rows = probabilities.chunks(classes).zip(&targets).enumerate();
    let mut mistakes: Vec<(usize, usize, f64)> = rows
        .filter_map(|(sample, (row, target))| {
            let (class, sure) = row
                .iter()
                .map(|probability| probability.to_f64())
                .enumerate()
                .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
            (class as f64 != *target && sure.is_finite()).then_some((sample, class, sure))
        })
        .collect();
    mistakes.sort_by(|a, b| b.2.total_cmp(&a.2));
    mistakes.truncate(most.min(MOST_IMAGES));
    let name = |class: f64| match names.get(class as usize) {
        Some(name) if class >= 0.0 => name.clone(),
        _ => format!("{class}"),
    };
    let titles = mistakes.iter().map(|&(sample, class, sure)| {
        format!(
            "{}, is {} ({:.0} %)",
            name(class as f64),
            name(targets[sample]),
            sure * 100.0
        )
    });
    let chosen: Vec<i64> = mistakes.iter().map(|(sample, _, _)| *sample as i64).collect();
    match pictures.index_select(0, &Tensor::from(chosen)) {
        Ok(chosen) => images(&chosen, titles),
        Err(error) => Images::failed(error.into()),
    }
}

/// More probabilities than these are not copied to be looked through.
const MOST_PROBABILITIES: usize = 1 << 27;
