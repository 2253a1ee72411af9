//! What a model consists of, as a table.

use std::collections::BTreeMap;
use std::fmt;

use backprop_autodiff::{Leaf, ParamId, Path, Record, Result, Source, Tape, Var};
use backprop_tensor::{Float, Shape, Tensor};

use crate::Layer;

/// What a model consists of: its layers with the shapes that come out of them, found by a forward pass on zeros, and its
/// parameters.
///
/// The parts of a [`Sequential`](crate::Sequential) are listed one by one; of any other layer, the operations that use its
/// parameters, under the path of these, in the order in which they were applied.
///
/// # Errors
/// That of the forward pass, if the model does not take an input of this shape.
///
/// ```
/// use backprop_layers::{Linear, Relu, sequential, summary};
/// use backprop_tensor::Rng;
///
/// let mut rng = Rng::seed(0);
/// let model = sequential![Linear::new(784, 128, &mut rng), Relu, Linear::new(128, 10, &mut rng)];
/// let summary = summary(&model, [64, 784])?;
/// assert_eq!(summary.parameters, 101_770);
/// assert_eq!(
///     summary.to_string(),
///     "\
/// Path  Layer   Output     Parameters
/// ------------------------------------
/// 0     Linear  [64, 128]     100,480
/// 1     Relu    [64, 128]           0
/// 2     Linear  [64, 10]        1,290
/// ------------------------------------
/// 101,770 parameters, all trainable"
/// );
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
pub fn summary<T: Float, L: Layer<T> + ?Sized>(model: &L, input: impl AsRef<[usize]>) -> Result<Summary> {
    let mut summary = Summary {
        rows: Vec::new(),
        parameters: 0,
        trainable: 0,
        buffers: 0,
    };
    model.visit(&Path::ROOT, &mut |_, leaf| match leaf {
        Leaf::Param(param) => {
            summary.parameters += param.value().count();
            summary.trainable += if param.is_trainable() { param.value().count() } else { 0 };
        }
        Leaf::Buffer(buffer) => summary.buffers += buffer.value().count(),
        _ => {}
    });
    summary.add(model, Tensor::zeros(input)?)?;
    Ok(summary)
}

/// A table of the layers of a model, from [`summary`]; its `Display` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The layers, in the order in which they compute.
    pub rows: Vec<Row>,
    /// The number of numbers in all parameters.
    pub parameters: usize,
    /// That of those which are trained.
    pub trainable: usize,
    /// The number of numbers in all buffers.
    pub buffers: usize,
}

/// A layer in a [`Summary`], or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// Its path in the model; empty for the model itself.
    pub path: String,
    /// Its name.
    pub layer: String,
    /// The shape that comes out of it.
    pub output: Shape,
    /// The number of numbers in its parameters.
    pub parameters: usize,
}
