//! A framework of one's own: layers and losses that know how to go forward and how to go backward.
//!
//! Nothing here but tensors. Each piece keeps what its `forward` saw, and its `backward` turns the gradient of the loss with
//! respect to its output, `g = ∂L/∂y`, into the one with respect to its input, `∂L/∂x`. That is the chain rule, and it is all that a
//! [`Net`] needs: forward from the first layer to the last, backward from the last to the first.
//!
//! Rows are samples: `x` is `[n, inputs]`. Everything works in f32, to be fast, and in f64, to be checked.

use backprop::tensor::{Element, Float, Result, Rng, Tensor, keep};

/// What can be put into a [`Net`].
pub(crate) trait Layer<T: Float> {
    /// The output of the layer, `y`.
    fn forward(&mut self, x: Tensor<T>) -> Result<Tensor<T>>;

    /// `∂L/∂x`, given `g = ∂L/∂y` for the `y` of the last forward. The gradients of the parameters are left in them.
    fn backward(&mut self, g: &Tensor<T>) -> Result<Tensor<T>>;

    /// What is learned; for most layers nothing.
    fn parameters(&mut self) -> Vec<&mut Parameter<T>> {
        Vec::new()
    }
}

/// What can be minimized, for targets of type `Y`: class numbers, or values.
pub(crate) trait Loss<T: Float, Y: Element> {
    /// `L`, the mean over the batch.
    fn forward(&mut self, outputs: Tensor<T>, targets: &Tensor<Y>) -> Result<T>;

    /// `∂L/∂outputs`, for those of the last forward.
    fn backward(&self) -> Result<Tensor<T>>;
}

/// A tensor that is learned, and the gradient that the last backward found for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameter<T: Float = f32> {
    pub(crate) value: Tensor<T>,
    pub(crate) gradient: Tensor<T>,
}

impl<T: Float> Parameter<T> {
    fn new(value: Tensor<T>) -> Self {
        let gradient = Tensor::default();
        Self { value, gradient }
    }

    /// One step of gradient descent: `w ← w − η ∂L/∂w`.
    fn update(&mut self, learning_rate: T) -> Result<()> {
        self.value = self.value.try_sub(&(&self.gradient * learning_rate))?;
        Ok(())
    }
}

/// `y = x Wᵀ + b`, with `W` of shape `[outputs, inputs]`.
#[derive(Debug)]
pub(crate) struct Linear<T: Float = f32> {
    weight: Parameter<T>,
    bias: Parameter<T>,
    x: Tensor<T>,
}

impl<T: Float> Linear<T> {
    pub(crate) fn new(weight: Tensor<T>, bias: Tensor<T>) -> Self {
        let (weight, bias) = (Parameter::new(weight), Parameter::new(bias));
        let x = Tensor::default();
        Self { weight, bias, x }
    }

    /// Weights normally distributed with deviation `1/√inputs`, so that outputs are about as large as inputs; biases 0.
    pub(crate) fn random(inputs: usize, outputs: usize, rng: &mut Rng) -> Result<Self> {
        let deviation = T::from_f64(1.0 / (inputs as f64).sqrt());
        let weight = Tensor::normal([outputs, inputs], T::ZERO, deviation, rng)?;
        Ok(Self::new(weight, Tensor::zeros([outputs])?))
    }
}

impl<T: Float> Layer<T> for Linear<T> {
    fn forward(&mut self, x: Tensor<T>) -> Result<Tensor<T>> {
        let y = x
            .matmul(&self.weight.value.transpose(0, 1)?)?
            .try_add(&self.bias.value);
        self.x = x;
        y
    }

    /// `∂L/∂W = gᵀ x`, `∂L/∂b = Σ g` over the batch, `∂L/∂x = g W`.
    fn backward(&mut self, g: &Tensor<T>) -> Result<Tensor<T>> {
        self.weight.gradient = g.transpose(0, 1)?.matmul(&self.x)?;
        self.bias.gradient = g.sum(0)?;
        g.matmul(&self.weight.value)
    }

    fn parameters(&mut self) -> Vec<&mut Parameter<T>> {
        vec![&mut self.weight, &mut self.bias]
    }
}

/// `y = tanh x`.
#[derive(Debug, Default)]
pub(crate) struct Tanh<T: Float = f32> {
    y: Tensor<T>,
}

impl<T: Float> Layer<T> for Tanh<T> {
    fn forward(&mut self, x: Tensor<T>) -> Result<Tensor<T>> {
        self.y = x.tanh()?;
        Ok(self.y.clone())
    }

    /// `∂L/∂x = g (1 − y²)`.
    fn backward(&mut self, g: &Tensor<T>) -> Result<Tensor<T>> {
        g.try_mul(&one_minus(&self.y.square()?)?)
    }
}

/// `y = 1 / (1 + e⁻ˣ)`.
#[derive(Debug, Default)]
pub(crate) struct Sigmoid<T: Float = f32> {
    y: Tensor<T>,
}

impl<T: Float> Layer<T> for Sigmoid<T> {
    fn forward(&mut self, x: Tensor<T>) -> Result<Tensor<T>> {
        self.y = (x.neg()?.exp()? + T::ONE).reciprocal()?;
        Ok(self.y.clone())
    }

    /// `∂L/∂x = g y (1 − y)`, which is `g/4` at most.
    fn backward(&mut self, g: &Tensor<T>) -> Result<Tensor<T>> {
        g.try_mul(&self.y)?.try_mul(&one_minus(&self.y)?)
    }
}

