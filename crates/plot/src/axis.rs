//! From numbers to places along an axis.

mod label;
mod ticks;

pub(crate) use ticks::{Tick, ticks};

/// What a chart was told about one of its axes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Axis {
    pub(crate) label: String,
    pub(crate) log: bool,
    pub(crate) limits: Option<(f64, f64)>,
    /// Names of the places 0, 1, 2 ...
    pub(crate) categories: Vec<String>,
    pub(crate) hidden: bool,
    /// Whether the limits that follow from data leave some room beside it.
    pub(crate) tight: bool,
}

impl Axis {
    /// The part of the axis that is shown, from what was asked for or else from where the data lies.
    pub(crate) fn scale(&self, data: Option<(f64, f64)>, grounded: bool) -> Scale {
        // Names have equal room.
        let log = self.log && self.categories.is_empty();
        let valid =
            |&(low, high): &(f64, f64)| low.is_finite() && high.is_finite() && !(log && low.min(high) <= 0.0);
        if let Some((low, high)) = self.limits.filter(valid)
            && low != high
        {
            return Scale {
                log,
                ..Scale::new(low, high)
            };
        }
        if !self.categories.is_empty() {
            return Scale::new(-0.5, self.categories.len() as f64 - 0.5);
        }
        let (low, high) = data
            .filter(valid)
            .unwrap_or(if log { (1.0, 10.0) } else { (0.0, 1.0) });
        let place = |value: f64| if log { value.log10() } else { value };
        let ends = (low, high);
        let (low, high) = widened(place(low), place(high), if self.tight { 0.0 } else { 0.04 });
        // Bars stand on the axis.
        let low = if grounded && !log && ends.0 == 0.0 && ends.1 > 0.0 {
            0.0
        } else {
            low
        };
        let high = if grounded && !log && ends.1 == 0.0 && ends.0 < 0.0 {
            0.0
        } else {
            high
        };
        let back = |value: f64| {
            if log {
                10_f64.powf(value).clamp(f64::MIN_POSITIVE, f64::MAX)
            } else {
                value
            }
        };
        Scale {
            log,
            ..Scale::new(back(low), back(high))
        }
    }
}

/// Some room on each side, and a width even where there is but one value.
fn widened(low: f64, high: f64, share: f64) -> (f64, f64) {
    let middle = low / 2.0 + high / 2.0;
    // Below this, the steps between neighboring floating-point numbers would show.
    let least = (middle.abs() * 1e-9).max(1e-300);
    if high / 2.0 - low / 2.0 <= least {
        let room = if middle == 0.0 { 1.0 } else { middle.abs() * 0.1 };
        return (middle - room, middle + room);
    }
    let room = (high * share - low * share).min(f64::MAX / 4.0);
    ((low - room).max(f64::MIN), (high + room).min(f64::MAX))
}

/// The part of an axis that is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) log: bool,
}

impl Scale {
    pub(crate) fn new(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            log: false,
        }
    }

    /// Where a value is: 0 at the lower end, 1 at the upper one, beyond these outside; `None` if it has no place.
    pub(crate) fn share(&self, value: f64) -> Option<f64> {
        if self.log && value <= 0.0 {
            return None;
        }
        let place = |value: f64| if self.log { value.log10() } else { value };
        let (low, high) = (place(self.low), place(self.high));
        // In halves, so that the whole range of f64 does not overflow.
        let share = (place(value) / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        // A place far outside is as good as one a little outside, and does not blur what is drawn.
        share.is_finite().then(|| share.clamp(-1e4, 1e4))
    }

    /// The value at a place.
    pub(crate) fn value(&self, share: f64) -> f64 {
        if self.log {
            let (low, high) = (self.low.log10(), self.high.log10());
            10_f64.powf(low + (high - low) * share)
        } else {
            self.low * (1.0 - share) + self.high * share
        }
    }
}
