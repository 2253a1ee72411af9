//! Elimination in numbers without bounds, for matrices whose elements are too far apart for the range of their type.

use nalgebra::{DMatrix, RealField};

use super::scaling::{Balance, exponent, power_of_two, times_power};
use crate::Float;

/// `mantissa 2^exponent`; the mantissa is 0 or of a size from 1 to 2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wide {
    mantissa: f64,
    exponent: i64,
    /// The exponent of the largest rounding error it may have from any one step.
    error: i64,
}

/// The exponent of 0, so of no rounding error: so low that no sum of exponents gets there.
const NONE: i64 = i64::MIN / 4;

/// The exponent of a rounding error of a number with the exponent 0.
const ROUNDING: i64 = -53;

impl Wide {
    pub(super) const ZERO: Self = Self {
        mantissa: 0.0,
        exponent: NONE,
        error: NONE,
    };
    pub(super) const ONE: Self = Self {
        mantissa: 1.0,
        exponent: 0,
        error: NONE,
    };

    /// `x 2^e` for a finite `x`.
    pub(super) fn new(x: f64, e: i64) -> Self {
        if x == 0.0 {
            return Self::ZERO;
        }
        let own = exponent(x);
        let mantissa = match own {
            -1000..=1000 => x * power_of_two(-own),
            _ => times_power(x, -i64::from(own)),
        };
        Self {
            mantissa,
            exponent: e + i64::from(own),
            error: NONE,
        }
    }

    /// The nearest number of a type: 0 or infinite where it has none so small or large.
    pub(super) fn narrow<T: Float>(self) -> T {
        T::from_f64(times_power(self.mantissa, self.exponent))
    }

    /// 1, -1 or 0.
    pub(super) fn sign(self) -> f64 {
        if self.mantissa == 0.0 {
            0.0
        } else {
            self.mantissa.signum()
        }
    }

    /// `ln |x|`, -∞ for 0.
    pub(super) fn log(self) -> f64 {
        // From 2/3 to 4/3, so that nothing cancels near 1.
        let (mantissa, exponent) = match self.mantissa.abs() {
            m if m > 4.0 / 3.0 => (m / 2.0, self.exponent + 1),
            m => (m, self.exponent),
        };
        mantissa.ln() + exponent as f64 * std::f64::consts::LN_2
    }

    pub(super) fn times(self, other: Self) -> Self {
        let error = (self.exponent + other.error).max(other.exponent + self.error);
        Self::new(self.mantissa * other.mantissa, self.exponent + other.exponent).rounded(error)
    }

    fn over(self, other: Self) -> Self {
        let quotient = Self::new(self.mantissa / other.mantissa, self.exponent - other.exponent);
        let error = (self.error - other.exponent).max(quotient.exponent + other.error - other.exponent);
        quotient.rounded(error)
    }

    fn minus(self, other: Self) -> Self {
        let error = self.error.max(other.error);
        if other.mantissa == 0.0 {
            return Self { error, ..self };
        }
        if self.mantissa == 0.0 {
            return Self {
                mantissa: -other.mantissa,
                error,
                ..other
            };
        }
        let top = self.exponent.max(other.exponent);
        // What is further below the top than the digits reach is 0 there.
        let at = |x: Self| match x.exponent - top {
            below @ -1000..=0 => x.mantissa * power_of_two(below as i32),
            _ => 0.0,
        };
        Self::new(at(self) - at(other), top).rounded(error)
    }

    /// With an error that comes from what it was made of, and one of its own.
    fn rounded(self, error: i64) -> Self {
        Self {
            error: error.max(self.exponent + ROUNDING).max(NONE),
            ..self
        }
    }

    fn shifted(self, e: i64) -> Self {
        match self.mantissa {
            0.0 => self,
            _ => Self {
                exponent: self.exponent + e,
                error: self.error + e,
                ..self
            },
        }
    }

