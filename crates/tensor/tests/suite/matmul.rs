//! Products against naive sums in f64, their laws, and the independence of threads.

use crate::common::on;
use backprop_tensor::{Error, Float, Kernel, Result, Rng, Tensor, kernel, math};
use proptest::prelude::*;

/// How a matrix lies in memory.
#[derive(Debug, Clone, Copy)]
struct View {
    transposed: bool,
    flipped: [bool; 2],
    step: [usize; 2],
    repeated: [bool; 2],
}

fn view() -> impl Strategy<Value = View> {
    let often_plain = || prop_oneof![3 => Just([1, 1]), 1 => [1_usize..3, 1..3]];
    let rarely = || prop_oneof![4 => Just([false, false]), 1 => any::<[bool; 2]>()];
    (any::<bool>(), rarely(), often_plain(), rarely()).prop_map(|(transposed, flipped, step, repeated)| {
        View {
            transposed,
            flipped,
            step,
            repeated,
        }
    })
}

impl View {
    const PLAIN: Self = Self {
        transposed: false,
        flipped: [false; 2],
        step: [1; 2],
        repeated: [false; 2],
    };

    /// A random tensor of this shape whose last two axes lie in memory as the view says.
    fn make<T: Float>(self, shape: &[usize], rng: &mut Rng) -> Tensor<T> {
        let axes = [shape.len() - 2, shape.len() - 1];
        let mut stored = shape.to_vec();
        for i in 0..2 {
            stored[axes[i]] = if self.repeated[i] {
                1
            } else {
                shape[axes[i]] * self.step[i]
            };
        }
        if self.transposed {
            stored.swap(axes[0], axes[1]);
        }
        let low = T::from_f64(-1.0);
        let mut x = Tensor::uniform(stored, low, T::ONE, rng).unwrap();
        if self.transposed {
            x = x.transpose(-1, -2).unwrap();
        }
        for i in 0..2 {
            let (axis, sign) = (axes[i] as isize, if self.flipped[i] { -1 } else { 1 });
            x = if self.repeated[i] {
                let mut dims = x.shape().to_vec();
                dims[axes[i]] = shape[axes[i]];
                x.broadcast_to(dims).unwrap()
            } else {
                x.slice_step(axis, .., self.step[i] as isize * sign).unwrap()
            };
        }
        assert_eq!(*x.shape(), *shape);
        x
    }
}

/// Each element, and the sum of its terms' magnitudes, by the definition.
fn naive<T: Float>(a: &Tensor<T>, b: &Tensor<T>) -> (Vec<f64>, Vec<f64>) {
    let (m, k, n) = (a.shape()[0], a.shape()[1], b.shape()[1]);
    let (a, b) = (a.to_vec(), b.to_vec());
    let (mut sums, mut sizes) = (vec![], vec![]);
    for i in 0..m {
        for j in 0..n {
            let terms = (0..k).map(|p| a[i * k + p].to_f64() * b[p * n + j].to_f64());
            sums.push(terms.clone().sum());
            sizes.push(terms.map(f64::abs).sum());
        }
    }
    (sums, sizes)
}

/// Whether each element is within the error bound of a sum of `terms` terms of these magnitudes.
fn close<T: Float>(actual: &Tensor<T>, expected: &[f64], sizes: &[f64], terms: usize) -> bool {
    let bound = (terms + 2) as f64 * T::EPSILON.to_f64();
    let actual = actual.to_vec();
    actual.len() == expected.len()
        && actual
            .iter()
            .zip(expected)
            .zip(sizes)
            .all(|((x, y), size)| (x.to_f64() - y).abs() <= bound * size)
}

fn check<T: Float>(a: &Tensor<T>, b: &Tensor<T>) {
    let product = a.matmul(b).unwrap();
    assert_eq!(*product.shape(), [a.shape()[0], b.shape()[1]]);
    let (sums, sizes) = naive(a, b);
    assert!(
        close(&product, &sums, &sizes, a.shape()[1]),
        "{:?} {:?}",
        a.layout(),
        b.layout()
    );
}

