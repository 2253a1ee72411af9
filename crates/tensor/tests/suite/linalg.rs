//! Decompositions against what defines them.

use backprop_tensor::linalg::nalgebra::{DMatrix, DVector};
use backprop_tensor::{Error, Float, Result, Rng, Tensor, linalg};
use proptest::prelude::*;

fn random<T: Float>(shape: [usize; 2], seed: u64) -> Tensor<T> {
    Tensor::normal(shape, T::ZERO, T::ONE, &mut Rng::seed(seed)).unwrap()
}

fn transposed<T: Float>(x: &Tensor<T>) -> Tensor<T> {
    x.transpose(0, 1).unwrap()
}

fn product<T: Float>(a: &Tensor<T>, b: &Tensor<T>) -> Tensor<T> {
    a.matmul(b).unwrap()
}

fn identity<T: Float>(n: usize) -> Tensor<T> {
    diagonal(&Tensor::ones([n]).unwrap())
}

fn diagonal<T: Float>(values: &Tensor<T>) -> Tensor<T> {
    let n = values.count();
    let mut x = Tensor::zeros([n, n]).unwrap();
    for (i, &value) in values.to_vec().iter().enumerate() {
        x.as_mut_slice().unwrap()[i * n + i] = value;
    }
    x
}

fn largest<T: Float>(x: &Tensor<T>) -> f64 {
    x.to_vec()
        .iter()
        .fold(0.0, |largest, x| x.to_f64().abs().max(largest))
}

/// Equal up to rounding, for elements of about this size in matrices of some dozen rows.
fn near<T: Float>(a: &Tensor<T>, b: &Tensor<T>, size: f64) -> bool {
    a.shape() == b.shape() && largest(&(a - b)) <= 500.0 * T::EPSILON.to_f64() * size.max(f64::MIN_POSITIVE)
}

fn is_triangular<T: Float>(x: &Tensor<T>, upper: bool) -> bool {
    let columns = x.shape()[1];
    x.to_vec().iter().enumerate().all(|(at, &value)| {
        let (i, j) = (at / columns, at % columns);
        value == T::ZERO || if upper { i <= j } else { i >= j }
    })
}

fn check_qr<T: Float>(a: &Tensor<T>) {
    let [m, n] = [a.shape()[0], a.shape()[1]];
    let (q, r) = linalg::qr(a).unwrap();
    assert_eq!(
        (q.shape().dims(), r.shape().dims()),
        (&[m, m.min(n)][..], &[m.min(n), n][..])
    );
    assert!(near(&product(&q, &r), a, largest(a)));
    assert!(near(&product(&transposed(&q), &q), &identity(m.min(n)), 1.0));
    assert!(is_triangular(&r, true));
    for i in 0..m.min(n) {
        assert!(r.get([i, i]).unwrap() >= T::ZERO);
    }
}

fn check_svd<T: Float>(a: &Tensor<T>) {
    let [m, n] = [a.shape()[0], a.shape()[1]];
    let k = m.min(n);
    let (u, s, vt) = linalg::svd(a).unwrap();
    assert_eq!(
        (u.shape().dims(), s.shape().dims(), vt.shape().dims()),
        (&[m, k][..], &[k][..], &[k, n][..])
    );
    assert!(near(&product(&product(&u, &diagonal(&s)), &vt), a, largest(a)));
    assert!(near(&product(&transposed(&u), &u), &identity(k), 1.0));
    assert!(near(&product(&vt, &transposed(&vt)), &identity(k), 1.0));
    let s = s.to_vec();
    assert!(s.windows(2).all(|pair| pair[0] >= pair[1]) && s.iter().all(|&s| s >= T::ZERO));
}

fn check_eigen<T: Float>(a: &Tensor<T>) {
    let n = a.shape()[0];
    let symmetric = a + &transposed(a);
    let (values, vectors) = linalg::symmetric_eigen(&symmetric).unwrap();
    let size = largest(&symmetric);
    assert!(near(
        &product(&symmetric, &vectors),
        &product(&vectors, &diagonal(&values)),
        size
    ));
    assert!(near(&product(&transposed(&vectors), &vectors), &identity(n), 1.0));
    assert!(values.to_vec().windows(2).all(|pair| pair[0] <= pair[1]));
    // The upper triangle is not read.
    let mut lower = symmetric.contiguous().unwrap();
    for (at, x) in lower.as_mut_slice().unwrap().iter_mut().enumerate() {
        if at / n < at % n {
            *x = T::from_f64(7.0);
        }
    }
    assert_eq!(linalg::symmetric_eigen(&lower).unwrap(), (values, vectors));
}

