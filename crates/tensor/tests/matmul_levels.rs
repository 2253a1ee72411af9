//! Products at every level of the instruction set: a test binary of its own, since the level is one for the whole process.

use backprop_tensor::simd::{self, Level};
use backprop_tensor::{Float, Kernel, Rng, Tensor, kernel};

/// Shapes on all the paths through the kernels, small and large.
const SHAPES: [[usize; 3]; 18] = [
    [1, 700, 900],
    [700, 900, 1],
    [1, 3000, 1],
    [1, 2, 1000],
    [3, 33, 5],
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
];

/// A matrix times a column, by the definition.
fn exact(a: &Tensor<f64>, x: &Tensor<f64>) -> Vec<f64> {
    let (elements, x) = (a.to_vec(), x.to_vec());
    elements
        .chunks(x.len())
        .map(|row| row.iter().zip(&x).map(|(a, x)| a * x).sum())
        .collect()
}

/// A matrix of small integers, of which all sums are exact, either way in memory.
fn integers<T: Float>(rows: usize, columns: usize, transposed: bool, rng: &mut Rng) -> Tensor<T> {
    let x = Tensor::random_integers([rows, columns], -8, 9, rng)
        .unwrap()
        .cast()
        .unwrap();
    if transposed {
        x.transpose(0, 1)
            .unwrap()
            .contiguous()
            .unwrap()
            .transpose(0, 1)
            .unwrap()
    } else {
        x
    }
}

/// Freivalds' check: `(A B) x = A (B x)`.
fn check<T: Float>([m, k, n]: [usize; 3], rng: &mut Rng) {
    for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
        let (a, b) = (integers::<T>(m, k, left, rng), integers::<T>(k, n, right, rng));
        let product = a.matmul(&b).unwrap().cast::<f64>().unwrap();
        let x = integers::<f64>(n, 1, false, rng);
        let inner = Tensor::from_slice(&exact(&b.cast().unwrap(), &x), [k, 1]).unwrap();
        assert_eq!(
            exact(&product, &x),
            exact(&a.cast().unwrap(), &inner),
            "{m} {k} {n} {left} {right}"
        );
    }
}

/// Inputs, terms and outputs of linear maps on all the paths: rows fewer than a tile, fewer than two, some; few terms, more than are added one
/// after another, more than 16 times as many; columns fewer than a vector, than a panel, than a chunk, more.
const MAPS: [[&[usize]; 3]; 3] = [
    [&[1, 2, 7, 15, 100], &[1, 30, 385], &[1, 3, 15, 17, 40]],
    [&[1, 3, 37], &[500], &[300, 2100]],
    [&[1, 2, 20], &[6145], &[1, 3, 35]],
];

/// `2 (x Wᵀ + b) + 1` with `x[i, p] = a[i] + c[p]` and `W[j, p] = b[j] + d[p]`, small integers, of which the sums are known without adding.
fn check_linear<T: Float>([rows, terms, columns]: [usize; 3], rng: &mut Rng) {
    let mut vector = |length| integers::<f64>(length, 1, false, rng);
    let [a, b, bias, c, d] = [rows, columns, columns, terms, terms].map(&mut vector);
    let row = |x: &Tensor<f64>| x.transpose(0, 1).unwrap();
    let sum = |x: &Tensor<f64>| x.sum(..).unwrap();
    let products = &a * &(row(&b) * terms as f64);
    let sums = products + &a * &sum(&d) + row(&b) * &sum(&c) + &sum(&(&c * &d));
    let twice: Kernel = kernel!(|x| 2.0 * x + 1.0);
    let in_memory = |x: &Tensor<f64>, transposed: bool| {
        let x = x.cast::<T>().unwrap();
        if transposed {
            x.transpose(0, 1)
                .unwrap()
                .contiguous()
                .unwrap()
                .transpose(0, 1)
                .unwrap()
        } else {
            x
        }
    };
    let bias_row = row(&bias);
    let of_type = bias.squeeze(1).unwrap().cast::<T>().unwrap();
    for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
        let x = in_memory(&(&a + &row(&c)), left);
        let weight = in_memory(&(&b + &row(&d)), right);
        for (with_bias, with_activation) in [(true, true), (true, false), (false, true)] {
            let y = x
                .linear(
                    &weight,
                    with_bias.then_some(&of_type),
                    with_activation.then_some(&twice),
                )
                .unwrap();
            let mut expected = if with_bias {
                &sums + &bias_row
            } else {
                sums.clone()
            };
            if with_activation {
                expected = expected * 2.0 + 1.0;
            }
            assert!(
                y.cast::<f64>().unwrap() == expected,
                "{rows} {terms} {columns} {left} {right} {with_bias} {with_activation}"
            );
        }
    }
}

