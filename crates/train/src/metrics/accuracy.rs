use backprop_tensor::{Float, Tensor};

use super::{Count, Metric};
use crate::Result;

/// The share of samples whose largest output is that of their class: outputs `[batch, classes]`, targets `[batch]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accuracy;

#[derive(Debug, Default)]
struct Correct {
    correct: usize,
    samples: usize,
}

impl<T: Float> Metric<i64, T> for Accuracy {
    fn name(&self) -> &str {
        "accuracy"
    }

    fn start(&self) -> Box<dyn Count<i64, T>> {
        Box::new(Correct::default())
    }
}

impl<T: Float> Count<i64, T> for Correct {
    fn add(&mut self, output: &Tensor<T>, targets: &Tensor<i64>) -> Result<()> {
        let predicted = output.argmax(-1)?;
        if predicted.shape() != targets.shape() {
            let expected = "do not fit: a class for each row of outputs";
            let (output, targets) = (output.shape(), targets.shape());
            return Err(backprop_tensor::Error::shapes("accuracy", output, targets, expected).into());
        }
        self.correct += predicted.equal(targets)?.count_true(..)?.item()? as usize;
        self.samples += targets.count();
        Ok(())
    }

    fn value(&self) -> f64 {
        self.correct as f64 / self.samples as f64
    }
}