fn check_cholesky<T: Float>(a: &Tensor<T>) {
    let n = a.shape()[0];
    let definite = &product(a, &transposed(a)) + &identity(n);
    let lower = linalg::cholesky(&definite).unwrap();
    assert!(near(
        &product(&lower, &transposed(&lower)),
        &definite,
        largest(&definite)
    ));
    assert!(is_triangular(&lower, false));
    assert!(linalg::cholesky(&-&definite).is_err() || n == 0);
}

fn check_solutions<T: Float>(a: &Tensor<T>, seed: u64) {
    let n = a.shape()[0];
    // Diagonally dominant, so the solution is well conditioned.
    let a = &(a + &(&identity::<T>(n) * T::from_f64(10.0 * (n as f64 + 1.0))));
    let inverse = linalg::inverse(a).unwrap();
    assert!(near(&product(a, &inverse), &identity(n), 1.0));
    assert!(near(&product(&inverse, a), &identity(n), 1.0));
    for b in [
        random::<T>([n, 3], seed),
        random([n, 1], seed).reshape([n]).unwrap(),
    ] {
        let x = linalg::solve(a, &b).unwrap();
        assert!(near(&product(a, &x), &b, largest(&b)));
        assert!(near(&linalg::least_squares(a, &b).unwrap(), &x, 1.0));
    }
}

