//! The workloads that are counted: those that are timed, and more that people have.

use super::Workload;
use crate::{Result, Run, W1, W2, W3};
use backprop_autodiff::{
    Gradients, Tape, Var,
    ops::{CrossEntropyOptions, FusedActivation},
};
use backprop_datasets::TensorDataset;
use backprop_layers::{BatchNorm1d, Dropout, Layer, Linear, Relu, Sequential, Sigmoid, Tanh, sequential};
use backprop_optim::{Adagrad, Adam, AdamW, Cosine, Group, Optimizer, RmsProp, Sgd, clip_norm, clip_value};
use backprop_tensor::{Rng, Tensor};
use backprop_train::{
    Accuracy, ClassWeights, CrossEntropy, Loss, MeanSquaredError, Progress, Trainer, predict, predict_classes,
};

/// In the order of the file.
pub const WORKLOADS: &[Workload] = &[
    workload("W1", |run| W1.training(run).map(drop)),
    workload("W2", |run| W2.training(run).map(drop)),
    workload("W3", |run| W3.training(run).map(drop)),
    workload("W8a", |run| W2.prediction(run)),
    workload("autoencoder", autoencoder),
    workload("softmax_regression", softmax_regression),
    workload("batch_norm_dropout", batch_norm_dropout),
    workload("regression_f64", regression),
    workload("sgd", |run| step_of(Sgd::new(0.1), run)),
    workload("sgd_momentum", |run| {
        step_of(Sgd::new(0.1).momentum(0.9).weight_decay(1e-4), run)
    }),
    workload("sgd_nesterov", |run| {
        step_of(Sgd::new(0.1).momentum(0.9).nesterov(true), run)
    }),
    workload("adam", |run| step_of(Adam::new(1e-3), run)),
    workload("adamw", |run| {
        step_of(
            AdamW::new(1e-3).group(Group::matching("*.bias").weight_decay(0.0)),
            run,
        )
    }),
    workload("adagrad", |run| step_of(Adagrad::new(1e-2), run)),
    workload("rmsprop", |run| step_of(RmsProp::new(1e-3), run)),
    workload("rmsprop_centered", |run| {
        step_of(RmsProp::new(1e-3).momentum(0.9).centered(true), run)
    }),
    workload("clip_norm", |run| {
        clip(run, |gradients, limit| Ok(clip_norm(gradients, limit).map(drop)?))
    }),
    workload("clip_value", |run| {
        clip(run, |gradients, limit| Ok(clip_value(gradients, limit)?))
    }),
    workload("predict", prediction),
    workload("evaluate", evaluation),
    workload("epoch", |run| epoch(run, false)),
    workload("epoch_all", |run| epoch(run, true)),
];

const fn workload(name: &'static str, run: fn(Run<'_>) -> Result<()>) -> Workload {
    Workload { name, run }
}

/// A step is: forward, the loss, backward, update.
fn train(
    model: &mut impl Layer,
    optimizer: &mut dyn Optimizer,
    x: &Tensor,
    loss: impl Fn(&Var) -> Var,
    run: Run<'_>,
) -> Result<()> {
    let mut rng = Rng::seed(1);
    run(&mut || {
        let tape = Tape::training(rng.next_seed());
        let gradients = loss(&model.forward(&tape.input(x.clone()))).backward()?;
        optimizer.step(model, &gradients)?;
        Ok(())
    })
}

/// 784-128-32-128-784, activations that are layers of their own, mean squared error, Adam.
fn autoencoder(run: Run<'_>) -> Result<()> {
    let mut rng = Rng::seed(0);
    let mut model = sequential![
        Linear::new(784, 128, &mut rng),
        Relu,
        Linear::new(128, 32, &mut rng),
        Tanh,
        Linear::new(32, 128, &mut rng),
        Relu,
        Linear::new(128, 784, &mut rng),
        Sigmoid,
    ];
    let x = Tensor::uniform([64, 784], 0.0, 1.0, &mut rng)?;
    let loss = |y: &Var| MeanSquaredError.loss(y, &x);
    train(&mut model, &mut Adam::new(1e-3), &x, loss, run)
}

/// 784-10, weights of classes, one class ignored, SGD.
fn softmax_regression(run: Run<'_>) -> Result<()> {
    let mut rng = Rng::seed(0);
    let mut model = Linear::new(784, 10, &mut rng);
    let x = Tensor::normal([128, 784], 0.0, 1.0, &mut rng)?;
    let y = Tensor::random_integers([128], 0, 10, &mut rng)?;
    let options = CrossEntropyOptions {
        weights: Some(Tensor::uniform([10], 0.5, 2.0, &mut rng)?),
        ignored_class: Some(3),
        ..CrossEntropyOptions::default()
    };
    let loss = |logits: &Var| logits.cross_entropy_with(&y, options.clone());
    train(&mut model, &mut Sgd::new(0.1), &x, loss, run)
}

