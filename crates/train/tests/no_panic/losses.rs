//! What is minimized.

use std::fmt;

use backprop_autodiff::{Tape, Var};
use backprop_tensor::{Element, Numeric, Tensor};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Sample, Source};
use backprop_train::{
    BinaryCrossEntropy, CrossEntropy, Fault, Huber, Loss, MeanAbsoluteError, MeanSquaredError, PerBatch,
    PerSample, PerceptronCriterion, SmoothL1,
};

use super::outputs;

/// Any loss.
pub(super) struct AnyLoss<Y: Element>(Box<dyn Loss<f32, Y>>);

impl<Y: Element> fmt::Debug for AnyLoss<Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyLoss")
    }
}

impl<Y: Element> Loss<f32, Y> for AnyLoss<Y> {
    fn loss(&self, output: &Var, targets: &Tensor<Y>) -> Var {
        self.0.loss(output, targets)
    }

    fn each(&self, output: &Var, targets: &Tensor<Y>) -> Option<Var> {
        self.0.each(output, targets)
    }

    fn weighted(&self, output: &Var, targets: &Tensor<Y>, weights: &Tensor<f64>) -> Option<Var> {
        self.0.weighted(output, targets, weights)
    }

    fn ignored_class(&self) -> Option<i64> {
        self.0.ignored_class()
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        self.0.check(output, targets)
    }

    fn classes(&self, output: &[usize], targets: &[usize]) -> Option<usize> {
        self.0.classes(output, targets)
    }

    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        self.0.baseline(targets, weights)
    }
}

/// A loss that fits these targets, if outputs and targets are what they should be.
pub(super) fn fitting<Y: Numeric>(s: &mut Source) -> AnyLoss<Y> {
    AnyLoss(match s.rng.below(8) {
        0 => Box::new(PerSample(|output: &Var, _: &Tensor<Y>| output.square().mean(-1))),
        1 => Box::new(|output: &Var, _: &Tensor<Y>| output.square().mean(..)),
        2 if Y::IS_INTEGER => Box::new(CrossEntropy.label_smoothing(s.rng.uniform())),
        3 if Y::IS_INTEGER => Box::new(CrossEntropy.ignore_index(s.rng.below(2) as i64)),
        4 if Y::IS_INTEGER => Box::new(CrossEntropy.ignore_index(1).label_smoothing(0.1)),
        _ if Y::IS_INTEGER => Box::new(CrossEntropy),
        2 => Box::new(BinaryCrossEntropy),
        3 => Box::new(MeanAbsoluteError),
        4 => Box::new(Huber { delta: 0.5 }),
        5 => Box::new(SmoothL1 { beta: 0.5 }),
        6 => Box::new(BinaryCrossEntropy.pos_weight([2.0])),
        _ => Box::new(MeanSquaredError),
    })
}

pub(super) fn loss<Y: Numeric>(s: &mut Source) -> AnyLoss<Y> {
    AnyLoss(match s.rng.below(13) {
        8 => Box::new(Huber { delta: s.real() }),
        9 => Box::new(SmoothL1 { beta: s.real() }),
        10 => {
            Box::new(BinaryCrossEntropy.pos_weight((0..s.rng.below(3)).map(|_| s.real()).collect::<Vec<_>>()))
        }
        11 => Box::new(CrossEntropy.ignore_index(s.number())),
        12 => Box::new(
            CrossEntropy
                .label_smoothing(s.real())
                .ignore_index(s.rng.below(3) as i64),
        ),
        0 => Box::new(BinaryCrossEntropy),
        1 => Box::new(CrossEntropy.label_smoothing(s.real())),
        2 => Box::new(MeanAbsoluteError),
        3 => Box::new(MeanSquaredError),
        4 => Box::new(PerceptronCriterion),
        // Some that know nothing of targets, one of which may give what is no loss of samples.
        5 => Box::new(PerSample(|output: &Var, _: &Tensor<Y>| output.square())),
        6 => Box::new(PerBatch(|output: &Var, _: &Tensor<Y>| output.square().mean(..))),
        _ => Box::new(CrossEntropy),
    })
}

fn losses<Y: Numeric + Sample>(s: &mut Source) -> (Var, Vec<Var>, String) {
    let (loss, (output, targets)) = (loss::<Y>(s), outputs::<Y>(s));
    let checked = loss.check(output.shape(), &targets);
    let classes = (
        loss.classes(output.shape(), targets.shape()),
        loss.classes(&s.lengths(), &s.lengths()),
    );
    let weights = s.tensor::<f64>();
    let baselines = [None, Some(&weights)].map(|weights| loss.baseline(&targets, weights));
    let ignored = CrossEntropy.ignore_index(s.number()).weights(&targets).is_ok();
    let seen = format!(
        "{checked:?} {classes:?} {baselines:?} {ignored} {:?}",
        loss.ignored_class()
    );
    let output = Tape::new().variable(output);
    let each = loss.each(&output, &targets);
    (loss.loss(&output, &targets), each.into_iter().collect(), seen)
}

pub(super) fn all() -> Vec<Call> {
    calls! {
        losses_of_classes |s| losses::<i64>(s);
        losses_of_bytes |s| losses::<u8>(s);
        losses_of_numbers |s| losses::<f32>(s);
    }
}
