//! Strategies of proptest for shapes and tensors.

use backprop_tensor::{Float, Tensor};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::layouts;

/// Shapes of up to four axes of up to four elements: scalars and empty tensors are among them.
pub fn shapes() -> impl Strategy<Value = Vec<usize>> {
    vec(0..=4_usize, 0..=4)
}

/// Shapes of this many axes, each of one to four elements.
pub fn shapes_of_rank(rank: usize) -> impl Strategy<Value = Vec<usize>> {
    vec(1..=4_usize, rank)
}

/// Two shapes that broadcast together: of a common shape, each has the last axes, some of them with length 1.
pub fn broadcastable_shapes() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    shapes().prop_flat_map(|whole| {
        let part = move |whole: Vec<usize>| {
            let rank = whole.len();
            (0..=rank, vec(any::<bool>(), rank)).prop_map(move |(skipped, ones)| {
                let lengths = whole
                    .iter()
                    .zip(ones)
                    .map(|(&length, one)| if one { 1 } else { length });
                lengths.skip(skipped).collect()
            })
        };
        (part(whole.clone()), part(whole))
    })
}

/// Numbers between -4 and 4.
pub fn numbers<T: Float>() -> impl Strategy<Value = T> {
    (-4.0..4.0).prop_map(T::from_f64)
}

/// Tensors of these shapes in row-major order, of numbers between -4 and 4.
pub fn contiguous<T: Float>(shapes: impl Strategy<Value = Vec<usize>>) -> impl Strategy<Value = Tensor<T>> {
    shapes.prop_flat_map(|shape| {
        let count: usize = shape.iter().product();
        vec(numbers::<T>(), count).prop_filter_map("a tensor that can be", move |elements| {
            Tensor::from_slice(&elements, &shape).ok()
        })
    })
}

/// Tensors of these shapes, of numbers between -4 and 4, laid out in memory in any way a view can be: axes in any order, backwards,
/// with gaps.
///
/// ```
/// use backprop_tensor::Tensor;
/// use backprop_testing::strategies::{shapes, tensors};
/// use proptest::prelude::*;
///
/// proptest! {
///     fn negation_is_its_own_inverse(x in tensors::<f32>(shapes())) {
///         prop_assert_eq!(x.neg().and_then(|x| x.neg()), Ok(x));
///     }
/// }
/// # negation_is_its_own_inverse();
/// ```
pub fn tensors<T: Float>(shapes: impl Strategy<Value = Vec<usize>>) -> impl Strategy<Value = Tensor<T>> {
    contiguous(shapes).prop_flat_map(|x: Tensor<T>| {
        let rank = x.rank();
        let order = Just((0..rank).collect::<Vec<_>>()).prop_shuffle();
        (order, vec(any::<bool>(), rank), 0..=2_usize)
            .prop_filter_map("a layout that can be", move |(order, reversed, margin)| {
                layouts::laid_out(&x, &order, &reversed, margin).ok()
            })
    })
}

/// Two tensors that broadcast together, laid out in any way.
pub fn broadcastable<T: Float>() -> impl Strategy<Value = (Tensor<T>, Tensor<T>)> {
    broadcastable_shapes().prop_flat_map(|(first, second)| (tensors(Just(first)), tensors(Just(second))))
}
