//! Copies that are large enough for squares, blocks, several threads and streaming stores, against places computed by hand.

use backprop_tensor::simd::{self, Level};
use backprop_tensor::{Element, Tensor};
use proptest::prelude::*;
use proptest::sample::select;

const LEVELS: [Level; 3] = [Level::Baseline, Level::Avx2, Level::Avx512];

/// An axis of the whole, and what a view takes of it: all but so many elements at one end, from the other end on every `step`-th.
#[derive(Debug, Clone, Copy)]
struct Axis {
    whole: usize,
    left_out: usize,
    step: usize,
    flip: bool,
}

impl Axis {
    fn length(self) -> usize {
        (self.whole - self.left_out).div_ceil(self.step)
    }

    /// Where the `i`-th element of the view lies in the whole.
    fn index(self, i: usize) -> usize {
        if self.flip {
            self.whole - self.left_out - 1 - i * self.step
        } else {
            self.left_out + i * self.step
        }
    }

    fn take<T: Element>(self, x: &Tensor<T>, axis: usize) -> Tensor<T> {
        let (axis, step) = (axis as isize, self.step as isize);
        if self.flip {
            x.slice_step(axis, ..self.whole - self.left_out, -step).unwrap()
        } else {
            x.slice_step(axis, self.left_out.., step).unwrap()
        }
    }
}

fn axis() -> impl Strategy<Value = Axis> {
    let whole = select(vec![1, 2, 3, 4, 8, 9, 17, 31, 64, 65, 130, 300, 1025]);
    let steps = select(vec![1, 1, 1, 1, 2, 3, 5]);
    (whole, 0..3_usize, steps, 0..4).prop_map(|(whole, left_out, step, flip)| Axis {
        whole,
        left_out: left_out.min(whole - 1),
        step,
        flip: flip == 0,
    })
}

/// Axes of no more than 300,000 elements, and the order in which a view has them.
fn axes() -> impl Strategy<Value = (Vec<Axis>, Vec<usize>)> {
    let axes = proptest::collection::vec(axis(), 1..5).prop_map(|mut axes| {
        while axes.iter().map(|axis| axis.whole).product::<usize>() > 300_000 {
            axes.pop();
        }
        axes
    });
    axes.prop_flat_map(|axes| {
        let order: Vec<usize> = (0..axes.len()).collect();
        (Just(axes), Just(order).prop_shuffle())
    })
}

/// The view, and the places of its elements in row-major order.
fn view<T: Element>(axes: &[Axis], order: &[usize], element: fn(usize) -> T) -> (Tensor<T>, Vec<usize>) {
    let wholes: Vec<usize> = axes.iter().map(|axis| axis.whole).collect();
    let whole = Tensor::from_fn(&wholes, element).unwrap();
    let taken = axes
        .iter()
        .enumerate()
        .fold(whole, |x, (i, axis)| axis.take(&x, i));
    let permutation: Vec<isize> = order.iter().map(|&axis| axis as isize).collect();
    let mut places = vec![0];
    for &i in order {
        let (axis, stride) = (axes[i], wholes[i + 1..].iter().product::<usize>());
        places = places
            .iter()
            .flat_map(|&place| (0..axis.length()).map(move |j| place + axis.index(j) * stride))
            .collect();
    }
    (taken.permute(permutation).unwrap(), places)
}

fn is_read_in_order<T: Element>(axes: &[Axis], order: &[usize], element: fn(usize) -> T) {
    let (x, places) = view(axes, order, element);
    let expected: Vec<T> = places.into_iter().map(element).collect();
    for level in LEVELS {
        simd::set_level(level);
        assert!(x.to_vec() == expected, "{} at {level}", T::NAME);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn views_of_every_type_are_read_in_order((axes, order) in axes()) {
        is_read_in_order(&axes, &order, |i| i as f32);
        is_read_in_order(&axes, &order, |i| i as f64);
        is_read_in_order(&axes, &order, |i| i as i32);
        is_read_in_order(&axes, &order, |i| i as i64);
        is_read_in_order(&axes, &order, |i| (i % 251) as u8);
        is_read_in_order(&axes, &order, |i| i % 3 == 0 || i % 7 == 0);
    }

    /// What is not written keeps its value, what is has that of the source.
    #[test]
    fn views_are_padded_and_joined((axes, order) in axes(), before in 0..3_usize, after in 0..3_usize, at in any::<usize>()) {
        let (x, places) = view(&axes, &order, |i| i as f32);
        let axis = at % axes.len();
        let mut padding = vec![(0, 0); axes.len()];
        padding[axis] = (before, after);
        let padded = x.pad(&padding, -1.0).unwrap();
        let (length, inner) = (x.shape()[axis], x.shape()[axis + 1..].iter().product::<usize>());
        let mut expected = Vec::new();
        for block in places.chunks(length * inner) {
            expected.resize(expected.len() + before * inner, -1.0);
            expected.extend(block.iter().map(|&place| place as f32));
            expected.resize(expected.len() + after * inner, -1.0);
        }
        prop_assert!(padded.to_vec() == expected);
        let (x, axis) = (&x, axis as isize);
        let edge = |length| Tensor::full(x.shape().iter().enumerate()
            .map(|(i, &all)| if i as isize == axis { length } else { all }).collect::<Vec<_>>(), -1.0).unwrap();
        let joined = Tensor::concat(&[&edge(before), x, &edge(after)], axis).unwrap();
        prop_assert!(joined.to_vec() == expected);
    }

    #[test]
    fn stacks_are_their_parts((axes, order) in axes(), count in 1..5_usize, at in any::<usize>()) {
        let (x, places) = view(&axes, &order, |i| i as i32);
        let parts: Vec<_> = (0..count as i32).map(|i| x.try_add(&Tensor::scalar(i)).unwrap()).collect();
        let axis = at % (axes.len() + 1);
        let stacked = Tensor::stack(&parts.iter().collect::<Vec<_>>(), axis as isize).unwrap();
        let inner = x.shape()[axis..].iter().product::<usize>();
        let expected: Vec<i32> = places
            .chunks(inner)
            .flat_map(|block| (0..count).flat_map(move |i| block.iter().map(move |&place| (place + i) as i32)))
            .collect();
        prop_assert!(stacked.to_vec() == expected);
    }
}

/// Planes of more than 8 MiB, with rows that are aligned and others that are not.
#[test]
fn huge_planes_are_turned() {
    fn check<T: Element>([rows, columns]: [usize; 2], element: fn(usize) -> T) {
        let x = Tensor::from_fn([rows, columns], element).unwrap();
        let turned = x.transpose(0, 1).unwrap().contiguous().unwrap();
        let expected: Vec<T> = (0..rows * columns)
            .map(|i| element(i % rows * columns + i / rows))
            .collect();
        assert!(turned.to_vec() == expected, "{} {rows}x{columns}", T::NAME);
    }
    for level in LEVELS {
        simd::set_level(level);
        check([1500, 1504], |i| i as f32);
        check([1504, 1501], |i| i as f32);
        check([1501, 1499], |i| i as f64);
        check([2048, 1024], |i| i as i64);
    }
}
