use super::{Layer, check_lengths};
use crate::chart::{Extent, Plot};
use crate::geometry::{Point, point};
use crate::legend::{Key, Sample};
use crate::raster::grid::Grid;
use crate::raster::trace::{Trace, either};
use crate::scene::Stroke;
use crate::style::AXIS;
use crate::{Color, Result, Values};

/// Straight lines from point to point, each by itself: residuals, steps of a descent, with heads where they are arrows.
///
/// More than 20,000 of them are a bitmap with two pixels for each pixel of the picture.
///
/// ```
/// use backprop_plot::{Chart, Segments};
///
/// let weights = Segments::new([0.0, 1.0], [0.0, 0.5], [1.0, 1.5], [0.5, 0.6]).arrows().name("steps");
/// let _ = Chart::new().add(weights);
/// ```
#[derive(Debug, Clone)]
pub struct Segments {
    from: (Vec<f64>, Vec<f64>),
    to: (Vec<f64>, Vec<f64>),
    name: String,
    color: Color,
    width: f64,
    arrows: bool,
}

impl Segments {
    /// From (x0, y0) to (x1, y1).
    pub fn new(x0: impl Values, y0: impl Values, x1: impl Values, y1: impl Values) -> Self {
        Self {
            from: (x0.into_values(), y0.into_values()),
            to: (x1.into_values(), y1.into_values()),
            name: String::new(),
            color: AXIS,
            width: 1.4,
            arrows: false,
        }
    }

    /// With a name in the legend.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { name, ..self }
    }

    /// In another color.
    #[must_use]
    pub fn color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// This many pixels wide.
    #[must_use]
    pub fn width(self, width: f64) -> Self {
        Self { width, ..self }
    }

    /// With heads at their ends.
    #[must_use]
    pub fn arrows(self) -> Self {
        let arrows = true;
        Self { arrows, ..self }
    }
}

impl Segments {
    /// From where to where each goes.
    fn places(&self, plot: &Plot<'_>) -> Vec<(Point, Point)> {
        let starts = self.from.0.iter().zip(&self.from.1);
        let ends = self.to.0.iter().zip(&self.to.1);
        let both = starts.zip(ends);
        both.filter_map(|((&x0, &y0), (&x1, &y1))| plot.place(x0, y0).zip(plot.place(x1, y1)))
            .collect()
    }

    /// The corners of the head, its tip first, if there is one.
    fn head(&self, from: Point, to: Point) -> Option<[Point; 3]> {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx.hypot(dy);
        if !(self.arrows && length > 1.0) {
            return None;
        }
        let head = (3.0 + 2.0 * self.width).min(length * 0.6) / length;
        let base = point(to.x - dx * head, to.y - dy * head);
        let side = head * 0.45;
        Some([
            to,
            point(base.x - dy * side, base.y + dx * side),
            point(base.x + dy * side, base.y - dx * side),
        ])
    }

    /// How much of each pixel of a grid they cover; `None` if they are too wide.
    fn traced(&self, grid: Grid, places: &[(Point, Point)]) -> Option<Vec<f32>> {
        let mut lines = Trace::new(grid, self.width)?;
        // Heads have no line around them: what they cover is passed, pixel by pixel.
        let mut heads = Trace::new(grid, 0.5 / grid.scale())?;
        for &(from, to) in places {
            lines.line(from, to, None);
            if let Some([tip, left, right]) = self.head(from, to) {
                let (dx, dy) = (right.x - left.x, right.y - left.y);
                let steps = (dx.hypot(dy) * grid.scale() * 2.0).ceil().clamp(1.0, 1e3);
                for step in 0..=steps as usize {
                    let share = step as f64 / steps;
                    heads.line(tip, point(left.x + dx * share, left.y + dy * share), None);
                }
            }
        }
        Some(either(lines.covered(), &heads))
    }
}

impl Layer for Segments {
    fn extend(&self, extent: &mut Extent) {
        for (x, y) in [&self.from, &self.to] {
            for (&x, &y) in x.iter().zip(y) {
                extent.include(x, y);
            }
        }
    }

    fn draw(&self, plot: &mut Plot<'_>, _: Color) {
        let places = self.places(plot);
        let traced = plot
            .grid(places.len())
            .and_then(|grid| Some((grid, self.traced(grid, &places)?)));
        if let Some((grid, covered)) = traced {
            plot.cover(&grid, covered.into_iter(), self.color);
            return;
        }
        let stroke = Stroke::new(self.color, self.width);
        for &(from, to) in &places {
            plot.scene().line(from, to, stroke);
            if let Some(head) = self.head(from, to) {
                plot.scene().polygon(&head, self.color);
            }
        }
    }

    fn key(&self, _: Color) -> Option<Key> {
        (!self.name.is_empty()).then(|| Key {
            name: self.name.clone(),
            sample: Sample::Line(Stroke::new(self.color, self.width), None),
        })
    }

    fn takes_color(&self) -> bool {
        false
    }

    fn check(&self) -> Result<()> {
        check_lengths("segments", self.from.0.len(), self.from.1.len())?;
        check_lengths("segments", self.from.0.len(), self.to.0.len())?;
        check_lengths("segments", self.from.0.len(), self.to.1.len())
    }
}
