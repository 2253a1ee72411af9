//! Views against a naive model: a function from indices to elements.

use crate::common::{indices, viewed};
use backprop_tensor::Tensor;
use proptest::prelude::*;

proptest! {
    #[test]
    fn to_vec_reads_in_row_major_order(x in viewed()) {
        let expected: Vec<_> = indices(x.shape()).iter().map(|index| x.get(index).unwrap()).collect();
        prop_assert_eq!(x.to_vec(), expected);
    }

    #[test]
    fn reshape_keeps_the_order(x in viewed(), seed in any::<usize>()) {
        // Any factorization of the count.
        let mut dims = vec![];
        let (mut rest, mut seed) = (x.count(), seed);
        while rest > 1 && dims.len() < 6 {
            let factor = (1 + seed % rest..=rest).find(|f| rest % f == 0).unwrap();
            dims.push(factor);
            rest /= factor;
            seed /= 7;
        }
        dims.push(rest);
        prop_assert_eq!(x.reshape(&dims).unwrap().to_vec(), x.to_vec());
        // Merging and splitting again is a view.
        let flat = x.contiguous().unwrap();
        prop_assert_eq!(flat.reshape(&dims).unwrap().reshape(x.shape()).unwrap(), x);
    }

    #[test]
    fn permuting_back_gives_the_same(x in viewed(), seed in any::<u64>()) {
        let mut axes: Vec<isize> = (0..x.rank() as isize).collect();
        let mut seed = seed;
        for i in (1..axes.len()).rev() {
            axes.swap(i, (seed % (i as u64 + 1)) as usize);
            seed /= 11;
        }
        let mut inverse = axes.clone();
        for (to, &from) in axes.iter().enumerate() {
            inverse[from as usize] = to as isize;
        }
        prop_assert_eq!(x.permute(&axes).unwrap().permute(&inverse).unwrap(), x);
    }

    /// Large enough to be copied in tiles, with lengths that tiles do not divide.
    #[test]
    fn large_views_are_read_in_row_major_order(
        dims in proptest::array::uniform3(1..40_usize), order in Just([0, 1, 2]).prop_shuffle(), flips in any::<[bool; 3]>(),
        step in 1..3_isize,
    ) {
        let x = Tensor::from_fn(dims, |i| i as i32).unwrap();
        let mut y = x.permute(order).unwrap();
        for (axis, _) in flips.iter().enumerate().filter(|&(_, &flip)| flip) {
            y = y.flip(axis as isize).unwrap();
        }
        let y = y.slice_step(0, .., step).unwrap();
        let expected: Vec<_> = indices(y.shape()).iter().map(|index| y.get(index).unwrap()).collect();
        prop_assert_eq!(y.to_vec(), expected);
    }

    #[test]
    fn broadcasting_repeats(x in viewed(), lead in 0..3_usize) {
        let shape = [&[lead][..], x.shape()].concat();
        let y = x.broadcast_to(&shape).unwrap();
        for i in 0..lead {
            prop_assert_eq!(&y.select(0, i).unwrap(), &x);
        }
        let sum = &y + &y;
        prop_assert_eq!(sum.to_vec(), y.to_vec().iter().map(|v| v + v).collect::<Vec<_>>());
    }

    #[test]
    fn a_view_survives_changes_of_its_source(x in viewed()) {
        let before = x.to_vec();
        let mut y = x.clone();
        for v in y.as_mut_slice().unwrap() {
            *v = -1;
        }
        prop_assert_eq!(x.to_vec(), before);
    }

    #[test]
    fn wrong_arguments_are_errors(x in viewed(), a in any::<isize>(), b in any::<usize>(), c in any::<usize>(), d in any::<isize>()) {
        let _ = (x.transpose(a, d), x.slice_step(a, b..=c, d), x.slice(0, c..b), x.select(a, b), x.unsqueeze(a));
        let _ = (x.squeeze(a), x.flatten(a, d), x.reshape([b, c]), x.broadcast_to([b, c]), x.get([b, c]), x.permute([a, d]));
    }
}