/// Lengths around the sizes of tiles and vectors, and small ones.
fn length() -> impl Strategy<Value = usize> {
    prop_oneof![2 => 0_usize..20, 2 => 20_usize..70, 1 => prop::sample::select(vec![1, 8, 16, 32, 48, 96, 97, 128])]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Around the sizes from which on its terms or its columns are divided.
    #[test]
    fn a_row_of_any_length(k in 0_usize..2000, n in 1_usize..400, a in view(), transposed: bool, seed: u64) {
        let mut rng = Rng::seed(seed);
        let b = View { transposed, ..View::PLAIN };
        check(&a.make::<f32>(&[1, k], &mut rng), &b.make(&[k, n], &mut rng));
        check(&a.make::<f64>(&[1, k], &mut rng), &b.make(&[k, n], &mut rng));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_views_multiply_as_defined(m in length(), k in length(), n in length(), a in view(), b in view(), seed: u64) {
        let mut rng = Rng::seed(seed);
        check(&a.make::<f32>(&[m, k], &mut rng), &b.make(&[k, n], &mut rng));
        check(&a.make::<f64>(&[m, k], &mut rng), &b.make(&[k, n], &mut rng));
    }

    #[test]
    fn a_vector_is_a_row_or_a_column(m in length(), k in length(), view in view(), step in 1_usize..3, flip: bool, seed: u64) {
        let mut rng = Rng::seed(seed);
        let a = view.make::<f32>(&[m, k], &mut rng);
        let vector = |length: usize, rng: &mut Rng| {
            let step = if flip { -(step as isize) } else { step as isize };
            Tensor::<f32>::normal([length * step.unsigned_abs()], 0.0, 1.0, rng).unwrap().slice_step(0, .., step).unwrap()
        };
        let (x, y) = (vector(k, &mut rng), vector(m, &mut rng));
        let column = a.matmul(&x).unwrap();
        prop_assert_eq!(column.shape().dims(), &[m]);
        let (sums, sizes) = naive(&a, &x.unsqueeze(1).unwrap());
        prop_assert!(close(&column, &sums, &sizes, k));
        let row = y.matmul(&a).unwrap();
        prop_assert_eq!(row.shape().dims(), &[k]);
        let (sums, sizes) = naive(&y.unsqueeze(0).unwrap(), &a);
        prop_assert!(close(&row, &sums, &sizes, m));
        let dot = x.dot(&x).unwrap();
        prop_assert_eq!(dot.rank(), 0);
        prop_assert_eq!(&dot, &x.matmul(&x).unwrap());
        let (sums, sizes) = naive(&x.unsqueeze(0).unwrap(), &x.unsqueeze(1).unwrap());
        prop_assert!(close(&dot, &sums, &sizes, k));
        let outer = y.outer(&x).unwrap();
        prop_assert_eq!(&outer, &y.unsqueeze(1).unwrap().matmul(&x.unsqueeze(0).unwrap()).unwrap());
    }

    #[test]
    fn batches_broadcast(
        batch in prop::collection::vec(0_usize..4, 0..4),
        ones in any::<[[bool; 3]; 2]>(),
        dropped in [0_usize..4, 0..4],
        [m, k, n] in [0_usize..12, 0..12, 0..12],
        views in [view(), view()],
        seed: u64,
    ) {
        let mut rng = Rng::seed(seed);
        let mut operand = |side: usize, matrix: [usize; 2]| {
            let mut dims: Vec<usize> = batch.iter().zip(&ones[side]).map(|(&length, &one)| if one { 1 } else { length }).collect();
            dims.drain(..dropped[side].min(dims.len()));
            dims.extend(matrix);
            views[side].make::<f64>(&dims, &mut rng)
        };
        let (a, b) = (operand(0, [m, k]), operand(1, [k, n]));
        let c = a.matmul(&b).unwrap();
        let lead = c.rank() - 2;
        let batch = c.shape()[..lead].to_vec();
        let wide = |x: &Tensor<f64>, matrix: [usize; 2]| {
            let count: usize = batch.iter().product();
            x.broadcast_to([&batch[..], &matrix].concat()).unwrap().reshape([&[count][..], &matrix].concat()).unwrap()
        };
        let (a, b, c) = (wide(&a, [m, k]), wide(&b, [k, n]), wide(&c, [m, n]));
        for i in 0..c.shape()[0] {
            let (sums, sizes) = naive(&a.select(0, i).unwrap(), &b.select(0, i).unwrap());
            prop_assert!(close(&c.select(0, i).unwrap(), &sums, &sizes, k));
        }
    }

    #[test]
    fn the_transpose_of_a_product_is_the_product_of_transposes([m, k, n] in [1_usize..40, 1..40, 1..40], seed: u64) {
        let mut rng = Rng::seed(seed);
        let a = View::PLAIN.make::<f64>(&[m, k], &mut rng);
        let b = View::PLAIN.make::<f64>(&[k, n], &mut rng);
        let t = |x: &Tensor<f64>| x.transpose(0, 1).unwrap();
        let (_, sizes) = naive(&a, &b);
        let product = a.matmul(&b).unwrap();
        prop_assert!(close(&t(&t(&b).matmul(&t(&a)).unwrap()), &product.to_vec(), &sizes, 2 * k));
    }

    #[test]
    fn multiplication_is_associative_and_distributive([m, k, l, n] in [1_usize..30, 1..30, 1..30, 1..30], seed: u64) {
        // Small integers, of which all sums are exact.
        let mut rng = Rng::seed(seed);
        let mut integers = |rows, columns| {
            Tensor::random_integers([rows, columns], -8, 9, &mut rng).unwrap().cast::<f32>().unwrap()
        };
        let (a, b, c, d) = (integers(m, k), integers(k, l), integers(l, n), integers(k, l));
        prop_assert_eq!(a.matmul(&b).unwrap().matmul(&c).unwrap(), a.matmul(&b.matmul(&c).unwrap()).unwrap());
        prop_assert_eq!(a.matmul(&(&b + &d)).unwrap(), a.matmul(&b).unwrap() + a.matmul(&d).unwrap());
        let identity = integers(k, k).map(|_| 0.0_f32).unwrap();
        let mut identity = identity;
        for i in 0..k {
            identity.as_mut_slice().unwrap()[i * k + i] = 1.0;
        }
        prop_assert_eq!(a.matmul(&identity).unwrap(), a);
    }

    #[test]
    fn outer_sum_is_the_product_with_the_transpose(
        lead in prop::collection::vec(0_usize..5, 0..3), rows in length(), [m, n] in [1_usize..40, 1..40], a in view(), b in view(), seed: u64,
    ) {
        let rng = &mut Rng::seed(seed);
        let shape = |last: usize| [&lead[..], &[rows, last]].concat();
        let (a, b) = (a.make::<f32>(&shape(m), rng), b.make::<f32>(&shape(n), rng));
        let count = a.count() / m;
        let (left, right) = (a.reshape([count, m]).unwrap(), b.reshape([count, n]).unwrap());
        let (sums, sizes) = naive(&left.transpose(0, 1).unwrap(), &right);
        let sum = a.outer_sum(&b).unwrap();
        prop_assert_eq!(sum.shape().dims(), [m, n]);
        prop_assert!(close(&sum, &sums, &sizes, count));
    }

    #[test]
    fn linear_is_what_it_says(lead in prop::collection::vec(0_usize..6, 0..3), [inputs, outputs] in [0_usize..70, 0..70],
                              view in view(), with_bias: bool, with_activation: bool, seed: u64) {
        let mut rng = Rng::seed(seed);
        let x = Tensor::<f64>::normal([&lead[..], &[inputs]].concat(), 0.0, 1.0, &mut rng).unwrap();
        let weight = view.make::<f64>(&[outputs, inputs], &mut rng);
        let bias = Tensor::<f64>::normal([outputs], 0.0, 1.0, &mut rng).unwrap();
        let activation = kernel!(|x| math::max(x, 0.1 * x));
        let y = x.linear(&weight, with_bias.then_some(&bias), with_activation.then_some(&activation)).unwrap();
        let rows: usize = lead.iter().product();
        let (mut sums, mut sizes) = naive(&x.reshape([rows, inputs]).unwrap(), &weight.transpose(0, 1).unwrap());
        for (i, (sum, size)) in sums.iter_mut().zip(&mut sizes).enumerate() {
            if with_bias {
                let bias = bias.to_vec()[i % outputs];
                *sum += bias;
                *size += bias.abs();
            }
            if with_activation {
                *sum = sum.max(0.1 * *sum);
            }
        }
        prop_assert_eq!(y.shape().dims(), [&lead[..], &[outputs]].concat());
        prop_assert!(close(&y, &sums, &sizes, inputs + 2));
    }

    #[test]
    fn no_operand_panics(a in prop::collection::vec(0_usize..5, 0..5), b in prop::collection::vec(0_usize..5, 0..5), seed: u64) {
        let mut rng = Rng::seed(seed);
        let mut any = |shape: &[usize]| {
            let values = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -0.0, 1.0, f32::MIN_POSITIVE];
            let count = shape.iter().product();
            let elements: Vec<f32> = (0..count).map(|_| values[rng.below(7)]).collect();
            Tensor::from_slice(&elements, shape).unwrap()
        };
        let (a, b) = (any(&a), any(&b));
        let _ = (a.matmul(&b), a.dot(&b), a.outer(&b), a.linear(&b, None, None), a.linear(&b, Some(&a), None));
        // Shapes of which one is empty, and the other larger than memory.
        let huge = Tensor::<f32>::ones([1]).unwrap().broadcast_to([1 << 30, 1 << 20]).unwrap();
        let empty = Tensor::<f32>::ones([1 << 20, 0]).unwrap();
        prop_assert_eq!(huge.matmul(&empty).unwrap().count(), 0);
        prop_assert!(huge.transpose(0, 1).unwrap().matmul(&huge.transpose(0, 1).unwrap()).is_err());
    }
}

