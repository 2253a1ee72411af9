//! Whether a loss compares each output with its own target.

use backprop_autodiff::Tape;
use backprop_tensor::{Element, Float, Tensor};

use crate::{Error, Loss, Result};

/// Refuses a loss that broadcasts outputs `[n, 1]` with targets `[n]`, or the other way round, to all pairs of them `[n, n]`.
///
/// It is known by the gradient of two outputs. That of the first depends on the target of the second, unlike the gradient of any loss that
/// is taken sample by sample; and it is the same if the two targets change places, unlike that of a loss which means to compare samples with
/// each other, as a ranking does.
pub(crate) fn check_pairing<T: Float, Y: Element>(
    name: &'static str,
    loss: &impl Loss<T, Y>,
    output: &[usize],
    targets: &Tensor<Y>,
) -> Result<()> {
    let rest = output.iter().skip(1).chain(targets.shape().iter().skip(1));
    if output.len() == targets.rank() || rest.copied().any(|length| length != 1) {
        return Ok(());
    }
    let gradient = Trial::new(loss, output, targets).and_then(|trial| {
        let [mixed, swapped, same] = [[0, 1], [1, 0], [0, 0]].map(|order| trial.gradient(order));
        Some((mixed?, swapped?, same?))
    });
    let Some((mixed, swapped, same)) = gradient else {
        return Ok(());
    };
    let size = mixed
        .iter()
        .chain(&same)
        .fold(0.0, |size: f64, x| size.max(x.abs()));
    let differ = |a: f64, b: f64| (a - b).abs() > 1e-3 * size;
    let depends_on_the_other = differ(mixed[0], same[0]);
    let tells_them_apart = mixed.iter().zip(&swapped).any(|(&a, &b)| differ(a, b));
    if !depends_on_the_other || tells_them_apart {
        return Ok(());
    }
    // Of one batch, as the outputs are.
    let targets = output.iter().take(1).chain(targets.shape().iter().skip(1));
    let targets: Vec<usize> = targets.copied().collect();
    Err(Error::Data {
        data: name,
        what: format!(
            "outputs {output:?} and targets {targets:?}: the loss compares each output with the targets of all samples, since it broadcasts them"
        ),
        expected:
            "where a loss subtracts, both must have one shape: bring the targets to that of the outputs"
                .into(),
    })
}

/// Two samples of different targets.
struct Trial<'a, L, T: Float, Y: Element> {
    loss: &'a L,
    targets: [Y; 2],
    shape: Vec<usize>,
    output: Tensor<T>,
}

impl<'a, L: Loss<T, Y>, T: Float, Y: Element> Trial<'a, L, T, Y> {
    fn new(loss: &'a L, output: &[usize], targets: &Tensor<Y>) -> Option<Self> {
        let numbers = targets.cast::<f64>().ok()?.to_vec();
        let targets_of = targets.to_vec();
        let first = *numbers.first()?;
        let apart = |place: &usize| numbers.get(*place).map_or(0.0, |number| (number - first).abs());
        let other = (0..numbers.len()).max_by(|a, b| apart(a).total_cmp(&apart(b)))?;
        let second = *numbers.get(other).filter(|&&second| second != first)?;
        // Between the targets, where losses with a kink have it on both sides.
        let between = |share: f64| T::from_f64(first + share * (second - first));
        let two = |shape: &[usize]| -> Vec<usize> {
            std::iter::once(2).chain(shape.iter().skip(1).copied()).collect()
        };
        Some(Self {
            loss,
            targets: [*targets_of.first()?, *targets_of.get(other)?],
            shape: two(targets.shape()),
            output: Tensor::from_slice(&[between(0.375), between(0.625)], two(output)).ok()?,
        })
    }

    /// The gradient of both outputs, if there is one.
    fn gradient(&self, order: [usize; 2]) -> Option<Vec<f64>> {
        let targets = Tensor::from_slice(&order.map(|place| self.targets[place]), &self.shape).ok()?;
        let output = Tape::new().variable(self.output.clone());
        let gradients = self.loss.loss(&output, &targets).backward().ok()?;
        let gradient = gradients.wrt(&output)?.cast::<f64>().ok()?.to_vec();
        gradient.iter().all(|x| x.is_finite()).then_some(gradient)
    }
}
