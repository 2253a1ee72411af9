//! The tail of the Gaussian error linear unit by tanh.

use super::{Real, exp, product};

/// √(8/π), and what it has beyond `f64`.
const ROOT: (f64, f64) = (1.595_769_121_605_730_8, -9.969_308_809_110_92e-17);

/// 0.044715, likewise.
const CUBIC: (f64, f64) = (0.044_715, 2.196_021_142_708_559_5e-18);

/// The products of a factor with `s` and with the derivative of `x s`, of an x far below 0: with `s = 1 / (1 + e^-u)`, `u = √(8/π) (x + 0.044715 x^3)`,
/// within some ulp wherever they are normal numbers. Of `u`, twice the digits are needed, as its rounding is multiplied by `u`; so it is slow, for the few
/// elements where that shows.
///
/// ```
/// use backprop_tensor::math;
///
/// let (value, _) = math::gelu_tanh_tail(-7.0_f64, -7.0);
/// assert!((value / -2.315_442_262_072_549e-15 - 1.0).abs() < 1e-15);
/// ```
pub fn gelu_tanh_tail<T: Real>(factor: T, x: T) -> (T, T) {
    let (factor, x) = (factor.widened(), x.widened());
    let (u, rest) = inner(x);
    // Half of it first: e^u may leave the range.
    let root: f64 = exp(0.5 * u);
    let left = 1.0 / (1.0 + root * root);
    let share = (1.0 + rest) * left;
    let slope = 1.0 + left * x * ROOT.0 * (1.0 + 3.0 * CUBIC.0 * x * x);
    let times = |y: f64| T::of(product([factor, root, root, share, y], []));
    (times(1.0), times(slope))
}

/// `u` and what it has beyond `f64`.
fn inner(x: f64) -> (f64, f64) {
    let (square, square_rest) = exact_product(x, x);
    let (term, term_rest) = exact_product(CUBIC.0, square);
    let term_rest = term_rest + CUBIC.0 * square_rest + CUBIC.1 * square;
    let sum = 1.0 + term;
    let one = sum - term;
    let sum_rest = (1.0 - one) + (term - (sum - one)) + term_rest;
    let (cube, cube_rest) = exact_product(x, sum);
    let cube_rest = cube_rest + x * sum_rest;
    let (u, rest) = exact_product(ROOT.0, cube);
    (u, rest + ROOT.0 * cube_rest + ROOT.1 * cube)
}

/// A product and what was rounded away.
fn exact_product(x: f64, y: f64) -> (f64, f64) {
    let product = x * y;
    (product, x.mul_add(y, -product))
}
