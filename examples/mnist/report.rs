//! What the network can do: accuracy per class, and which digits it takes for which.

use backprop::prelude::*;

use super::Error;
use super::model::CLASSES;

/// Prints it, and gives the accuracy.
pub(crate) fn print(model: &DynamicSequential, test: &TensorDataset) -> Result<f64, Error> {
    let mut matrix = ConfusionMatrix::new(CLASSES);
    matrix.add(&predict_classes(model, test.inputs())?, test.targets())?;
    println!("\ndigit   accuracy");
    for class in 0..CLASSES {
        println!("{class:>5} {:>8.2} %", 100.0 * matrix.recall(class));
    }
    println!("\nwritten (down) and read as (across):\n{matrix}\n");
    Ok(matrix.accuracy())
}
