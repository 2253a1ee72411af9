//! The primitives that formulas consist of, each in one row: its arguments, its cost, its value.

use crate::kernel::Kernel;
use crate::{kernel, math};

/// Which numbers stand for the answers to a comparison.
pub(super) const TRUE: f64 = 1.0;

/// Declares the primitives. Those of the language come first, then the functions of [`math`] under their names there, with `.1` behind
/// the second of two results. The numbers are picoseconds an element of f32.
macro_rules! functions {
    (
        language { $($plain:ident ($($plain_argument:ident),+) $plain_cost:literal $plain_value:expr;)+ }
        math { $($variant:ident $name:ident $part:literal ($($argument:ident),+) $cost:literal $value:expr;)+ }
        tests { $($test:ident $test_name:ident ($($test_argument:ident),+) $test_value:expr;)+ }
    ) => {
        /// A primitive of formulas.
        ///
        /// The answer of a comparison is 1 or 0.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Function {
            $(#[doc = concat!("`", stringify!($plain_value), "`")] $plain,)+
            $(#[doc = concat!("[`", stringify!($name), "`](crate::math::", stringify!($name), ")")] $variant,)+
            $(#[doc = concat!("[`", stringify!($test_name), "`](crate::math::", stringify!($test_name), ")")] $test,)+
            /// [`product`](crate::math::product) with so many factors, and divisors behind them.
            Product(usize),
        }

        impl Function {
            /// The function of this name in [`math`]; of one that has two results, that at `part`; of `product`, `part` is the number of factors.
            ///
            /// `kernel!` asks for it while it compiles a formula.
            #[doc(hidden)]
            pub const fn of_math(name: &str, part: usize) -> Option<Self> {
                $(if same(name, stringify!($name)) && part == $part {
                    return Some(Self::$variant);
                })+
                $(if same(name, stringify!($test_name)) && part == 0 {
                    return Some(Self::$test);
                })+
                match name.as_bytes() {
                    b"product" => Some(Self::Product(part)),
                    // Faster ones, where they are right.
                    b"plain_exp" => Self::of_math("exp", part),
                    b"plain_logistic" => Self::of_math("logistic", part),
                    b"plain_normal" => Self::of_math("normal", part),
                    b"plain_pow_gradient" => Self::of_math("pow_gradient", part),
                    _ => None,
                }
            }

            /// Its name in a text: that of [`math`].
            pub(super) const fn name(self) -> &'static str {
                match self {
                    $(Self::$plain => stringify!($plain),)+
                    $(Self::$variant => stringify!($name),)+
                    $(Self::$test => stringify!($test_name),)+
                    Self::Product(_) => "product",
                }
            }

            /// Which result of the function of its name it is.
            pub(super) const fn part(self) -> usize {
                match self {
                    $(Self::$variant => $part,)+
                    _ => 0,
                }
            }

            /// Whether it is one of two results of a function.
            pub(super) const fn has_parts(self) -> bool {
                !matches!(self, Self::Product(_)) && Self::of_math(self.name(), 1).is_some()
            }

            /// Whether it is the second result of the same function.
            pub(super) const fn is_second_of(self, other: Self) -> bool {
                self.part() == 1 && other.part() == 0 && same(self.name(), other.name())
            }

            /// Whether it takes so many arguments.
            pub(crate) const fn takes(self, count: usize) -> bool {
                match self {
                    $(Self::$plain => count == [$(stringify!($plain_argument)),+].len(),)+
                    $(Self::$variant => count == [$(stringify!($argument)),+].len(),)+
                    $(Self::$test => count == [$(stringify!($test_argument)),+].len(),)+
                    Self::Product(factors) => count > 0 && factors <= count,
                }
            }

            /// About how many picoseconds it adds to an element of f32, where sums, products and choices hide behind the memory.
            pub(crate) const fn cost(self) -> u32 {
                match self {
                    $(Self::$plain => $plain_cost,)+
                    $(Self::$variant => $cost,)+
                    $(Self::$test => 0,)+
                    Self::Product(_) => 500,
                }
            }

            /// Over slices; `None` for a product, which takes any number of arguments.
            pub(crate) const fn kernel(self) -> Option<&'static Kernel> {
                match self {
                    $(Self::$plain => {
                        const KERNEL: Kernel = kernel!(|$($plain_argument),+| $plain_value);
                        Some(&KERNEL)
                    })+
                    $(Self::$variant => {
                        const KERNEL: Kernel = kernel!(|$($argument),+| $value);
                        Some(&KERNEL)
                    })+
                    $(Self::$test => {
                        const KERNEL: Kernel = kernel!(|$($test_argument),+| if $test_value { 1.0 } else { 0.0 });
                        Some(&KERNEL)
                    })+
                    Self::Product(_) => None,
                }
            }

            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[
                $(Self::$plain,)+
                $(Self::$variant,)+
                $(Self::$test,)+
                Self::Product(2),
            ];
        }
    };
}

