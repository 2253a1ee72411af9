//! A mass on a spring, with friction.

/// `u'' + 2 δ u' + ω² u = 0` with `u(0) = 1` and `u'(0) = 0`, for `δ < ω`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Oscillator {
    /// `δ`.
    pub(crate) damping: f32,
    /// `ω`, of the oscillator without friction.
    pub(crate) frequency: f32,
    /// The last time that is looked at.
    pub(crate) end: f32,
}

impl Oscillator {
    /// `u(t) = e^(-δ t) (cos ν t + δ/ν sin ν t)` with `ν = √(ω² - δ²)`.
    pub(crate) fn exact(&self, t: f32) -> f32 {
        let frequency = (self.frequency * self.frequency - self.damping * self.damping).sqrt();
        let (sin, cos) = (frequency * t).sin_cos();
        (-self.damping * t).exp() * (cos + self.damping / frequency * sin)
    }
}
