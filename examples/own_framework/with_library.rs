//! The same training with the library: no backward to write, and softmax and cross-entropy in one.

use backprop::prelude::*;

use super::Result;

/// The loss of every step from these initial weights and biases, with the batches in the same order.
pub(crate) fn train(
    initial: &[Tensor],
    data: &TensorDataset,
    (epochs, batch_size): (usize, usize),
    learning_rate: f32,
) -> Result<Vec<f64>> {
    let mut model = Sequential::dynamic();
    for (index, layer) in initial.chunks(2).enumerate() {
        if index > 0 {
            model.push(Tanh);
        }
        let bias = layer.get(1).cloned().map(Param::new);
        model.push(Linear::from_parts(layer[0].clone(), bias));
    }
    let mut optimizer = Sgd::new(f64::from(learning_rate));
    let mut losses = Vec::new();
    for _ in 0..epochs {
        for batch in data.batches(batch_size) {
            let tape = Tape::training(0);
            let loss = model
                .forward(&tape.input(batch.inputs))
                .cross_entropy(&batch.targets);
            losses.push(f64::from(loss.item()?));
            optimizer.step(&mut model, &loss.backward()?)?;
        }
    }
    Ok(losses)
}
