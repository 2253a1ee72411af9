//! The tests of this crate through its public functions, one module for each subject. They are one program, because what is
//! generic is compiled anew for each program; what needs a process of its own stands beside this folder.

mod apply_and_sum;
mod assignment;
mod common;
mod comparison;
mod creation;
mod cumprod;
mod cumsum;
mod display;
mod divided;
mod equality;
mod formula;
mod indexing;
mod joining;
mod linalg;
mod linalg_scales;
mod long_sums;
mod matmul;
mod moments;
mod order;
mod products;
mod rearranging;
mod rows;
mod serialization;
mod sort;
mod tensor;
mod unary;
mod views;
