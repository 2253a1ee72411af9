//! A neural-network framework in layers.
//!
//! This crate is the facade: it holds nothing but the other crates, under one name, and a [`prelude`]. Each of them can be
//! depended on alone.
//!
//! | module | crate | what it is |
//! | --- | --- | --- |
//! | [`tensor`] | `backprop-tensor` | n-dimensional arrays and CPU kernels |
//! | [`autodiff`] | `backprop-autodiff` | tape, operations, parameters, gradients |
//! | [`layers`] | `backprop-layers` | layers, initializers, sequences of layers |
//! | [`optim`] | `backprop-optim` | optimizers |
//! | [`datasets`] | `backprop-datasets` | data, batches, splits, transforms |
#![cfg_attr(
    feature = "train",
    doc = "| [`train`] | `backprop-train` | trainer, metrics, callbacks, saved models |"
)]
#![cfg_attr(
    feature = "plot",
    doc = "| [`plot`] | `backprop-plot` | pictures: curves, decision regions, confusion matrices, weights |"
)]
#![cfg_attr(
    all(feature = "plot", feature = "train"),
    doc = "\nTo learn how networks learn, begin with the [`guide`]: seven chapters, from one neuron to overfitting."
)]
//!
//! ```
//! use backprop::prelude::*;
//!
//! let mut rng = Rng::seed(0);
//! let data = backprop::datasets::synthetic::moons(200, 0.1, &mut rng)?;
//! let mut model = sequential![Linear::new(2, 16, &mut rng), Tanh, Linear::new(16, 2, &mut rng)];
//! let mut optimizer = Adam::new(1e-2);
//! for _ in 0..50 {
//!     for batch in data.batches(20).shuffle(&mut rng) {
//!         let tape = Tape::training(rng.next_seed());
//!         let loss = model.forward(&tape.input(batch.inputs)).cross_entropy(&batch.targets);
//!         optimizer.step(&mut model, &loss.backward()?)?;
//!     }
//! }
//! let logits = model.forward(&Tape::inference().input(data.inputs().clone())).into_value()?;
//! let correct = logits.argmax(-1)?.equal(data.targets())?.count_true(..)?.item()?;
//! assert!(correct >= 190, "{correct} of 200");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

pub use backprop_autodiff as autodiff;
pub use backprop_datasets as datasets;
pub use backprop_optim as optim;
#[cfg(feature = "plot")]
pub use backprop_plot as plot;
pub use backprop_tensor as tensor;
#[cfg(feature = "train")]
pub use backprop_train as train;

/// `backprop-layers`, with derives that find their traits through this crate.
pub mod layers {
    pub use backprop_derive::{FacadeCast as Cast, FacadeModule as Module};
    pub use backprop_layers::*;
}
#[cfg(all(feature = "plot", feature = "train"))]
pub mod guide;
pub mod prelude;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
