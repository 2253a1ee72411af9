//! The same elements in another order in memory.

use backprop_tensor::{Float, Result, Rng, Tensor};

/// An equal tensor whose axes lie in memory in a random order, some of them backwards, inside of a larger one.
pub(crate) fn shuffled<T: Float>(x: &Tensor<T>, rng: &mut Rng) -> Result<Tensor<T>> {
    let order = rng.permutation(x.rank())?;
    let reversed: Vec<bool> = order.iter().map(|_| rng.below(2) == 1).collect();
    let margin = rng.below(2);
    laid_out(x, &order, &reversed, margin)
}

/// An equal tensor whose axes lie in memory in this order, outermost first, with those marked backwards, and that many elements beside it.
pub(crate) fn laid_out<T: Float>(
    x: &Tensor<T>,
    order: &[usize],
    reversed: &[bool],
    margin: usize,
) -> Result<Tensor<T>> {
    let flipped = |mut x: Tensor<T>| {
        for (axis, _) in reversed.iter().enumerate().filter(|(_, reversed)| **reversed) {
            x = x.flip(axis as isize)?;
        }
        Ok::<_, backprop_tensor::Error>(x)
    };
    let mut back = vec![0; order.len()];
    for (to, &from) in order.iter().enumerate() {
        back[from] = to as isize;
    }
    let order: Vec<isize> = order.iter().map(|&axis| axis as isize).collect();
    let mut moved = flipped(x.clone())?.permute(&order)?.contiguous()?;
    if margin > 0 && moved.rank() > 0 {
        let length = moved.shape()[0];
        let mut widths = vec![(0, 0); moved.rank()];
        widths[0] = (margin, margin);
        moved = moved.pad(&widths, T::NAN)?.slice(0, margin..margin + length)?;
    }
    flipped(moved.permute(&back)?)
}
