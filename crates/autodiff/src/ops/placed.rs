//! The gradient of elements that were picked along axes.

use backprop_tensor::{AxisSet, Float, Result, Shape, Tensor};

/// Zeros of a shape, but what `gradient` has at the places that `index` gives, counted in row-major order through the axes.
pub(crate) fn placed<T: Float>(
    gradient: &Tensor<T>,
    index: &Tensor<i64>,
    axes: AxisSet,
    shape: &Shape,
) -> Result<Tensor<T>> {
    let kept_first: Vec<usize> = (0..shape.rank())
        .filter(|&axis| !axes.contains(axis))
        .chain((0..shape.rank()).filter(|&axis| axes.contains(axis)))
        .collect();
    let (rows, length) = (gradient.count(), axes.count(shape));
    let picked = [rows, 1];
    let all = Tensor::zeros([rows, length])?.into_scatter_add(
        1,
        &index.reshape(picked)?,
        &gradient.reshape(picked)?,
    )?;
    let mut back = vec![0; shape.rank()];
    for (place, &axis) in kept_first.iter().enumerate() {
        back[axis] = place as isize;
    }
    let dims: Vec<usize> = kept_first.iter().map(|&axis| shape[axis]).collect();
    all.reshape(dims)?.permute(&back)
}