/// `y = max(x, 0)`.
#[derive(Debug, Default)]
pub(crate) struct Relu<T: Float = f32> {
    y: Tensor<T>,
}

impl<T: Float> Layer<T> for Relu<T> {
    fn forward(&mut self, x: Tensor<T>) -> Result<Tensor<T>> {
        self.y = x.maximum(&Tensor::scalar(T::ZERO))?;
        Ok(self.y.clone())
    }

    /// `∂L/∂x = g` where `x > 0`, and 0 elsewhere.
    fn backward(&mut self, g: &Tensor<T>) -> Result<Tensor<T>> {
        g.try_mul(&self.y.sign()?)
    }
}

/// Scores as probabilities: `yᵢ = eˣⁱ / Σⱼ eˣʲ`, sample by sample.
#[derive(Debug, Default)]
pub(crate) struct Softmax<T: Float = f32> {
    y: Tensor<T>,
}

impl<T: Float> Layer<T> for Softmax<T> {
    /// The largest score is subtracted first, which changes nothing but that no exponential overflows.
    fn forward(&mut self, x: Tensor<T>) -> Result<Tensor<T>> {
        let e = x.try_sub(&x.max(keep(1))?)?.exp()?;
        self.y = e.try_div(&e.sum(keep(1))?)?;
        Ok(self.y.clone())
    }

    /// `∂yⱼ/∂xᵢ = yⱼ (δᵢⱼ − yᵢ)`, so `∂L/∂xᵢ = yᵢ (gᵢ − Σⱼ gⱼ yⱼ)`.
    fn backward(&mut self, g: &Tensor<T>) -> Result<Tensor<T>> {
        let mean = g.try_mul(&self.y)?.sum(keep(1))?;
        self.y.try_mul(&g.try_sub(&mean)?)
    }
}

/// `L = −1/n Σ log pₜ`, where `pₜ` is the probability that a sample's true class `t` was given.
///
/// As `pₜ` nears 0 the loss and its gradient grow without bound; once it is rounded to 0, there is no way back.
#[derive(Debug, Default)]
pub(crate) struct CrossEntropyLoss<T: Float = f32> {
    p: Tensor<T>,
    /// The true classes, as a column.
    t: Tensor<i64>,
}

impl<T: Float> Loss<T, i64> for CrossEntropyLoss<T> {
    fn forward(&mut self, p: Tensor<T>, classes: &Tensor<i64>) -> Result<T> {
        (self.p, self.t) = (p, classes.unsqueeze(1)?);
        self.p.gather(1, &self.t)?.log()?.neg()?.mean(..)?.item()
    }

    /// `∂L/∂pₜ = −1 / (n pₜ)`; 0 for the other classes.
    fn backward(&self) -> Result<Tensor<T>> {
        let n = T::from_f64(self.t.count() as f64);
        let slope = -(self.p.gather(1, &self.t)? * n).reciprocal()?;
        self.p.zeros_like()?.scatter_add(1, &self.t, &slope)
    }
}

/// `L = mean of (y − t)²`, for regression.
#[derive(Debug, Default)]
pub(crate) struct MeanSquaredError<T: Float = f32> {
    /// `y − t`.
    difference: Tensor<T>,
}

impl<T: Float> Loss<T, T> for MeanSquaredError<T> {
    fn forward(&mut self, outputs: Tensor<T>, targets: &Tensor<T>) -> Result<T> {
        self.difference = outputs.try_sub(targets)?;
        self.difference.square()?.mean(..)?.item()
    }

    /// `∂L/∂y = 2 (y − t) / n`.
    fn backward(&self) -> Result<Tensor<T>> {
        Ok(&self.difference * T::from_f64(2.0 / self.difference.count() as f64))
    }
}

/// Layers one after the other.
#[derive(Default)]
pub(crate) struct Net<T: Float = f32> {
    layers: Vec<Box<dyn Layer<T>>>,
}

impl<T: Float> Net<T> {
    /// With one layer more, at the end.
    pub(crate) fn with(mut self, layer: impl Layer<T> + 'static) -> Self {
        self.layers.push(Box::new(layer));
        self
    }

    /// One step of gradient descent on a batch; gives the loss before it.
    pub(crate) fn step<Y: Element>(
        &mut self,
        loss: &mut impl Loss<T, Y>,
        (inputs, targets): (Tensor<T>, &Tensor<Y>),
        learning_rate: T,
    ) -> Result<T> {
        let outputs = self.forward(inputs)?;
        let value = loss.forward(outputs, targets)?;
        self.backward(&loss.backward()?)?;
        for parameter in self.parameters() {
            parameter.update(learning_rate)?;
        }
        Ok(value)
    }
}

impl<T: Float> Layer<T> for Net<T> {
    fn forward(&mut self, x: Tensor<T>) -> Result<Tensor<T>> {
        self.layers.iter_mut().try_fold(x, |x, layer| layer.forward(x))
    }

    fn backward(&mut self, g: &Tensor<T>) -> Result<Tensor<T>> {
        let mut backwards = self.layers.iter_mut().rev();
        backwards.try_fold(g.clone(), |g, layer| layer.backward(&g))
    }

    fn parameters(&mut self) -> Vec<&mut Parameter<T>> {
        self.layers
            .iter_mut()
            .flat_map(|layer| layer.parameters())
            .collect()
    }
}

/// `1 − x`.
fn one_minus<T: Float>(x: &Tensor<T>) -> Result<Tensor<T>> {
    Tensor::scalar(T::ONE).try_sub(x)
}
