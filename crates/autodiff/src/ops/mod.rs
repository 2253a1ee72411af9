//! The operations, one file each.
//!
//! Every file holds, in this order: the type with its formula and its derivative in the doc comment, the [`Op`](crate::Op)
//! that computes both, the derivative once more in variables ([`differentiate`](crate::Op::differentiate), for gradients of gradients), the method of [`Var`](crate::Var) that applies it, and the `cases` that its gradient is checked on.
//! Functions of one number, applied to every element, share a skeleton, `unary!`, which is all that is left out of their files.
//! To add an operation, write such a file and name it in the table below. A file without cases does not compile in tests, and every case
//! must keep the laws in `laws.rs` and `twice.rs`.

#[cfg(test)]
mod awkward;
#[cfg(test)]
mod cases;
mod extremes;
#[cfg(test)]
mod laws;
mod loss_reduction;
mod placed;
mod range;
mod rows;
mod spread;
#[cfg(test)]
mod twice;
mod unary;

pub use loss_reduction::Reduction;
pub(crate) use unary::{require, unary};

/// Declares the operations, folder by folder, and gathers their cases.
macro_rules! operations {
    ($($(#[$doc:meta])* $folder:ident { $($module:ident::$op:ident,)* })*) => {
        $(
            $(#[$doc])*
            pub mod $folder {
                $(
                    mod $module;
                    pub use $module::*;
                )*

                #[cfg(test)]
                pub(super) fn table() -> Vec<(&'static str, Vec<super::cases::Case>)> {
                    vec![$((stringify!($op), $module::cases())),*]
                }
            }
            pub use $folder::*;
        )*

        /// The names of all operations.
        pub const NAMES: &[&str] = &[$($(stringify!($op)),*),*];

        /// Every operation with its cases.
        #[cfg(test)]
        fn table() -> Vec<(&'static str, Vec<cases::Case>)> {
            [$($folder::table()),*].into_iter().flatten().collect()
        }
    };
}

operations! {
    /// Arithmetic, element by element, with broadcasting.
    ///
    /// # NaN
    /// A value computed of NaN is NaN. Functions of pieces, here and among the activations, fused or not, have one rule for the derivative there:
    /// NaN lies on no piece that is cut off, so the gradient passes on instead of becoming a silent 0. It is 1 for `relu` (fused too),
    /// `relu6`, `hard_tanh`, `clamp`, `threshold`, `hardshrink`, `softshrink`, `elu`, `celu`, `hard_swish` and for both operands of `maximum`
    /// and `minimum`, the scale for `selu`, 1/6 for `hard_sigmoid`, the slope for `leaky_relu` and `prelu`, NaN for `abs`. As in PyTorch's code
    /// for single elements, but for `clamp`, `hard_sigmoid` and `abs`, which are 0 there. (Its code for longer tensors gives 0 for `relu6`,
    /// `hard_tanh` and the shrinks and NaN for `elu`, `celu`, `selu` and `hard_swish`, so there is no one answer to follow.) Where the derivative is 0 everywhere
    /// (`sign`, `floor`, `heaviside` and the like), it is 0 of NaN too. [`Max`] and [`Min`] over axes share the gradient among those
    /// that are NaN, as among equal ones.
    elementwise {
        abs::Abs,
        acos::Acos,
        acosh::Acosh,
        add::Add,
        asin::Asin,
        asinh::Asinh,
        atan::Atan,
        atan2::Atan2,
        atanh::Atanh,
        ceil::Ceil,
        clamp::Clamp,
        cos::Cos,
        cosh::Cosh,
        div::Div,
        erf::Erf,
        exp::Exp,
        exp2::Exp2,
        expm1::Expm1,
        floor::Floor,
        formula::Elementwise,
        heaviside::Heaviside,
        lerp::Lerp,
        log::Log,
        log10::Log10,
        log1p::Log1p,
        log2::Log2,
        masked_fill::MaskedFill,
        maximum::Maximum,
        minimum::Minimum,
        mul::Mul,
        neg::Neg,
        pow::Pow,
        powf::Powf,
        powi::Powi,
        reciprocal::Reciprocal,
        round::Round,
        rsqrt::Rsqrt,
        sign::Sign,
        sin::Sin,
        sinh::Sinh,
        sqrt::Sqrt,
        square::Square,
        sub::Sub,
        tan::Tan,
        trunc::Trunc,
        where_else::WhereElse,
    }
    /// What stands between two layers.
    activation {
        celu::Celu,
        dropout::Dropout,
        elu::Elu,
        gaussian_noise::GaussianNoise,
        gelu::Gelu,
        gelu_tanh::GeluTanh,
        glu::Glu,
        hard_sigmoid::HardSigmoid,
        hard_swish::HardSwish,
        hard_tanh::HardTanh,
        hardshrink::Hardshrink,
        leaky_relu::LeakyRelu,
        log_sigmoid::LogSigmoid,
        log_softmax::LogSoftmax,
        mish::Mish,
        prelu::Prelu,
        relu::Relu,
        relu6::Relu6,
        selu::Selu,
        sigmoid::Sigmoid,
        silu::Silu,
        softmax::Softmax,
        softplus::Softplus,
        softshrink::Softshrink,
        softsign::Softsign,
        tanh::Tanh,
        tanhshrink::Tanhshrink,
        threshold::Threshold,
    }
    /// Numbers brought to one scale.
    normalization {
        batch_norm::BatchNorm,
    }
    /// Products of matrices.
    matrix {
        linear::Linear,
        matmul::Matmul,
    }
    /// The same elements in another order, another shape, or several times.
    shape {
        broadcast_to::BroadcastTo,
        concat::Concat,
        flatten::Flatten,
        flip::Flip,
        pad::Pad,
        permute::Permute,
        repeat::Repeat,
        reshape::Reshape,
        roll::Roll,
        squeeze::Squeeze,
        stack::Stack,
        transpose::Transpose,
        tril::Tril,
        triu::Triu,
        unsqueeze::Unsqueeze,
    }
    /// Some of the elements.
    indexing {
        gather::Gather,
        index_add::IndexAdd,
        index_select::IndexSelect,
        scatter_add::ScatterAdd,
        select::Select,
        slice::Slice,
        sort::Sort,
        topk::Topk,
    }
    /// How far an output is from what it should be.
    loss {
        cross_entropy::CrossEntropy,
    }
    /// Sums, means and extremes over axes.
    reduction {
        cumprod::Cumprod,
        cumsum::Cumsum,
        logsumexp::LogSumExp,
        max::Max,
        mean::Mean,
        median::Median,
        min::Min,
        norm::Norm,
        prod::Prod,
        quantile::Quantile,
        recurrence::Recurrence,
        std::Std,
        sum::Sum,
        sum_to::SumTo,
        var::Variance,
    }
}
