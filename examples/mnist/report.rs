//! What the network can do: accuracy per class, and which classes it takes for which.

use backprop::prelude::*;

use super::Error;
use super::data::CLASSES;

/// Prints it, and gives the accuracy.
pub(crate) fn print(model: &DynamicSequential, test: &TensorDataset) -> Result<f64, Error> {
    let mut matrix = ConfusionMatrix::new(CLASSES);
    matrix.add(&predict_classes(model, test.inputs())?, test.targets())?;
    println!("\nclass   accuracy");
    for class in 0..CLASSES {
        println!("{class:>5} {:>8.2} %", 100.0 * matrix.recall(class));
    }
    println!("\ntrue (down) and predicted (across):\n{matrix}\n");
    Ok(matrix.accuracy())
}
