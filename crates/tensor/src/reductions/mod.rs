//! Reductions: many elements to one, along any [`Axes`](crate::Axes).

mod extremum;
mod sum;

use crate::axes::AxisSet;
use crate::kernels::{Plan, Reduction};
use crate::{Error, Numeric, Result, Shape, Tensor};

impl<T: Numeric> Tensor<T> {
    fn reduce(&self, axes: &AxisSet, reduction: Reduction) -> Result<Self> {
        let plan = Plan::new(self.layout(), axes);
        Self::build(axes.reduce(self.shape()), |target| {
            T::reduce(reduction, target, self.storage(), &plan);
        })
    }
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
