//! Decompositions of matrices whose elements are very large, very small, or both.

use backprop_tensor::{Float, Rng, Tensor, linalg};
use proptest::prelude::*;

fn random<T: Float>(shape: [usize; 2], seed: u64) -> Tensor<T> {
    Tensor::normal(shape, T::ZERO, T::ONE, &mut Rng::seed(seed)).unwrap()
}

/// With a large diagonal, so that equations are well conditioned.
fn dominant<T: Float>(n: usize, seed: u64) -> Tensor<T> {
    let most = T::from_f64(4.0 * (n as f64 + 1.0));
    &random([n, n], seed) + &(&Tensor::eye(n).unwrap() * most)
}

/// Symmetric and positive definite, with a condition number of some dozens at most.
fn definite<T: Float>(n: usize, seed: u64) -> Tensor<T> {
    let a = dominant::<T>(n, seed);
    a.matmul(&a.transpose(0, 1).unwrap()).unwrap()
}

fn power<T: Float>(e: i32) -> T {
    T::from_f64(2.0_f64.powi(e))
}

/// Powers of two of two exponents far apart, at random, and the sum of the exponents.
fn powers<T: Float>(n: usize, far: i32, seed: u64) -> (Tensor<T>, i32) {
    let signs = Tensor::<i64>::random_integers([n], 0, 2, &mut Rng::seed(seed)).unwrap();
    let exponents = signs.map(|sign| i64::from(far) * (2 * sign - 1)).unwrap();
    let sum = exponents.to_vec().iter().sum::<i64>() as i32;
    (exponents.map(|e| power(e as i32)).unwrap(), sum)
}

fn column<T: Float>(x: &Tensor<T>) -> Tensor<T> {
    x.unsqueeze(1).unwrap()
}

fn reciprocal<T: Float>(x: &Tensor<T>) -> Tensor<T> {
    x.reciprocal().unwrap()
}

/// With a large diagonal, and no small element beside it.
fn filled<T: Float>(n: usize, seed: u64) -> Tensor<T> {
    let most = T::from_f64(4.0 * (n as f64 + 1.0));
    let beside = Tensor::uniform([n, n], T::from_f64(0.5), T::ONE, &mut Rng::seed(seed)).unwrap();
    &beside + &(&Tensor::eye(n).unwrap() * most)
}

/// Equal up to the error of an elimination: `n ε` times the condition, which no scaling of [`filled`] to elements up to 1 makes larger than
/// some times the ratio of its elements.
fn near<T: Float>(a: &Tensor<T>, b: &Tensor<T>, size: &Tensor<T>) -> bool {
    let n = a.shape()[0] as f64;
    let bound = T::EPSILON.to_f64() * 16.0 * n * 8.0 * (n + 1.0);
    let (a, b, size) = (a.to_vec(), b.to_vec(), size.to_vec());
    let close =
        |((a, b), size): ((&T, &T), &T)| (a.to_f64() - b.to_f64()).abs() <= bound * size.to_f64().abs();
    a.len() == b.len() && a.iter().zip(&b).zip(&size).all(close)
}

/// Multiplying a matrix by a power of two multiplies the results by one, and changes no digit.
fn check_uniform<T: Float>([m, n]: [usize; 2], e: i32, seed: u64) {
    let p = power::<T>(e);
    let a = random::<T>([m, n], seed);
    let scaled = &a * p;
    let ((q, r), (scaled_q, scaled_r)) = (linalg::qr(&a).unwrap(), linalg::qr(&scaled).unwrap());
    assert_eq!((q, &r * p), (scaled_q, scaled_r));
    let ((u, s, vt), (scaled_u, scaled_s, scaled_vt)) =
        (linalg::svd(&a).unwrap(), linalg::svd(&scaled).unwrap());
    assert_eq!((u, &s * p, vt), (scaled_u, scaled_s, scaled_vt));
    let b = random::<T>([m, 2], !seed);
    let x = linalg::least_squares(&a, &b).unwrap();
    assert_eq!(linalg::least_squares(&scaled, &b).unwrap(), &x * power::<T>(-e));
    assert_eq!(linalg::least_squares(&a, &(&b * p)).unwrap(), &x * p);

    let a = dominant::<T>(n, seed);
    let scaled = &a * p;
    let b = random::<T>([n, 2], !seed);
    let x = linalg::solve(&a, &b).unwrap();
    assert_eq!(linalg::solve(&scaled, &b).unwrap(), &x * power::<T>(-e));
    assert_eq!(linalg::solve(&a, &(&b * p)).unwrap(), &x * p);
    assert_eq!(linalg::solve(&scaled, &(&b * p)).unwrap(), x);
    assert_eq!(
        linalg::inverse(&scaled).unwrap(),
        &linalg::inverse(&a).unwrap() * power::<T>(-e)
    );
    let symmetric = &a + &a.transpose(0, 1).unwrap();
    let (values, vectors) = linalg::symmetric_eigen(&symmetric).unwrap();
    let (scaled_values, scaled_vectors) = linalg::symmetric_eigen(&(&symmetric * p)).unwrap();
    assert_eq!((&values * p, vectors), (scaled_values, scaled_vectors));
    let definite = definite::<T>(n, seed);
    let even = 2 * (e / 2);
    let lower = &linalg::cholesky(&definite).unwrap() * power::<T>(even / 2);
    assert_eq!(linalg::cholesky(&(&definite * power::<T>(even))).unwrap(), lower);
}

