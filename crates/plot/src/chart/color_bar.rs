use crate::axis::{Scale, ticks};
use crate::font;
use crate::geometry::{Rect, point};
use crate::scene::{Align, Bitmap, Scene, Text, shorten};
use crate::style::{AXIS, GAP, INK, LABEL, MARGIN, SOFT_INK, TICK};
use crate::{Colormap, Stroke};

/// A bar beside a picture that says which color means which number.
#[derive(Debug, Clone, PartialEq)]
pub struct ColorBar {
    map: Colormap,
    low: f64,
    high: f64,
    label: String,
}

const WIDTH: f64 = 16.0;

impl ColorBar {
    /// The colors of `map` for the numbers from `low` to `high`.
    pub fn new(map: Colormap, low: f64, high: f64) -> Self {
        Self {
            map,
            low,
            high,
            label: String::new(),
        }
    }

    /// With words beside it.
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Self {
        let label = label.into();
        Self { label, ..self }
    }

    fn ticks(&self, height: f64) -> Vec<crate::axis::Tick> {
        if !(self.low.is_finite() && self.high.is_finite() && self.low < self.high) {
            return Vec::new();
        }
        ticks(&Scale::new(self.low, self.high), (height / (TICK * 3.0)) as usize)
    }

    /// What it takes of the width of a picture.
    pub(crate) fn width(&self, height: f64) -> f64 {
        let labels = self
            .ticks(height)
            .iter()
            .map(|tick| font::width(&tick.label, TICK, false))
            .fold(0.0, f64::max);
        let words = if self.label.is_empty() { 0.0 } else { LABEL + GAP };
        MARGIN + WIDTH + GAP + labels + words
    }

    /// Draws it right of `area` and as high.
    pub(crate) fn draw(&self, scene: &mut Scene, area: Rect) {
        let bar = Rect::new(area.right + MARGIN, area.top, WIDTH, area.height());
        let pixels = (0..256).map(|row| self.map.color(1.0 - f64::from(row) / 255.0));
        let bitmap = Bitmap {
            width: 1,
            height: 256,
            pixels: pixels.collect(),
        };
        scene.bitmap(bar, bitmap);
        let scale = Scale::new(self.low, self.high);
        let mut right = bar.right + GAP;
        for tick in self.ticks(area.height()) {
            let Some(share) = scale.share(tick.value) else {
                continue;
            };
            let at = point(bar.right + GAP, bar.bottom - share * bar.height());
            scene.line(
                point(bar.right - 4.0, at.y),
                point(bar.right, at.y),
                Stroke::new(AXIS, 1.0),
            );
            let text = Text::new(tick.label, at, TICK).color(SOFT_INK);
            right = text.bounds().right.max(right);
            scene.text(text);
        }
        let at = point(right + GAP + LABEL / 2.0, bar.center().y);
        let label = shorten(&self.label, area.height(), LABEL, false);
        scene.text(
            Text::new(label, at, LABEL)
                .color(INK)
                .align(Align::Middle)
                .upward(),
        );
    }
}
