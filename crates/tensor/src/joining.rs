//! Joining tensors, and taking them apart.

use crate::parallel::{self, COPY, threshold};
use crate::{Element, Error, Layout, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// The tensors one after another along `axis`; on the other axes they have the same lengths. One alone is not copied, if its elements lie in order.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let (x, y) = (Tensor::from([[1, 2], [3, 4]]), Tensor::from([[5], [6]]));
    /// assert_eq!(Tensor::concat(&[&x, &y], 1)?, Tensor::from([[1, 2, 5], [3, 4, 6]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if there are no tensors, [`Error::Axis`] if there is no such axis, [`Error::Shapes`] if they
    /// do not fit together.
    pub fn concat(tensors: &[&Self], axis: isize) -> Result<Self> {
        let Some((first, rest)) = tensors.split_first() else {
            return Err(nothing("concat"));
        };
        let axis = first.shape().axis("concat", axis)?;
        if rest.is_empty() {
            return first.contiguous();
        }
        let mut length = first.shape()[axis];
        for other in rest {
            let fits = other.rank() == first.rank()
                && (0..first.rank()).all(|i| i == axis || other.shape()[i] == first.shape()[i]);
            if !fits {
                let expected = format!("do not fit: lengths must be equal on axes other than {axis}");
                return Err(Error::shapes("concat", first.shape(), other.shape(), expected));
            }
            length = length.saturating_add(other.shape()[axis]);
        }
        let shape = first.shape().with("concat", axis, length)?;
        let parts: Vec<_> = { tensors.iter() }
            .map(|tensor| (tensor.storage(), tensor.layout()))
            .collect();
        Self::try_build(shape, |target| join(target, &parts, axis))
    }

    /// The tensors, all of one shape, along a new axis.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let (x, y) = (Tensor::from([1, 2]), Tensor::from([3, 4]));
    /// assert_eq!(Tensor::stack(&[&x, &y], 0)?, Tensor::from([[1, 2], [3, 4]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if there are no tensors, [`Error::Axis`] or [`Error::Rank`] if there is no room for such an
    /// axis, [`Error::Shapes`] if their shapes differ.
    pub fn stack(tensors: &[&Self], axis: isize) -> Result<Self> {
        let Some(first) = tensors.first() else {
            return Err(nothing("stack"));
        };
        if let Some(other) = tensors.iter().find(|other| other.shape() != first.shape()) {
            return Err(Error::shapes(
                "stack",
                first.shape(),
                other.shape(),
                "must be equal",
            ));
        }
        // Where the new axis lies depends on the new rank, as for `unsqueeze`.
        let views: Result<Vec<_>> = tensors.iter().map(|tensor| tensor.unsqueeze(axis)).collect();
        let joined = views.and_then(|views| Self::concat(&views.iter().collect::<Vec<_>>(), axis));
        joined.map_err(|error| error.within("stack"))
    }

    /// Consecutive parts of `axis` of these lengths, which share the storage.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let parts = Tensor::from([1, 2, 3, 4, 5]).split(0, &[2, 3])?;
    /// assert_eq!(parts, [Tensor::from([1, 2]), Tensor::from([3, 4, 5])]);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis, [`Error::Argument`] if the lengths do not add up to that of the axis.
    pub fn split(&self, axis: isize, lengths: &[usize]) -> Result<Vec<Self>> {
        let axis = self.shape().axis("split", axis)?;
        let length = self.shape()[axis];
        let sum = lengths
            .iter()
            .try_fold(0_usize, |sum, &length| sum.checked_add(length));
        if sum != Some(length) {
            let expected = format!("must add up to {length}, the length of axis {axis}");
            return Err(Error::argument(
                "split",
                "lengths",
                format!("{lengths:?}"),
                expected,
            ));
        }
        let mut start = 0;
        let part = |&length: &usize| {
            let from = start;
            start += length;
            Ok(self.view(self.layout().slice("split", axis, from, start, 1)?))
        };
        lengths.iter().map(part).collect()
    }

    /// `axis` in `count` parts that share the storage, the last one shorter if `count` does not divide its length; as in
    /// PyTorch, fewer parts if parts of that length are enough. An axis of length 0 is one part, where PyTorch has `count`.
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis, [`Error::Argument`] if `count` is 0, [`Error::Memory`] if there is none for as many
    /// views.
    pub fn chunk(&self, count: usize, axis: isize) -> Result<Vec<Self>> {
        let index = self.shape().axis("chunk", axis)?;
        if count == 0 {
            return Err(Error::argument("chunk", "count", 0, "needs at least one part"));
        }
        let length = self.shape()[index];
        let part = length.div_ceil(count).max(1);
        let starts = (0..length.max(1)).step_by(part);
        let mut parts = Vec::new();
        // An axis of an empty tensor, or a stretched one, may be longer than memory.
        let bytes = starts.len().saturating_mul(size_of::<Self>());
        parts
            .try_reserve_exact(starts.len())
            .map_err(|_| Error::Memory { bytes })?;
        for start in starts {
            let end = start + part.min(length - start);
            parts.push(self.view(self.layout().slice("chunk", index, start, end, 1)?));
        }
        Ok(parts)
    }
}

