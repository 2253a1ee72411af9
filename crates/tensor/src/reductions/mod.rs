//! Reductions: many elements to one, along any [`Axes`](crate::Axes).

mod extremum;
mod logical;
mod logsumexp;
mod moments;
mod order;
mod product;
mod squares;
mod sum;

pub use moments::Moments;

use crate::axes::AxisSet;
use crate::kernels::{MappedSum, Plan, Reduction};
use crate::{Error, Float, Numeric, Result, Shape, Tensor};

impl<T: Numeric> Tensor<T> {
    fn reduce(&self, axes: &AxisSet, reduction: Reduction) -> Result<Self> {
        let plan = Plan::new(&self.layout(), axes);
        Self::build(axes.reduce(self.shape()), |target| {
            T::reduce(reduction, target, self.storage(), &plan);
        })
    }
}

impl<T: Float> Tensor<T> {
    /// `parameters` has the elements of the result, or none.
    fn mapped_sum(&self, axes: &AxisSet, sum: MappedSum, parameters: &Self) -> Result<Self> {
        let plan = Plan::new(&self.layout(), axes);
        let parameters = parameters.contiguous()?;
        Self::build(axes.reduce(self.shape()), |target| {
            T::mapped_sum(
                sum,
                target,
                self.storage(),
                &plan,
                parameters.as_slice().unwrap_or(&[]),
            );
        })
    }
}

/// Whether it holds of all elements: without an end inside of a block of them, so that vectors of them are looked at.
fn all<T>(elements: &[T], holds: impl Fn(&T) -> bool) -> bool {
    let mut blocks = elements.chunks(64);
    blocks.all(|block| block.iter().fold(true, |all, x| all & holds(x)))
}

/// Refuses axes without elements, of which there is no largest.
fn check_not_empty(operation: &'static str, shape: &Shape, axes: &AxisSet) -> Result<()> {
    if axes.count(shape) > 0 {
        return Ok(());
    }
    Err(Error::shape(
        operation,
        shape,
        "needs at least one element along the axes to be reduced",
    ))
}