/// One term after which ones are lost, each of them, as long as they are added one after another: 384 at most, on every path.
fn check_bound<T: Float>([rows, terms, columns]: [usize; 3]) {
    let half = T::EPSILON.to_f64() / 2.0;
    let mut x = vec![T::ONE; rows * terms];
    x.iter_mut()
        .step_by(terms)
        .for_each(|x| *x = T::from_f64(1.0 / half));
    let x = Tensor::from_slice(&x, [rows, terms]).unwrap();
    let exact = Tensor::full([rows, columns], (terms - 1) as f64).unwrap();
    let bound = (400.0 + (terms as f64).log2()) * half * (1.0 / half + terms as f64);
    for transposed in [false, true] {
        let shape = if transposed {
            [columns, terms]
        } else {
            [terms, columns]
        };
        let y = Tensor::<T>::ones(shape).unwrap();
        let y = if transposed { y.transpose(0, 1).unwrap() } else { y };
        // The large term goes first, so that the difference is exact.
        let product = x.matmul(&y).unwrap().map(|x| x.to_f64() - 1.0 / half).unwrap();
        let error = (product - &exact).abs().unwrap().max(..).unwrap().item().unwrap();
        assert!(
            error <= bound,
            "{error} > {bound}: {rows} {terms} {columns} {transposed}"
        );
    }
}

/// Products of numbers that must be rounded.
fn rounded<T: Float>() -> Vec<Tensor<T>> {
    let mut rng = Rng::seed(3);
    let mut normal = |shape| Tensor::<T>::normal(shape, T::ZERO, T::ONE, &mut rng).unwrap();
    let products = SHAPES.iter().map(|&[m, k, n]| {
        let size = T::ONE / T::from_f64((k as f64).sqrt());
        &normal([m, k]).matmul(&normal([k, n])).unwrap() * size
    });
    products.collect()
}

fn largest_difference<T: Float>(a: &[Tensor<T>], b: &[Tensor<T>]) -> f64 {
    let pairs = a
        .iter()
        .zip(b)
        .flat_map(|(a, b)| a.to_vec().into_iter().zip(b.to_vec()));
    pairs
        .map(|(a, b)| (a.to_f64() - b.to_f64()).abs())
        .fold(0.0, f64::max)
}

#[test]
fn all_levels_are_exact_in_integers_and_agree_to_rounding() {
    simd::set_level(Level::Baseline);
    let expected = (rounded::<f32>(), rounded::<f64>());
    for level in [Level::Baseline, Level::Avx2, Level::Avx512] {
        simd::set_level(level);
        let mut rng = Rng::seed(2);
        for shape in SHAPES {
            check::<f32>(shape, &mut rng);
            check::<f64>(shape, &mut rng);
        }
        for shape in [[1, 1], [1, 3], [1, 40], [3, 40], [20, 40], [40, 1], [40, 3]] {
            check_bound::<f32>([shape[0], 7000, shape[1]]);
            check_bound::<f64>([shape[0], 7000, shape[1]]);
        }
        for [rows, terms, columns] in MAPS {
            for &rows in rows {
                for &terms in terms {
                    for &columns in columns {
                        check_linear::<f32>([rows, terms, columns], &mut rng);
                        check_linear::<f64>([rows, terms, columns], &mut rng);
                    }
                }
            }
        }
        // Elements of magnitude 1, of up to 3000 terms each.
        assert!(largest_difference(&rounded(), &expected.0) < 1e-5);
        assert!(largest_difference(&rounded(), &expected.1) < 2e-14);
    }
}