    /// Whether it is 0, or may be 0 but for the rounding errors of so many steps.
    fn is_lost(self, steps: usize) -> bool {
        // Each step adds up to three errors to those it was given.
        self.mantissa == 0.0 || self.exponent <= self.error + 2 + i64::from(steps.max(1).ilog2())
    }

    fn is_larger(self, other: Self) -> bool {
        let key = |x: Self| match x.mantissa {
            0.0 => (i64::MIN, 0.0),
            m => (x.exponent, m.abs()),
        };
        key(self) > key(other)
    }
}

/// A square matrix and right sides beside it, row by row, divided so that the largest elements in rows and columns of the matrix have a size
/// near 1.
struct Equations {
    rows: Vec<Vec<Wide>>,
    balance: Balance,
}

/// The determinant of a square matrix, and the solutions for some right sides unless it is 0.
pub(super) fn eliminate<T: Float + RealField>(
    matrix: &DMatrix<T>,
    sides: &DMatrix<T>,
) -> (Wide, Option<DMatrix<T>>) {
    let mut equations = Equations::new(matrix, sides);
    let count = matrix.nrows();
    let mut determinant = Wide::ONE.shifted(equations.balance.sum());
    for step in 0..count {
        let Some(pivot) = equations.pivot(step) else {
            return (Wide::ZERO, None);
        };
        if pivot != step {
            equations.rows.swap(pivot, step);
            determinant = determinant.times(Wide::new(-1.0, 0));
        }
        determinant = determinant.times(equations.rows[step][step]);
        equations.reduce(step);
    }
    (determinant, Some(equations.solve(count, sides)))
}

impl Equations {
    fn new<T: Float + RealField>(matrix: &DMatrix<T>, sides: &DMatrix<T>) -> Self {
        let balance = Balance::of_each(matrix);
        let wide = |x: T, taken: i32| Wide::new(x.to_f64(), -i64::from(taken));
        let row = |(i, &taken): (usize, &i32)| {
            let elements = { balance.columns.iter().enumerate() }
                .map(move |(j, column)| wide(matrix[(i, j)], taken + column));
            let beside = (0..sides.ncols()).map(move |j| wide(sides[(i, j)], taken));
            elements.chain(beside).collect()
        };
        let rows = balance.rows.iter().enumerate().map(row).collect();
        Self { rows, balance }
    }

    /// The row of the largest element of a column, from the diagonal down; none if it is 0 but for rounding errors.
    fn pivot(&self, column: usize) -> Option<usize> {
        let mut pivot = column;
        for row in column + 1..self.rows.len() {
            if self.rows[row][column].is_larger(self.rows[pivot][column]) {
                pivot = row;
            }
        }
        (!self.rows[pivot][column].is_lost(column)).then_some(pivot)
    }

    /// Takes the row of a pivot from those below it, so that they have 0 in its column.
    fn reduce(&mut self, step: usize) {
        let (above, below) = self.rows.split_at_mut(step + 1);
        let pivot = &above[step];
        for row in below.iter_mut().filter(|row| row[step].mantissa != 0.0) {
            let factor = row[step].over(pivot[step]);
            for (x, &from) in row.iter_mut().zip(pivot).skip(step + 1) {
                *x = x.minus(factor.times(from));
            }
        }
    }

    /// The solutions, from the last row up.
    fn solve<T: Float>(&mut self, count: usize, sides: &DMatrix<T>) -> DMatrix<T> {
        for step in (0..count).rev() {
            let (above, below) = self.rows.split_at_mut(step);
            let row = &mut below[0];
            let pivot = row[step];
            row[count..].iter_mut().for_each(|x| *x = x.over(pivot));
            for other in above {
                let factor = other[step];
                for (x, &from) in other[count..].iter_mut().zip(&row[count..]) {
                    *x = x.minus(factor.times(from));
                }
            }
        }
        DMatrix::from_fn(count, sides.ncols(), |row, column| {
            self.rows[row][count + column]
                .shifted(-i64::from(self.balance.columns[row]))
                .narrow()
        })
    }
}
