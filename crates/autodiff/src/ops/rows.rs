//! The axes of a reduction as one, the last.

use backprop_tensor::{AxisSet, Error, Float, Result, Shape, Tensor};

use crate::Var;

/// How a shape becomes `[rows, length]`, a row for each result of a reduction over some axes, and back.
#[derive(Debug)]
pub(crate) struct Rows {
    order: Vec<isize>,
    /// The shape in that order.
    moved: Vec<usize>,
    shape: [usize; 2],
}

impl Rows {
    pub(crate) fn new(axes: AxisSet, shape: &Shape) -> Self {
        let order = axes.last(shape);
        let moved = order.iter().map(|&axis| shape[axis as usize]).collect();
        Self {
            order,
            moved,
            shape: [axes.reduce(shape).count(), axes.count(shape)],
        }
    }

    /// How many elements a row has.
    pub(crate) fn length(&self) -> usize {
        self.shape[1]
    }

    /// The rows of a variable.
    pub(crate) fn of<T: Float>(&self, x: &Var<T>) -> Var<T> {
        x.permute(&self.order).reshape(self.shape)
    }

    /// Rows in the shape that they came from.
    pub(crate) fn back<T: Float>(&self, rows: &Var<T>) -> Var<T> {
        let mut back = vec![0; self.order.len()];
        for (to, &from) in self.order.iter().enumerate() {
            back[from as usize] = to as isize;
        }
        rows.reshape(&self.moved).permute(back)
    }

    /// Zeros, but in each row what `gradient` has for it, at the place that `index` gives.
    pub(crate) fn placed<T: Float>(&self, gradient: &Var<T>, index: &Tensor<i64>) -> Result<Var<T>> {
        let picked = [self.shape[0], 1];
        if gradient.has_failed() {
            return Ok(gradient.clone());
        }
        if gradient.shape().count() != picked[0] {
            let expected = "one gradient a row";
            return Err(Error::shape("gradient", gradient.shape(), expected));
        }
        let zeros = gradient.constant(Tensor::zeros(self.shape)?);
        let rows = zeros.scatter_add(1, &index.reshape(picked)?, &gradient.reshape(picked));
        Ok(self.back(&rows))
    }
}
