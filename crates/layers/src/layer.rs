//! What a layer is.

use backprop_autodiff::{Module, Var};
use backprop_tensor::Float;

/// A module with one input and one output: it owns its parameters, and computes on the tape of its input.
///
/// `forward` needs no argument but the input: whether to behave as in training, and what is random in it, is known to the tape. It
/// does not return a `Result` either: a wrong shape gives a variable that has failed, and the error, with the shapes and the
/// line, waits on the tape.
///
/// ```
/// use backprop_autodiff::{Tape, Var};
/// use backprop_layers::{Layer, Linear, Module};
/// use backprop_tensor::{Rng, Tensor};
///
/// #[derive(Module)]
/// struct Gated {
///     value: Linear,
///     gate: Linear,
/// }
///
/// impl Layer for Gated {
///     fn forward(&self, x: &Var) -> Var {
///         self.value.forward(x) * self.gate.forward(x).sigmoid()
///     }
/// }
///
/// let mut rng = Rng::seed(0);
/// let layer = Gated { value: Linear::new(3, 2, &mut rng), gate: Linear::new(3, 2, &mut rng) };
/// let y = layer.forward(&Tape::inference().input(Tensor::ones([5, 3])?));
/// assert_eq!(y.value()?.shape(), &[5, 2]);
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
pub trait Layer<T: Float = f32>: Module<T> {
    /// The output for this input.
    fn forward(&self, x: &Var<T>) -> Var<T>;

    /// What it is called in a [summary](crate::summary): the name of its type unless overridden.
    fn name(&self) -> &'static str {
        let name = std::any::type_name::<Self>();
        let name = name.split('<').next().unwrap_or(name);
        name.rsplit("::").next().unwrap_or(name)
    }

    /// The layers that this one consists of, if all it does is to apply them one after another; empty for all others.
    fn sequence(&self) -> Vec<&dyn Layer<T>> {
        Vec::new()
    }
}

impl<T: Float, L: Layer<T> + ?Sized> Layer<T> for Box<L> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        (**self).forward(x)
    }

    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn sequence(&self) -> Vec<&dyn Layer<T>> {
        (**self).sequence()
    }
}

/// A layer that may be left out.
impl<T: Float, L: Layer<T>> Layer<T> for Option<L> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        match self {
            Some(layer) => layer.forward(x),
            None => x.clone(),
        }
    }

    fn name(&self) -> &'static str {
        self.as_ref().map_or("None", Layer::name)
    }

    fn sequence(&self) -> Vec<&dyn Layer<T>> {
        self.as_ref().map_or_else(Vec::new, Layer::sequence)
    }
}
