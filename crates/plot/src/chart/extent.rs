/// Where the data of a chart lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Extent {
    x: Range,
    y: Range,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Range {
    log: bool,
    ends: Option<(f64, f64)>,
    grounded: bool,
}

impl Range {
    fn has_place_for(self, value: f64) -> bool {
        value.is_finite() && (!self.log || value > 0.0)
    }

    fn include(&mut self, value: f64) {
        if self.has_place_for(value) {
            let (low, high) = self.ends.unwrap_or((value, value));
            self.ends = Some((low.min(value), high.max(value)));
        }
    }
}

impl Extent {
    pub(crate) fn new(log_x: bool, log_y: bool) -> Self {
        let range = |log| Range {
            log,
            ends: None,
            grounded: false,
        };
        Self {
            x: range(log_x),
            y: range(log_y),
        }
    }

    /// Widens both axes to the point (x, y), unless one of its numbers has no place there.
    pub fn include(&mut self, x: f64, y: f64) {
        if self.x.has_place_for(x) && self.y.has_place_for(y) {
            self.x.include(x);
            self.y.include(y);
        }
    }

    /// Widens the x axis.
    pub fn include_x(&mut self, x: f64) {
        self.x.include(x);
    }

    /// Widens the y axis.
    pub fn include_y(&mut self, y: f64) {
        self.y.include(y);
    }

    /// Bars stand on 0: an axis that ends there has no room beyond.
    pub fn ground_x(&mut self) {
        self.x.grounded = true;
    }

    /// Bars stand on 0: an axis that ends there has no room beyond.
    pub fn ground_y(&mut self) {
        self.y.grounded = true;
    }

    pub(crate) fn is_grounded(&self) -> (bool, bool) {
        (self.x.grounded, self.y.grounded)
    }

    /// The least and the largest x so far.
    pub fn x(&self) -> Option<(f64, f64)> {
        self.x.ends
    }

    /// The least and the largest y so far.
    pub fn y(&self) -> Option<(f64, f64)> {
        self.y.ends
    }
}
