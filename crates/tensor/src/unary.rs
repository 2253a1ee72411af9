//! Functions of one number, applied to every element.

use crate::formula::Function;
use crate::kernels::{Binary, Unary};
use crate::{Float, Kernel, Numeric, Result, Tensor, kernel};

macro_rules! unary {
    ($($(#[$doc:meta])* $method:ident $function:ident;)*) => {
        /// Functions of one number, applied to every element; their errors in ulp are those of [`math`](crate::math).
        impl<T: Float> Tensor<T> { $(
            $(#[$doc])*
            ///
            /// # Errors
            /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
            pub fn $method(&self) -> Result<Self> {
                // While it is compiled: all but products have one.
                const KERNEL: &Kernel = Function::$function.kernel().unwrap();
                self.clone().elementwise(stringify!($method), T::function(KERNEL), &[], &[])
            }
        )* }
    };
}

unary! {
    /// The square root `√x`; NaN for x < 0.
    sqrt Sqrt;
    /// `1 / √x`; infinite at 0, NaN for x < 0.
    rsqrt Rsqrt;
    /// The exponential `eˣ`.
    exp Exp;
    /// `eˣ - 1`, exact near 0.
    expm1 Expm1;
    /// `2ˣ`.
    exp2 Exp2;
    /// The natural logarithm; -∞ at 0, NaN for x < 0.
    log Log;
    /// `log(1 + x)`, exact near 0; -∞ at -1, NaN for x < -1.
    log1p Log1p;
    /// The logarithm to base 2; -∞ at 0, NaN for x < 0.
    log2 Log2;
    /// The logarithm to base 10; -∞ at 0, NaN for x < 0.
    log10 Log10;
    /// The sine of an angle in radians.
    sin Sin;
    /// The cosine of an angle in radians.
    cos Cos;
    /// The tangent of an angle in radians.
    tan Tan;
    /// The inverse sine, in `[-π/2, π/2]`; NaN outside of `[-1, 1]`.
    asin Asin;
    /// The inverse cosine, in `[0, π]`; NaN outside of `[-1, 1]`.
    acos Acos;
    /// The inverse tangent, in `[-π/2, π/2]`.
    atan Atan;
    /// The hyperbolic sine `(eˣ - e⁻ˣ) / 2`.
    sinh Sinh;
    /// The hyperbolic cosine `(eˣ + e⁻ˣ) / 2`.
    cosh Cosh;
    /// The hyperbolic tangent `(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)`.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let y = Tensor::from([0.0_f32, 0.5, -30.0]).tanh()?;
    /// assert_eq!(y.to_vec(), [0.0, 0.46211717, -1.0]);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    tanh Tanh;
    /// The inverse hyperbolic sine `log(x + √(x² + 1))`.
    asinh Asinh;
    /// The inverse hyperbolic cosine `log(x + √(x² - 1))`; NaN for x < 1.
    acosh Acosh;
    /// The inverse hyperbolic tangent `log((1 + x) / (1 - x)) / 2`; infinite at ±1, NaN outside of `[-1, 1]`.
    atanh Atanh;
    /// The logistic function `1 / (1 + e⁻ˣ)`.
    sigmoid Sigmoid;
    /// `log(1 + eˣ)`, a smooth [`relu`](Self::relu).
    softplus Softplus;
    /// The error function `2/√π ∫₀ˣ exp(-t²) dt`.
    erf Erf;
    /// `max(x, 0)`; NaN stays NaN.
    relu Relu;
    /// The largest integer that is not above x.
    floor Floor;
    /// The smallest integer that is not below x.
    ceil Ceil;
    /// The nearest integer, the even one of two.
    round Round;
    /// The integer part: the nearest integer toward 0.
    trunc Trunc;
}

impl<T: Float> Tensor<T> {
    /// `1 / x`; infinite at 0.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    pub fn reciprocal(&self) -> Result<Self> {
        const KERNEL: Kernel = kernel!(|x| 1.0 / x);
        self.clone()
            .elementwise("reciprocal", T::function(&KERNEL), &[], &[])
    }

    /// `xᵖ`, with the special cases of C: 1 where p is 0 or x is 1, even if the other is NaN; NaN for a finite x < 0 unless p is an integer or
    /// infinite.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    pub fn powf(&self, exponent: T) -> Result<Self> {
        let power = kernel!(|x; exponent| crate::math::powf(x, exponent));
        self.clone().into_formula("powf", &power, &[])
    }

    /// `xⁿ` for an integer, by repeated squaring: exact where all the products are.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([1.5_f32, -2.0, 0.0]);
    /// assert_eq!(x.powi(3)?.to_vec(), [3.375, -8.0, 0.0]);
    /// assert_eq!(x.powi(-1)?.to_vec(), [0.6666667, -0.5, f32::INFINITY]);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn powi(&self, exponent: i32) -> Result<Self> {
        let mut rest = exponent.unsigned_abs();
        if rest == 0 {
            return Self::full(self.shape(), T::ONE);
        }
        let mut power = if exponent < 0 {
            self.reciprocal()?
        } else {
            self.clone()
        };
        while rest.is_multiple_of(2) {
            power = power.unary("powi", Unary::Square, &[])?;
            rest /= 2;
        }
        let mut product = power.clone();
        while rest > 1 {
            rest /= 2;
            power = power.unary("powi", Unary::Square, &[])?;
            if rest % 2 == 1 {
                product = product.binary("powi", Binary::Multiply, &power)?;
            }
        }
        Ok(product)
    }
}

impl<T: Numeric> Tensor<T> {
    pub(crate) fn unary(self, operation: &'static str, unary: Unary, parameters: &[T]) -> Result<Self> {
        self.elementwise(operation, T::unary(unary), parameters, &[])
    }

    /// The absolute value `|x|`; the least integer, which has none, stays.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    pub fn abs(&self) -> Result<Self> {
        self.clone().unary("abs", Unary::Absolute, &[])
    }

    /// `-x`; integers wrap around.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    pub fn neg(&self) -> Result<Self> {
        self.clone().unary("neg", Unary::Negate, &[])
    }

    /// 1 for x > 0, -1 for x < 0, x for 0 and NaN.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    pub fn sign(&self) -> Result<Self> {
        self.clone().unary("sign", Unary::Sign, &[])
    }

    /// `x²`; integers wrap around.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    pub fn square(&self) -> Result<Self> {
        self.clone().unary("square", Unary::Square, &[])
    }

    /// x, but no less than `least` and no more than `greatest`, which wins if they contradict each other; NaN stays NaN.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    pub fn clamp(&self, least: T, greatest: T) -> Result<Self> {
        self.clone().unary("clamp", Unary::Clamp, &[least, greatest])
    }
}