functions! {
    language {
        Add(x, y) 0 x + y;
        Sub(x, y) 0 x - y;
        Mul(x, y) 0 x * y;
        Div(x, y) 10 x / y;
        Neg(x) 0 -x;
        Less(x, y) 0 if x < y { 1.0 } else { 0.0 };
        LessEqual(x, y) 0 if x <= y { 1.0 } else { 0.0 };
        Equal(x, y) 0 if x == y { 1.0 } else { 0.0 };
        Not(x) 0 1.0 - x;
        And(x, y) 0 x * y;
        Or(x, y) 0 math::max(x, y);
        Select(test, x, y) 0 if test == 1.0 { x } else { y };
        Guard(test, x, y) 0 if test == 1.0 { x } else { y };
        IsNan(x) 0 if x.is_nan() { 1.0 } else { 0.0 };
        IsFinite(x) 0 if x.is_finite() { 1.0 } else { 0.0 };
    }
    math {
        Abs abs 0 (x) 0 math::abs(x);
        Sign sign 0 (x) 0 math::sign(x);
        Max max 0 (x, y) 0 math::max(x, y);
        Min min 0 (x, y) 0 math::min(x, y);
        Clamp clamp 0 (x, least, greatest) 0 math::clamp(x, least, greatest);
        Relu relu 0 (x) 0 math::relu(x);
        Floor floor 0 (x) 0 math::floor(x);
        Ceil ceil 0 (x) 0 math::ceil(x);
        Round round 0 (x) 0 math::round(x);
        Trunc trunc 0 (x) 0 math::trunc(x);
        Sqrt sqrt 0 (x) 35 math::sqrt(x);
        Rsqrt rsqrt 0 (x) 75 math::rsqrt(x);
        MulDiv mul_div 0 (x, y, z) 50 math::mul_div(x, y, z);
        Exp exp 0 (x) 210 math::exp(x);
        Exp2 exp2 0 (x) 120 math::exp2(x);
        Expm1 expm1 0 (x) 165 math::expm1(x);
        Probability probability 0 (x) 230 math::probability(x).0;
        Improbability probability 1 (x) 230 math::probability(x).1;
        Log log 0 (x) 250 math::log(x);
        Log1p log1p 0 (x) 290 math::log1p(x);
        Log2 log2 0 (x) 230 math::log2(x);
        Log10 log10 0 (x) 260 math::log10(x);
        Sin sin 0 (x) 1000 math::sin(x);
        Cos cos 0 (x) 1000 math::cos(x);
        Tan tan 0 (x) 1050 math::tan(x);
        Asin asin 0 (x) 3000 math::asin(x);
        Acos acos 0 (x) 3600 math::acos(x);
        Atan atan 0 (x) 3600 math::atan(x);
        Atan2 atan2 0 (y, x) 11500 math::atan2(y, x);
        Sinh sinh 0 (x) 225 math::sinh(x);
        Cosh cosh 0 (x) 185 math::cosh(x);
        Tanh tanh 0 (x) 160 math::tanh(x);
        Tanhshrink tanhshrink 0 (x) 285 math::tanhshrink(x);
        Asinh asinh 0 (x) 850 math::asinh(x);
        Acosh acosh 0 (x) 800 math::acosh(x);
        Atanh atanh 0 (x) 460 math::atanh(x);
        Sigmoid sigmoid 0 (x) 190 math::sigmoid(x);
        Logistic logistic 0 (x) 190 math::logistic(x).0;
        LogisticSlope logistic 1 (x) 190 math::logistic(x).1;
        Softplus softplus 0 (x) 800 math::softplus(x);
        Erf erf 0 (x) 390 math::erf(x);
        Gaussian gaussian 0 (x) 230 math::gaussian(x);
        Normal normal 0 (x) 420 math::normal(x).0;
        NormalDensity normal 1 (x) 230 math::normal(x).1;
        NormalTail normal_tail 0 (factor, x) 450 math::normal_tail(factor, x).0;
        NormalTailSlope normal_tail 1 (factor, x) 450 math::normal_tail(factor, x).1;
        GeluTanhTail gelu_tanh_tail 0 (factor, x) 450 math::gelu_tanh_tail(factor, x).0;
        GeluTanhTailSlope gelu_tanh_tail 1 (factor, x) 450 math::gelu_tanh_tail(factor, x).1;
        Powf powf 0 (x, p) 1800 math::powf(x, p);
        PowGradient pow_gradient 0 (g, x, p) 1900 math::pow_gradient(g, x, p);
    }
    tests {
        IsNormal is_normal (x) math::is_normal(x);
        ExpIsBeyond exp_is_beyond (x) math::exp_is_beyond(x);
        ExpIsFar exp_is_far (x) math::exp_is_far(x);
        ExpIsTiny exp_is_tiny (x) math::exp_is_tiny(x);
        NormalIsTiny normal_is_tiny (x) math::normal_is_tiny(x);
        PowIsPlain pow_is_plain (x, p, y) math::pow_is_plain(x, p, y);
    }
}

/// Two strings while compiling.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut i = 0;
    while i < one.len() && i < other.len() && one[i] == other[i] {
        i += 1;
    }
    i == one.len() && i == other.len()
}
