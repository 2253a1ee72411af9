//! The tests of this crate through its public functions, one module for each subject. They are one program, because what is
//! generic is compiled anew for each program; what needs a process of its own stands beside this folder.

mod files;
mod formats;
mod laws;
mod limits;
mod live;
mod oracles;
mod pictures;
mod run_report;
mod values;
