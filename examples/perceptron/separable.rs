//! Two clouds with a line between them.

use backprop::optim::rules::{Perceptron, PerceptronRule};
use backprop::plot::{Chart, Colormap, Figure, Rule, scatter_classes};
use backprop::prelude::*;

use super::data::{Samples, clouds};
use super::{Error, Options, save};

/// Weights after an iteration, and what they are worth.
struct State {
    weights: Tensor,
    accuracy: f64,
    updates: usize,
}

pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let mut rng = Rng::seed(options.seed);
    let samples = clouds([[1.0, 1.0], [4.0, 4.0]], &mut rng)?;
    println!(
        "two clouds of 50 points; the lesson's training, with a random positive and a random negative sample each time\n"
    );
    let states = train(&samples, 100, &mut rng)?;
    println!("{:>10}{:>12}{:>12}", "iteration", "corrections", "accuracy");
    for iteration in [0, 1, 2, 3, 5, 10, 20, 50, 100] {
        let State {
            accuracy, updates, ..
        } = &states[iteration];
        println!("{iteration:>10}{updates:>12}{:>10.1} %", 100.0 * accuracy);
    }
    let (rule, mistakes, rests) = by_rule(&samples)?;
    if rests {
        println!(
            "\nin the order of the samples, the rule errs {mistakes} times and then no more: there is a line between the clouds"
        );
        bound(&samples, &rule, mistakes)?;
    } else {
        println!(
            "\nafter {MOST_PASSES} passes the rule still errs: with this seed, there may be no line between the clouds"
        );
    }
    let tape = by_tape(&samples)?;
    let same = if tape == rule {
        "the same, to the bit"
    } else {
        "DIFFERENT"
    };
    println!(
        "gradient descent on the criterion, by the tape: weights {:.3?}",
        tape.to_vec()
    );
    println!(
        "the rule:                                       weights {:.3?}: {same}",
        rule.to_vec()
    );
    save("separable", &figure(&samples, &states)?)
}

/// The lesson's training: each iteration shows one random positive and one random negative sample, and adds or subtracts those that are
/// misclassified. (What its listing adds, `weights.shape`, is a slip of the pen: its formula has the sample.)
fn train(samples: &Samples, iterations: usize, rng: &mut Rng) -> Result<Vec<State>, Error> {
    let (positive, negative) = (samples.of(1.0)?, samples.of(-1.0)?);
    let mut weights = Tensor::zeros([3])?;
    let mut rule = Perceptron::new(1.0);
    let mut states = vec![State {
        weights: weights.clone(),
        accuracy: samples.accuracy(&weights)?,
        updates: 0,
    }];
    for iteration in 0..iterations {
        let corrections = rule.pair(&mut weights, &positive, &negative, rng)?;
        let (accuracy, updates) = (
            samples.accuracy(&weights)?,
            states[iteration].updates + corrections,
        );
        states.push(State {
            weights: weights.clone(),
            accuracy,
            updates,
        });
    }
    Ok(states)
}

/// No more passes than these are tried.
const MOST_PASSES: usize = 1000;

/// Rosenblatt's cyclic rule until a pass has no mistake: the weights, how many mistakes it took, and whether it came to that.
fn by_rule(samples: &Samples) -> Result<(Tensor, usize, bool), Error> {
    let mut weights = Tensor::zeros([3])?;
    let mut rule = Perceptron::new(1.0);
    let mut total = 0;
    for _ in 0..MOST_PASSES {
        let mistakes = rule.pass(&mut weights, &samples.inputs, &samples.labels)?;
        total += mistakes;
        if mistakes == 0 {
            return Ok((weights, total, true));
        }
    }
    Ok((weights, total, false))
}

/// The same as gradient descent: `w ← w - η ∇E(w)`, one sample at a time, where the tape takes the gradient.
fn by_tape(samples: &Samples) -> Result<Tensor, Error> {
    let mut weights = Param::new(Tensor::zeros([1, 3])?);
    let mut optimizer = Sgd::new(1.0);
    for _ in 0..MOST_PASSES {
        let before = weights.clone();
        for index in 0..samples.len() {
            let (x, t) = (
                samples.inputs.slice(0, index..=index)?,
                samples.labels.slice(0, index..=index)?,
            );
            let tape = Tape::training(0);
            let output = tape.input(x).linear(&tape.param(&weights), None);
            optimizer.step(&mut weights, &PerceptronCriterion.loss(&output, &t).backward()?)?;
        }
        if weights == before {
            break;
        }
    }
    Ok(weights.value().select(0, 0)?)
}

/// Novikoff (1962): with `t uᵀx ≥ γ` for a unit vector `u`, and no sample longer than `R`, there are at most `(R / γ)²` mistakes. Any line
/// that divides the clouds gives such a `u`: here the one that was learned.
fn bound(samples: &Samples, weights: &Tensor, mistakes: usize) -> Result<(), Error> {
    let sides = samples.inputs.matmul(weights)?.try_mul(&samples.labels)?;
    let gamma = f64::from(sides.min(..)?.item()? / weights.norm(..)?.item()?);
    let radius = f64::from(samples.inputs.norm(1)?.max(..)?.item()?);
    let most = (radius / gamma).powi(2);
    let verdict = if gamma > 0.0 && mistakes as f64 <= most {
        "as it must be"
    } else {
        "NOT as it must be"
    };
    println!("Novikoff's bound: R = {radius:.2}, γ = {gamma:.3}, so at most {most:.0} mistakes: {verdict}");
    Ok(())
}

fn figure(samples: &Samples, states: &[State]) -> Result<Figure, Error> {
    let column = |feature| samples.inputs.select(1, feature);
    let classes = samples.labels.map(|t| if t > 0.0 { 1.0 } else { 0.0 })?;
    let cloud = scatter_classes(column(0)?, column(1)?, classes, ["-1", "+1"]);
    // The line after every few corrections, the later the darker.
    let changed = states.windows(2).filter(|pair| pair[1].updates > pair[0].updates);
    let changed: Vec<&Tensor> = changed.map(|pair| &pair[1].weights).collect();
    let every = changed.len().div_ceil(6).max(1);
    let shown: Vec<&Tensor> = changed.into_iter().rev().step_by(every).collect();
    let mut lines = cloud
        .title("The line after every few corrections")
        .x_label("x₁")
        .y_label("x₂")
        .size(800.0, 640.0);
    for (before_last, weights) in shown.into_iter().enumerate().rev() {
        let [a, b, c] = [0, 1, 2].map(|i| weights.get([i]).map_or(f64::NAN, f64::from));
        let age = 0.8_f64.powi(before_last as i32);
        let line = Rule::boundary(a, b, c)
            .color(Colormap::Ink.color(age))
            .width(1.0 + 2.0 * age);
        lines = lines.add(if before_last == 0 {
            line.name("the last")
        } else {
            line
        });
    }
    let accuracy: Vec<f64> = states.iter().map(|state| state.accuracy).collect();
    let curve = Chart::new()
        .title("Accuracy")
        .size(800.0, 640.0)
        .x_label("iteration")
        .y_limits(0.0, 1.02)
        .line("", 0..accuracy.len(), &accuracy);
    Ok(Figure::new().row([lines, curve]))
}
