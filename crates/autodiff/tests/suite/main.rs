//! The tests of this crate through its public functions, one module for each subject. They are one program, because what is
//! generic is compiled anew for each program; what needs a process of its own stands beside this folder.

mod absent_inputs;
mod activations;
mod anomaly;
mod batch_norm;
mod beyond;
mod checkpoint;
mod cross_entropy;
mod deviations;
mod dropout;
mod edges;
mod higher_order;
mod hooks;
mod long_sums;
mod multi;
mod names;
mod order;
mod range;
mod reading;
mod reductions;
mod tape;
mod unused_values;
