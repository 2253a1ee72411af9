//! Why overfitting occurs: too powerful a model, too few data, too much noise; and what of the error is bias, what is variance.
//!
//! To tell them apart takes many models: each learns from a sample of its own, `y = f(x) + ε`, by the same method. With `f̄` their mean,
//!
//! ```text
//! E (y - f_m)²  =  (f̄ - f)²  +  E (f_m - f̄)²  +  E ε²
//! error         =   bias²    +   variance     +  noise
//! ```
//!
//! The left side is measured, on targets that no model has seen, and so is each part of the right side: they have to agree.

use std::f64::consts::PI;

use backprop::plot::{Chart, Figure, Line, Marker, Rule};
use backprop::tensor::{Rng, Tensor};
use backprop::train::{BiasVariance, bias_variance};

use super::polynomial::Polynomial;
use super::{Error, Show};

/// What there is to learn.
fn law(x: f64) -> f64 {
    (PI * x).sin()
}

/// How models are trained: on so many samples with such noise.
#[derive(Debug, Clone, Copy)]
struct Setting {
    parameters: usize,
    samples: usize,
    /// The standard deviation of ε.
    noise: f64,
}

/// What became of it.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    setting: Setting,
    /// The mean error on what each model was trained on.
    training: f64,
    parts: BiasVariance,
}

const USUAL: Setting = Setting {
    parameters: 4,
    samples: 20,
    noise: 0.3,
};

/// How many points the models are measured at.
const GRID: usize = 100;

/// Two kinds of models that are compared: few parameters, and many.
const SMALL: usize = 4;
const LARGE: usize = 10;

pub(crate) fn run(show: &Show, models: usize) -> Result<(), Error> {
    println!(
        "2. What the error consists of: {models} polynomials each, trained on samples of their own of sin πx with noise\n"
    );
    let capacities = outcomes((1..=12).map(|parameters| Setting { parameters, ..USUAL }), models)?;
    table("parameters", &capacities, |setting| {
        setting.parameters.to_string()
    });
    let best = least(&capacities);
    println!(
        "The best has {} parameters: with fewer, bias² is the largest part that a model can help; with more, variance.\n",
        best.setting.parameters
    );
    let sizes = [12, 16, 24, 32, 48, 64, 96, 128, 192, 256];
    let by_size = |parameters| {
        outcomes(
            sizes.map(|samples| Setting {
                parameters,
                samples,
                ..USUAL
            }),
            models,
        )
    };
    let of_sizes = [by_size(SMALL)?, by_size(LARGE)?];
    let noises = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
    let by_noise = |parameters| {
        let settings = noises.map(|noise| Setting {
            parameters,
            noise,
            samples: 40,
        });
        outcomes(settings, models)
    };
    let of_noises = [by_noise(SMALL)?, by_noise(LARGE)?];
    for of_size in &of_sizes {
        println!("Amount of data, {} parameters:", of_size[0].setting.parameters);
        table("samples", of_size, |setting| setting.samples.to_string());
    }
    for of_noise in &of_noises {
        println!(
            "Noise, {} parameters, 40 samples:",
            of_noise[0].setting.parameters
        );
        table("noise", of_noise, |setting| format!("{:.1}", setting.noise));
    }
    let all: Vec<Outcome> = [capacities.clone(), of_sizes.concat(), of_noises.concat()].concat();
    judge(&all);
    let figure = Figure::new()
        .row([parts_chart(&capacities), capacity_chart(&capacities)])
        .row([data_chart(&of_sizes), noise_chart(&of_noises)])
        .size(1100.0, 860.0);
    show.picture("trade_off", &figure, 48)
}

fn outcomes(settings: impl IntoIterator<Item = Setting>, models: usize) -> Result<Vec<Outcome>, Error> {
    settings
        .into_iter()
        .map(|setting| outcome(setting, models))
        .collect()
}

/// Trains models on samples of their own, and takes their error apart.
fn outcome(setting: Setting, models: usize) -> Result<Outcome, Error> {
    // The same samples for models of any capacity.
    let rng = &mut Rng::seed(7);
    let noisy = |x: &[f64], rng: &mut Rng| -> Vec<f64> {
        x.iter().map(|&x| law(x) + setting.noise * rng.normal()).collect()
    };
    let grid: Vec<f64> = (0..GRID)
        .map(|i| (2 * i + 1) as f64 / GRID as f64 - 1.0)
        .collect();
    let truth: Vec<f64> = grid.iter().map(|&x| law(x)).collect();
    let (mut predictions, mut targets, mut training) = (Vec::new(), Vec::new(), 0.0);
    for _ in 0..models {
        // Evenly spread, each somewhere in a part of its own.
        let place = |i: usize, rng: &mut Rng| 2.0 * (i as f64 + rng.uniform()) / setting.samples as f64 - 1.0;
        let x: Vec<f64> = (0..setting.samples).map(|i| place(i, rng)).collect();
        let y = noisy(&x, rng);
        let model = Polynomial::fit(setting.parameters, &x, &y)?;
        training += model.error(&x, &y)? / models as f64;
        predictions.extend(model.at(&grid)?);
        targets.extend(noisy(&grid, rng));
    }
    let shape = [models, GRID];
    let parts = bias_variance(
        &Tensor::from(predictions).reshape(shape)?,
        &Tensor::from(truth),
        &Tensor::from(targets).reshape(shape)?,
    )?;
    Ok(Outcome {
        setting,
        training,
        parts,
    })
}

