//! Products at every level of the instruction set: a test binary of its own, since the level is one for the whole process.

use backprop_tensor::simd::{self, Level};
use backprop_tensor::{Float, Rng, Tensor};

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
        // Elements of magnitude 1, of up to 3000 terms each.
        assert!(largest_difference(&rounded(), &expected.0) < 1e-5);
        assert!(largest_difference(&rounded(), &expected.1) < 2e-14);
    }
}
