//! Normal numbers within bounds, wherever those are (Robert, Simulation of truncated normal variables, 1995).

use super::box_muller::{exponential, normals, uniform};
use super::stream::Stream;

/// Standard deviations from the mean beyond which a tail is its bound, to the precision of the distance.
const FAR: f64 = 1e8;

/// A normal distribution within bounds, and a way to sample it that accepts at least a third of the proposals.
#[derive(Debug, Clone, Copy)]
pub struct Truncated {
    mean: f64,
    std: f64,
    low: f64,
    high: f64,
    method: Method,
}

/// Bounds are in standard deviations from the mean; a tail below the mean is mirrored.
#[derive(Debug, Clone, Copy)]
enum Method {
    /// The mean, or the bound next to it.
    Constant,
    /// Normal numbers until one lies within.
    Normal { a: f64, b: f64 },
    /// Uniform numbers between the bounds, accepted as often as the density says, which is highest at `peak`.
    Uniform { a: f64, b: f64, peak: f64 },
    /// Exponential numbers from `a` on, accepted likewise.
    Tail { a: f64, b: f64, sign: f64 },
}

impl Truncated {
    /// Mean and deviation are finite, the deviation is not negative, and `low <= high`.
    pub(crate) fn new(mean: f64, std: f64, low: f64, high: f64) -> Self {
        let method = if std == 0.0 || low == high {
            Method::Constant
        } else {
            Method::new((low - mean) / std, (high - mean) / std)
        };
        Self {
            mean,
            std,
            low,
            high,
            method,
        }
    }

    #[inline(never)]
    pub(crate) fn sample(&self, stream: &mut Stream) -> f64 {
        let z = match self.method {
            Method::Constant => 0.0,
            Method::Normal { a, b } => bounded(a, b, stream),
            Method::Uniform { a, b, peak } => uniform_proposals(a, b, peak, stream),
            Method::Tail { a, b, sign } => sign * tail(a, b, stream),
        };
        (self.mean + self.std * z).clamp(self.low, self.high)
    }
}

impl Method {
    fn new(a: f64, b: f64) -> Self {
        if a <= 0.0 && b >= 0.0 {
            return if b - a > 2.5 {
                Self::Normal { a, b }
            } else {
                Self::Uniform { a, b, peak: 0.0 }
            };
        }
        let sign = if a > 0.0 { 1.0 } else { -1.0 };
        let (near, far) = if a > 0.0 { (a, b) } else { (-b, -a) };
        if near >= FAR {
            Self::Constant
        } else if (far - near) * (far + near) < 2.0 {
            // The density falls by less than a factor of e.
            Self::Uniform { a, b, peak: near }
        } else {
            let (a, b) = (near, far);
            Self::Tail { a, b, sign }
        }
    }
}

#[inline(always)]
fn bounded(a: f64, b: f64, stream: &mut Stream) -> f64 {
    loop {
        let (first, second) = normals(stream.next(), stream.next());
        for z in [first, second] {
            if a <= z && z <= b {
                return z;
            }
        }
    }
}

#[inline(always)]
fn uniform_proposals(a: f64, b: f64, peak: f64, stream: &mut Stream) -> f64 {
    loop {
        let z = a + (b - a) * uniform(stream.next());
        // With probability exp(-(z² - peak²) / 2).
        if exponential(stream.next()) >= 0.5 * (z.abs() - peak) * (z.abs() + peak) {
            return z;
        }
    }
}

#[inline(always)]
fn tail(a: f64, b: f64, stream: &mut Stream) -> f64 {
    let rate = 0.5 * (a + (a * a + 4.0).sqrt());
    loop {
        let z = a + exponential(stream.next()) / rate;
        // With probability exp(-(z - rate)² / 2).
        if z <= b && exponential(stream.next()) >= 0.5 * (z - rate) * (z - rate) {
            return z;
        }
    }
}
