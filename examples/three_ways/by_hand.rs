//! Every layer with its own backward, as in the lesson: no tape, only tensors.

use backprop::tensor::{Result, Rng, Tensor};

use super::Task;

/// `y = x Wᵀ + b`.
struct Linear {
    weight: Tensor,
    bias: Tensor,
    /// The input of the last forward, which the gradient of the weight needs.
    x: Tensor,
    weight_gradient: Tensor,
    bias_gradient: Tensor,
}

impl Linear {
    fn new((weight, bias): (Tensor, Tensor)) -> Self {
        Self {
            weight,
            bias,
            x: Tensor::default(),
            weight_gradient: Tensor::default(),
            bias_gradient: Tensor::default(),
        }
    }

    fn forward(&mut self, x: Tensor) -> Result<Tensor> {
        self.x = x;
        self.x.matmul(&self.weight.transpose(0, 1)?)?.try_add(&self.bias)
    }

    /// `dL/dW = gᵀ x`, `dL/db = Σ g` over the batch, `dL/dx = g W`.
    fn backward(&mut self, g: &Tensor) -> Result<Tensor> {
        self.weight_gradient = g.transpose(0, 1)?.matmul(&self.x)?;
        self.bias_gradient = g.sum(0)?;
        g.matmul(&self.weight)
    }

    /// One step of gradient descent.
    fn update(&mut self, learning_rate: f32) {
        self.weight = &self.weight - &self.weight_gradient * learning_rate;
        self.bias = &self.bias - &self.bias_gradient * learning_rate;
    }
}

/// `y = tanh x`.
struct Tanh {
    y: Tensor,
}

impl Tanh {
    fn forward(&mut self, x: &Tensor) -> Result<Tensor> {
        self.y = x.tanh()?;
        Ok(self.y.clone())
    }

    /// `dL/dx = g (1 - y²)`.
    fn backward(&self, g: &Tensor) -> Tensor {
        g * &(1.0 - &self.y * &self.y)
    }
}

/// The mean of `-log softmax(x)_t` over the batch.
struct CrossEntropy {
    softmax: Tensor,
    targets: Tensor,
}

impl CrossEntropy {
    fn forward(&mut self, logits: &Tensor, classes: &Tensor<i64>) -> Result<f64> {
        self.softmax = logits.softmax(-1)?;
        self.targets = Tensor::one_hot(classes, logits.shape()[1])?;
        let losses = &self.targets * &logits.log_softmax(-1)?;
        Ok(-f64::from(losses.sum(..)?.item()?) / classes.count() as f64)
    }

    /// `dL/dx = (softmax(x) - t) / n`.
    fn backward(&self) -> Tensor {
        let samples = self.softmax.shape()[0] as f32;
        (&self.softmax - &self.targets) / samples
    }
}

/// Linear, tanh, linear.
struct Net {
    hidden: Linear,
    tanh: Tanh,
    output: Linear,
}

impl Net {
    fn forward(&mut self, x: Tensor) -> Result<Tensor> {
        let hidden = self.hidden.forward(x)?;
        let active = self.tanh.forward(&hidden)?;
        self.output.forward(active)
    }

    fn backward(&mut self, g: &Tensor) -> Result<Tensor> {
        let g = self.output.backward(g)?;
        let g = self.tanh.backward(&g);
        self.hidden.backward(&g)
    }

    fn update(&mut self, learning_rate: f32) {
        self.hidden.update(learning_rate);
        self.output.update(learning_rate);
    }
}

/// The loss of every step.
pub(crate) fn train(task: &Task) -> Result<Vec<f64>> {
    let [hidden, output] = task.initial.clone();
    let mut net = Net {
        hidden: Linear::new(hidden),
        tanh: Tanh { y: Tensor::default() },
        output: Linear::new(output),
    };
    let mut cross_entropy = CrossEntropy {
        softmax: Tensor::default(),
        targets: Tensor::default(),
    };
    let mut losses = Vec::new();
    for batch in task
        .data
        .batches(task.batch_size)
        .shuffle(&mut Rng::seed(task.seed))
    {
        let logits = net.forward(batch.inputs)?;
        losses.push(cross_entropy.forward(&logits, &batch.targets)?);
        net.backward(&cross_entropy.backward())?;
        net.update(task.learning_rate);
    }
    Ok(losses)
}
