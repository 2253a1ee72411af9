//! The tests of this crate through its public functions, one module for each subject. They are one program, because what is
//! generic is compiled anew for each program; what needs a process of its own stands beside this folder.

mod batch_norm;
mod checkpoint;
mod ensemble;
mod initializers;
mod laws;
mod linear;
mod regularization;
mod sequential;
mod summary;
mod threshold_unit;
mod traced;
