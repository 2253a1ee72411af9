//! A line and a curve through points: regression with one layer and with two.

use backprop::datasets::TensorDataset;
use backprop::plot::{Figure, regression, residuals};
use backprop::tensor::{Rng, Tensor};

use super::framework::{Layer, Loss, MeanSquaredError, Net};
use super::network::{Activation, perceptron};
use super::{Result, save};

const SAMPLES: usize = 80;
const EPOCHS: usize = 1000;
const BATCH: usize = 8;
const LEARNING_RATE: f32 = 0.05;

/// The deviation of the noise: its square is the error of the best model there can be.
const NOISE: f32 = 0.15;

/// `t = x/2 + sin 2x + noise`, for x evenly distributed from -2 to 2.
fn samples(rng: &mut Rng) -> Result<TensorDataset<f32, f32>> {
    let x = Tensor::uniform([SAMPLES, 1], -2.0, 2.0, rng)?;
    let noise = Tensor::normal([SAMPLES, 1], 0.0, NOISE, rng)?;
    let targets = x.map(|x: f32| 0.5 * x + (2.0 * x).sin())?.try_add(&noise)?;
    Ok(TensorDataset::new(x, targets)?)
}

/// A network, and the file that its picture is in.
struct Run {
    title: &'static str,
    file: &'static str,
    sizes: &'static [usize],
}

const RUNS: [Run; 2] = [
    Run {
        title: "one layer, 1-1",
        file: "regression_one_layer",
        sizes: &[1, 1],
    },
    Run {
        title: "two layers, 1-16-1",
        file: "regression_two_layers",
        sizes: &[1, 16, 1],
    },
];

/// Fits both, draws what they leave over, and compares them with the best that a line and any function can do.
pub(crate) fn run(seed: u64) -> Result<()> {
    let rng = &mut Rng::seed(seed);
    let data = samples(rng)?;
    println!("REGRESSION of x/2 + sin 2x + noise, {SAMPLES} points, {EPOCHS} epochs: mean squared error");
    println!("{:<20} {:>8} {:>8} {:>7}", "model", "before", "after", "R²");
    let variance = f64::from(data.targets().var(.., 0)?.item()?);
    let mut errors = Vec::new();
    for run in &RUNS {
        let mut net = perceptron(run.sizes, Activation::Tanh, rng)?;
        let before = error(&mut net, &data)?;
        fit(&mut net, &data, rng)?;
        let after = error(&mut net, &data)?;
        println!(
            "{:<20} {before:>8.4} {after:>8.4} {:>7.3}",
            run.title,
            1.0 - after / variance
        );
        save(&picture(&mut net, &data, run.title)?, run.file)?;
        errors.push(after);
    }
    let (line, noise) = (least_squares(&data)?, f64::from(NOISE * NOISE));
    println!(
        "{:<20} {:>8} {line:>8.4} {:>7.3}",
        "best straight line",
        "",
        1.0 - line / variance
    );
    println!(
        "{:<20} {:>8} {noise:>8.4} {:>7.3}",
        "the noise alone",
        "",
        1.0 - noise / variance
    );
    let reached = if errors[0] <= 1.1 * line {
        "is as good as"
    } else {
        "has not become"
    };
    let curve = match errors[1] / noise {
        ratio if ratio < 0.5 => "learns the noise by heart",
        ratio if ratio < 2.0 => "leaves about the noise",
        _ => "leaves more than the noise",
    };
    println!("so one layer {reached} the best straight line; a second one {curve}\n");
    Ok(())
}

fn fit(net: &mut Net, data: &TensorDataset<f32, f32>, rng: &mut Rng) -> Result<()> {
    let mut loss = MeanSquaredError::default();
    for _ in 0..EPOCHS {
        for batch in data.batches(BATCH).shuffle(rng) {
            net.step(&mut loss, (batch.inputs, &batch.targets), LEARNING_RATE)?;
        }
    }
    Ok(())
}

fn error(net: &mut Net, data: &TensorDataset<f32, f32>) -> Result<f64> {
    let outputs = net.forward(data.inputs().clone())?;
    Ok(f64::from(
        MeanSquaredError::default().forward(outputs, data.targets())?,
    ))
}

/// The error of the line with slope `cov(x, t) / var(x)` through the means: `var(t) − cov² / var(x)`.
fn least_squares(data: &TensorDataset<f32, f32>) -> Result<f64> {
    let (x, t) = (data.inputs().cast::<f64>()?, data.targets().cast::<f64>()?);
    let (x, t) = (x.try_sub(&x.mean(..)?)?, t.try_sub(&t.mean(..)?)?);
    let covariance = x.try_mul(&t)?.mean(..)?.item()?;
    Ok(t.square()?.mean(..)?.item()? - covariance * covariance / x.square()?.mean(..)?.item()?)
}

/// The points, the curve through the predictions, and the residuals by themselves.
fn picture(net: &mut Net, data: &TensorDataset<f32, f32>, title: &str) -> Result<Figure> {
    let (x, targets) = (data.inputs(), data.targets());
    let predictions = net.forward(x.clone())?;
    let fit = regression(x, targets, &predictions)
        .title(format!("{title}: {SAMPLES} points"))
        .x_label("x")
        .y_label("t")
        .size(800.0, 420.0);
    Ok(Figure::new().below(fit).below(residuals(targets, &predictions)))
}
