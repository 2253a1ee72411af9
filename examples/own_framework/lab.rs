//! The lab: MNIST with one, two and three layers, and no, tanh, sigmoid and ReLU activation between them.

use std::time::Instant;

use backprop::datasets::{TensorDataset, mnist};
use backprop::plot::{Chart, Figure, Line, Marker, bars};
use backprop::tensor::{Rng, Tensor};

use super::framework::{CrossEntropyLoss, Layer, Net, Softmax};
use super::network::{Activation, perceptron};
use super::{Result, answers, save};

const PIXELS: usize = 784;
const HIDDEN: usize = 64;
const CLASSES: usize = 10;

/// How the networks of the lab are trained.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) images: usize,
    pub(crate) epochs: usize,
    pub(crate) batch: usize,
    pub(crate) learning_rate: f32,
    pub(crate) seed: u64,
}

/// What became of one network.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) layers: usize,
    pub(crate) activation: Activation,
    /// Shares of right answers after training.
    pub(crate) train: f64,
    pub(crate) test: f64,
    /// The mean training loss of each epoch.
    pub(crate) losses: Vec<f64>,
    /// The largest absolute weight before training and after each epoch.
    pub(crate) weights: Vec<f64>,
    /// Of the gradients of the first batch: the first layer's, as a share of the last layer's (root mean squares).
    pub(crate) first_to_last: f64,
    /// The first step whose loss was infinite or no number, and that loss.
    pub(crate) broken: Option<(usize, f64)>,
    pub(crate) seconds: f64,
}

impl Outcome {
    pub(crate) fn loss(&self) -> f64 {
        self.losses.last().copied().unwrap_or(f64::NAN)
    }

    /// `2 layers with tanh`, `1 layer`.
    pub(crate) fn name(&self) -> String {
        match (self.layers, self.activation) {
            (1, _) => "1 layer".into(),
            (layers, Activation::None) => format!("{layers} layers without activation"),
            (layers, activation) => format!("{layers} layers with {}", activation.name()),
        }
    }
}

/// Trains all, prints the table, draws it, and answers the lab's questions.
pub(crate) fn run(settings: Settings) -> Result<()> {
    let (train, test) = mnist::load()?;
    let train = train.take(settings.images);
    println!(
        "LAB: {} images of MNIST, {} hidden neurons a layer, {} epochs, batches of {}, learning rate {}",
        train.len(),
        HIDDEN,
        settings.epochs,
        settings.batch,
        settings.learning_rate
    );
    println!("layers activation    loss  train %  test %   gap   largest |w|   first/last gradient  seconds");
    let mut outcomes = Vec::new();
    for layers in 1..=3 {
        // With one layer, there is no place for an activation.
        let activations = if layers == 1 {
            &Activation::ALL[..1]
        } else {
            &Activation::ALL
        };
        for &activation in activations {
            let outcome = train_one((layers, activation), settings, (&train, &test))?;
            print(&outcome);
            outcomes.push(outcome);
        }
    }
    let mut fast = Vec::new();
    for learning_rate in [1.0, 10.0] {
        for layers in 1..=3 {
            let settings = Settings {
                learning_rate,
                epochs: 1,
                ..settings
            };
            fast.push((
                learning_rate,
                train_one((layers, Activation::Relu), settings, (&train, &test))?,
            ));
        }
    }
    draw(&outcomes)?;
    answers::print(&outcomes, &fast, (train.len(), test.len()));
    Ok(())
}

fn print(outcome: &Outcome) {
    let (train, test) = (100.0 * outcome.train, 100.0 * outcome.test);
    let alone = outcome.layers == 1;
    println!(
        "{:>6} {:<10} {:>7.4} {train:>8.2} {test:>7.2} {:>5.2}  {:>4.2} -> {:<5.2} {:>20} {:>8.1}",
        outcome.layers,
        if alone { "-" } else { outcome.activation.name() },
        outcome.loss(),
        train - test,
        outcome.weights[0],
        outcome.weights[outcome.weights.len() - 1],
        if alone {
            "-".to_owned()
        } else {
            format!("{:.3}", outcome.first_to_last)
        },
        outcome.seconds
    );
}