/// Rows and columns multiplied by `2^far` or `2^-far`.
fn check_graded<T: Float>(n: usize, far: i32, seed: u64) {
    let (rows, row_sum) = powers::<T>(n, far, seed ^ 1);
    let (columns, column_sum) = powers::<T>(n, far, seed ^ 2);
    let a = filled::<T>(n, seed);
    let graded = &(&a * &column(&rows)) * &columns;

    let (sign, log) = linalg::slogdet(&a).unwrap();
    let (graded_sign, graded_log) = linalg::slogdet(&graded).unwrap();
    let expected = log.to_f64() + f64::from(row_sum + column_sum) * std::f64::consts::LN_2;
    assert_eq!(sign, graded_sign);
    let bound = 500.0 * T::EPSILON.to_f64() * (1.0 + expected.abs());
    assert!(
        (graded_log.to_f64() - expected).abs() <= bound,
        "{graded_log:?} is not {expected}"
    );

    // Both are results in range: the solution 1 for each unknown, whatever it is multiplied by.
    let x = Tensor::<T>::ones([n, 1]).unwrap();
    let right = a.matmul(&x).unwrap();
    let ones = linalg::solve(&graded, &(&right * &column(&rows))).unwrap();
    let expected = column(&reciprocal(&columns));
    assert!(near(&ones, &expected, &expected));
    let inverse = &(&linalg::inverse(&a).unwrap() * &column(&reciprocal(&columns))) * &reciprocal(&rows);
    let largest = &column(&reciprocal(&columns)) * &reciprocal(&rows);
    assert!(near(&linalg::inverse(&graded).unwrap(), &inverse, &largest));

    let definite = definite::<T>(n, seed);
    let lower = linalg::cholesky(&definite).unwrap();
    let (size, _) = powers::<T>(n, far, seed ^ 3);
    let graded = &(&definite * &column(&size)) * &size;
    assert!(near(
        &linalg::cholesky(&graded).unwrap(),
        &(&lower * &column(&size)),
        &(&lower.full_like(T::from_f64(4.0 * (n as f64 + 1.0))).unwrap() * &column(&size)),
    ));
    // The columns alone: R has them too, and Q does not.
    let (q, r) = linalg::qr(&a).unwrap();
    let (graded_q, graded_r) = linalg::qr(&(&a * &columns)).unwrap();
    assert_eq!((graded_q, graded_r), (q, &r * &columns));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_power_of_two_in_is_a_power_of_two_out(shape in [1_usize..9, 1..9], single in -90..=90_i32, double in -900..=900_i32, seed: u64) {
        check_uniform::<f32>(shape, single, seed);
        check_uniform::<f64>(shape, double, seed);
    }

    #[test]
    fn rows_and_columns_of_any_size(n in 1_usize..9, seed: u64) {
        // The products of four powers, and of the elements, are just in range.
        check_graded::<f32>(n, 28, seed);
        check_graded::<f64>(n, 250, seed);
    }
}