fn table(name: &str, outcomes: &[Outcome], value: impl Fn(Setting) -> String) {
    println!(
        "{name:>10} {:>10} {:>10}   {:>10} {:>10} {:>10} {:>10}",
        "training", "error", "bias²", "variance", "noise", "sum"
    );
    for Outcome {
        setting,
        training,
        parts,
    } in outcomes
    {
        println!(
            "{:>10} {training:>10.4} {:>10.4} = {:>10.4} {:>10.4} {:>10.4} {:>10.4}",
            value(*setting),
            parts.error,
            parts.bias_squared,
            parts.variance,
            parts.noise,
            parts.sum()
        );
    }
    println!();
}

/// Whether the parts add up to the error, to within four standard errors: one in 16,000 would be further off by chance.
fn judge(outcomes: &[Outcome]) {
    let off = |outcome: &&Outcome| {
        let parts = outcome.parts;
        parts.chance().abs() > 4.0 * parts.standard_error + 1e-12
    };
    let (count, off) = (outcomes.len(), outcomes.iter().filter(off).count());
    let largest = outcomes
        .iter()
        .map(|outcome| (outcome.parts.chance() / outcome.parts.error).abs())
        .fold(0.0, f64::max);
    match off {
        0 => println!(
            "In all {count} settings, bias² + variance + noise is the error that was measured, to within what chance allows \
             (at most {:.1} % off).\n",
            100.0 * largest
        ),
        off => println!(
            "In {off} of {count} settings, bias² + variance + noise is NOT the error that was measured.\n"
        ),
    }
}

fn least(outcomes: &[Outcome]) -> Outcome {
    let least = outcomes
        .iter()
        .min_by(|a, b| a.parts.error.total_cmp(&b.parts.error));
    *least.unwrap_or(&outcomes[0])
}

fn column(outcomes: &[Outcome], f: impl Fn(&Outcome) -> f64) -> Vec<f64> {
    outcomes.iter().map(f).collect()
}

fn parts_chart(outcomes: &[Outcome]) -> Chart {
    let x = column(outcomes, |o| o.setting.parameters as f64);
    Chart::new()
        .title("bias² + variance + noise = error")
        .x_label("parameters of the model")
        .y_label("mean squared error")
        .log_y()
        .add(
            Line::new(&x, column(outcomes, |o| o.parts.error))
                .name("error")
                .width(4.0),
        )
        .add(
            Line::new(&x, column(outcomes, |o| o.parts.bias_squared))
                .name("bias²")
                .marker(Marker::Circle),
        )
        .add(
            Line::new(&x, column(outcomes, |o| o.parts.variance))
                .name("variance")
                .marker(Marker::Square),
        )
        .add(Rule::horizontal(USUAL.noise.powi(2)).name("noise"))
}

fn capacity_chart(outcomes: &[Outcome]) -> Chart {
    let x = column(outcomes, |o| o.setting.parameters as f64);
    Chart::new()
        .title("Too powerful a model (20 samples)")
        .x_label("parameters of the model")
        .y_label("mean squared error")
        .log_y()
        .add(
            Line::new(&x, column(outcomes, |o| o.parts.error))
                .name("validation")
                .marker(Marker::Circle),
        )
        .add(
            Line::new(&x, column(outcomes, |o| o.training))
                .name("training")
                .marker(Marker::Square),
        )
        .add(Rule::vertical(least(outcomes).setting.parameters as f64).name("best"))
        .add(Rule::horizontal(USUAL.noise.powi(2)).name("noise"))
}

/// Validation and training error of both kinds of models.
fn two_kinds(kinds: &[Vec<Outcome>; 2], x: impl Fn(&Outcome) -> f64 + Copy) -> Chart {
    kinds
        .iter()
        .zip([Marker::Circle, Marker::Square])
        .fold(Chart::new(), |chart, (outcomes, marker)| {
            let (places, parameters) = (column(outcomes, x), outcomes[0].setting.parameters);
            chart
                .add(
                    Line::new(&places, column(outcomes, |o| o.parts.error))
                        .name(format!("{parameters} parameters, validation"))
                        .marker(marker),
                )
                .add(
                    Line::new(&places, column(outcomes, |o| o.training))
                        .name(format!("{parameters} parameters, training"))
                        .dashed()
                        .marker(marker),
                )
        })
}

fn data_chart(kinds: &[Vec<Outcome>; 2]) -> Chart {
    two_kinds(kinds, |o| o.setting.samples as f64)
        .title("Too few data: learning curves")
        .x_label("training samples")
        .y_label("mean squared error")
        .log_x()
        .log_y()
        .add(Rule::horizontal(USUAL.noise.powi(2)).name("noise"))
}

fn noise_chart(kinds: &[Vec<Outcome>; 2]) -> Chart {
    let chart = two_kinds(kinds, |o| o.setting.noise);
    let noise: Vec<f64> = column(&kinds[0], |o| o.setting.noise);
    let squares: Vec<f64> = noise.iter().map(|noise| noise * noise).collect();
    chart
        .title("Too much noise (40 samples)")
        .x_label("standard deviation of the noise")
        .y_label("mean squared error")
        .add(Line::new(noise, squares).name("noise itself"))
}
