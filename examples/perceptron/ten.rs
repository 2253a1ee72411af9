//! All ten digits: a perceptron for each against the rest. Their weights are the columns of one matrix, and the largest output wins.

use backprop::optim::rules::{AveragedPerceptron, Perceptron, PerceptronRule};
use backprop::plot::{Picture, confusion_matrix, images};
use backprop::prelude::*;

use super::data::{image, with_bias};
use super::{Error, Options, save};

pub(crate) fn run(options: &Options, train: &TensorDataset, test: &TensorDataset) -> Result<(), Error> {
    println!(
        "\nall ten digits of MNIST, one perceptron each: {} passes over {} samples\n",
        options.epochs,
        train.len()
    );
    let (inputs, test_inputs) = (with_bias(train.inputs())?, with_bias(test.inputs())?);
    let last = learn(options.epochs, &inputs, train.targets(), || Perceptron::new(1.0))?;
    let averaged = learn(options.epochs, &inputs, train.targets(), || {
        AveragedPerceptron::new(1.0)
    })?;
    println!("{:<16}{:>10}{:>10}", "", "train", "test");
    for (name, weights) in [("last weights", &last), ("averaged", &averaged)] {
        let on = |inputs, targets| count(weights, inputs, targets).map(|matrix| 100.0 * matrix.accuracy());
        println!(
            "{name:<16}{:>8.2} %{:>8.2} %",
            on(&inputs, train.targets())?,
            on(&test_inputs, test.targets())?
        );
    }
    let matrix = count(&averaged, &test_inputs, test.targets())?;
    println!("\naveraged, on the test digits: written (down) and read as (across)\n{matrix}");
    let counts = Tensor::from_fn([10, 10], |place| matrix.count(place / 10, place % 10) as f64)?;
    save("confusion", &confusion(&counts, matrix.accuracy()))?;
    let pixels = (0..10)
        .map(|digit| image(&averaged.select(1, digit)?))
        .collect::<Result<Vec<_>, Error>>()?;
    let pixels = Tensor::stack(&pixels.iter().collect::<Vec<_>>(), 0)?;
    let digits = (0..10).map(|digit| digit.to_string());
    let title = "Averaged weights of ten perceptrons, in standard deviations";
    save("ten", &images(&pixels, digits).columns(5).title(title))
}

fn confusion(counts: &Tensor<f64>, accuracy: f64) -> impl Picture {
    confusion_matrix(counts, (0..10).map(|digit| digit.to_string())).title(format!(
        "Ten averaged perceptrons: {:.1} % right",
        100.0 * accuracy
    ))
}

/// The weights of ten perceptrons, `[features, 10]`: each has learned its digit from all others.
fn learn<R: PerceptronRule>(
    epochs: usize,
    inputs: &Tensor,
    targets: &Tensor<i64>,
    new: impl Fn() -> R,
) -> Result<Tensor, Error> {
    let mut columns = Vec::new();
    for digit in 0..10 {
        let labels = targets.map(|class| if class == digit { 1.0 } else { -1.0 })?;
        let (mut rule, mut weights) = (new(), Tensor::zeros([inputs.shape()[1]])?);
        for _ in 0..epochs {
            rule.pass(&mut weights, inputs, &labels)?;
        }
        columns.push(rule.learned(&weights)?);
    }
    Ok(Tensor::stack(&columns.iter().collect::<Vec<_>>(), 1)?)
}

/// Which digits are taken for which: all outputs by one matrix multiplication, then the largest of each row.
fn count(weights: &Tensor, inputs: &Tensor, targets: &Tensor<i64>) -> Result<ConfusionMatrix, Error> {
    let mut matrix = ConfusionMatrix::new(10);
    matrix.add(&inputs.matmul(weights)?.argmax(1)?, targets)?;
    Ok(matrix)
}
