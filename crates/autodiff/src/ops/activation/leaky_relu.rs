use crate::ops::unary;

unary! {
    /// The rectifier that leaks: `y = x`, `dy/dx = 1` for `x > 0`; else `y = slope x`, `dy/dx = slope`, at the kink too. NaN: [the rule](crate::ops::elementwise#nan).
    ///
    /// With the slope 0 it is [`Relu`](super::Relu), and 0 at -∞ too (PyTorch: NaN), as is the derivative of an infinite `dL/dy`.
    /// (Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.)
    pub struct LeakyRelu {
        /// What numbers below 0 are multiplied by.
        pub slope: f64,
    }

    /// The rectifier that leaks, [`LeakyRelu`]; PyTorch's default slope is 0.01.
    pub fn leaky_relu;

    // Infinity must not be multiplied with 0.
    forward |x; slope| {
        let low = if slope == 0.0 && x <= 0.0 { 0.0 } else { slope * x };
        if x > 0.0 { x } else { low }
    };
    backward |g, x; slope| {
        let low = if slope == 0.0 { 0.0 } else { slope * g };
        if x > 0.0 { g } else { low }
    };
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::Case;

    vec![
        Case::unary_distinct(|x| x.leaky_relu(0.01)),
        Case::unary_distinct(|x| x.leaky_relu(-0.5)),
        Case::unary_distinct(|x| x.leaky_relu(0.0)),
    ]
}
