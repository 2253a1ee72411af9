//! The laws of optimizers, one file each, and the model that they are tried on.

use backprop_autodiff::{Buffer, Gradients, Param, Tape};
use backprop_optim::{Optimizer, OptimizerState};
use backprop_tensor::{Float, Rng, Tensor};

pub(crate) mod all_or_nothing;
pub(crate) mod models;
pub(crate) mod resuming;
pub(crate) mod settings;
pub(crate) mod threads;
pub(crate) mod untouched;
pub(crate) mod zero_rate;

/// Parameters, and what a forward pass changes.
type Model<T> = (Vec<Param<T>>, Buffer<T>);

/// Of several ranks, a scalar and an empty one among them.
const SHAPES: &[&[usize]] = &[&[3, 2], &[3], &[], &[0], &[33]];

/// The last parameter, which a law may leave out or spoil.
const LAST: usize = SHAPES.len() - 1;

fn model<T: Float>(seed: u64) -> Result<Model<T>, String> {
    of_shapes(SHAPES, seed)
}

fn of_shapes<T: Float>(shapes: &[&[usize]], seed: u64) -> Result<Model<T>, String> {
    let rng = &mut Rng::seed(seed);
    let normal = |shape| Tensor::normal(shape, T::ZERO, T::ONE, rng).map(Param::new);
    let params: Result<_, _> = shapes.iter().copied().map(normal).collect();
    Ok((params.map_err(failed)?, Buffer::new(Tensor::from([T::ZERO]))))
}

fn failed(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Gradients of the parameters that `has` says yes to, drawn from a seed, and a value for the buffer.
fn gradients<T: Float>(
    model: &Model<T>,
    seed: u64,
    has: impl Fn(usize) -> bool,
) -> Result<Gradients<T>, String> {
    let (tape, rng) = (Tape::training(seed), &mut Rng::seed(seed));
    let mut loss = tape.input(Tensor::scalar(T::ZERO));
    for (index, param) in model.0.iter().enumerate() {
        // Drawn for all of them, so that those of one do not depend on which others there are.
        let gradient = Tensor::normal(param.shape().dims(), T::ZERO, T::ONE, rng).map_err(failed)?;
        if has(index) {
            // The derivative of w g is g.
            loss = loss + (tape.param(param) * tape.input(gradient)).sum(..);
        }
    }
    tape.update(&model.1, Tensor::from([T::from_f64(seed as f64)]));
    loss.backward().map_err(failed)
}

/// Some steps with gradients of all parameters, the first of which has this number.
fn steps<T: Float>(
    optimizer: &mut impl Optimizer<T>,
    model: &mut Model<T>,
    numbers: std::ops::Range<u64>,
) -> Result<(), String> {
    for number in numbers {
        let gradients = gradients(model, number, |_| true)?;
        { optimizer.step(model, &gradients) }.map_err(|error| format!("a step failed: {error}"))?;
    }
    Ok(())
}

/// Whether two models have the same bits, sign of zero and all.
fn same<T: Float>(left: &Model<T>, right: &Model<T>) -> Result<(), String> {
    for (index, (left, right)) in left.0.iter().zip(&right.0).enumerate() {
        same_tensor(left.value(), right.value())
            .map_err(|message| format!("parameter {index}, {message}"))?;
    }
    same_tensor(left.1.value(), right.1.value()).map_err(|message| format!("buffer, {message}"))
}

fn same_tensor<T: Float>(left: &Tensor<T>, right: &Tensor<T>) -> Result<(), String> {
    if left.shape() != right.shape() {
        return Err(format!("shape {} is not {}", left.shape(), right.shape()));
    }
    let bits = |x: &T| x.to_f64().to_bits();
    let (left, right) = (left.to_vec(), right.to_vec());
    match left
        .iter()
        .zip(&right)
        .position(|(left, right)| bits(left) != bits(right))
    {
        None => Ok(()),
        Some(element) => Err(format!(
            "element {element}: {} is not {}",
            left[element], right[element]
        )),
    }
}

fn state<T: Float>(optimizer: &impl Optimizer<T>) -> Result<OptimizerState<T>, String> {
    { optimizer.state() }.map_err(|error| format!("its state cannot be saved: {error}"))
}