fn check_least_squares<T: Float>([m, n]: [usize; 2], rank: usize, seed: u64) {
    let a = product(&random::<T>([m, rank], seed), &random([rank, n], seed ^ 1));
    let b = random::<T>([m, 2], seed ^ 2);
    let x = linalg::least_squares(&a, &b).unwrap();
    assert_eq!(x.shape().dims(), [n, 2]);
    // Normal equations: the residual is orthogonal to the columns. The smallest x has no part that A maps to 0: it is in the span of
    // A's rows, and a solution that only repeats it is the same.
    let residual = &product(&a, &x) - &b;
    let size = largest(&a).max(1.0) * largest(&b) * largest(&x).max(1.0);
    assert!(near(
        &product(&transposed(&a), &residual),
        &Tensor::zeros([n, 2]).unwrap(),
        10.0 * size * largest(&a).max(1.0)
    ));
    let again = linalg::least_squares(&a, &product(&a, &x)).unwrap();
    assert!(largest(&(&again - &x)) <= T::EPSILON.to_f64().sqrt() * largest(&x).max(1.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn decompositions_multiply_back([m, n] in [0_usize..20, 0..20], repeated: bool, seed: u64) {
        let mut a = random::<f64>([m, n], seed);
        if repeated && n > 1 {
            // Of less than full rank.
            a = a.slice(1, ..1).unwrap().broadcast_to([m, n]).unwrap();
        }
        let single: Tensor<f32> = a.cast().unwrap();
        check_qr(&a);
        check_qr(&single);
        check_svd(&a);
        check_svd(&single);
        check_qr(&transposed(&a));
        check_svd(&transposed(&single));
    }

    #[test]
    fn square_matrices_decompose_and_solve(n in 0_usize..16, seed: u64) {
        let a = random::<f64>([n, n], seed);
        let single: Tensor<f32> = a.cast().unwrap();
        check_eigen(&a);
        check_eigen(&single);
        check_cholesky(&a);
        check_cholesky(&single);
        check_solutions(&a, seed);
        check_solutions(&single, seed);
    }

    #[test]
    fn least_squares_of_any_rank([m, n] in [1_usize..12, 1..12], rank in 1_usize..12, seed: u64) {
        check_least_squares::<f64>([m, n], rank.min(m).min(n), seed);
    }

    #[test]
    fn the_determinant_of_a_product_is_the_product_of_determinants(n in 0_usize..7, seed: u64) {
        let (a, b) = (random::<f64>([n, n], seed), random::<f64>([n, n], !seed));
        let (first, second) = (linalg::determinant(&a).unwrap(), linalg::determinant(&b).unwrap());
        let both = linalg::determinant(&product(&a, &b)).unwrap();
        // Hadamard's bound is the size of the terms.
        let bound: f64 = (0..n).map(|i| a.select(0, i).unwrap().dot(&a.select(0, i).unwrap()).unwrap().item().unwrap().sqrt()).product();
        let other: f64 = (0..n).map(|i| b.select(0, i).unwrap().dot(&b.select(0, i).unwrap()).unwrap().item().unwrap().sqrt()).product();
        prop_assert!((both - first * second).abs() <= 1e-12 * (1.0 + bound * other));
        let (_, r) = linalg::qr(&a).unwrap();
        let size: f64 = (0..n).map(|i| r.get([i, i]).unwrap()).product();
        prop_assert!((first.abs() - size).abs() <= 1e-12 * (1.0 + bound));
    }

    #[test]
    fn matrices_of_nalgebra_are_copies([m, n] in [0_usize..6, 0..6], step in prop::sample::select(vec![1_isize, 2, -1]), seed: u64) {
        let a = Tensor::random_integers([m, n], -99, 99, &mut Rng::seed(seed)).unwrap().slice_step(0, .., step).unwrap();
        for a in [a.clone(), a.transpose(0, 1).unwrap()] {
            let matrix = DMatrix::try_from(&a).unwrap();
            prop_assert_eq!([matrix.nrows(), matrix.ncols()], [a.shape()[0], a.shape()[1]]);
            for i in 0..matrix.nrows() {
                for j in 0..matrix.ncols() {
                    prop_assert_eq!(matrix[(i, j)], a.get([i, j]).unwrap());
                }
            }
            prop_assert_eq!(&Tensor::try_from(&matrix).unwrap(), &a);
            prop_assert_eq!(&Tensor::try_from(matrix).unwrap(), &a);
            for i in 0..a.shape()[0] {
                let row = a.select(0, i).unwrap();
                let vector = DVector::try_from(&row).unwrap();
                prop_assert_eq!(vector.as_slice(), row.to_vec());
                prop_assert_eq!(&Tensor::try_from(&vector).unwrap(), &row);
                prop_assert_eq!(&Tensor::try_from(vector).unwrap(), &row);
            }
        }
    }

    #[test]
    fn no_matrix_panics(shape in prop::collection::vec(0_usize..6, 0..4), bits in prop::collection::vec(any::<f64>(), 25), rows in 0_usize..6) {
        // All bit patterns, so very large and very small numbers too.
        let count: usize = shape.iter().product();
        let elements: Vec<f64> = bits.iter().cycle().take(count).copied().collect();
        let wide = Tensor::from_slice(&elements, &shape).unwrap();
        let b = Tensor::from_slice(&bits[..rows], [rows]).unwrap();
        everything(&wide, &b);
        everything(&wide.cast::<f32>().unwrap(), &b.cast().unwrap());
    }
}

fn everything<T: Float>(a: &Tensor<T>, b: &Tensor<T>) {
    let finite = |x: &Tensor<T>| x.to_vec().iter().all(|x| x.to_f64().is_finite());
    let results = [
        linalg::qr(a).map(|(q, r)| vec![q, r]),
        linalg::svd(a).map(|(u, s, vt)| vec![u, s, vt]),
        linalg::symmetric_eigen(a).map(|(values, vectors)| vec![values, vectors]),
        linalg::cholesky(a).map(|x| vec![x]),
        linalg::inverse(a).map(|x| vec![x]),
        linalg::solve(a, b).map(|x| vec![x]),
        linalg::solve(a, a).map(|x| vec![x]),
        linalg::least_squares(a, b).map(|x| vec![x]),
        linalg::least_squares(a, a).map(|x| vec![x]),
    ];
    for result in results {
        match result {
            Ok(tensors) => assert!(tensors.iter().all(finite)),
            Err(error) => assert!(!matches!(error, Error::Memory { .. }), "{error}"),
        }
    }
    let _ = linalg::determinant(a);
    if let Ok((sign, log)) = linalg::slogdet(a) {
        assert!(log < T::INFINITY && [-1.0, 0.0, 1.0].contains(&sign.to_f64()));
    }
}

#[test]
fn very_large_and_very_small_matrices_decompose() {
    for size in [1e-300, 1e-170, 1e160, 1e300] {
        let a = &random::<f64>([5, 4], 1) * size;
        check_qr(&a);
        check_svd(&a);
        check_eigen(&(&random::<f64>([5, 5], 2) * size));
    }
    check_qr(&(&random::<f32>([5, 4], 1) * 1e-38));
    check_svd(&(&random::<f32>([5, 4], 1) * 1e30));
}

#[test]
fn known_values() -> Result<()> {
    let a = Tensor::from([[2.0_f64, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]]);
    assert!((linalg::determinant(&a)? - 4.0).abs() < 1e-14);
    let expected = Tensor::from([2.0 - 2_f64.sqrt(), 2.0, 2.0 + 2_f64.sqrt()]);
    assert!(near(&linalg::symmetric_eigen(&a)?.0, &expected, 1.0));
    assert!(near(&linalg::svd(&a)?.1, &expected.flip(0)?, 1.0));
    let inverse = &Tensor::from([[3.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 3.0]]) * 0.25;
    assert!(near(&linalg::inverse(&a)?, &inverse, 1.0));
    assert_eq!(linalg::determinant(&Tensor::<f64>::zeros([0, 0])?)?, 1.0);
    // Without equations, or in no unknowns, the least solution is 0.
    assert_eq!(
        linalg::least_squares(&Tensor::<f64>::zeros([0, 3])?, &Tensor::zeros([0])?)?,
        Tensor::zeros([3])?
    );
    assert_eq!(
        linalg::least_squares(&Tensor::<f64>::zeros([2, 2])?, &Tensor::ones([2])?)?,
        Tensor::zeros([2])?
    );
    Ok(())
}

/// Rounding leaves more than 0 of such rows: a multiple is divided by what it was multiplied by.
#[test]
fn rows_and_columns_that_are_multiples_are_singular() {
    fn check<T: Float>() {
        let mut rng = Rng::seed(5);
        for n in 2..12 {
            for case in 0..40 {
                let factor = [1.0_f64, -1.0, 3.0, -7.0, 0.25][case % 5];
                let (of, multiple) = (case % n, (case + 1 + case % (n - 1)) % n);
                // Whole numbers, so that their multiples are not rounded, and some with all digits.
                let mut rows: Vec<Vec<f64>> = (0..n)
                    .map(|_| (0..n).map(|_| rng.below(1000) as f64 + 1.0).collect())
                    .collect();
                if factor.abs() <= 1.0 {
                    let divided = |x: &mut f64| *x = T::from_f64(*x / 17.0).to_f64();
                    rows.iter_mut().flatten().for_each(divided);
                }
                rows[multiple] = rows[of].iter().map(|x| factor * x).collect();
                let elements: Vec<T> = rows.concat().into_iter().map(T::from_f64).collect();
                let a = Tensor::from_slice(&elements, [n, n]).unwrap();
                for a in [a.clone(), a.transpose(0, 1).unwrap()] {
                    let errors = [
                        linalg::solve(&a, &Tensor::ones([n]).unwrap()),
                        linalg::inverse(&a),
                    ];
                    for error in errors {
                        let error = error.unwrap_err().to_string();
                        assert!(error.contains("singular"), "{error}");
                    }
                    if n > 3 {
                        assert_eq!(linalg::determinant(&a).unwrap(), T::ZERO);
                        assert_eq!(linalg::slogdet(&a).unwrap(), (T::ZERO, -T::INFINITY));
                    }
                }
            }
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn what_cannot_be_decomposed_is_an_error() -> Result<()> {
    fn refused<T>(result: Result<T>, reason: &str) {
        match result {
            Err(error @ Error::Decomposition { .. }) => {
                assert!(error.to_string().contains(reason), "{error}")
            }
            _ => panic!("no such error: {reason}"),
        }
    }
    let singular = Tensor::from([[1.0_f64, 2.0], [2.0, 4.0]]);
    refused(linalg::inverse(&singular), "singular");
    refused(linalg::solve(&singular, &Tensor::ones([2])?), "singular");
    refused(linalg::cholesky(&singular.map(|x| -x)?), "positive definite");
    refused(
        linalg::cholesky(&Tensor::<f32>::zeros([3, 3])?),
        "positive definite",
    );
    let wide = Tensor::<f64>::ones([2, 3])?;
    refused(linalg::inverse(&wide), "square");
    refused(linalg::determinant(&wide), "square");
    refused(linalg::slogdet(&wide), "square");
    refused(linalg::cholesky(&wide), "square");
    refused(linalg::symmetric_eigen(&wide), "square");
    refused(linalg::solve(&wide, &Tensor::ones([2])?), "square");
    for bad in [f64::NAN, f64::INFINITY] {
        let x = Tensor::full([3, 3], bad)?;
        refused(linalg::qr(&x), "finite");
        refused(linalg::svd(&x), "finite");
        refused(linalg::symmetric_eigen(&x), "finite");
        refused(linalg::cholesky(&x), "finite");
        refused(linalg::inverse(&x), "finite");
        refused(linalg::determinant(&x), "finite");
        refused(linalg::slogdet(&x), "finite");
        refused(linalg::solve(&Tensor::ones([3, 3])?, &x), "finite");
        refused(linalg::least_squares(&x, &Tensor::ones([3])?), "finite");
    }
    assert!(matches!(
        linalg::qr(&Tensor::<f64>::ones([3])?),
        Err(Error::Shape { .. })
    ));
    assert!(matches!(
        linalg::solve(&singular, &Tensor::ones([3])?),
        Err(Error::Shapes { .. })
    ));
    assert!(matches!(
        linalg::least_squares(&wide, &Tensor::ones([3])?),
        Err(Error::Shapes { .. })
    ));
    assert!(DMatrix::try_from(&Tensor::<f64>::ones([3])?).is_err() && DVector::try_from(&wide).is_err());
    Ok(())
}
