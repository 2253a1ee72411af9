//! The formulas alone: the tape takes the gradients.

use backprop::prelude::*;

use super::Task;

/// The loss of every step.
pub(crate) fn train(task: &Task) -> Result<Vec<f64>, Box<dyn std::error::Error>> {
    let [(w1, b1), (w2, b2)] = task.initial.clone();
    let mut model = [w1, b1, w2, b2].map(Param::new);
    let mut optimizer = Sgd::new(f64::from(task.learning_rate));
    let mut losses = Vec::new();
    for batch in task
        .data
        .batches(task.batch_size)
        .shuffle(&mut Rng::seed(task.seed))
    {
        let tape = Tape::training(0);
        let [w1, b1, w2, b2] = model.each_ref().map(|param| tape.param(param));
        let hidden = tape.input(batch.inputs).linear(&w1, Some(&b1)).tanh();
        let loss = hidden.linear(&w2, Some(&b2)).cross_entropy(&batch.targets);
        losses.push(f64::from(loss.item()?));
        optimizer.step(&mut model, &loss.backward()?)?;
    }
    Ok(losses)
}
