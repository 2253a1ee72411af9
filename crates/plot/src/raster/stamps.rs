use std::collections::HashMap;

use tiny_skia::{Pixmap, PremultipliedColorU8};

use super::Painter;
use crate::geometry::point;
use crate::scene::{Item, Mark};

/// Markers that are drawn once for each place within a pixel, and then copied.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    /// The marker, at (0, 0).
    of: Option<Item>,
    drawn: HashMap<(usize, usize), Pixmap>,
}

/// Places within a pixel, in each direction.
const PLACES: usize = 8;
/// Larger markers, in pixels, are drawn each by itself.
const LARGEST: f64 = 64.0;

impl Stamps {
    /// Draws a marker as a copy of one drawn before; whether it is a marker, and small enough.
    pub(super) fn draw(&mut self, pixmap: &mut Pixmap, item: &Item, scale: f64) -> bool {
        let Mark::Marker {
            marker,
            center,
            radius,
        } = item.mark
        else {
            return false;
        };
        let rim = item.stroke.map_or(0.0, |stroke| stroke.width);
        // The tips of markers are up to a third farther away than their radius.
        let reach = (radius * 1.35 + rim) * scale;
        if reach > LARGEST || item.clip.is_some() {
            return false;
        }
        let plain = Item {
            mark: Mark::Marker {
                marker,
                center: point(0.0, 0.0),
                radius,
            },
            ..item.clone()
        };
        if self.of.as_ref() != Some(&plain) {
            self.drawn.clear();
            self.of = Some(plain);
        }
        let half = reach.ceil() + 1.0;
        let steps = |place: f64| {
            let steps = (place * scale * PLACES as f64).round() as i64;
            let places = PLACES as i64;
            (steps.div_euclid(places), steps.rem_euclid(places) as usize)
        };
        let ((column, x), (row, y)) = (steps(center.x), steps(center.y));
        if !self.drawn.contains_key(&(x, y)) {
            let place = |within: usize| (half + within as f64 / PLACES as f64) / scale;
            let mark = Mark::Marker {
                marker,
                center: point(place(x), place(y)),
                radius,
            };
            let stamp = stamp(mark, item, scale, (2.0 * half) as u32 + 1);
            self.drawn.extend(stamp.map(|stamp| ((x, y), stamp)));
        }
        let stamp = self.drawn.get(&(x, y));
        stamp
            .map(|stamp| copy(pixmap, stamp, column - half as i64, row - half as i64))
            .is_some()
    }
}

fn stamp(mark: Mark, item: &Item, scale: f64, side: u32) -> Option<Pixmap> {
    let mut painter = Painter {
        pixmap: Pixmap::new(side, side)?,
        scale,
        clip: None,
        stamps: None,
    };
    painter.item(&Item { mark, ..item.clone() });
    Some(painter.pixmap)
}

/// Puts a stamp on pixels, with its left upper corner at a place.
fn copy(pixmap: &mut Pixmap, stamp: &Pixmap, left: i64, top: i64) {
    let (width, height) = (i64::from(pixmap.width()), i64::from(pixmap.height()));
    let side = i64::from(stamp.width());
    let columns = (-left).clamp(0, side)..(width - left).clamp(0, side);
    if columns.is_empty() {
        return;
    }
    let pixels = pixmap.pixels_mut();
    for row in (-top).clamp(0, side)..(height - top).clamp(0, side) {
        let from = (row * side + columns.start) as usize..(row * side + columns.end) as usize;
        let start = ((top + row) * width + left + columns.start) as usize;
        for (to, from) in pixels[start..].iter_mut().zip(&stamp.pixels()[from]) {
            *to = over(*from, *to);
        }
    }
}

/// The one color on top of the other.
fn over(above: PremultipliedColorU8, below: PremultipliedColorU8) -> PremultipliedColorU8 {
    if above.alpha() == 255 {
        return above;
    }
    if above.alpha() == 0 {
        return below;
    }
    let left = 255 - u32::from(above.alpha());
    let mix =
        |above: u8, below: u8| (u32::from(above) + (u32::from(below) * left + 127) / 255).min(255) as u8;
    let alpha = mix(above.alpha(), below.alpha());
    PremultipliedColorU8::from_rgba(
        mix(above.red(), below.red()).min(alpha),
        mix(above.green(), below.green()).min(alpha),
        mix(above.blue(), below.blue()).min(alpha),
        alpha,
    )
    .unwrap_or(above)
}
