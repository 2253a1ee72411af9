//! Chapter 2. The perceptron: a neuron that learns from its mistakes.
//!
//! Rosenblatt's perceptron (*The perceptron: a probabilistic model for information storage and organization in the brain*, 1958) tells two classes apart, `t = +1` and
//! `t = −1`, by the sign of a weighted sum: `y(x) = sign(w·x)`, where one of the features is always 1 so that its weight is the bias.
//!
//! # The criterion and the rule
//!
//! Right answers have `t w·x > 0`. The perceptron criterion adds up how wrong the wrong ones are,
//!
//! ```text
//! E(w) = −Σ w·x t      over the misclassified samples
//! ```
//!
//! and going down its gradient, sample by sample, is the rule: leave the weights alone where they are right, and otherwise
//!
//! ```text
//! w ← w + η x t
//! ```
//!
//! ```
//! use backprop::datasets::synthetic::MakeBlobs;
//! use backprop::optim::rules::{Perceptron, PerceptronRule};
//! use backprop::plot::{Chart, scatter_classes};
//! use backprop::prelude::*;
//!
//! let mut rng = Rng::seed(2);
//! let centers = Tensor::from([[-1.0_f32, -1.5], [2.0, 1.5]]);
//! let blobs = MakeBlobs::new(100).centers_at(centers).cluster_std(0.85).generate(&mut rng)?;
//! let inputs = Tensor::concat(&[blobs.inputs(), &Tensor::ones([100, 1])?], 1)?; // the bias
//! let labels = blobs.targets().cast::<f32>()? * 2.0 - 1.0;
//!
//! let mut weights = Tensor::zeros([3])?;
//! let mut rule = Perceptron::new(1.0);
//! let (x1, x2) = (blobs.inputs().slice(1, 0..1)?, blobs.inputs().slice(1, 1..2)?);
//! let mut chart = scatter_classes(&x1, &x2, blobs.targets(), ["−1", "+1"]).y_limits(-4.0, 4.0).x_limits(-5.0, 5.0);
//! let (mut corrections, mut at_rest) = (0, 0);
//! for i in (0..100).cycle() {
//!     let (x, t) = (inputs.select(0, i)?, labels.select(0, i)?.item()?);
//!     if rule.step(&mut weights, &x, t)? { // a mistake, and it has been corrected
//!         (corrections, at_rest) = (corrections + 1, 0);
//!         let w = weights.to_vec();
//!         let boundary = |x: f32| f64::from(-(w[0] * x + w[2]) / w[1]); // where w·x = 0
//!         chart = chart.line(&format!("correction {corrections}"), [-5.0, 5.0], [boundary(-5.0), boundary(5.0)]);
//!     } else {
//!         at_rest += 1;
//!     }
//!     if at_rest == 100 {
//!         break; // all samples, without a mistake
//!     }
//! }
//! let right = (inputs.matmul(&weights)? * &labels).map(|y| y > 0.0)?.count_true(..)?.item()?;
//! assert_eq!(right, 100);
//! # std::env::set_current_dir("../..")?;
//! chart.x_label("first feature").y_label("second feature").save("target/guide/perceptron.svg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("pictures/perceptron.svg")]
//!
//! # It comes to an end, if it can
//!
//! Suppose some line does separate the classes: a vector `u` of length 1 with `t u·x ≥ γ` for all samples, and let no sample be longer than `R`. From weights of 0, each
//! mistake adds at least `γ` to `u·w`, and at most `R²` to `‖w‖²`. After `k` mistakes, `k γ ≤ u·w ≤ ‖w‖ ≤ R √k`, so
//!
//! ```text
//! k ≤ (R / γ)²
//! ```
//!
//! (Novikoff, 1962). The bound knows nothing of the number of samples, of their order or of the learning rate. It is a property that random data can be held to:
//!
//! ```
//! use backprop::optim::rules::{Perceptron, PerceptronRule};
//! use backprop::prelude::*;
//!
//! let mut rng = Rng::seed(0);
//! let u = [0.6_f64, 0.8]; // of length 1
//! let (mut samples, mut labels) = (Vec::new(), Vec::new());
//! while labels.len() < 500 {
//!     let x = [rng.normal(), rng.normal()];
//!     let y = u[0] * x[0] + u[1] * x[1];
//!     if y.abs() >= 0.1 { // γ
//!         samples.extend(x);
//!         labels.push(y.signum());
//!     }
//! }
//! let largest = samples.chunks(2).map(|x| x[0] * x[0] + x[1] * x[1]).fold(0.0, f64::max); // R²
//! let (x, t) = (Tensor::from_slice(&samples, [500, 2])?, Tensor::from_slice(&labels, [500])?);
//!
//! let (mut weights, mut rule, mut total) = (Tensor::zeros([2])?, Perceptron::new(1.0), 0);
//! loop {
//!     let mistakes = rule.pass(&mut weights, &x, &t)?;
//!     total += mistakes;
//!     if mistakes == 0 {
//!         break;
//!     }
//! }
//! assert!(total as f64 <= largest / 0.01, "{total} mistakes");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! If no line separates them, the weights never come to rest. Two variants live with that: [`AveragedPerceptron`](crate::optim::rules::AveragedPerceptron) takes the mean of
//! all weights on the way, [`Pocket`](crate::optim::rules::Pocket) the best of them.
//!
//! # The same, as gradient descent
//!
//! The criterion is a loss like any other, [`PerceptronCriterion`](crate::train::PerceptronCriterion). Plain gradient descent on it, one sample a batch, takes the very same steps:
//!
//! ```
//! use backprop::optim::rules::{Perceptron, PerceptronRule};
//! use backprop::prelude::*;
//!
//! let mut rng = Rng::seed(0);
//! let x = Tensor::normal([50, 3], 0.0_f32, 1.0, &mut rng)?;
//! let labels = x.slice(1, 0..1)?.map(|x| if x > 0.0 { 1.0 } else { -1.0 })?;
//!
//! let mut weights = Tensor::zeros([3])?;
//! Perceptron::new(0.1).pass(&mut weights, &x, &labels.flatten(0, -1)?)?;
//!
//! let data = TensorDataset::new(x, labels)?;
//! let mut model = Linear::builder(3, 1).bias(false).weight(Initializer::Zeros).build(&mut rng);
//! let mut optimizer = Sgd::new(0.1);
//! for batch in data.batches(1) { // in their order
//!     let tape = Tape::training(rng.next_seed());
//!     let output = model.forward(&tape.input(batch.inputs));
//!     let loss = PerceptronCriterion.loss(&output, &batch.targets);
//!     optimizer.step(&mut model, &loss.backward()?)?;
//! }
//! for (a, b) in model.weight.value().to_vec().iter().zip(weights.to_vec()) {
//!     assert!((a - b).abs() < 1e-5, "{a} and {b}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What the perceptron cannot do is what no single neuron can: separate what no line separates. For that it takes more layers; and for more layers it takes to know how much
//! each weight of each layer is to blame, which is [the next chapter](super::gradients).
//!
//! The example `perceptron` goes on to the digits of MNIST: pairs of them, with the weights as pictures, and all ten, one perceptron each.