#[test]
fn determinants_overflow_only_if_they_are_out_of_range() {
    let diagonal = |values: [f32; 4]| &Tensor::<f32>::eye(4).unwrap() * &Tensor::from(values);
    let of = |x: &Tensor<f32>| linalg::determinant(x).unwrap();
    for values in [
        [1e30, 1e30, 1e-30, 1e-30],
        [1e-30, 1e30, 1e30, 1e-30],
        [1e-30, 1e-30, 1e30, 1e30],
    ] {
        // 1e30 and 1e-30 are rounded to f32, each with an error of half an epsilon at most.
        assert!((of(&diagonal(values)) - 1.0).abs() <= 3.0 * f32::EPSILON);
    }
    let wide = diagonal([1e30, 1e30, 1e-30, 1e-30]).cast::<f64>().unwrap();
    assert_eq!(linalg::determinant(&(&wide * 0.0)).unwrap(), 0.0);
    let extreme = &Tensor::<f64>::eye(4).unwrap() * &Tensor::from([1e200, 1e-200, 1e200, 1e-200]);
    assert!((linalg::determinant(&extreme).unwrap() - 1.0).abs() <= 3.0 * f64::EPSILON);
    // -1e40 is out of the range of f32, and of no other.
    let large = Tensor::from([[1e20_f32, 1e20], [2e20, 1e20]]);
    assert_eq!(of(&large), f32::NEG_INFINITY);
    let (sign, log) = linalg::slogdet(&large).unwrap();
    assert_eq!(sign, -1.0);
    assert!((log - 40.0 * 10_f32.ln()).abs() <= 4.0 * f32::EPSILON * 92.0);
    let narrow = linalg::determinant(&large.cast::<f64>().unwrap()).unwrap();
    assert!((narrow / -1e40 - 1.0).abs() <= 1e-6);
    let huge = Tensor::from([[1e200_f64, 1e200], [2e200, 1e200]]);
    assert_eq!(linalg::determinant(&huge).unwrap(), f64::NEG_INFINITY);
    assert!((linalg::slogdet(&huge).unwrap().1 - 400.0 * 10_f64.ln()).abs() < 1e-12);
    let tiny = Tensor::from([[1e-40_f32, 0.0], [0.0, 1e38]]);
    assert!((of(&tiny) - 0.01).abs() < 1e-6);
    // Of elements not far from each other, three of which are just in range when multiplied.
    let product = |size: f32| of(&(&Tensor::<f32>::eye(3).unwrap() * size));
    assert_eq!(product(2_f32.powi(42) * 1.5), 2_f32.powi(126) * 3.375);
    assert_eq!(product(2_f32.powi(-45) * 1.5), 2_f32.powi(-135) * 3.375);
    // The largest elements have no part in it.
    let corner = Tensor::from([[1e30_f32, 1e-20], [1e-10, 0.0]]);
    assert!((of(&corner) / -1e-30 - 1.0).abs() <= 4.0 * f32::EPSILON);
}

#[test]
fn small_integers_have_exact_determinants() {
    assert_eq!(
        linalg::determinant(&Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]])).unwrap(),
        -2.0
    );
    let a = Tensor::from([[2.0_f32, 7.0, 1.0], [3.0, 5.0, 9.0], [4.0, 6.0, 8.0]]);
    assert_eq!(linalg::determinant(&a).unwrap(), 54.0);
}

#[test]
fn the_logarithm_of_a_determinant() {
    // NumPy's slogdet of these.
    let a = Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]);
    let (sign, log) = linalg::slogdet(&a).unwrap();
    assert!(sign == -1.0 && (log - 2.0_f64.ln()).abs() < 1e-15);
    let singular = Tensor::from([[1.0_f64, 2.0], [2.0, 4.0]]);
    assert_eq!(linalg::slogdet(&singular).unwrap(), (0.0, f64::NEG_INFINITY));
    let far = Tensor::from([[1e30_f32, 1e-30], [1e30, 1e-30]]);
    assert_eq!(linalg::slogdet(&far).unwrap(), (0.0, f32::NEG_INFINITY));
    assert_eq!(
        linalg::slogdet(&Tensor::<f32>::zeros([0, 0]).unwrap()).unwrap(),
        (1.0, 0.0)
    );
    // Of 400 rows, where the determinant is 3^400.
    let large = &Tensor::<f32>::eye(400).unwrap() * 3.0;
    assert_eq!(linalg::determinant(&large).unwrap(), f32::INFINITY);
    assert!((linalg::slogdet(&large).unwrap().1 - 400.0 * 3_f32.ln()).abs() < 1e-3);
}

#[test]
fn small_pivots_of_plain_matrices_are_no_zeros() {
    // Of a lower bidiagonal matrix, the product of the diagonal; the last pivot has almost all of it.
    fn check<T: Float>(n: usize, diagonal: f64, below: f64) {
        let element = |i: usize| match (i / n, i % n) {
            (row, column) if row == column => diagonal,
            (row, column) if row == column + 1 => below,
            _ => 0.0,
        };
        let a = Tensor::from_fn([n, n], |i| T::from_f64(element(i))).unwrap();
        let (sign, log) = linalg::slogdet(&a).unwrap();
        let right = n as f64 * T::from_f64(diagonal).to_f64().ln();
        assert_eq!(sign, T::ONE, "{n}");
        assert!(
            (log.to_f64() / right - 1.0).abs() < 8.0 * T::EPSILON.to_f64(),
            "{n} {log} {right}"
        );
    }
    check::<f32>(4, 1e-5, 1.0);
    check::<f32>(40, 0.01, 0.5);
    check::<f64>(4, 1e-40, 1.0);
    check::<f64>(100, 0.01, 0.5);
}