/// Writes views one after another along `axis`, on several threads if that is more than they could each be worth alone.
fn join<T: Element>(target: &mut [T], parts: &[(&[T], Layout)], axis: usize) -> Result<()> {
    let threshold = threshold::<T>(COPY);
    let is_small = |(_, layout): &(&[T], Layout)| layout.shape().count() < threshold;
    let grain = parallel::grain(target.len(), threshold);
    let grain = if parts.iter().all(is_small) {
        grain
    } else {
        usize::MAX
    };
    join_parts(target, parts, axis, grain)
}

/// Cuts the outermost axis before `axis` in halves of halves, or where there is none the list of the parts.
fn join_parts<T: Element>(
    target: &mut [T],
    parts: &[(&[T], Layout)],
    axis: usize,
    grain: usize,
) -> Result<()> {
    let Some((_, first)) = parts.first() else {
        return Ok(());
    };
    let outer = (0..axis).find(|&axis| first.shape()[axis] > 1);
    let (left, right, middle): (Vec<_>, Vec<_>, _) = match outer {
        _ if target.len() <= grain => return write_parts(target, parts, axis),
        Some(outer) => {
            let length = first.shape()[outer];
            let cut = |start, end| {
                let part = |(source, layout): &(_, Layout)| {
                    Ok((*source, layout.slice("concat", outer, start, end, 1)?))
                };
                parts.iter().map(part).collect::<Result<Vec<_>>>()
            };
            let middle = length / 2;
            (
                cut(0, middle)?,
                cut(middle, length)?,
                target.len() / length * middle,
            )
        }
        None if parts.len() > 1 => {
            let (left, right) = parts.split_at(parts.len() / 2);
            let middle = left.iter().map(|(_, layout)| layout.shape().count()).sum();
            (left.to_vec(), right.to_vec(), middle)
        }
        None => return write_parts(target, parts, axis),
    };
    let (head, tail) = target.split_at_mut(middle);
    let (mut first, mut second) = (Ok(()), Ok(()));
    parallel::join(&mut || first = join_parts(head, &left, axis, grain), &mut || {
        second = join_parts(tail, &right, axis, grain)
    });
    first.and(second)
}

fn write_parts<T: Element>(target: &mut [T], parts: &[(&[T], Layout)], axis: usize) -> Result<()> {
    let Some((_, first)) = parts.first() else {
        return Ok(());
    };
    let length = parts.iter().map(|(_, layout)| layout.shape()[axis]).sum();
    let whole = Layout::row_major(first.shape().with("concat", axis, length)?);
    let mut start = 0;
    for (source, layout) in parts {
        let end = start + layout.shape()[axis];
        let place = whole.slice("concat", axis, start, end, 1)?;
        T::assign(target, &place, source, layout);
        start = end;
    }
    Ok(())
}

fn nothing(operation: &'static str) -> Error {
    Error::argument(operation, "tensors", "[]", "needs at least one tensor")
}
