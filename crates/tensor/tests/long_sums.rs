//! Sums of many terms against exact values, within the stated bounds: products on all paths, and what else adds along an axis.

use backprop_tensor::{Float, Kernel, Result, Tensor, kernel, math};
use proptest::prelude::*;

/// A number of the type that has about as many digits as two factors may have, times this power of two.
fn bits<T: Float>() -> i32 {
    if T::EPSILON.to_f64() > 1e-10 { 20 } else { 26 }
}

/// A matrix of one number, `numerator / 2^bits`, that lies transposed in memory or not.
fn constant<T: Float>([rows, columns]: [usize; 2], numerator: u32, transposed: bool) -> Tensor<T> {
    let value = T::from_f64(f64::from(numerator) / 2_f64.powi(bits::<T>()));
    if transposed {
        let x = Tensor::full([columns, rows], value).unwrap();
        x.transpose(0, 1).unwrap()
    } else {
        Tensor::full([rows, columns], value).unwrap()
    }
}

/// The bound that `matmul` states, relative to the sum of the magnitudes.
fn bound<T: Float>(terms: usize) -> f64 {
    let terms = terms as f64;
    terms.min(400.0 + terms.log2()) * T::EPSILON.to_f64() / 2.0
}

/// Rows and columns of products that go each through other loops: one row, few, many; one column, fewer than a vector has lanes, more.
const SIZES: [[usize; 2]; 12] = [
    [1, 1],
    [1, 2],
    [1, 5],
    [1, 150],
    [2, 2],
    [3, 40],
    [11, 21],
    [16, 33],
    [20, 40],
    [40, 1],
    [40, 3],
    [33, 17],
];

/// Equal terms are the worst ones: a sum that is too long to count them always errs to the same side.
fn equal_terms<T: Float>(terms: usize, [a, b]: [u32; 2]) {
    let exact = (terms as u128 * u128::from(a) * u128::from(b)) as f64 / 4_f64.powi(bits::<T>());
    let error = bound::<T>(terms) * exact + T::EPSILON.to_f64() * exact;
    let relu: Kernel = kernel!(|x| math::max(x, 0.0));
    for [rows, columns] in SIZES {
        for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
            let x = constant::<T>([rows, terms], a, left);
            let y = constant::<T>([terms, columns], b, right);
            let products = [
                x.matmul(&y),
                x.transpose(0, 1).unwrap().outer_sum(&y),
                x.linear(&y.transpose(0, 1).unwrap(), None, Some(&relu)),
            ];
            for product in products {
                for element in product.unwrap().to_vec() {
                    assert!(
                        (element.to_f64() - exact).abs() <= error,
                        "{element:?} for {exact}: {rows} {terms} {columns} {left} {right}"
                    );
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn products_are_within_the_stated_bound(terms in 30_000_usize..60_000, a in 1_u32 << 19..1 << 20, b in 1_u32 << 19..1 << 20) {
        equal_terms::<f32>(terms, [a, b]);
        equal_terms::<f64>(terms, [a << 6 | 37, b << 6 | 21]);
    }
}

#[test]
fn four_million_terms() -> Result<()> {
    let x = Tensor::<f32>::full([1, 4_000_000], 0.3)?;
    let y = Tensor::full([4_000_000, 2], 0.7)?;
    let exact = 4e6 * f64::from(0.3_f32) * f64::from(0.7_f32);
    for sum in x.matmul(&y)?.to_vec() {
        assert!((f64::from(sum) - exact).abs() <= bound::<f32>(4_000_000) * exact);
    }
    Ok(())
}