/// Shapes on all the paths through the kernels, small and large.
const SHAPES: [[usize; 3]; 21] = [
    [2, 40_000, 3],
    [20, 13_000, 30],
    [130, 6500, 140],
    [1, 700, 900],
    [700, 900, 1],
    [1, 3000, 1],
    [2, 1000, 600],
    [7, 500, 400],
    [16, 300, 300],
    [33, 65, 17],
    [64, 784, 128],
    [128, 64, 784],
    [200, 3, 2000],
    [2000, 100, 10],
    [500, 2, 1000],
    [130, 900, 140],
    [100, 50, 4200],
    [3000, 40, 13],
    [257, 385, 259],
    [1, 784, 256],
    [1, 1500, 301],
];

fn products<T: Float>() -> Vec<Tensor<T>> {
    let mut rng = Rng::seed(1);
    let mut all = vec![];
    for [m, k, n] in SHAPES {
        for (a, b) in [(false, false), (false, true), (true, false), (true, true)] {
            let view = |transposed| View {
                transposed,
                ..View::PLAIN
            };
            let a = view(a).make::<T>(&[m, k], &mut rng);
            let b = view(b).make::<T>(&[k, n], &mut rng);
            all.push(a.matmul(&b).unwrap());
            let bias = Tensor::normal([n], T::ZERO, T::ONE, &mut rng).unwrap();
            let tanh: Kernel = kernel!(|x| math::tanh(x));
            all.push(
                a.linear(&b.transpose(0, 1).unwrap(), Some(&bias), Some(&tanh))
                    .unwrap(),
            );
        }
    }
    for [batch, m, k, n] in [
        [1000, 8, 8, 8],
        [40, 32, 40, 32],
        [64, 130, 70, 20],
        [3, 200, 100, 150],
        [3, 200, 300, 150],
    ] {
        let a = View::PLAIN.make::<T>(&[batch, m, k], &mut rng);
        all.push(
            a.matmul(&View::PLAIN.make::<T>(&[batch, k, n], &mut rng))
                .unwrap(),
        );
        all.push(a.matmul(&View::PLAIN.make::<T>(&[k, n], &mut rng)).unwrap());
    }
    all
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    let products = |threads| on(threads, || (products::<f32>(), products::<f64>()));
    let expected = products(1);
    for threads in [2, 3, 7] {
        assert!(products(threads) == expected);
    }
}

