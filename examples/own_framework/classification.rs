//! Two classes of points: a straight boundary, then a bent one.

use std::time::Duration;

use backprop::datasets::TensorDataset;
use backprop::datasets::synthetic::MakeClassification;
use backprop::plot::{Animation, Chart, DecisionRegions, Figure, Live};
use backprop::tensor::Rng;

use super::framework::{CrossEntropyLoss, Layer, Loss, Net, Softmax};
use super::network::{Activation, perceptron, values};
use super::{Result, save, save_animation, with_library};

/// How far two losses may be apart: rounding in f32, after some hundred steps that build on each other.
const TOLERANCE: f64 = 1e-4;

/// What a network is trained on, and how.
pub(crate) struct Task {
    train: TensorDataset,
    validation: TensorDataset,
    batch: usize,
    epochs: usize,
    seed: u64,
}

/// A network, and the file that its pictures are in.
struct Run {
    file: &'static str,
    title: &'static str,
    sizes: &'static [usize],
    learning_rate: f32,
}

/// The lesson's two, and the second one with steps long enough for the epochs it has.
const RUNS: [Run; 3] = [
    Run {
        file: "one_layer",
        title: "one layer, 2-2",
        sizes: &[2, 2],
        learning_rate: 0.005,
    },
    Run {
        file: "two_layers",
        title: "two layers, 2-10-2",
        sizes: &[2, 10, 2],
        learning_rate: 0.01,
    },
    Run {
        file: "two_layers_faster",
        title: "two layers, 2-10-2",
        sizes: &[2, 10, 2],
        learning_rate: 0.5,
    },
];

impl Task {
    /// 100 points of two features, a fifth of them of a random class; 80 to train on.
    pub(crate) fn new(batch: usize, epochs: usize, seed: u64) -> Result<Self> {
        let data = MakeClassification::new(100)
            .features(2)
            .informative(2)
            .redundant(0)
            .flip_y(0.2)
            .generate(&mut Rng::seed(seed))?;
        let (train, validation) = data.split_at(80)?;
        Ok(Self {
            train,
            validation,
            batch,
            epochs,
            seed,
        })
    }
}

/// Loss and share of right answers on some data.
#[derive(Debug, Clone, Copy)]
struct Score {
    loss: f64,
    accuracy: f64,
}

/// A network in training, and what each epoch left behind.
struct Training<'a> {
    run: &'a Run,
    task: &'a Task,
    net: Net,
    /// On the training and on the validation data, from before the first epoch on.
    scores: Vec<[Score; 2]>,
    /// The loss of every step.
    losses: Vec<f64>,
}

/// Trains all, by hand and with the library; whether their losses are the same.
pub(crate) fn run(task: &Task) -> Result<bool> {
    let mut same = true;
    for run in &RUNS {
        println!(
            "CLASSIFICATION with {}: {} epochs, batches of {}, learning rate {}",
            run.title, task.epochs, task.batch, run.learning_rate
        );
        let mut net = perceptron(run.sizes, Activation::Tanh, &mut Rng::seed(task.seed))?;
        let initial = values(&mut net);
        let mut training = Training::new(run, task, net.with(Softmax::default()))?;
        training.run()?;
        training.conclude()?;
        let settings = (task.epochs, task.batch);
        let library = with_library::train(&initial, &task.train, settings, run.learning_rate)?;
        same &= compare(&training.losses, &library);
    }
    Ok(same)
}

impl<'a> Training<'a> {
    fn new(run: &'a Run, task: &'a Task, net: Net) -> Result<Self> {
        let mut training = Self {
            run,
            task,
            net,
            scores: Vec::new(),
            losses: Vec::new(),
        };
        training.look()?;
        Ok(training)
    }

    /// All epochs, drawn one by one: in the terminal while they happen, and into files.
    fn run(&mut self) -> Result<()> {
        let mut live = Live::stdout(80, 22);
        let mut frames = Animation::default().title(self.run.title).seconds_per_frame(0.2);
        frames.push(self.picture()?);
        for epoch in 1..=self.task.epochs {
            self.epoch()?;
            let picture = self.picture()?;
            if live.show(&picture)? {
                // Slow enough to be watched.
                std::thread::sleep(Duration::from_millis(60));
            } else if epoch == 1 || epoch % (self.task.epochs / 3).max(1) == 0 {
                self.print(epoch);
            }
            frames.push(picture);
        }
        save(&self.picture()?, self.run.file)?;
        save_animation(&frames, self.run.file)
    }