fn train_one(
    (layers, activation): (usize, Activation),
    settings: Settings,
    (train, test): (&TensorDataset, &TensorDataset),
) -> Result<Outcome> {
    let rng = &mut Rng::seed(settings.seed);
    let mut sizes = vec![HIDDEN; layers + 1];
    (sizes[0], sizes[layers]) = (PIXELS, CLASSES);
    let mut net = perceptron(&sizes, activation, rng)?.with(Softmax::default());
    let mut cross_entropy = CrossEntropyLoss::default();
    let started = Instant::now();
    let mut outcome = Outcome {
        layers,
        activation,
        train: f64::NAN,
        test: f64::NAN,
        losses: Vec::new(),
        weights: vec![largest_weight(&mut net)?],
        first_to_last: f64::NAN,
        broken: None,
        seconds: 0.0,
    };
    let mut step = 0;
    for _ in 0..settings.epochs {
        let mut sum = 0.0;
        for batch in train.batches(settings.batch).shuffle(rng) {
            let count = batch.targets.count() as f64;
            let loss = f64::from(net.step(
                &mut cross_entropy,
                (batch.inputs, &batch.targets),
                settings.learning_rate,
            )?);
            sum += count * loss;
            step += 1;
            if step == 1 {
                outcome.first_to_last = first_to_last(&mut net)?;
            }
            if !loss.is_finite() {
                outcome.broken.get_or_insert((step, loss));
            }
        }
        outcome.losses.push(sum / train.len() as f64);
        outcome.weights.push(largest_weight(&mut net)?);
    }
    outcome.seconds = started.elapsed().as_secs_f64();
    outcome.train = accuracy(&mut net, train)?;
    outcome.test = accuracy(&mut net, test)?;
    Ok(outcome)
}

/// The share of right answers, some thousand images at a time.
fn accuracy(net: &mut Net, data: &TensorDataset) -> Result<f64> {
    let mut right = 0;
    for batch in data.batches(2000) {
        let classes = net.forward(batch.inputs)?.argmax(1)?;
        right += classes.equal(&batch.targets)?.count_true(..)?.item()?;
    }
    Ok(right as f64 / data.len() as f64)
}

/// Over all layers; biases do not count.
fn largest_weight(net: &mut Net) -> Result<f64> {
    let mut largest = 0.0_f32;
    for parameter in net.parameters().iter().step_by(2) {
        // `max` of the tensor keeps NaN, that of numbers does not.
        let here = parameter.value.abs()?.max(..)?.item()?;
        largest = if here > largest || here.is_nan() {
            here
        } else {
            largest
        };
    }
    Ok(f64::from(largest))
}

/// How much smaller gradients are at the beginning of the network than at its end.
fn first_to_last(net: &mut Net) -> Result<f64> {
    let parameters = net.parameters();
    let mean = |index: usize| -> Result<f64> {
        let gradient: &Tensor = &parameters[index].gradient;
        Ok(f64::from(gradient.square()?.mean(..)?.item()?.sqrt()))
    };
    Ok(mean(0)? / mean(parameters.len() - 2)?)
}

/// The table as bars, and loss and largest weight epoch by epoch.
fn draw(outcomes: &[Outcome]) -> Result<()> {
    let errors = Activation::ALL.map(|activation| {
        let error = |layers| -> f64 {
            let found = outcomes
                .iter()
                .find(|one| (one.layers, one.activation) == (layers, activation));
            found.map_or(f64::NAN, |outcome| 100.0 * (1.0 - outcome.test))
        };
        (activation.name(), [1, 2, 3].map(error))
    });
    let table = bars(["1 layer", "2 layers", "3 layers"], errors)
        .title("Test images read wrongly, by layers and the activation between them")
        .y_label("%")
        .size(800.0, 400.0);
    save(&table, "lab_errors")?;
    let losses = curves(outcomes, 1, |outcome| &outcome.losses).map(Chart::log_y);
    save(&figure("Training loss", losses), "lab_losses")?;
    let weights = curves(outcomes, 0, |outcome| &outcome.weights);
    save(&figure("Largest absolute weight", weights), "lab_weights")
}

fn figure(title: &str, charts: [Chart; 2]) -> Figure {
    Figure::new().title(title).row(charts).shared_legend()
}

/// One chart for two layers and one for three, each with the one layer as well, of what there is from the epoch `first` on.
fn curves(outcomes: &[Outcome], first: usize, of: impl Fn(&Outcome) -> &Vec<f64>) -> [Chart; 2] {
    let all = || {
        outcomes
            .iter()
            .flat_map(&of)
            .copied()
            .filter(|value| value.is_finite())
    };
    let (least, most) = (all().fold(f64::MAX, f64::min), all().fold(0.0, f64::max));
    [2, 3].map(|layers| {
        let chart = Chart::new().title(format!("{layers} layers")).x_label("epoch");
        let chart = chart.y_limits(least / 1.1, most * 1.1);
        let shown = outcomes
            .iter()
            .filter(|one| one.layers == layers || one.layers == 1);
        let (single, others): (Vec<_>, Vec<_>) = shown.partition(|one| one.layers == 1);
        // Activations have the same colors as in the table.
        others
            .into_iter()
            .chain(single)
            .enumerate()
            .fold(chart, |chart, (index, outcome)| {
                let values = of(outcome);
                let name = if outcome.layers == 1 {
                    "1 layer"
                } else {
                    outcome.activation.name()
                };
                let line = Line::new(first..first + values.len(), values);
                chart.add(line.name(name).marker(Marker::of_category(index)))
            })
    })
}
