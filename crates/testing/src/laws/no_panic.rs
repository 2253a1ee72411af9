use backprop_layers::Layer;
use backprop_tensor::{Float, MAX_RANK, Rng, Shape, Tensor};

use crate::tapes::Kind;

pub(crate) fn check<T: Float>(layer: &impl Layer<T>, input: &Tensor<T>, seed: u64) -> Result<(), String> {
    let rng = &mut Rng::seed(seed);
    for shape in shapes(input.shape(), rng) {
        for kind in [Kind::Inference, Kind::Training(seed)] {
            // A shape that no tensor can have is not the layer's to refuse.
            let Ok(input) = Tensor::normal(&shape, T::ZERO, T::ONE, rng) else {
                continue;
            };
            let tape = kind.tape();
            let output = layer.forward(&tape.variable(input));
            if let (Ok(value), true) = (output.value(), output.is_tracked()) {
                // An error is as good an answer as gradients.
                let _ = output.backward_from(value.clone());
            }
        }
    }
    Ok(())
}

/// Shapes that are wrong for most layers: of every rank, empty, and each a little off the right one.
fn shapes(right: &Shape, rng: &mut Rng) -> Vec<Vec<usize>> {
    let mut shapes: Vec<Vec<usize>> = (0..=MAX_RANK).map(|rank| vec![1; rank]).collect();
    shapes.extend((0..=MAX_RANK).map(|rank| (0..rank).map(|_| rng.below(4)).collect()));
    for axis in 0..right.rank() {
        for length in [0, 1, right[axis] + 1, right[axis].saturating_sub(1)] {
            let mut shape = right.to_vec();
            shape[axis] = length;
            shapes.push(shape);
        }
        let mut shorter = right.to_vec();
        shorter.remove(axis);
        shapes.push(shorter);
        let mut longer = right.to_vec();
        longer.insert(axis, 2);
        shapes.push(longer);
    }
    shapes.retain(|shape| shape.len() <= MAX_RANK);
    shapes
}
