use super::Layer;
use crate::chart::{Extent, Plot};
use crate::geometry::Rect;
use crate::scene::Bitmap;
use crate::{Color, Error, Result};

/// Colored cells over a rectangle of the axes, as an image: a heat map, regions of classes.
#[derive(Debug, Clone)]
pub struct Field {
    x: (f64, f64),
    y: (f64, f64),
    bitmap: Bitmap,
}

impl Field {
    /// From `x.0` to `x.1` and from `y.0` to `y.1`; the rows of the bitmap are drawn from `y.1` down to `y.0`.
    pub fn new(x: (f64, f64), y: (f64, f64), bitmap: Bitmap) -> Self {
        Self { x, y, bitmap }
    }
}

impl Layer for Field {
    fn extend(&self, extent: &mut Extent) {
        extent.include(self.x.0, self.y.0);
        extent.include(self.x.1, self.y.1);
    }

    fn draw(&self, plot: &mut Plot<'_>, _: Color) {
        let corners = plot.place(self.x.0, self.y.1).zip(plot.place(self.x.1, self.y.0));
        if let Some((start, end)) = corners {
            let place = Rect {
                left: start.x.min(end.x),
                top: start.y.min(end.y),
                right: start.x.max(end.x),
                bottom: start.y.max(end.y),
            };
            plot.scene().bitmap(place, self.bitmap.clone());
        }
    }

    fn takes_color(&self) -> bool {
        false
    }

    fn check(&self) -> Result<()> {
        let Bitmap {
            width,
            height,
            pixels,
        } = &self.bitmap;
        if width.checked_mul(*height) == Some(pixels.len()) {
            return Ok(());
        }
        let problem = format!("{} pixels: {width} x {height} must be as many", pixels.len());
        Err(Error::invalid("field", problem))
    }
}