#[test]
fn not_a_number_and_infinity_go_where_they_belong() -> Result<()> {
    for n in [1, 3, 8, 20, 50] {
        let mut a = Tensor::<f32>::ones([9, 40])?;
        a.as_mut_slice()?[5 * 40 + 7] = f32::NAN;
        let mut b = Tensor::<f32>::zeros([40, n])?;
        b.as_mut_slice()?[3 * n + n / 2] = f32::INFINITY;
        for b in [b.clone(), b.transpose(0, 1)?.contiguous()?.transpose(0, 1)?] {
            let product = a.matmul(&b)?;
            for i in 0..9 {
                for j in 0..n {
                    let x = product.get([i, j])?;
                    let expected = match (i, j) {
                        (5, _) => f32::NAN,
                        (_, j) if j == n / 2 => f32::INFINITY,
                        _ => 0.0,
                    };
                    assert!(x.to_bits() == expected.to_bits() || x.is_nan() && expected.is_nan());
                }
            }
        }
    }
    Ok(())
}

#[test]
fn sums_of_nothing_are_zero() -> Result<()> {
    let (a, b) = (Tensor::<f32>::zeros([3, 0])?, Tensor::<f32>::zeros([0, 5])?);
    assert_eq!(a.matmul(&b)?, Tensor::zeros([3, 5])?);
    assert_eq!(b.select(1, 0)?.dot(&a.select(0, 0)?)?, Tensor::scalar(0.0));
    let bias = Tensor::from([1.0, -2.0]);
    let relu = kernel!(|x| math::max(x, 0.0));
    let y = a.linear(&Tensor::zeros([2, 0])?, Some(&bias), Some(&relu))?;
    assert_eq!(y, Tensor::from([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]));
    assert_eq!(
        *Tensor::<f32>::zeros([4, 0, 7])?
            .matmul(&Tensor::zeros([7, 2])?)?
            .shape(),
        [4, 0, 2]
    );
    Ok(())
}