/// 64-128-10 with batch normalization and dropout, label smoothing, SGD with momentum.
fn batch_norm_dropout(run: Run<'_>) -> Result<()> {
    let mut rng = Rng::seed(0);
    let mut model = sequential![
        Linear::new(64, 128, &mut rng),
        BatchNorm1d::new(128),
        Relu,
        Dropout::new(0.5),
        Linear::new(128, 10, &mut rng),
    ];
    let x = Tensor::normal([32, 64], 0.0, 1.0, &mut rng)?;
    let y = Tensor::random_integers([32], 0, 10, &mut rng)?;
    let options = CrossEntropyOptions {
        label_smoothing: 0.1,
        ..CrossEntropyOptions::default()
    };
    let loss = |logits: &Var| logits.cross_entropy_with(&y, options.clone());
    train(&mut model, &mut Sgd::new(0.1).momentum(0.9), &x, loss, run)
}

/// 8-32-1 in f64, its loss written as a formula, the gradients of two batches added up.
fn regression(run: Run<'_>) -> Result<()> {
    let mut rng = Rng::seed(0);
    let hidden: Linear<f64> = Linear::builder(8, 32)
        .activation(FusedActivation::Tanh)
        .build_as(&mut rng);
    let mut model = Sequential::new((hidden, Linear::builder(32, 1).build_as(&mut rng)));
    let x = Tensor::<f64>::normal([50, 8], 0.0, 1.0, &mut rng)?;
    let y = Tensor::<f64>::normal([50, 1], 0.0, 1.0, &mut rng)?;
    let mut optimizer = Sgd::new(1e-2);
    run(&mut || {
        let gradients = || {
            let tape = Tape::<f64>::training(0);
            let error = model.forward(&tape.input(x.clone())) - tape.input(y.clone());
            error.square().mean(..).backward()
        };
        let mut sum = gradients()?;
        sum.accumulate(gradients()?)?;
        optimizer.step(&mut model, &sum)?;
        Ok(())
    })
}

/// Two layers, and gradients of all their parameters.
fn gradients() -> Result<(Sequential<(Linear, Linear)>, Gradients)> {
    let mut rng = Rng::seed(0);
    let model = sequential![Linear::new(64, 100, &mut rng), Linear::new(100, 10, &mut rng)];
    let x = Tensor::normal([16, 64], 0.0, 1.0, &mut rng)?;
    let y = Tensor::random_integers([16], 0, 10, &mut rng)?;
    let tape = Tape::training(0);
    let gradients = model.forward(&tape.input(x)).cross_entropy(&y).backward()?;
    Ok((model, gradients))
}

/// A step is one of the optimizer.
fn step_of(mut optimizer: impl Optimizer, run: Run<'_>) -> Result<()> {
    let (mut model, gradients) = gradients()?;
    run(&mut || Ok(optimizer.step(&mut model, &gradients)?))
}

/// A step is one of clipping, each time to half of the limit before, so that there is always something to clip.
fn clip(run: Run<'_>, clip: fn(&mut Gradients, f64) -> Result<()>) -> Result<()> {
    let (_, mut gradients) = gradients()?;
    let mut limit = 1e-3;
    run(&mut || {
        limit *= 0.5;
        clip(&mut gradients, limit)
    })
}

type Classifier = Sequential<(Linear, Relu, Linear)>;

/// A small classifier, and 1000 samples for it.
fn classifier() -> Result<(Classifier, TensorDataset)> {
    let mut rng = Rng::seed(0);
    let model = sequential![Linear::new(20, 32, &mut rng), Relu, Linear::new(32, 4, &mut rng),];
    let inputs = Tensor::normal([1000, 20], 0.0, 1.0, &mut rng)?;
    let targets = Tensor::random_integers([1000], 0, 4, &mut rng)?;
    Ok((model, TensorDataset::new(inputs, targets)?))
}

/// A step is the outputs and the classes of all samples.
fn prediction(run: Run<'_>) -> Result<()> {
    let (model, data) = classifier()?;
    run(&mut || {
        predict(&model, data.inputs())?;
        predict_classes(&model, data.inputs())?;
        Ok(())
    })
}

/// A step is the loss and the accuracy over all samples.
fn evaluation(run: Run<'_>) -> Result<()> {
    let (model, data) = classifier()?;
    let trainer = Trainer::new(CrossEntropy, Adam::new(1e-3)).metric(Accuracy);
    run(&mut || {
        trainer.evaluate(&model, &data)?;
        Ok(())
    })
}

/// A step is an epoch of the trainer, with validation; with `all`, clipping, accumulation, weights of classes and a schedule.
fn epoch(run: Run<'_>, all: bool) -> Result<()> {
    let (model, data) = classifier()?;
    let (train, test) = data.split_at(800)?;
    run(&mut || {
        let mut model = model.clone();
        let mut trainer = Trainer::new(CrossEntropy, Adam::new(1e-3))
            .epochs(1)
            .metric(Accuracy)
            .progress(Progress::Silent);
        if all {
            trainer = trainer
                .clip_norm(1.0)
                .accumulate(2)
                .class_weights(ClassWeights::Balanced)
                .schedule(Cosine::default());
        }
        trainer.fit(&mut model, &train, &test)?;
        Ok(())
    })
}
