use crate::geometry::{Point, Rect, point};

/// A step of a pen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Segment {
    /// Lifted, to there.
    Move(Point),
    /// In a straight line.
    Line(Point),
    /// Along a parabola with this control point.
    Quad(Point, Point),
    /// Along a cubic Bézier curve with these control points.
    Cubic(Point, Point, Point),
    /// Back to where it was last lifted to.
    Close,
}

/// What a pen draws: lines and curves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    pub(super) segments: Vec<Segment>,
}

impl Path {
    /// Straight lines from point to point.
    pub fn polyline(points: &[Point]) -> Self {
        let segments = points.iter().enumerate().map(|(index, &to)| {
            if index == 0 {
                Segment::Move(to)
            } else {
                Segment::Line(to)
            }
        });
        Self {
            segments: segments.collect(),
        }
    }

    /// Its steps.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Lifts the pen to a place.
    pub fn move_to(&mut self, to: Point) {
        self.segments.push(Segment::Move(to));
    }

    /// Draws a straight line.
    pub fn line_to(&mut self, to: Point) {
        self.segments.push(Segment::Line(to));
    }

    /// Draws a parabola.
    pub fn quad_to(&mut self, control: Point, to: Point) {
        self.segments.push(Segment::Quad(control, to));
    }

    /// Draws a cubic Bézier curve.
    pub fn cubic_to(&mut self, first: Point, second: Point, to: Point) {
        self.segments.push(Segment::Cubic(first, second, to));
    }

    /// Draws a straight line back to where the pen was last lifted to.
    pub fn close(&mut self) {
        self.segments.push(Segment::Close);
    }

    /// The corners and control points.
    pub fn points(&self) -> impl Iterator<Item = Point> + '_ {
        self.segments.iter().flat_map(|segment| {
            let points = match *segment {
                Segment::Move(to) | Segment::Line(to) => [Some(to), None, None],
                Segment::Quad(control, to) => [Some(control), Some(to), None],
                Segment::Cubic(first, second, to) => [Some(first), Some(second), Some(to)],
                Segment::Close => [None; 3],
            };
            points.into_iter().flatten()
        })
    }

    pub(crate) fn is_finite(&self) -> bool {
        self.points().all(|at| at.x.is_finite() && at.y.is_finite())
    }

    /// A rectangle that holds all its points; `None` if it has none.
    pub fn bounds(&self) -> Option<Rect> {
        let first = self.points().next()?;
        let start = Rect::new(first.x, first.y, 0.0, 0.0);
        Some(self.points().fold(start, |rect, at| Rect {
            left: rect.left.min(at.x),
            top: rect.top.min(at.y),
            right: rect.right.max(at.x),
            bottom: rect.bottom.max(at.y),
        }))
    }

    /// A rectangle with round corners.
    pub fn rounded(rect: Rect, radius: f64) -> Self {
        let radius = radius.min(rect.width() / 2.0).min(rect.height() / 2.0).max(0.0);
        let Rect {
            left,
            top,
            right,
            bottom,
        } = rect;
        let mut path = Self::default();
        path.move_to(point(left + radius, top));
        path.line_to(point(right - radius, top));
        path.quad_to(point(right, top), point(right, top + radius));
        path.line_to(point(right, bottom - radius));
        path.quad_to(point(right, bottom), point(right - radius, bottom));
        path.line_to(point(left + radius, bottom));
        path.quad_to(point(left, bottom), point(left, bottom - radius));
        path.line_to(point(left, top + radius));
        path.quad_to(point(left, top), point(left + radius, top));
        path.close();
        path
    }
}
