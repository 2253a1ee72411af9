//! Places on the canvas, in pixels: x to the right, y down.

/// A place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// The place (x, y).
pub(crate) const fn point(x: f64, y: f64) -> Point {
    Point { x, y }
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Its left side.
    pub left: f64,
    /// Its upper side.
    pub top: f64,
    /// Its right side, not left of `left`.
    pub right: f64,
    /// Its lower side, not above `top`.
    pub bottom: f64,
}

impl Rect {
    /// From its left upper corner and its size; a negative size counts as 0.
    ///
    /// ```
    /// let rect = backprop_plot::Rect::new(10.0, 20.0, 30.0, 40.0);
    /// assert_eq!((rect.right, rect.bottom), (40.0, 60.0));
    /// ```
    pub fn new(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self {
            left,
            top,
            right: left + width.max(0.0),
            bottom: top + height.max(0.0),
        }
    }

    /// Its width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Its middle.
    pub fn center(&self) -> Point {
        point((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    /// With `margin` less on each side, more for a negative one; never less than empty.
    #[must_use]
    pub fn inset(&self, margin: f64) -> Self {
        let x = margin.min(self.width() / 2.0);
        let y = margin.min(self.height() / 2.0);
        Self {
            left: self.left + x,
            top: self.top + y,
            right: self.right - x,
            bottom: self.bottom - y,
        }
    }

    /// Whether the two have an inner point in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Whether `other` lies in it, to within `tolerance` pixels.
    pub fn contains(&self, other: &Self, tolerance: f64) -> bool {
        self.left <= other.left + tolerance
            && self.top <= other.top + tolerance
            && other.right <= self.right + tolerance
            && other.bottom <= self.bottom + tolerance
    }

    /// The part of it that is `height` high at its top, and the rest.
    pub(crate) fn split_top(&self, height: f64) -> (Self, Self) {
        let middle = (self.top + height.max(0.0)).min(self.bottom);
        let (mut top, mut rest) = (*self, *self);
        top.bottom = middle;
        rest.top = middle;
        (top, rest)
    }

    /// The largest rectangle of this `width / height` in its middle.
    pub(crate) fn with_aspect(&self, aspect: f64) -> Self {
        let width = self.width().min(self.height() * aspect);
        let height = width / aspect;
        let center = self.center();
        Self::new(center.x - width / 2.0, center.y - height / 2.0, width, height)
    }
}

/// The part of a line within 0 to `width` and 0 to `height` (Liang and Barsky).
pub(crate) fn cut(from: Point, to: Point, width: f64, height: f64) -> Option<(Point, Point)> {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (direction, room) in [
        (-dx, from.x),
        (dx, width - from.x),
        (-dy, from.y),
        (dy, height - from.y),
    ] {
        if direction == 0.0 {
            if room < 0.0 {
                return None;
            }
            continue;
        }
        let share = room / direction;
        if direction < 0.0 {
            enter = enter.max(share);
        } else {
            leave = leave.min(share);
        }
    }
    let at = |share: f64| point(from.x + dx * share, from.y + dy * share);
    (enter <= leave).then(|| (at(enter), at(leave)))
}
