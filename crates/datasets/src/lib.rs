//! Data for training.
//!
//! For now the [`idx`] module: the file format of MNIST and its relatives, plain or gzip.
//!
//! This crate knows tensors at most: nothing of gradients, layers or training.

#![forbid(unsafe_code)]

pub mod idx;
