//! Sums of many terms against exact values, within the stated bounds: products on all paths, and what else adds along an axis.

use backprop_tensor::{Error, Float, Kernel, Result, Tensor, kernel, math};
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
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn products_are_within_the_stated_bound(terms in 15_000_usize..30_000, a in 1_u32 << 19..1 << 20, b in 1_u32 << 19..1 << 20) {
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

/// Whether a result is what it should be, within so many roundings.
fn within<T: Float>(actual: T, exact: f64, roundings: f64) {
    let error = roundings * T::EPSILON.to_f64() * exact.abs();
    assert!((actual.to_f64() - exact).abs() <= error, "{actual:?} for {exact}");
}

/// A million and some, so that the last block is not whole.
const MANY: usize = 1_000_100;

fn equal_terms_along_an_axis<T: Float>() -> Result<()> {
    // All additions are rounded, and all in the same direction for a while.
    let term = T::from_f64(0.3);
    let exact = |count: usize| {
        // Exact in the product of integers, so that the only rounding is the last one.
        let bits = T::EPSILON.to_f64() / 4.0;
        (count as u128 * (term.to_f64() / bits) as u128) as f64 * bits
    };
    let x = Tensor::full([MANY], term)?;
    for x in [x.clone(), x.flip(0)?] {
        within(x.sum(..)?.item()?, exact(MANY), 80.0 + 20.0);
        within(x.mean(..)?.item()?, exact(MANY) / MANY as f64, 80.0 + 20.0);
    }
    let columns = x.reshape([MANY / 4, 4])?.sum(0)?;
    for sum in columns.to_vec() {
        within(sum, exact(MANY / 4), 80.0 + 20.0);
    }
    // Those of f32 are carried in f64.
    let roundings = if T::EPSILON.to_f64() > 1e-10 {
        1.01
    } else {
        256.0 + 2.0
    };
    for columns in [1, 2, 100] {
        let rows = MANY / columns;
        let sums = Tensor::full([rows, columns], term)?.cumsum(0)?;
        for row in [1, rows / 2, rows - 1] {
            within(sums.get([row, columns - 1])?, exact(row + 1), roundings);
        }
    }
    Ok(())
}

fn additions_to_one_place<T: Float>() -> Result<()> {
    let term = T::from_f64(0.3);
    let start = Tensor::full([3], T::ONE)?;
    let exact = 1.0 + MANY as f64 * term.to_f64();
    // One in a thousand goes elsewhere.
    let index = Tensor::from_fn([MANY], |i| if i % 1000 == 5 { 2_i64 } else { 1 })?;
    let others = MANY.div_ceil(1000) - 1 + usize::from(MANY % 1000 > 5);
    let values = Tensor::full([MANY], term)?;
    let expected = [
        1.0,
        exact - others as f64 * term.to_f64(),
        1.0 + others as f64 * term.to_f64(),
    ];
    let wide = Tensor::full([3, 2], T::ONE)?.index_add(0, &index, &Tensor::full([MANY, 2], term)?)?;
    let results = [
        start.index_add(0, &index, &values)?,
        start.scatter_add(0, &index, &values)?,
        start
            .unsqueeze(0)?
            .scatter_add(1, &index.unsqueeze(0)?, &values.unsqueeze(0)?)?
            .squeeze(0)?,
        wide.select(1, 0)?,
        wide.select(1, 1)?,
    ];
    for result in results {
        for (&actual, &exact) in result.to_vec().iter().zip(&expected) {
            within(actual, exact, 256.0 + 2.0);
        }
    }
    Ok(())
}

#[test]
fn other_sums_are_within_the_stated_bounds() -> Result<()> {
    equal_terms_along_an_axis::<f32>()?;
    equal_terms_along_an_axis::<f64>()?;
    additions_to_one_place::<f32>()?;
    additions_to_one_place::<f64>()
}

/// More ones than an `f32` can count one by one.
#[test]
fn ones_are_counted() -> Result<()> {
    const COUNT: usize = (1 << 24) + 1000;
    let (index, ones) = (
        Tensor::<i64>::zeros([COUNT])?,
        Tensor::<f32>::ones([1])?.broadcast_to([COUNT])?,
    );
    let start = Tensor::zeros([1])?;
    assert_eq!(start.index_add(0, &index, &ones)?, Tensor::from([COUNT as f32]));
    assert_eq!(start.scatter_add(0, &index, &ones)?, Tensor::from([COUNT as f32]));
    assert_eq!(ones.cumsum(0)?.get([COUNT - 1])?, COUNT as f32);
    assert_eq!(ones.sum(..)?, Tensor::scalar(COUNT as f32));
    assert_eq!(ones.dot(&ones)?, Tensor::scalar(COUNT as f32));
    assert_eq!(ones.contiguous()?.dot(&ones)?, Tensor::scalar(COUNT as f32));
    Ok(())
}

/// Infinities and NaN in long sums are those of short ones.
#[test]
fn infinities_and_nan_stay_in_their_places() -> Result<()> {
    let (inf, nan) = (f32::INFINITY, f32::NAN);
    let same = |x: f32, y: f32| x == y || x.is_nan() && y.is_nan();
    for [a, b, sum] in [
        [inf, 1.0, inf],
        [inf, inf, inf],
        [inf, -inf, nan],
        [nan, 1.0, nan],
        [f32::MAX, f32::MAX, inf],
    ] {
        let mut x = Tensor::<f32>::zeros([20_000])?;
        let elements = x.as_mut_slice()?;
        (elements[3], elements[15_000]) = (a, b);
        let index = Tensor::<i64>::zeros([20_000])?;
        let added = Tensor::zeros([1])?.index_add(0, &index, &x)?.get([0])?;
        let scattered = Tensor::zeros([1])?.scatter_add(0, &index, &x)?.get([0])?;
        let dot = x.dot(&Tensor::ones([20_000])?)?.item()?;
        let single = x.cumsum(0)?.get([19_999])?;
        let double = x.cast::<f64>()?.cumsum(0)?.cast::<f32>()?.get([19_999])?;
        for actual in [added, scattered, dot, single, double] {
            assert!(same(actual, sum), "{actual} for {a} + {b}");
        }
    }
    Ok(())
}

/// Softmax of equal scores, in rows and in columns of many.
#[test]
fn softmax_of_many_scores() -> Result<()> {
    for shape in [[1, MANY], [MANY, 1], [MANY / 4, 4], [MANY / 50, 50]] {
        let axis = if shape[0] == 1 { 1 } else { 0 };
        let exact = 1.0 / shape[axis as usize] as f64;
        let x = Tensor::full(shape, 0.1_f32)?;
        within(x.softmax(axis)?.get([0, 0])?, exact, 150.0);
        // All but one add e^-1.1, which has all its digits, to the sum.
        let lower = Tensor::from_fn(shape, |i| if i == 0 { 0.0_f32 } else { -1.1 })?;
        let rest = (shape[axis as usize] - 1) as f64 * f64::from(-1.1_f32).exp();
        within(lower.softmax(axis)?.get([0, 0])?, 1.0 / (1.0 + rest), 150.0 + 1.1);
        within(
            -lower.log_softmax(axis)?.get([0, 0])?,
            (1.0 + rest).ln(),
            150.0 + 1.1,
        );
    }
    Ok(())
}

/// Broadcast views of more elements than there is memory or time for.
#[test]
fn huge_views() -> Result<()> {
    const HUGE: usize = 1 << 40;
    let one = |x: f32| Tensor::from([x]);
    let row = one(3.0).broadcast_to([2, HUGE])?;
    let count = HUGE as f32;
    assert_eq!(
        row.matmul(&one(0.5).broadcast_to([HUGE, 3])?)?,
        Tensor::full([2, 3], 1.5 * count)?
    );
    assert_eq!(
        row.matmul(&one(0.5).broadcast_to([HUGE])?)?,
        Tensor::full([2], 1.5 * count)?
    );
    let bias = Tensor::from([-1.5 * count, 0.0]);
    let relu = kernel!(|x| math::max(x, 1.0));
    assert_eq!(
        row.linear(&row, Some(&bias), Some(&relu))?,
        Tensor::from([[7.5 * count, 9.0 * count]; 2])
    );
    // The rows of all the leading axes, which nobody can copy.
    let rows = Tensor::from([1.0, 2.0]).broadcast_to([1 << 20, 1 << 20, 2])?;
    assert_eq!(
        rows.outer_sum(&rows)?,
        Tensor::from([[count, 2.0 * count], [2.0 * count, 4.0 * count]])
    );
    let nothing = Tensor::<f32>::zeros([0, 2])?;
    assert_eq!(
        rows.linear(&nothing, None, None)?.shape().dims(),
        [1 << 20, 1 << 20, 0]
    );
    assert_eq!(
        rows.matmul(&nothing.transpose(0, 1)?)?.shape().dims(),
        [1 << 20, 1 << 20, 0]
    );
    // Results that have no room.
    let tall = one(1.0).broadcast_to([HUGE, 2])?;
    assert!(matches!(
        tall.matmul(&one(1.0).broadcast_to([2, 4])?),
        Err(Error::Memory { .. })
    ));
    assert!(matches!(
        tall.linear(&one(1.0).broadcast_to([1000, 2])?, None, None),
        Err(Error::Memory { .. })
    ));
    assert!(matches!(
        tall.matmul(&tall.transpose(0, 1)?),
        Err(Error::Size { .. })
    ));
    assert!(matches!(
        rows.transpose(0, 2)?.outer_sum(&rows.transpose(0, 2)?),
        Err(Error::Memory { .. })
    ));
    Ok(())
}
