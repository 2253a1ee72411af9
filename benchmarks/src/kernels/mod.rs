//! The kernels that training steps are made of, and how near to the machine's limits they come.

mod copies;
mod passes;
mod peak;
mod products;
mod rival;
mod updates;

use crate::{
    Result,
    timing::{Budget, Measurement, measure, measure_by_turns},
};
use peak::Pass;

/// Something to do again and again.
type Step = Box<dyn FnMut() -> Result<()>>;

/// Makes a kernel's operands for a number of threads.
type Prepare = Box<dyn Fn(usize) -> Result<Prepared>>;

/// A kernel of some size.
pub struct Kernel {
    /// The family and the size, as `matmul f32 256x1024x784`.
    pub name: String,
    bound: Bound,
    prepare: Prepare,
}

/// What a kernel cannot be faster than.
#[derive(Debug, Clone, Copy)]
enum Bound {
    /// Its floating-point operations.
    Arithmetic { operations: f64, double: bool },
    /// A pass over arrays of so many numbers (f32).
    Memory { pass: Pass, elements: usize },
}

/// A kernel with its operands.
struct Prepared {
    ours: Step,
    /// The same by the crate `gemm`, on as many threads.
    gemm: Option<Step>,
}

/// All of them.
pub fn all() -> Vec<Kernel> {
    let families = [products::all(), passes::all(), copies::all(), updates::all()];
    families.into_iter().flatten().collect()
}

/// The name of a kernel of operands of this shape.
fn named(name: &str, shape: &[usize]) -> String {
    let lengths: Vec<_> = shape.iter().map(usize::to_string).collect();
    format!("{name} {}", lengths.join("x"))
}

/// Those of these names, or whose names begin so where none has the very name; all if none is named.
pub fn of_names(names: &[String]) -> Vec<Kernel> {
    let mut kernels = all();
    let exact: Vec<bool> = names
        .iter()
        .map(|name| kernels.iter().any(|kernel| kernel.name == *name))
        .collect();
    kernels.retain(|kernel| {
        let meant = |(name, &exact): (&String, &bool)| {
            kernel.name == *name || !exact && kernel.name.starts_with(name.as_str())
        };
        names.is_empty() || names.iter().zip(&exact).any(meant)
    });
    kernels
}

/// The limits of the machine for a number of threads, measured once.
#[derive(Debug)]
pub struct Limits {
    threads: usize,
    single: f64,
    double: f64,
}

impl Limits {
    pub fn measure(threads: usize) -> Self {
        Self {
            threads,
            single: peak::arithmetic::<f32>(threads),
            double: peak::arithmetic::<f64>(threads),
        }
    }

    /// Microseconds that a kernel takes at least.
    fn least(&self, bound: Bound) -> f64 {
        match bound {
            Bound::Arithmetic { operations, double } => {
                operations / if double { self.double } else { self.single }
            }
            Bound::Memory { pass, elements } => {
                peak::pass::<f32>(pass, elements, self.threads).min(peak::pass::<f32>(pass, elements, 1))
            }
        }
    }

    /// Prints a kernel's time, the least that the machine allows, and what its rival takes, as lines of CSV.
    pub fn compare(&self, kernel: &Kernel, budget: Budget) -> Result<()> {
        let mut prepared = (kernel.prepare)(self.threads)?;
        let (ours, gemm) = match &mut prepared.gemm {
            Some(gemm) => {
                let [ours, gemm] = measure_by_turns(budget, [&mut prepared.ours, gemm])?;
                (ours, Some(gemm))
            }
            None => (measure(budget, prepared.ours)?, None),
        };
        let line =
            |framework: &str, time: f64| println!("{},{framework},{},{time:.2}", kernel.name, self.threads);
        line("backprop", ours.median());
        gemm.iter()
            .for_each(|gemm: &Measurement| line("gemm", gemm.median()));
        line("limit", self.least(kernel.bound));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_kernel_or_all_that_begin_so() {
        let named = |name: &str| of_names(&[name.to_owned()]).len();
        assert_eq!(named("exp 1000"), 1);
        assert_eq!(named("powf"), 5);
        assert_eq!(named("nothing"), 0);
        assert_eq!(of_names(&[]).len(), all().len());
    }

    #[test]
    fn every_kernel_runs_and_has_a_name_of_its_own() {
        let kernels = all();
        let mut names: Vec<_> = kernels.iter().map(|kernel| &kernel.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), kernels.len());
        let is_small = |bound: Bound| match bound {
            Bound::Arithmetic { operations, .. } => operations < 1e8,
            Bound::Memory { elements, .. } => elements < 1 << 20,
        };
        for kernel in kernels.iter().filter(|kernel| is_small(kernel.bound)) {
            let mut prepared = (kernel.prepare)(1).unwrap();
            (prepared.ours)().unwrap();
        }
    }
}
