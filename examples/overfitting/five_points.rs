//! The lesson's picture: five points, a line of 2 parameters and a curve of 7.
//!
//! The line cannot pass through the points and gets the idea behind them; the curve passes through every one and has learned their noise.

use backprop::plot::{Band, Chart, Figure, Line, Marker, Points};
use backprop::tensor::Rng;

use super::polynomial::Polynomial;
use super::{Error, Show};

/// What is behind the points: `y = 8 + 6 x`, and noise with a variance of 5.
const NOISE: f64 = 5.0;
const POINTS: [f64; 5] = [-0.8, -0.4, 0.0, 0.4, 0.8];

/// Capacity, by the number of parameters.
const LINE: usize = 2;
const CURVE: usize = 7;

fn law(x: f64) -> f64 {
    8.0 + 6.0 * x
}

fn measured(x: &[f64], rng: &mut Rng) -> Vec<f64> {
    x.iter().map(|&x| law(x) + NOISE.sqrt() * rng.normal()).collect()
}

pub(crate) fn run(show: &Show, seed: u64) -> Result<(), Error> {
    println!(
        "1. Five points of a line with noise, and 1000 others to validate on; errors are mean squares\n"
    );
    let rng = &mut Rng::seed(seed);
    let y = measured(&POINTS, rng);
    let others: Vec<f64> = (0..1000).map(|_| 2.0 * rng.uniform() - 1.0).collect();
    let answers = measured(&others, rng);

    println!("{:<24} {:>14} {:>16}", "", "training error", "validation error");
    let mut panels = Vec::new();
    for (name, parameters) in [("line, 2 parameters", LINE), ("curve, 7 parameters", CURVE)] {
        let model = Polynomial::fit(parameters, &POINTS, &y)?;
        let (training, validation) = (model.error(&POINTS, &y)?, model.error(&others, &answers)?);
        println!("{name:<24} {training:>14.2} {validation:>16.2}");
        panels.push(panel(
            &model,
            &y,
            &format!("{parameters} parameters: training {training:.1}, validation {validation:.1}"),
        )?);
    }
    println!("{:<24} {:>14} {NOISE:>16.2}\n", "noise, which all have", "");

    let draws = 1000;
    let worse = (0..draws).try_fold(0, |worse, _| -> Result<usize, Error> {
        let y = measured(&POINTS, rng);
        let error = |parameters| Polynomial::fit(parameters, &POINTS, &y)?.error(&others, &answers);
        Ok(worse + usize::from(error(CURVE)? > error(LINE)?))
    })?;
    println!(
        "Of {draws} draws of five points, the curve has the larger validation error in {worse}: it is not the luck of these.\n"
    );
    let figure = Figure::new().row(panels).size(1000.0, 420.0).shared_legend();
    show.picture("five_points", &figure, 24)
}

/// The points, the law behind them with its noise, and what the model makes of it.
fn panel(model: &Polynomial, y: &[f64], title: &str) -> Result<Chart, Error> {
    let x: Vec<f64> = (0..=200).map(|step| f64::from(step) / 100.0 - 1.0).collect();
    let truth: Vec<f64> = x.iter().map(|&x| law(x)).collect();
    let around = |by: f64| -> Vec<f64> { truth.iter().map(|y| y + by * NOISE.sqrt()).collect() };
    Ok(Chart::new()
        .title(title)
        .x_label("x")
        .y_label("y")
        .y_limits(-5.0, 25.0)
        .add(Line::new(&x, model.at(&x)?).name("model"))
        .add(Points::new(POINTS, y).name("five points").marker(Marker::Circle))
        .add(
            Line::new(&x, &truth)
                .name("what is behind them, ± noise")
                .dashed(),
        )
        .add(Band::new(&x, around(-1.0), around(1.0))))
}
