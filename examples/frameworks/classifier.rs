//! Two classes with a line between them, in a loop of one's own.
//!
//! The logit is `z = w · x + b`, the probability of class 1 is `σ(z)`, and the loss is the binary cross entropy
//! `-y log σ(z) - (1 - y) log(1 - σ(z)) = log(1 + exp z) - y z`, in which nothing overflows. The line is where `z = 0`.

use backprop::datasets::StandardScaler;
use backprop::datasets::synthetic::MakeClassification;
use backprop::plot::{Chart, Figure, Line, Rule, scatter_classes};
use backprop::prelude::*;

use super::{Error, Learned, Output};

pub(crate) const EPOCHS: usize = 20;
pub(crate) const BATCH: usize = 16;
pub(crate) const LEARNING_RATE: f64 = 0.1;

/// Data to train on, and data to test with.
pub(crate) struct Halves {
    pub(crate) train: TensorDataset,
    pub(crate) test: TensorDataset,
}

pub(crate) fn run(seed: u64, output: &mut Output) -> Result<Learned<Halves>, Error> {
    let data = classes(seed)?;
    let mut rng = Rng::seed(seed);
    let initial = [Tensor::normal([1, 2], 0.0, 1.0, &mut rng)?, Tensor::zeros([1])?];
    let mut losses = [Vec::new(), Vec::new()];
    let weights = train(&data, &initial, seed, &mut losses)?;
    println!("{:>8} {:>9} {:>9}", "", "training", "test");
    println!(
        "{:>8} {:>9.4} {:>9.4}",
        "loss",
        last(&losses[0]),
        last(&losses[1])
    );
    println!(
        "{:>8} {:>9.4} {:>9.4}",
        "accuracy",
        accuracy(&data.train, &weights)?,
        accuracy(&data.test, &weights)?
    );
    output.save(&figure(&data, &weights, &losses)?, "classifier")?;
    Ok(Learned {
        data,
        seed,
        initial,
        weights,
    })
}

/// Two clouds, some of whose points have the wrong label. The scaler has seen the training data only.
fn classes(seed: u64) -> Result<Halves, Error> {
    let mut rng = Rng::seed(seed);
    let data = MakeClassification::new(400)
        .features(2)
        .redundant(0)
        .clusters_per_class(1)
        .class_sep(1.5)
        .flip_y(0.1)
        .generate(&mut rng)?;
    let (train, test) = data.stratified_split(0.75, &mut rng)?;
    let scaler = StandardScaler::fit(train.inputs())?;
    Ok(Halves {
        train: train.map_inputs(|x| scaler.transform(x))?,
        test: test.map_inputs(|x| scaler.transform(x))?,
    })
}

/// The weights in the end; `losses` gets that of both parts after each epoch.
fn train(
    data: &Halves,
    initial: &[Tensor; 2],
    seed: u64,
    losses: &mut [Vec<f32>; 2],
) -> Result<[Tensor; 2], Error> {
    let mut params = initial.clone().map(Param::new);
    let mut rng = Rng::seed(seed);
    for _ in 0..EPOCHS {
        for batch in data.train.batches(BATCH).shuffle(&mut rng) {
            let tape = Tape::training(rng.next_seed());
            let loss = loss(&tape, &params, &batch)?;
            let gradients = loss.backward()?;
            for param in &mut params {
                if let Some(gradient) = gradients.get(param) {
                    param.set(param.value() - gradient * LEARNING_RATE as f32)?;
                }
            }
        }
        for (part, losses) in [&data.train, &data.test].into_iter().zip(losses.iter_mut()) {
            for batch in part.batches(part.len()) {
                losses.push(loss(&Tape::inference(), &params, &batch)?.item()?);
            }
        }
    }
    Ok(params.map(|param| param.value().clone()))
}

/// The mean of `log(1 + exp z) - y z` for the logits `z = x wᵀ + b`.
fn loss(tape: &Tape, params: &[Param; 2], batch: &Batch) -> Result<Var, Error> {
    let [w, b] = params.each_ref().map(|param| tape.param(param));
    let z = tape.input(batch.inputs.clone()).linear(&w, Some(&b));
    let y = tape.input(batch.targets.cast::<f32>()?.unsqueeze(1)?);
    Ok((z.softplus(1.0) - z * y).mean(..))
}

/// The share of the samples on the side of the line that their class is on.
pub(crate) fn accuracy(data: &TensorDataset, [w, b]: &[Tensor; 2]) -> Result<f64, Error> {
    let logits = data.inputs().matmul(&w.transpose(0, 1)?)?.try_add(b)?.to_vec();
    let targets = data.targets().to_vec();
    let right = logits
        .iter()
        .zip(&targets)
        .filter(|&(&z, &y)| i64::from(z > 0.0) == y);
    Ok(right.count() as f64 / targets.len() as f64)
}

fn last(losses: &[f32]) -> f32 {
    losses.last().copied().unwrap_or(f32::NAN)
}

/// The test points with the line, beside the losses.
fn figure(data: &Halves, [w, b]: &[Tensor; 2], losses: &[Vec<f32>; 2]) -> Result<Figure, Error> {
    let column = |index: usize| data.test.inputs().slice(1, index..index + 1);
    let [w0, w1] = [w.get([0, 0])?, w.get([0, 1])?].map(f64::from);
    let line = scatter_classes(
        column(0)?,
        column(1)?,
        data.test.targets(),
        ["class 0", "class 1"],
    )
    .title("Test points and the line learned")
    .x_label("feature 1")
    .y_label("feature 2")
    .add(Rule::boundary(w0, w1, f64::from(b.item()?)).name("w · x + b = 0"));
    let [train, test] = losses;
    let loss = Chart::new()
        .title("Loss")
        .x_label("epoch")
        .y_label("binary cross entropy")
        .add(Line::new(1..=train.len(), train).name("training"))
        .add(Line::new(1..=test.len(), test).name("test").dashed());
    Ok(Figure::new().row([line, loss]))
}
