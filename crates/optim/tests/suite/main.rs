//! The tests of this crate through its public functions, one module for each subject. They are one program, because what is
//! generic is compiled anew for each program; what needs a process of its own stands beside this folder.

mod custom;
mod extremes;
mod groups;
mod optimizers;
mod pytorch;
mod rmsprop;
mod rules;
mod schedules;
