//! Functions of one number, for formulas in [`kernel!`](crate::kernel!).
//!
//! The methods of `f32` and `f64` call the C library once an element. These functions are arithmetic without branches, inlined
//! into the loop they are used in, which the compiler then turns into vector instructions of every
//! [level](crate::simd). They give the same bits at each level (products and sums are never fused), honor infinity, NaN,
//! signed zeros and subnormal numbers, and the error of each is stated in ulp, the distance to the next number,
//! and tested over the whole range of f32.
//!
//! ```
//! use backprop_tensor::{Tensor, kernel, math};
//!
//! let swish = kernel!(|x; beta: 1.0| x * math::sigmoid(beta * x));
//! let x = Tensor::from([0.0_f64, 1.0]);
//! assert_eq!(x.apply(&swish, &[])?.to_vec(), [0.0, 0.7310585786300049]);
//! # Ok::<(), backprop_tensor::Error>(())
//! ```

#[cfg(test)]
mod accuracy;
mod double_power;
mod erf;
mod exp;
mod gelu_tanh;
mod hyperbolic;
mod log;
mod normal;
mod piecewise;
mod power;
mod real;
mod sigmoid;
mod trigonometric;
mod wide_product;

pub use erf::erf;
pub(crate) use exp::exp_nonpositive;
pub use exp::{exp, exp_is_beyond, exp_is_far, exp_is_tiny, exp2, expm1, plain_exp, probability};
pub use gelu_tanh::gelu_tanh_tail;
pub use hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh, tanhshrink};
pub use log::{log, log1p, log2, log10};
pub use normal::{gaussian, normal, normal_is_tiny, normal_tail, plain_normal};
pub use piecewise::{abs, ceil, clamp, floor, max, min, relu, round, sign, trunc};
pub use power::{
    is_normal, mul_div, plain_pow_gradient, pow_gradient, pow_is_plain, powf, product, rsqrt, sqrt,
};
pub use real::Real;
pub use sigmoid::{logistic, plain_logistic, sigmoid, softplus};
pub use trigonometric::{acos, asin, atan, atan2, cos, sin, tan};
pub use wide_product::WideProduct;