#[test]
fn the_smallest_numbers_keep_their_digits() {
    // 2^-149 is the smallest f32: these are 40, 8, 8 and 40 of them.
    let least = f32::from_bits(1);
    let a = Tensor::from([[5.0_f32, 1.0], [1.0, 5.0]])
        .map(|x| x * 8.0 * least)
        .unwrap();
    let b = Tensor::from([96.0_f32, 96.0]).map(|x| x * least).unwrap();
    assert_eq!(linalg::solve(&a, &b).unwrap(), Tensor::from([2.0, 2.0]));
    let (values, _) = linalg::symmetric_eigen(&a).unwrap();
    assert_eq!(values, Tensor::from([32.0 * least, 48.0 * least]));
    assert_eq!(
        linalg::svd(&a).unwrap().1,
        Tensor::from([48.0 * least, 32.0 * least])
    );
    let lower = linalg::cholesky(&a).unwrap();
    assert!(
        (lower.get([0, 0]).unwrap() / (40.0 * f64::from(least)).sqrt() as f32 - 1.0).abs() <= f32::EPSILON
    );
    let (_, r) = linalg::qr(&a).unwrap();
    assert_eq!(r.get([0, 0]).unwrap(), 41.0 * least);
    // An element that only the right sides have so small.
    let x = linalg::solve(&Tensor::<f32>::eye(2).unwrap(), &Tensor::from([1e30, 1e-30])).unwrap();
    assert_eq!(x, Tensor::from([1e30, 1e-30]));
    let graded = Tensor::from([[1e30_f32, 0.0], [0.0, 1e-30]]);
    assert_eq!(linalg::qr(&graded).unwrap().1, graded);
    assert_eq!(linalg::cholesky(&graded).unwrap().get([1, 1]).unwrap(), 1e-15);
    // The mean of large numbers, whose sum is out of range.
    let mean = linalg::least_squares(
        &Tensor::<f32>::ones([100, 1]).unwrap(),
        &Tensor::full([100], 3e38).unwrap(),
    )
    .unwrap();
    assert!((mean.item().unwrap() / 3e38 - 1.0).abs() <= 4.0 * f32::EPSILON);
}

/// Right values in exact fractions of these elements.
#[test]
fn elements_all_over_the_range() {
    let a = Tensor::from([
        [1e300_f64, 1e-300, 3.0, -2e100],
        [2e-300, 5e300, 1e10, 1e-100],
        [7.0, 1e-200, 1e-250, 4e5],
        [1e-5, -3e200, 2e-8, 1e-300],
    ]);
    let (sign, log) = linalg::slogdet(&a).unwrap();
    assert!(sign == -1.0 && (log - 1_378.332_179_971_559_2).abs() <= 4.0 * f64::EPSILON * 1378.0);
    assert_eq!(linalg::determinant(&a).unwrap(), f64::NEG_INFINITY);
    let x = linalg::solve(&a, &Tensor::from([1e100, -2e50, 3.0, 1e-3])).unwrap();
    let right = [1.000_015e-200, -4e-251, 50000.0, 7.5e-6];
    assert!(near(&x, &Tensor::from(right), &Tensor::from(right)), "{x:?}");

    let b = Tensor::from([[0.0_f32, -2e-30, 3.0], [4e-20, 5e25, -1e-10], [6e-15, 0.0, 8e10]]);
    let determinant = f64::from(linalg::determinant(&b).unwrap());
    assert!((determinant / -899_999_994_340.886_7 - 1.0).abs() <= 8.0 * f64::from(f32::EPSILON));
}

/// Lower bidiagonal, with the determinant `diagonal^n` that the last pivot has almost alone.
fn bidiagonal<T: Float>(n: usize, diagonal: i32) -> Tensor<T> {
    let element = |i: usize| match (i / n, i % n) {
        (row, column) if row == column => power(diagonal),
        (row, column) if row == column + 1 => T::ONE,
        _ => T::ZERO,
    };
    Tensor::from_fn([n, n], element).unwrap()
}

