//! Chapter 1. The neuron: a weighted sum, an activation, and what a single one can decide.
//!
//! # The model
//!
//! A nerve cell gathers what arrives at its dendrites and fires when it has had enough. The model neuron keeps that and drops everything else:
//!
//! ```text
//! Y = f(Σ Xᵢ Wᵢ)
//! ```
//!
//! Each input `Xᵢ` has a weight `Wᵢ`: large if it matters, negative if it speaks against. The activation `f` turns the sum into an answer. A constant input of 1 has a
//! weight too, the bias, which shifts where the neuron changes its mind.
//!
//! ```
//! use backprop::plot::{Chart, function};
//! use backprop::prelude::*;
//!
//! let neuron = |x: &[f64], w: &[f64], f: fn(f64) -> f64| f(x.iter().zip(w).map(|(x, w)| x * w).sum());
//!
//! let step = |z: f64| if z >= 0.0 { 1.0 } else { 0.0 };
//! let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
//! assert_eq!(neuron(&[1.0, 0.5, 1.0], &[2.0, -1.0, -1.0], step), 1.0); // 2 − 0.5 − 1 ≥ 0
//!
//! let z: Vec<f64> = (-200..=200).map(|i| f64::from(i) / 50.0).collect();
//! let draw = |f: &dyn Fn(f64) -> f64| z.iter().map(|&z| f(z)).collect::<Vec<_>>();
//! let chart = Chart::new()
//!     .line("step", &z, draw(&step))
//!     .line("sigmoid", &z, draw(&sigmoid))
//!     .line("tanh", &z, draw(&f64::tanh))
//!     .line("ReLU", &z, draw(&|z| z.max(0.0)))
//!     .y_limits(-1.2, 2.2)
//!     .x_label("weighted sum")
//!     .y_label("Y");
//! # std::env::set_current_dir("../..")?;
//! chart.save("target/guide/activations.svg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("pictures/activations.svg")]
//!
//! # Logic
//!
//! McCulloch and Pitts (*A logical calculus of the ideas immanent in nervous activity*, 1943) let the activation be a threshold: the neuron is 1 if the sum reaches `θ`, else 0. That is
//! enough for logic. [`ThresholdUnit`](crate::layers::ThresholdUnit) is that neuron, as a layer like any other:
//!
//! ```
//! use backprop::prelude::*;
//!
//! let inputs = Tensor::from([[0.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
//! let answers = |unit: &dyn Layer| unit.forward(&Tape::inference().input(inputs.clone())).value().map(Tensor::to_vec);
//!
//! assert_eq!(answers(&ThresholdUnit::and(2))?, [0.0, 0.0, 0.0, 1.0]);
//! assert_eq!(answers(&ThresholdUnit::or(2))?, [0.0, 1.0, 1.0, 1.0]);
//! assert_eq!(answers(&ThresholdUnit::new([1.0, -1.0], 1.0))?, [0.0, 0.0, 1.0, 0.0]); // the first without the second
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What one neuron cannot do
//!
//! With two inputs, `w₁ x₁ + w₂ x₂ = θ` is a line, and the neuron tells its two sides apart. Exclusive or wants `(0, 1)` and `(1, 0)` on one side, `(0, 0)` and `(1, 1)` on the
//! other, and no line does that: `0 < θ`, `w₁ ≥ θ`, `w₂ ≥ θ`, but `w₁ + w₂ < θ` contradict each other (Minsky and Papert, *Perceptrons*, 1969). Two layers can: *or* and *not both*, then *and*.
//!
//! ```
//! use backprop::prelude::*;
//!
//! let inputs = Tensor::from([[0.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
//! let x = Tape::inference().input(inputs);
//! let or = ThresholdUnit::or(2).forward(&x);
//! let not_both = ThresholdUnit::new([-1.0, -1.0], -1.0).forward(&x);
//! let xor = ThresholdUnit::and(2).forward(&Var::concat(&[&or, &not_both], -1)?);
//! assert_eq!(xor.value()?.to_vec(), [0.0, 1.0, 1.0, 0.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Learning without a teacher
//!
//! Who sets the weights? Hebb (*The Organization of Behavior*, 1949) guessed that a connection grows stronger when both of its ends are active: with `y = w·x`,
//! `w ← w + η y x`. Left alone, these weights grow for ever. Oja's form of the rule (*A simplified neuron model as a principal component analyzer*, 1982) forgets as it learns,
//!
//! ```text
//! w ← w + η y (x − y w)
//! ```
//!
//! and its weights come to rest at length 1, along the direction in which the data varies most: the first principal component.
//!
//! ```
//! use backprop::optim::rules::Oja;
//! use backprop::plot::{Chart, Line, Points};
//! use backprop::prelude::*;
//! use backprop::tensor::linalg::svd;
//!
//! let mut rng = Rng::seed(0);
//! let shape = Tensor::from([[1.5_f32, 1.0], [0.0, 0.4]]);
//! let x = Tensor::normal([300, 2], 0.0, 1.0, &mut rng)?.matmul(&shape)?;
//! let x = &x - &x.mean(0)?;
//!
//! let mut weights = Tensor::from([-0.3_f32, 0.8]);
//! let mut path = vec![weights.to_vec()];
//! for step in 0..40 {
//!     Oja::new(0.1).step(&mut weights, &x)?;
//!     path.push(weights.to_vec());
//! }
//!
//! let (_, _, components) = svd(&x)?; // the rows of Vᵀ
//! let along = components.slice(0, 0..1)?.matmul(&weights)?.item()?; // the cosine of the angle between them
//! assert!(along.abs() > 0.999, "{along}");
//!
//! let column = |i: usize| path.iter().map(|w| f64::from(w[i])).collect::<Vec<_>>();
//! let chart = Chart::new()
//!     .add(Points::new(&x.slice(1, 0..1)?, &x.slice(1, 1..2)?).radius(2.0).name("data"))
//!     .add(Line::new(column(0), column(1)).width(4.0).name("weights, step by step"))
//!     .aspect(1.0)
//!     .x_label("first feature")
//!     .y_label("second feature");
//! # std::env::set_current_dir("../..")?;
//! chart.save("target/guide/oja.svg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("pictures/oja.svg")]
//!
//! The example `neuron` has the other functions of two inputs (a single unit computes 14 of the 16), and Hebb's weights growing next to Oja's.
