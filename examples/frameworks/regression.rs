//! A straight line through points, in a loop of one's own.
//!
//! The model is `y = w x + b`, the loss the mean of `(w x + b - t)²`. All points are in one batch, so a step goes down the loss
//! itself, and the loop must arrive where least squares says in closed form: the `w` and `b` that solve `[x 1] (w b)ᵀ = t` best.

use backprop::plot::{Chart, Figure, Line, Points, Rule};
use backprop::prelude::*;
use backprop::tensor::linalg;

use super::{Error, Learned, Output, largest_difference};

const POINTS: usize = 120;
pub(crate) const STEPS: usize = 200;
pub(crate) const LEARNING_RATE: f64 = 0.2;

pub(crate) fn run(seed: u64, output: &mut Output) -> Result<Learned<TensorDataset<f32, f32>>, Error> {
    let data = points(seed)?;
    let initial = [Tensor::zeros([1, 1])?, Tensor::zeros([1])?];
    let (weights, losses) = train(&data, &initial)?;
    let [w, b] = &weights;
    let best = least_squares(&data)?;

    println!("{:>16} {:>9} {:>9}", "", "w", "b");
    println!("{:>16} {:>9.5} {:>9.5}", "drawn with", 2.0, 0.9);
    println!("{:>16} {:>9.5} {:>9.5}", "gradient descent", w.item()?, b.item()?);
    let [[slope], [intercept]] = [0, 1].map(|row| [best.get([row, 0])]);
    let (slope, intercept) = (slope?, intercept?);
    println!("{:>16} {slope:>9.5} {intercept:>9.5}", "least squares");
    let found = Tensor::concat(&[w, &b.reshape([1, 1])?], 0)?;
    output.compare("descent and closed form", largest_difference(&found, &best), 1e-4);
    let least = mean_squared_error(&data, &best)?;
    output.save(
        &figure(&data, &weights, (slope, intercept), &losses, least)?,
        "regression",
    )?;
    Ok(Learned {
        data,
        seed,
        initial,
        weights,
    })
}

/// Points around `y = 2 x + 0.9`, with noise.
fn points(seed: u64) -> Result<TensorDataset<f32, f32>, Error> {
    let x = Tensor::linspace(0.0_f32, 3.0, POINTS)?.reshape([POINTS, 1])?;
    let noise = Tensor::normal([POINTS, 1], 0.0, 0.5, &mut Rng::seed(seed))?;
    let y = &x * 2.0 + 0.9 + noise;
    Ok(TensorDataset::new(x, y)?)
}

/// Gradient descent with nothing but the tape: the weights in the end, and the loss before each step.
fn train(data: &TensorDataset<f32, f32>, initial: &[Tensor; 2]) -> Result<([Tensor; 2], Vec<f32>), Error> {
    let mut params = initial.clone().map(Param::new);
    let mut losses = Vec::new();
    for _ in 0..STEPS {
        let tape = Tape::new();
        let [w, b] = params.each_ref().map(|param| tape.param(param));
        let (x, target) = (
            tape.input(data.inputs().clone()),
            tape.input(data.targets().clone()),
        );
        let loss = (x.matmul(&w) + b - target).square().mean(..);
        losses.push(loss.item()?);

        let gradients = loss.backward()?;
        for param in &mut params {
            if let Some(gradient) = gradients.get(param) {
                param.set(param.value() - gradient * LEARNING_RATE as f32)?;
            }
        }
    }
    Ok((params.map(|param| param.value().clone()), losses))
}

/// The slope and the intercept, `[2, 1]`, for which the squares are least.
fn least_squares(data: &TensorDataset<f32, f32>) -> Result<Tensor, Error> {
    Ok(linalg::least_squares(&with_ones(data)?, data.targets())?)
}

fn mean_squared_error(data: &TensorDataset<f32, f32>, line: &Tensor) -> Result<f32, Error> {
    let residual = with_ones(data)?.matmul(line)? - data.targets();
    Ok((&residual * &residual).mean(..)?.item()?)
}

/// `[x 1]`: with a column of ones, the intercept is a weight like the other.
fn with_ones(data: &TensorDataset<f32, f32>) -> Result<Tensor, Error> {
    Ok(Tensor::concat(&[data.inputs(), &data.inputs().ones_like()?], 1)?)
}

/// The points with both lines, beside the loss.
fn figure(
    data: &TensorDataset<f32, f32>,
    [w, b]: &[Tensor; 2],
    (slope, intercept): (f32, f32),
    losses: &[f32],
    least: f32,
) -> Result<Figure, Error> {
    let ends = [0.0, 3.0];
    let (w, b) = (w.item()?, b.item()?);
    let line = Chart::new()
        .title("Points and lines")
        .x_label("x")
        .y_label("y")
        .add(Points::new(data.inputs(), data.targets()).name("points"))
        .add(
            Line::new(ends, ends.map(|x| w * x + b))
                .name("gradient descent")
                .width(3.0),
        )
        .add(
            Line::new(ends, ends.map(|x| slope * x + intercept))
                .name("least squares")
                .dashed(),
        );
    let loss = Chart::new()
        .title("Loss")
        .x_label("step")
        .y_label("mean squared error")
        .log_y()
        .line("gradient descent", 1..=losses.len(), losses)
        .add(Rule::horizontal(f64::from(least)).name("least possible"));
    Ok(Figure::new().row([line, loss]))
}