#[test]
fn equations_whose_pivots_leave_the_range() {
    fn check<T: Float>(n: usize, diagonal: i32, scales: [i32; 3]) {
        for scale in scales {
            let a = &bidiagonal::<T>(n, diagonal) * power::<T>(scale);
            let ones = Tensor::<T>::ones([n]).unwrap();
            // Sums of two powers of two, without any rounding.
            let sides = a.matmul(&ones).unwrap();
            assert_eq!(linalg::solve(&a, &sides).unwrap(), ones, "{n} {scale}");
            let (sign, log) = linalg::slogdet(&a).unwrap();
            let right = n as f64 * f64::from(diagonal + scale) * std::f64::consts::LN_2;
            assert!(sign == T::ONE && (log.to_f64() / right - 1.0).abs() < 8.0 * T::EPSILON.to_f64());
        }
        // Two rows: the inverse of [[d, 0], [1, d]] is [[1/d, 0], [-1/d², 1/d]].
        let far = diagonal * 3;
        let d = power::<T>(far);
        let a = Tensor::from([[d, T::ZERO], [T::ONE, d]]);
        let once = power::<T>(-far);
        let inverse = Tensor::from([[once, T::ZERO], [-power::<T>(-2 * far), once]]);
        assert_eq!(linalg::inverse(&a).unwrap(), inverse);
    }
    check::<f32>(12, -17, [0, 80, -60]);
    check::<f64>(40, -40, [0, 900, -900]);
}

#[test]
fn singular_equations_of_any_size_are_refused() {
    fn check<T: Float>(scales: &[i32], seed: u64) {
        let n = 3 + (seed % 6) as usize;
        let a = random::<T>([n, n], seed);
        // A pivot is exactly 0, nothing being rounded: of a column of zeros, and of rows that are multiples of each other by powers of two.
        let zeros = Tensor::zeros([n, 1]).unwrap();
        let empty = Tensor::concat(&[&a.slice(1, 1..).unwrap(), &zeros], 1).unwrap();
        let (down, _) = powers::<T>(n, 2, seed ^ 3);
        let (across, _) = powers::<T>(n, 3, seed ^ 4);
        let outer = &column(&down) * &across;
        let (rows, _) = powers::<T>(n, scales[0], seed ^ 5);
        let (columns, _) = powers::<T>(n, scales[0], seed ^ 6);
        for a in [empty, outer] {
            let graded = &(&a * &column(&rows)) * &columns;
            let all = scales.iter().map(|&e| &a * power::<T>(e)).chain([graded]);
            for a in all {
                let sides = Tensor::ones([n]).unwrap();
                for error in [linalg::solve(&a, &sides).err(), linalg::inverse(&a).err()] {
                    let error = error.map(|error| error.to_string()).unwrap_or_default();
                    assert!(error.contains("singular"), "{seed} {a:?} {error:?}");
                }
                assert_eq!(
                    linalg::slogdet(&a).unwrap(),
                    (T::ZERO, -T::INFINITY),
                    "{seed} {a:?}"
                );
            }
        }
    }
    for seed in 0..40 {
        check::<f32>(&[28, 0, 100, -100], seed);
        check::<f64>(&[250, 0, 900, -900], seed);
    }
}

/// Rows and columns of a well conditioned matrix multiplied by powers of two over the whole range.
fn check_scattered<T: Float>(n: usize, far: i64, seed: u64) {
    let random_powers = |seed| {
        let exponents = Tensor::<i64>::random_integers([n], -far, far + 1, &mut Rng::seed(seed)).unwrap();
        exponents.map(|e| power::<T>(e as i32)).unwrap()
    };
    let (rows, columns) = (random_powers(seed ^ 1), random_powers(seed ^ 2));
    let a = filled::<T>(n, seed);
    let y = Tensor::<T>::uniform([n, 1], T::ONE, T::from_f64(2.0), &mut Rng::seed(seed ^ 3)).unwrap();
    let sides = &a.matmul(&y).unwrap() * &column(&rows);
    let scattered = &(&a * &column(&rows)) * &columns;
    let x = linalg::solve(&scattered, &sides).unwrap();
    let expected = &y * &column(&reciprocal(&columns));
    assert!(near(&x, &expected, &expected), "{x:?} {expected:?}");
}

proptest! {
    #[test]
    fn solutions_of_scattered_sizes(n in 1_usize..12, seed: u64) {
        check_scattered::<f32>(n, 58, seed);
        check_scattered::<f64>(n, 500, seed);
    }
}
