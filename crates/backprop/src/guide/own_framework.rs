//! Chapter 4. A framework of your own: layers that know how to go forward and backward.
//!
//! With the chain rule of [the last chapter](super::gradients), a framework is a small thing: each layer has a `forward`, which computes and remembers what
//! it will need, and a `backward`, which takes the gradient of the loss with respect to its output and returns that with respect to its
//! input, keeping those of its own weights on the way.
//!
//! # A layer
//!
//! A linear layer computes `z = x Wᵀ + b` for a batch `x` of shape `[batch, inputs]`. With `g = ∂L/∂z`, of shape `[batch, outputs]`:
//!
//! ```text
//! ∂L/∂W = gᵀ x        ∂L/∂b = Σ g over the batch        ∂L/∂x = g W
//! ```
//!
//! The shapes leave no other way to put these together, which is a good way to remember them.
//!
//! # Two classes, two scores
//!
//! The network gives a score per class. Softmax makes probabilities of them, `pᵢ = exp zᵢ / Σ exp zⱼ`, and the cross-entropy of the right class `y` is `−ln p_y`. Each of
//! the two has an ugly derivative; together they have the most beautiful one there is:
//!
//! ```text
//! ∂L/∂zᵢ = pᵢ − [i = y]
//! ```
//!
//! # The whole framework
//!
//! Tensors, but no tape: every line of the backward pass is here.
//!
//! ```
//! use backprop::plot::{Figure, curves, level_map};
//! use backprop::prelude::*;
//! use backprop::tensor::Result;
//!
//! struct Dense { weight: Tensor, bias: Tensor, x: Tensor, weight_gradient: Tensor, bias_gradient: Tensor }
//!
//! impl Dense {
//!     fn new(inputs: usize, outputs: usize, rng: &mut Rng) -> Result<Self> {
//!         let weight = Tensor::normal([outputs, inputs], 0.0, 1.0 / (inputs as f32).sqrt(), rng)?;
//!         let [x, weight_gradient, bias_gradient] = Default::default();
//!         Ok(Self { weight, bias: Tensor::zeros([outputs])?, x, weight_gradient, bias_gradient })
//!     }
//!     fn forward(&mut self, x: &Tensor) -> Result<Tensor> {
//!         self.x = x.clone();
//!         x.matmul(&self.weight.transpose(0, 1)?)?.try_add(&self.bias)
//!     }
//!     fn backward(&mut self, g: &Tensor) -> Result<Tensor> {
//!         self.weight_gradient = g.transpose(0, 1)?.matmul(&self.x)?;
//!         self.bias_gradient = g.sum(0)?;
//!         g.matmul(&self.weight)
//!     }
//!     fn step(&mut self, rate: f32) {
//!         self.weight = &self.weight - &self.weight_gradient * rate;
//!         self.bias = &self.bias - &self.bias_gradient * rate;
//!     }
//! }
//!
//! /// Two layers with tanh between them.
//! struct Net { first: Dense, hidden: Tensor, second: Dense }
//!
//! impl Net {
//!     fn forward(&mut self, x: &Tensor) -> Result<Tensor> {
//!         self.hidden = self.first.forward(x)?.tanh()?;
//!         self.second.forward(&self.hidden)
//!     }
//!     fn backward(&mut self, g: &Tensor) -> Result<()> {
//!         let g = self.second.backward(g)?;
//!         let g = &g * &(1.0 - &self.hidden * &self.hidden); // tanh' = 1 − tanh²
//!         self.first.backward(&g).map(drop)
//!     }
//! }
//!
//! let mut rng = Rng::seed(3);
//! let data = backprop::datasets::synthetic::moons(200, 0.15, &mut rng)?;
//! let mut net = Net {
//!     first: Dense::new(2, 10, &mut rng)?,
//!     hidden: Tensor::default(),
//!     second: Dense::new(10, 2, &mut rng)?,
//! };
//! let mut losses = Vec::new();
//! for _epoch in 0..60 {
//!     let mut total = 0.0;
//!     for batch in data.batches(20).shuffle(&mut rng) {
//!         let probability = net.forward(&batch.inputs)?.softmax(-1)?;
//!         let right: Tensor = Tensor::one_hot(&batch.targets, 2)?; // 1 for the right class, 0 for the other
//!         total -= (&probability.log()? * &right).sum(..)?.item()?;
//!
//!         net.backward(&((&probability - &right) * (1.0 / 20.0)))?; // the mean over the batch
//!         net.first.step(0.5);
//!         net.second.step(0.5);
//!     }
//!     losses.push(total / 200.0);
//! }
//! assert!(losses[59] < 0.1, "{losses:?}");
//!
//! let map = level_map(data.inputs(), data.targets(), 0.5, |x| net.forward(x)?.softmax(-1)?.slice(1, 1..2))?;
//! # std::env::set_current_dir("../..")?;
//! Figure::new()
//!     .beside(curves([("loss", &losses)]).x_label("epoch").title("Mean cross-entropy"))
//!     .beside(map.title("Probability of class 1"))
//!     .size(900.0, 380.0)
//!     .save("target/guide/own_framework.svg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("pictures/own_framework.svg")]
//!
//! # What is left to wish for
//!
//! * **The backward pass is the forward pass, written again in reverse.** Each new layer means new formulas, and each new way to put them together means new plumbing. A tape
//!   writes the backward pass by itself: [the next chapter](super::low_level).
//! * **State in the layers.** `forward` needs `&mut self`, because the layer remembers its input. So two threads can't use one network, and a layer can't be used twice in
//!   one pass. Here the tape remembers, and layers are plain data.
//! * **Mistakes surface late.** Try a batch with three features: the error says which shapes did not go together, but not in which layer. Errors on a tape carry your file and line.
//!
//! The example `own_framework` takes the same way on noisy data, checks the gradients, and shows every epoch as it is learned; `three_ways` has the same training of MNIST by
//! hand, with the tape, and with the trainer, and shows that the losses agree after every step.
