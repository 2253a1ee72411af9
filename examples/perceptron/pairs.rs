//! Two digits of MNIST: easy pairs, and the hardest, which the program looks for.

use backprop::datasets::Pca;
use backprop::optim::rules::{AveragedPerceptron, Perceptron, PerceptronRule};
use backprop::plot::{Figure, images, scatter_classes};
use backprop::prelude::*;

use super::data::{Samples, image};
use super::{Error, Options, save};

/// A digit, which is positive, against another.
type Pair = (i64, i64);

pub(crate) fn run(options: &Options, train: &TensorDataset, test: &TensorDataset) -> Result<(), Error> {
    let hardest = hardest(train, test)?;
    println!("\ntwo digits of MNIST, {} passes of the rule\n", options.epochs);
    println!(
        "{:<10}{:>9}{:>12}{:>10}{:>10}{:>12}{:>10}",
        "", "", "last", "weights", "", "averaged", ""
    );
    println!(
        "{:<10}{:>9}{:>12}{:>10}{:>10}{:>12}{:>10}",
        "pair", "samples", "mistakes", "train", "test", "train", "test"
    );
    let mut weights = Vec::new();
    let mut charts = Vec::new();
    let pairs = [(0, 1), (2, 5), hardest];
    for pair in pairs {
        weights.push(learn(pair, options.epochs, train, test)?);
        charts.push(projected(pair, train)?);
    }
    println!(
        "\n{} against {} is the pair of the 45 that one pass of the averaged perceptron tells apart worst",
        hardest.0, hardest.1
    );
    let images = images(
        &Tensor::stack(&weights.iter().collect::<Vec<_>>(), 0)?,
        pairs.map(|(a, b)| format!("{a} (red) against {b} (blue)")),
    );
    save(
        "weights",
        &images
            .title("Averaged weights, in standard deviations")
            .size(800.0, 340.0),
    )?;
    save(
        "projected",
        &Figure::new()
            .title("Digits on their first two principal components (share of the variance)")
            .row(charts),
    )
}

/// The digits of a pair, in the order of the data.
fn only((a, b): Pair, data: &TensorDataset) -> Result<TensorDataset, Error> {
    let classes = data.targets().to_vec().into_iter().enumerate();
    let places: Vec<usize> = classes
        .filter(|&(_, class)| class == a || class == b)
        .map(|(place, _)| place)
        .collect();
    Ok(data.subset(&places)?)
}

/// The pair that one pass of the averaged perceptron over at most 2000 samples tells apart worst.
fn hardest(train: &TensorDataset, test: &TensorDataset) -> Result<Pair, Error> {
    let mut worst = ((0, 1), f64::INFINITY);
    for a in 0..10 {
        for b in a + 1..10 {
            let samples = Samples::new(&only((a, b), train)?.take(2000), a)?;
            let (mut rule, mut weights) = (AveragedPerceptron::new(1.0), Tensor::zeros([785])?);
            rule.pass(&mut weights, &samples.inputs, &samples.labels)?;
            let accuracy = Samples::new(&only((a, b), test)?, a)?.accuracy(&rule.learned(&weights)?)?;
            if accuracy < worst.1 {
                worst = ((a, b), accuracy);
            }
        }
    }
    Ok(worst.0)
}

/// Prints a row, and gives the averaged weights as an image.
fn learn(pair: Pair, epochs: usize, train: &TensorDataset, test: &TensorDataset) -> Result<Tensor, Error> {
    let (train, test) = (
        Samples::new(&only(pair, train)?, pair.0)?,
        Samples::new(&only(pair, test)?, pair.0)?,
    );
    let (mut last, mut weights) = (Tensor::zeros([785])?, Tensor::zeros([785])?);
    let (mut plain, mut averaged) = (Perceptron::new(1.0), AveragedPerceptron::new(1.0));
    let mut mistakes = 0;
    for _ in 0..epochs {
        mistakes = plain.pass(&mut last, &train.inputs, &train.labels)?;
        averaged.pass(&mut weights, &train.inputs, &train.labels)?;
    }
    let mean = averaged.learned(&weights)?;
    let percent = |samples: &Samples, weights: &Tensor| samples.accuracy(weights).map(|share| 100.0 * share);
    println!(
        "{:<10}{:>9}{mistakes:>12}{:>8.2} %{:>8.2} %{:>10.2} %{:>8.2} %",
        format!("{} or {}", pair.0, pair.1),
        train.len(),
        percent(&train, &last)?,
        percent(&test, &last)?,
        percent(&train, &mean)?,
        percent(&test, &mean)?,
    );
    image(&mean)
}

/// The first two principal components of a pair, with 300 samples.
fn projected(pair: Pair, data: &TensorDataset) -> Result<backprop::plot::Chart, Error> {
    let data = only(pair, data)?;
    let pca = Pca::fit(data.inputs(), 2)?;
    let shown = data.take(300);
    let z = pca.transform(shown.inputs())?;
    let classes = shown
        .targets()
        .map(|class| if class == pair.0 { 0.0 } else { 1.0 })?;
    let share: f64 = pca.explained_variance_ratio().iter().sum();
    Ok(scatter_classes(
        z.select(1, 0)?,
        z.select(1, 1)?,
        classes,
        [pair.0.to_string(), pair.1.to_string()],
    )
    .title(format!("{} and {} ({:.0} %)", pair.0, pair.1, 100.0 * share))
    .size(800.0, 800.0)
    .x_label("first component")
    .y_label("second component"))
}
