//! Numbers that a picture can hold. Sums and differences of those near the end of `f64` are infinite, and no reader of SVG or PNG takes them.

use super::{LIMIT, Mark, Segment, Stroke};
use crate::geometry::{Point, Rect, point};

/// So far from the canvas a place does not differ from one that is farther, and those who draw pixels take no farther ones.
const REACH: f64 = 1e6;

fn number(value: f64) -> f64 {
    value.clamp(-REACH, REACH)
}

fn place(at: Point) -> Point {
    point(number(at.x), number(at.y))
}

fn rect(rect: Rect) -> Rect {
    Rect {
        left: number(rect.left),
        top: number(rect.top),
        right: number(rect.right),
        bottom: number(rect.bottom),
    }
}

/// A rectangle that all drawing is kept in: an infinite one reaches as far as there is anything, one of NaN is empty.
pub(super) fn clip(clip: Rect) -> Rect {
    let sides = [clip.left, clip.top, clip.right, clip.bottom];
    if sides.iter().any(|side| side.is_nan()) {
        Rect::default()
    } else {
        rect(clip)
    }
}

/// A mark of finite numbers, within reach.
pub(super) fn mark(mark: Mark) -> Mark {
    match mark {
        Mark::Circle { center, radius } => Mark::Circle {
            center: place(center),
            radius: radius.min(LIMIT),
        },
        Mark::Marker {
            marker,
            center,
            radius,
        } => Mark::Marker {
            marker,
            center: place(center),
            radius: radius.min(LIMIT),
        },
        Mark::Rect(sides) => Mark::Rect(rect(sides)),
        Mark::Path(mut path) => {
            path.segments
                .iter_mut()
                .for_each(|segment| *segment = step(*segment));
            Mark::Path(path)
        }
        Mark::Text(mut text) => {
            (text.at, text.size) = (place(text.at), text.size.min(LIMIT));
            Mark::Text(text)
        }
        Mark::Bitmap { place, bitmap } => Mark::Bitmap {
            place: rect(place),
            bitmap,
        },
    }
}

fn step(segment: Segment) -> Segment {
    match segment {
        Segment::Move(to) => Segment::Move(place(to)),
        Segment::Line(to) => Segment::Line(place(to)),
        Segment::Quad(control, to) => Segment::Quad(place(control), place(to)),
        Segment::Cubic(first, second, to) => Segment::Cubic(place(first), place(second), place(to)),
        Segment::Close => Segment::Close,
    }
}

/// A line that can be drawn: `None` if its width is not a positive number, unbroken if its dashes are not.
pub(super) fn stroke(stroke: Stroke) -> Option<Stroke> {
    let fits = |length: &f64| length.is_finite() && *length > 0.0;
    fits(&stroke.width).then(|| Stroke {
        width: stroke.width.min(LIMIT),
        dash: stroke
            .dash
            .filter(|dash| dash.iter().all(fits))
            .map(|dash| dash.map(|length| length.min(LIMIT))),
        ..stroke
    })
}