    fn epoch(&mut self) -> Result<()> {
        let mut cross_entropy = CrossEntropyLoss::default();
        for batch in self.task.train.batches(self.task.batch) {
            let batch = (batch.inputs, &batch.targets);
            let loss = self.net.step(&mut cross_entropy, batch, self.run.learning_rate)?;
            self.losses.push(f64::from(loss));
        }
        self.look()
    }

    fn look(&mut self) -> Result<()> {
        let scores = [
            score(&mut self.net, &self.task.train)?,
            score(&mut self.net, &self.task.validation)?,
        ];
        self.scores.push(scores);
        Ok(())
    }

    fn print(&self, epoch: usize) {
        let [train, validation] = self.scores[epoch];
        println!(
            "  epoch {epoch:>3}: loss {:.4}, accuracy {:.4}; validation loss {:.4}, accuracy {:.4}",
            train.loss, train.accuracy, validation.loss, validation.accuracy
        );
    }

    /// Accuracy until now above; below, which class the network gives to each place, and the points it learns from.
    fn picture(&mut self) -> Result<Figure> {
        let epoch = self.scores.len() - 1;
        let accuracy = |of: usize| -> Vec<f64> { self.scores.iter().map(|both| both[of].accuracy).collect() };
        let curves = Chart::new()
            .title(format!(
                "{}, learning rate {}: epoch {epoch}",
                self.run.title, self.run.learning_rate
            ))
            .x_label("epoch")
            .y_label("accuracy")
            .x_limits(0.0, self.task.epochs as f64)
            .y_limits(0.0, 1.0)
            .line("training", 0..=epoch, accuracy(0))
            .line("validation", 0..=epoch, accuracy(1));
        let (inputs, targets) = (self.task.train.inputs(), self.task.train.targets());
        let map = DecisionRegions::new(inputs, targets)
            .resolution(160)
            .reach(0.5)
            .levels(0.5, |points| self.net.forward(points.clone())?.slice(1, 1..2))?;
        Ok(Figure::new()
            .below(curves.size(640.0, 250.0))
            .below(
                map.title("probability of class 1")
                    .x_label("feature 1")
                    .y_label("feature 2")
                    .size(640.0, 480.0),
            )
            .size(640.0, 730.0))
    }

    /// What came of it, in words that the numbers decide.
    fn conclude(&self) -> Result<()> {
        let [train, validation] = self.scores[self.scores.len() - 1];
        let ones = self.task.train.targets().cast::<f64>()?.mean(..)?.item()?;
        let always = ones.max(1.0 - ones);
        // A share of n samples deviates by this much from sample to sample.
        let deviation = (always * (1.0 - always) / self.task.train.len() as f64).sqrt();
        let learned = if train.accuracy > always + 2.0 * deviation {
            "It has learned"
        } else {
            "It has learned NOTHING that chance does not explain"
        };
        println!(
            "  {learned}: {:.1} % of the training points are right, {:.1} % of the others; one class for all: {:.1} %.",
            100.0 * train.accuracy,
            100.0 * validation.accuracy,
            100.0 * always
        );
        let earlier = self.scores[(self.scores.len() - 1) * 2 / 3][0].loss;
        let change = (train.loss - earlier) / earlier;
        println!(
            "  In the last third of the epochs the loss went from {earlier:.4} to {:.4}, {:+.1} %: it {}.",
            train.loss,
            100.0 * change,
            if change.abs() < 0.01 {
                "has settled"
            } else {
                "is NOT done"
            }
        );
        Ok(())
    }
}

fn score(net: &mut Net, data: &TensorDataset) -> Result<Score> {
    let outputs = net.forward(data.inputs().clone())?;
    let right = outputs.argmax(1)?.equal(data.targets())?.count_true(..)?.item()?;
    let loss = CrossEntropyLoss::default().forward(outputs, data.targets())?;
    Ok(Score {
        loss: f64::from(loss),
        accuracy: right as f64 / data.len() as f64,
    })
}

/// Prints whether two trainings had the same losses.
fn compare(by_hand: &[f64], library: &[f64]) -> bool {
    let differences = by_hand.iter().zip(library).map(|(a, b)| (a - b).abs());
    // A NaN must not pass for a small difference.
    let same =
        by_hand.len() == library.len() && differences.clone().all(|difference| difference <= TOLERANCE);
    println!(
        "  The library, from the same weights: the losses of {} steps are at most {:.1e} apart, so they {}.\n",
        library.len(),
        differences.fold(0.0, f64::max),
        if same { "agree" } else { "DISAGREE" }
    );
    same
}
