//! The networks of this example: linear layers with an activation between them.

use backprop::autodiff::Var;
use backprop::tensor::{Float, Result, Rng, Tensor};

use super::framework::{Layer, Linear, Net, Relu, Sigmoid, Tanh};

/// What stands between two linear layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    None,
    Tanh,
    Sigmoid,
    Relu,
}

impl Activation {
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::Tanh, Self::Sigmoid, Self::Relu];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Relu => "ReLU",
        }
    }

    /// The network with this one at its end, by hand.
    fn after<T: Float>(self, net: Net<T>) -> Net<T> {
        match self {
            Self::None => net,
            Self::Tanh => net.with(Tanh::default()),
            Self::Sigmoid => net.with(Sigmoid::default()),
            Self::Relu => net.with(Relu::default()),
        }
    }

    /// The same, on the tape.
    pub(crate) fn of<T: Float>(self, x: &Var<T>) -> Var<T> {
        match self {
            Self::None => x.clone(),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => x.sigmoid(),
            Self::Relu => x.relu(),
        }
    }
}

/// Linear layers from `sizes[0]` inputs to `sizes[1]`, from these to `sizes[2]` and so on, with random weights.
pub(crate) fn perceptron<T: Float>(sizes: &[usize], activation: Activation, rng: &mut Rng) -> Result<Net<T>> {
    let mut net = Net::default();
    for (index, size) in sizes.windows(2).enumerate() {
        if index > 0 {
            net = activation.after(net);
        }
        net = net.with(Linear::random(size[0], size[1], rng)?);
    }
    Ok(net)
}

/// The weight and the bias of each layer, in this order.
pub(crate) fn values<T: Float>(net: &mut Net<T>) -> Vec<Tensor<T>> {
    let parameters = net.parameters().into_iter();
    parameters.map(|parameter| parameter.value.clone()).collect()
}

/// The output of the same network on the tape, where its values are variables.
pub(crate) fn on_tape<T: Float>(x: &Var<T>, values: &[Var<T>], activation: Activation) -> Var<T> {
    let mut y = x.clone();
    for (index, layer) in values.chunks(2).enumerate() {
        if index > 0 {
            y = activation.of(&y);
        }
        y = y.linear(&layer[0], layer.get(1));
    }
    y
}
