//! A formula and the sums of its result in one pass: the bits of both one after the other.

use crate::common::noise;
use backprop_tensor::{Error, Float, Kernel, Tensor, kernel};
use proptest::prelude::*;
use proptest::sample::select;

const GRADIENT: Kernel = kernel!(|g, y| g * (1.0 - y * y));
const GUARDED: Kernel = kernel!(|g, y| g / y; where y > 0.5; else -g);

fn tensor<T: Float>(shape: &[usize], seed: u64) -> Tensor<T> {
    let elements: Vec<T> = { noise(shape.iter().product(), seed).into_iter() }
        .map(T::from_f64)
        .collect();
    Tensor::from_slice(&elements, shape).unwrap()
}

fn bits<T: Float>(x: &Tensor<T>) -> Vec<u64> {
    x.to_vec().iter().map(|x| x.to_f64().to_bits()).collect()
}

fn check<T: Float>(shape: &[usize], how: usize, seed: u64) -> Result<(), TestCaseError> {
    let (g, y) = (tensor::<T>(shape, seed), tensor::<T>(shape, seed ^ 1));
    let row = tensor::<T>(&shape[shape.len() - 1..], seed ^ 2);
    // An operand in another order, and one that is broadcast.
    let turned = y
        .transpose(0, -1)
        .unwrap()
        .contiguous()
        .unwrap()
        .transpose(0, -1)
        .unwrap();
    let other = [&y, &y, &turned, &row][how];
    for kernel in [GRADIENT, GUARDED] {
        let right = g.apply(&kernel, &[other]).unwrap();
        let sums = right.sum_to(row.shape()).unwrap();
        let (kept, own) = (g.clone(), tensor::<T>(shape, seed));
        let before = if how == 1 { kept } else { own };
        let (result, result_sums) = before.into_apply_and_sum(&kernel, &[other]).unwrap();
        prop_assert_eq!(result.shape(), right.shape());
        prop_assert_eq!(bits(&result), bits(&right));
        prop_assert_eq!(result_sums.shape(), row.shape());
        prop_assert_eq!(bits(&result_sums), bits(&sums));
        // What was shared is as it was.
        prop_assert_eq!(bits(&g), bits(&tensor::<T>(shape, seed)));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn both_have_the_bits_that_they_have_one_after_the_other(
        rows in select(vec![1, 2, 3, 8, 31, 32, 127, 128, 129, 130, 257, 300, 700]),
        columns in select(vec![1, 2, 3, 7, 16, 31, 33, 64, 100, 255, 256, 257, 300, 520]),
        middle in 0..3_usize,
        how in 0..4_usize,
        seed in any::<u64>(),
    ) {
        let shape = if middle > 0 && rows < 200 { vec![middle, rows, columns] } else { vec![rows, columns] };
        check::<f32>(&shape, how, seed)?;
        check::<f64>(&shape, how, seed)?;
    }
}

#[test]
fn one_axis_and_none_and_no_elements() -> Result<(), Error> {
    let y = Tensor::from([0.5_f32, 0.0]);
    let (result, sums) = Tensor::from([1.0_f32, 2.0]).into_apply_and_sum(&GRADIENT, &[&y])?;
    assert_eq!(
        (result, sums),
        (Tensor::from([0.75, 2.0]), Tensor::from([0.75, 2.0]))
    );
    let none = Tensor::<f32>::zeros([0, 3])?;
    let (result, sums) = none.clone().into_apply_and_sum(&GRADIENT, &[&none])?;
    assert_eq!((result, sums), (none, Tensor::zeros([3])?));
    let scalar = Tensor::from(1.0_f32);
    let error = scalar.clone().into_apply_and_sum(&GRADIENT, &[&scalar]);
    assert!(matches!(error, Err(Error::Shape { .. })), "{error:?}");
    let others = scalar.clone().into_apply_and_sum(&GRADIENT, &[]);
    assert!(matches!(others, Err(Error::Argument { .. })), "{others:?}");
    // A scalar that is broadcast has the axes of the other.
    let (result, sums) = scalar.into_apply_and_sum(&GRADIENT, &[&Tensor::from([[0.5], [0.0]])])?;
    assert_eq!(
        (result, sums),
        (Tensor::from([[0.75], [1.0]]), Tensor::from([1.75]))
    );
    Ok(())
}
