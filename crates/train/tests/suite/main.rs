//! The tests of this crate through its public functions, one module for each subject. They are one program, because what is
//! generic is compiled anew for each program; what needs a process of its own stands beside this folder.

mod bad_input;
mod callbacks;
mod closures;
mod confusion_matrix;
mod cross_validation;
mod diagnosis;
mod edges;
mod endings;
mod extreme_metrics;
mod higher_order;
mod ignore_index;
mod losses;
mod losses_out_of_range;
mod metrics;
mod other_checkpoints;
mod pairing;
mod places;
mod regularization;
mod resume;
mod robust_losses;
mod sample_weights;
mod search;
mod second_derivatives;
mod sklearn;
mod tasks;
mod tracing;
mod trainer;
mod weights;
