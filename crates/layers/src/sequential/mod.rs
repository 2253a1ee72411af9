//! Layers one after another: as many as the program says, or as many as it finds out.

mod boxed;
mod dynamic;
mod layers;

use std::fmt;

use backprop_autodiff::{Leaf, LeafMut, Module, Path, Var};
use backprop_derive::Cast;
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

pub use boxed::BoxedLayer;
pub use dynamic::{DynamicLayer, DynamicSequential};
pub use layers::{Chain, Layers};

/// Layers one after another, each with the output of the one before it.
///
/// [`sequential!`](crate::sequential!) makes one of layers that are known to the compiler: no boxes, and every layer can be reached with its own
/// type. [`Sequential::dynamic`] makes one that grows while the program runs. Parameters are
/// found under the number of their layer: `0.weight`.
///
/// ```
/// use backprop_autodiff::{Module, Tape};
/// use backprop_layers::{Layer, Linear, Relu, sequential};
/// use backprop_tensor::{Rng, Tensor};
///
/// let mut rng = Rng::seed(0);
/// let model = sequential![Linear::new(784, 128, &mut rng), Relu, Linear::new(128, 10, &mut rng)];
/// println!("{model:?}"); // Sequential(Linear(784 -> 128), Relu, Linear(128 -> 10))
/// assert_eq!(model.layers().2.outputs(), 10);
/// assert_eq!(model.named_parameters()[2].0, "2.weight");
///
/// let tape = Tape::inference();
/// let y = model.forward(&tape.input(Tensor::zeros([64, 784])?));
/// assert_eq!(y.value()?.shape(), &[64, 10]);
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Cast)]
#[serde(transparent)]
pub struct Sequential<L> {
    layers: L,
}

impl<L> Sequential<L> {
    /// These layers: a tuple of up to twelve, an array, or a vector.
    pub fn new(layers: L) -> Self {
        Self { layers }
    }

    /// The layers.
    pub fn layers(&self) -> &L {
        &self.layers
    }

    /// The layers, to be changed.
    pub fn layers_mut(&mut self) -> &mut L {
        &mut self.layers
    }

    /// The layers, handed over.
    pub fn into_layers(self) -> L {
        self.layers
    }

    /// These layers, and then others.
    ///
    /// ```
    /// # use backprop_autodiff::Module;
    /// # use backprop_layers::{Linear, Relu, sequential};
    /// # use backprop_tensor::Rng;
    /// let mut rng = Rng::seed(0);
    /// let body = sequential![Linear::new(4, 8, &mut rng), Relu];
    /// let model = body.then(sequential![Linear::new(8, 3, &mut rng)]);
    /// assert_eq!(model.named_parameters()[2].0, "2.weight");
    /// ```
    pub fn then<M>(self, next: Sequential<M>) -> Sequential<Chain<L, M>> {
        Sequential::new(Chain(self.layers, next.layers))
    }
}

impl<T: Float, L: Layers<T>> Module<T> for Sequential<L> {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, T>)) {
        let mut index = 0;
        self.layers.each(&mut |layer| {
            layer.visit(&path.index(index), visitor);
            index += 1;
        });
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, T>)) {
        let mut index = 0;
        self.layers.each_mut(&mut |layer| {
            layer.visit_mut(&path.index(index), visitor);
            index += 1;
        });
    }
}

impl<T: Float, L: Layers<T>> Layer<T> for Sequential<L> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        self.layers.forward(x)
    }

    fn sequence(&self) -> Vec<&dyn Layer<T>> {
        let mut sequence = Vec::new();
        self.layers.each(&mut |layer| sequence.push(layer));
        sequence
    }
}

impl<L: fmt::Debug> fmt::Debug for Sequential<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sequential")?;
        self.layers.fmt(f)
    }
}

/// Layers one after another, as a [`Sequential`]: `sequential![Linear::new(784, 10, &mut rng), Relu]`.
///
/// Any number of them: beyond twelve, as a [`Chain`] of tuples, which counts on.
#[macro_export]
macro_rules! sequential {
    ($($layer:expr),* $(,)?) => {
        $crate::Sequential::new($crate::__layers![$($layer),*])
    };
}

/// A tuple of expressions, or a chain of tuples.
#[doc(hidden)]
#[macro_export]
macro_rules! __layers {
    (
        $a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $f:expr, $g:expr, $h:expr, $i:expr, $j:expr, $k:expr, $l:expr,
        $($rest:expr),+
    ) => {
        $crate::Chain(($a, $b, $c, $d, $e, $f, $g, $h, $i, $j, $k, $l), $crate::__layers![$($rest),+])
    };
    ($($layer:expr),*) => { ($($layer,)*) };
}
