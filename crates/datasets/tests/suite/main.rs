//! The tests of this crate through its public functions, one module for each subject. They are one program, because what is
//! generic is compiled anew for each program; what needs a process of its own stands beside this folder.

mod augment;
mod batches;
mod classification;
mod idx_files;
mod mnist;
mod mnist_files;
mod pca;
mod regression;
mod splits;
mod synthetic;
mod tensor_dataset;
mod transforms;
mod weights;
