//! Gains for initializers: what keeps the variance of signals that pass through an activation, as in PyTorch's
//! `calculate_gain`.

/// For no activation, and for sigmoid.
pub const LINEAR: f64 = 1.0;

/// For tanh: `5/3`.
pub const TANH: f64 = 5.0 / 3.0;

/// For ReLU: `√2`.
pub const RELU: f64 = std::f64::consts::SQRT_2;

/// For SELU: `3/4`.
pub const SELU: f64 = 0.75;

/// For leaky ReLU: `√(2 / (1 + slope²))`.
pub fn leaky_relu(slope: f64) -> f64 {
    (2.0 / (1.0 + slope * slope)).sqrt()
}
