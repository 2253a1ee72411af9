//! A loss of one's own that broadcasts outputs with targets learns the mean of the targets, whatever the inputs. It is refused before
//! the first step, and no other loss is.

use backprop_autodiff::Var;
use backprop_datasets::TensorDataset;
use backprop_layers::Linear;
use backprop_optim::Sgd;
use backprop_tensor::{Rng, Tensor};
use backprop_train::{Loss, Progress, Trainer};
use proptest::prelude::*;

const MESSAGE: &str = "training data: outputs [4, 1] and targets [4]: the loss compares each output with the targets of all samples, since it broadcasts \
                       them: where a loss subtracts, both must have one shape: bring the targets to that of the outputs";

/// What `fit` says of a loss, with outputs `[4, 1]`.
fn fitted(loss: impl Loss<f32, f32>, targets: &Tensor) -> Result<(), String> {
    let data = TensorDataset::new(
        Tensor::normal([4, 2], 0.0, 1.0, &mut Rng::seed(1)).unwrap(),
        targets.clone(),
    )
    .unwrap();
    let mut trainer = Trainer::new(loss, Sgd::new(0.1))
        .epochs(1)
        .progress(Progress::Silent);
    let mut model = Linear::new(2, 1, &mut Rng::seed(0));
    trainer
        .fit(&mut model, &data, None)
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// A loss of single differences and targets, by number.
fn elementwise(kind: usize, difference: &Var, target: &Var) -> Var {
    match kind {
        0 => difference.square(),
        1 => difference.abs(),
        2 => (difference.square() + 1.0).sqrt(),
        3 => difference.exp() - difference,
        _ => (difference - target).sigmoid(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_broadcasts_is_refused_and_what_does_not_is_not(kind in 0..5_usize, targets in prop::array::uniform4(-3.0..3.0_f32), sums: bool) {
        prop_assume!(targets.iter().any(|target| (target - targets[0]).abs() > 0.1));
        let flat = Tensor::from(targets);
        let reduce = |losses: Var| if sums { losses.sum(..) } else { losses.mean(..) };
        let broadcasts = |output: &Var, targets: &Tensor| {
            let targets = output.constant(targets.clone());
            reduce(elementwise(kind, &(output - &targets), &targets))
        };
        let fits = |output: &Var, targets: &Tensor| {
            let targets = output.constant(targets.clone()).reshape(output.shape());
            reduce(elementwise(kind, &(output - &targets), &targets))
        };
        prop_assert_eq!(fitted(broadcasts, &flat), Err(MESSAGE.to_owned()));
        prop_assert_eq!(fitted(fits, &flat), Ok(()));
        prop_assert_eq!(fitted(broadcasts, &flat.reshape([4, 1]).unwrap()), Ok(()));
    }
}

#[test]
fn losses_that_compare_samples_on_purpose_are_not_refused() {
    let targets = Tensor::from([0.5_f32, -1.0, 2.0, 0.0]);
    // The hinge of each pair, by which of the two has the larger target.
    let ranking = |output: &Var, targets: &Tensor| {
        let column = targets.reshape([targets.count(), 1]).unwrap();
        let order = column
            .try_sub(&targets.unsqueeze(0).unwrap())
            .unwrap()
            .sign()
            .unwrap();
        let differences = output - &output.transpose(0, 1);
        (output.constant(order) * differences * -1.0 + 1.0)
            .relu()
            .mean(..)
    };
    assert_eq!(fitted(ranking, &targets), Ok(()));
    // Of outputs alone.
    let unsupervised = |output: &Var, _: &Tensor| output.square().mean(..);
    assert_eq!(fitted(unsupervised, &targets), Ok(()));
    // Divided by the variance of the targets.
    let relative = |output: &Var, targets: &Tensor| {
        let residuals = output.reshape([targets.count()]) - output.constant(targets.clone());
        residuals.square().mean(..) / (targets.var(0, 0).unwrap().item().unwrap() + 1e-3)
    };
    assert_eq!(fitted(relative, &targets), Ok(()));
}