#[test]
fn shapes_that_do_not_fit_are_errors() -> Result<()> {
    let (a, b) = (Tensor::<f32>::zeros([3, 2])?, Tensor::zeros([4, 2])?);
    assert!(matches!(a.outer_sum(&b), Err(Error::Shapes { .. })));
    assert!(matches!(
        a.outer_sum(&Tensor::scalar(1.0)),
        Err(Error::Shape { .. })
    ));
    let x = |shape: &[usize]| Tensor::<f32>::zeros(shape).unwrap();
    let message = x(&[2, 3]).matmul(&x(&[4, 5])).unwrap_err().to_string();
    assert_eq!(
        message,
        "matmul: shapes [2, 3] and [4, 5] do not multiply: 3 columns need as many rows, not 4"
    );
    for (a, b) in [
        (&[3][..], &[4][..]),
        (&[2, 2, 3], &[3, 3, 4]),
        (&[2, 3], &[2]),
        (&[2], &[3, 2]),
    ] {
        assert!(matches!(x(a).matmul(&x(b)), Err(Error::Shapes { .. })));
    }
    assert!(matches!(x(&[]).matmul(&x(&[1])), Err(Error::Shape { .. })));
    assert!(matches!(x(&[1]).matmul(&x(&[])), Err(Error::Shape { .. })));
    assert!(
        x(&[2, 2]).dot(&x(&[2, 2])).is_err()
            && x(&[2]).dot(&x(&[3])).is_err()
            && x(&[2, 2]).outer(&x(&[2])).is_err()
    );
    let (input, weight) = (x(&[5, 3]), x(&[4, 3]));
    assert!(matches!(
        x(&[]).linear(&weight, None, None),
        Err(Error::Shape { .. })
    ));
    assert!(matches!(
        input.linear(&x(&[3, 4]), None, None),
        Err(Error::Shapes { .. })
    ));
    assert!(matches!(
        input.linear(&x(&[3]), None, None),
        Err(Error::Shapes { .. })
    ));
    assert!(matches!(
        input.linear(&weight, Some(&x(&[3])), None),
        Err(Error::Shapes { .. })
    ));
    assert!(matches!(
        input.linear(&weight, Some(&x(&[1, 4])), None),
        Err(Error::Shapes { .. })
    ));
    for kernel in [kernel!(|x, y| x + y), kernel!(|x; p: 2.0| x * p)] {
        assert!(matches!(
            input.linear(&weight, None, Some(&kernel)),
            Err(Error::Argument { .. })
        ));
    }
    Ok(())
}
