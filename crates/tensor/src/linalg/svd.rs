use nalgebra::{DMatrix, DVector, RealField};

use crate::{Float, Numeric, Result, Tensor};

use super::scaling::{largest_exponent, times_power};
use super::{failed, matrix, tensor, vector};

const NAME: &str = "svd";

/// The thin singular value decomposition `A = U diag(s) Vᵀ`: of a matrix `[m, n]`, `U` is `[m, k]` and `Vᵀ` is `[k, n]` with orthonormal columns
/// and rows, `s` is `[k]`, descending and not negative, and `k = min(m, n)`. Returns `(U, s, Vᵀ)`.
///
/// It is computed in double precision. The error is relative to the largest singular value, as usual; those below `2^-52 max(m, n) ‖A‖` are
/// nothing but rounding, and returned as 0.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) unless the tensor has rank 2; [`Error::Decomposition`](crate::Error::Decomposition) if it is not
/// finite, or the iteration does not converge.
///
/// ```
/// # use backprop_tensor::{Tensor, linalg};
/// let (_, s, _) = linalg::svd(&Tensor::from([[0.0_f32, 2.0], [-3.0, 0.0], [0.0, 0.0]]))?;
/// assert!((s.get([0])? - 3.0).abs() < 1e-6 && (s.get([1])? - 2.0).abs() < 1e-6);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
pub fn svd<T: Float>(a: &Tensor<T>) -> Result<(Tensor<T>, Tensor<T>, Tensor<T>)> {
    T::svd(a)
}

pub(super) fn compute<T: Float + RealField>(a: &Tensor<T>) -> Result<(Tensor<T>, Tensor<T>, Tensor<T>)> {
    let parts = parts(NAME, &matrix(NAME, a)?)?;
    let narrow = |x: f64| <T as Numeric>::from_f64(x);
    let s = parts.s.map(|x| narrow(times_power(x, parts.exponent.into())));
    Ok((
        tensor(NAME, parts.u.map(narrow))?,
        vector(NAME, s)?,
        tensor(NAME, parts.vt.map(narrow))?,
    ))
}

/// `A = U diag(s 2^exponent) Vᵀ`, in double precision.
pub(super) struct Parts {
    pub(super) u: DMatrix<f64>,
    pub(super) s: DVector<f64>,
    pub(super) exponent: i32,
    pub(super) vt: DMatrix<f64>,
}

/// The decomposition of a finite matrix, by one-sided Jacobi rotations (Hestenes 1958): pairs of columns are rotated until all are
/// orthogonal; their lengths are then the singular values.
///
/// nalgebra's own is not used: on matrices whose rows repeat, `U diag(s) Vᵀ` was found to differ from `A` in the second digit.
pub(super) fn parts<T: Float + RealField>(operation: &'static str, a: &DMatrix<T>) -> Result<Parts> {
    let exponent = largest_exponent(a.iter());
    let scaled = a.map(|x| times_power(x.to_f64(), -i64::from(exponent)));
    let wide = a.nrows() < a.ncols();
    let tall = if wide { scaled.transpose() } else { scaled };
    let Some((u, s, v)) = rotated(tall) else {
        return Err(failed(operation, "the rotations did not converge"));
    };
    let (u, vt) = if wide {
        (v, u.transpose())
    } else {
        (u, v.transpose())
    };
    Ok(Parts { u, s, exponent, vt })
}

/// `U`, `s` and `V` of a matrix of no more columns than rows.
fn rotated(mut u: DMatrix<f64>) -> Option<(DMatrix<f64>, DVector<f64>, DMatrix<f64>)> {
    let mut v = DMatrix::identity(u.ncols(), u.ncols());
    if !(0..SWEEPS).any(|_| sweep(&mut u, &mut v, f64::EPSILON)) {
        return None;
    }
    let lengths: Vec<f64> = u.column_iter().map(|column| column.norm()).collect();
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
    let least = negligible(&u, f64::EPSILON);
    let (mut u, v) = (u.select_columns(&order), v.select_columns(&order));
    let mut s = DVector::zeros(order.len());
    for (place, &from) in order.iter().enumerate() {
        if lengths[from] > least {
            s[place] = lengths[from];
            u.column_mut(place).unscale_mut(lengths[from]);
        } else {
            complete(&mut u, place);
        }
    }
    Some((u, s, v))
}

/// Passes over all pairs of columns after which the iteration is given up; a dozen are usual.
const SWEEPS: usize = 60;

/// The length below which a column is rounding, and its singular value 0.
fn negligible(u: &DMatrix<f64>, epsilon: f64) -> f64 {
    epsilon * u.nrows() as f64 * u.norm()
}

/// Rotates each pair of columns that are not orthogonal; whether there was none.
fn sweep(u: &mut DMatrix<f64>, v: &mut DMatrix<f64>, epsilon: f64) -> bool {
    let least = negligible(u, epsilon).powi(2);
    let mut orthogonal = true;
    for p in 0..u.ncols() {
        for q in p + 1..u.ncols() {
            let (alpha, beta) = (u.column(p).norm_squared(), u.column(q).norm_squared());
            let gamma = u.column(p).dot(&u.column(q));
            if alpha.min(beta) <= least || gamma.abs() <= epsilon * (alpha * beta).sqrt() {
                continue;
            }
            orthogonal = false;
            let zeta = (beta - alpha) / (2.0 * gamma);
            let tangent = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
            let cosine = 1.0 / tangent.hypot(1.0);
            for x in [&mut *u, &mut *v] {
                rotate(x, p, q, cosine, cosine * tangent);
            }
        }
    }
    orthogonal
}

fn rotate(x: &mut DMatrix<f64>, p: usize, q: usize, cosine: f64, sine: f64) {
    for row in 0..x.nrows() {
        let (a, b) = (x[(row, p)], x[(row, q)]);
        x[(row, p)] = cosine * a - sine * b;
        x[(row, q)] = sine * a + cosine * b;
    }
}

/// Makes column `place` a unit vector orthogonal to those before it: the axis that is furthest from their span, less its part in it.
fn complete(u: &mut DMatrix<f64>, place: usize) {
    let inside = |row: usize| u.row(row).columns(0, place).norm_squared();
    let Some(axis) = (0..u.nrows()).min_by(|&i, &j| inside(i).total_cmp(&inside(j))) else {
        return;
    };
    let mut unit = DVector::zeros(u.nrows());
    unit[axis] = 1.0;
    // Twice is enough (Kahan).
    for _ in 0..2 {
        for before in 0..place {
            let part = u.column(before).dot(&unit);
            unit.axpy(-part, &u.column(before), 1.0);
        }
    }
    let length = unit.norm();
    u.set_column(place, &(unit / length));
}
