//! The guide: from one neuron to a network that does not learn by heart, in seven chapters.
//!
//! Every chapter is short, its code runs (all of it is tested), and its pictures are what that code draws. Nothing is taken from a later chapter, so
//! the first can be read with no idea of what a gradient is, and the fourth builds a framework before the fifth uses this one.
//!
//! | | chapter | what it comes to | to run |
//! | --- | --- | --- | --- |
//! | 1 | [The neuron](neuron) | a weighted sum and a threshold; what a single one can and cannot decide; learning without a teacher | `neuron` |
//! | 2 | [The perceptron](perceptron) | a unit that learns from its mistakes, and when it must come to an end | `perceptron` |
//! | 3 | [Gradients](gradients) | going downhill; the chain rule, on paper and on a tape | `frameworks` |
//! | 4 | [A framework of your own](own_framework) | layers with a forward and a backward, in a hundred lines | `own_framework`, `three_ways` |
//! | 5 | [Low level](low_level) | the same with this library: tensors, a tape, a loop | `frameworks` |
//! | 6 | [High level](high_level) | the same in five lines: trainer, metrics, cross-validation | `iris`, `mnist` |
//! | 7 | [Overfitting](overfitting) | when a network learns by heart: seeing it, measuring it, preventing it | `overfitting` |
//!
//! Each has an example that goes further, with more data and more pictures: `cargo run --release --example NAME` in a clone of the repository.
//!
//! All code begins with `use backprop::prelude::*`, which names what most programs need. The features `plot`, for the pictures, and `train` are on.
//!
//! # The words
//!
//! * A **tensor** is an array of numbers with any number of axes: [`Tensor`](crate::tensor::Tensor). The first axis counts the samples.
//! * A **parameter** is a tensor that training changes: [`Param`](crate::autodiff::Param). Weights and biases are parameters.
//! * A **layer** turns tensors into tensors by means of its parameters; a **model** is a layer that is made of others: [`Layer`](crate::layers::Layer).
//! * A **loss** is the number that training makes smaller; a **metric** is a number that people read.
//! * An **epoch** is one pass over the training data; a **batch** is the samples of one step.

pub mod gradients;
pub mod high_level;
pub mod low_level;
pub mod neuron;
pub mod overfitting;
pub mod own_framework;
pub mod perceptron;
