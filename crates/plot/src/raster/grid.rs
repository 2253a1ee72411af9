use crate::Color;
use crate::geometry::{Point, Rect, point};
use crate::scene::{Bitmap, LIMIT, MOST_PIXELS};

/// Pixels for each pixel of the picture, fewer if that were too many.
const SCALE: f64 = 2.0;

/// A grid of fine pixels over a part of a picture, for what has more parts than an SVG should hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    /// What it covers: whole pixels of the picture, so that none is smeared over two.
    pub(crate) place: Rect,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

impl Grid {
    /// Over an area; `None` if that is empty.
    pub(crate) fn over(area: Rect) -> Option<Self> {
        let (left, top) = (area.left.floor(), area.top.floor());
        let place = Rect::new(left, top, (area.right - left).ceil(), (area.bottom - top).ceil());
        let (width, height) = (place.width(), place.height());
        if !(width >= 1.0 && height >= 1.0 && width <= LIMIT && height <= LIMIT) {
            return None;
        }
        let scale = (LIMIT / width.max(height))
            .min((MOST_PIXELS as f64 / (width * height)).sqrt() * 0.999)
            .min(SCALE);
        Some(Self {
            place,
            columns: (width * scale).max(1.0) as usize,
            rows: (height * scale).max(1.0) as usize,
        })
    }

    /// Pixels of the grid for one of the picture, in the direction in which there are more.
    pub(crate) fn scale(&self) -> f64 {
        let (x, y) = self.scales();
        x.max(y)
    }

    fn scales(&self) -> (f64, f64) {
        (
            self.columns as f64 / self.place.width(),
            self.rows as f64 / self.place.height(),
        )
    }

    /// A place of the picture, in pixels of the grid.
    pub(crate) fn at(&self, place: Point) -> Point {
        let (x, y) = self.scales();
        point((place.x - self.place.left) * x, (place.y - self.place.top) * y)
    }

    /// Its pixels in one color, each as opaque as it is covered, 0 to 1.
    pub(crate) fn bitmap(&self, covered: impl Iterator<Item = f32>, color: Color) -> Bitmap {
        let pixel = |covered: f32| {
            let alpha = (covered.clamp(0.0, 1.0) * f32::from(color.alpha)).round() as u8;
            // Pixels that are not seen are alike.
            if alpha == 0 {
                Color::NONE
            } else {
                Color { alpha, ..color }
            }
        };
        Bitmap {
            width: self.columns,
            height: self.rows,
            pixels: covered.map(pixel).collect(),
        }
    }
}
