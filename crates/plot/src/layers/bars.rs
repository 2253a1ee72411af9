use super::{Layer, check_lengths};
use crate::chart::{Extent, Plot};
use crate::geometry::{Rect, point};
use crate::legend::{Key, Sample};
use crate::raster::spans::Spans;
use crate::{Color, Result, Values};

/// Bars from 0 (or the lower end of a logarithmic axis) to values.
///
/// More than 20,000 bars are a bitmap with two pixels for each pixel of the picture.
///
/// ```
/// use backprop_plot::{Bars, Chart};
///
/// let _ = Chart::new().x_categories(["SGD", "Adam"]).add(Bars::new([0.92, 0.97]));
/// ```
#[derive(Debug, Clone)]
pub struct Bars {
    /// Where each begins and ends across its length.
    spans: Vec<(f64, f64)>,
    values: Vec<f64>,
    name: String,
    color: Option<Color>,
    horizontal: bool,
    opacity: f64,
}

impl Bars {
    /// A bar of each value around the places 0, 1, 2 ..., which are those of the categories of an axis.
    pub fn new(values: impl Values) -> Self {
        Self::in_group(values, 0, 1)
    }

    /// The bars of one of `count` series, side by side around the places 0, 1, 2 ...
    pub fn in_group(values: impl Values, index: usize, count: usize) -> Self {
        let values = values.into_values();
        let width = 0.8 / count.max(1) as f64;
        let first = -0.4 + width * index as f64;
        let span = |place: usize| (place as f64 + first, place as f64 + first + width);
        Self::between((0..values.len()).map(span), values)
    }

    /// Bars between the edges of a histogram: one edge more than values.
    pub fn with_edges(edges: impl Values, values: impl Values) -> Self {
        let edges = edges.into_values();
        Self::between(
            edges.windows(2).map(|pair| (pair[0], pair[1])),
            values.into_values(),
        )
    }

    fn between(spans: impl Iterator<Item = (f64, f64)>, values: Vec<f64>) -> Self {
        Self {
            spans: spans.collect(),
            values,
            name: String::new(),
            color: None,
            horizontal: false,
            opacity: 1.0,
        }
    }

    /// With a name in the legend.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { name, ..self }
    }

    /// In a color of one's own, instead of the palette's next.
    #[must_use]
    pub fn color(self, color: Color) -> Self {
        let color = Some(color);
        Self { color, ..self }
    }

    /// From left to right: good for long names, as categories of the y axis.
    #[must_use]
    pub fn horizontal(self) -> Self {
        let horizontal = true;
        Self { horizontal, ..self }
    }

    /// Transparent, from 0 (nothing to see) to 1, for bars on bars.
    #[must_use]
    pub fn opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    fn fill(&self, color: Color) -> Color {
        self.color.unwrap_or(color).with_opacity(self.opacity)
    }

    fn place(&self, plot: &Plot<'_>, span: (f64, f64), value: f64) -> Option<Rect> {
        if !value.is_finite() {
            return None;
        }
        let area = plot.area();
        let across = |at: f64| {
            if self.horizontal {
                plot.y_place(at)
            } else {
                plot.x_place(at)
            }
        };
        let along = |at: f64| {
            if self.horizontal {
                plot.x_place(at)
            } else {
                plot.y_place(at)
            }
        };
        let zero = if self.horizontal { area.left } else { area.bottom };
        let (a, b) = (across(span.0)?, across(span.1)?);
        let (c, d) = (along(0.0).unwrap_or(zero), along(value)?);
        let (left, right, top, bottom) = if self.horizontal {
            (c, d, a, b)
        } else {
            (a, b, c, d)
        };
        // A slit between bars that touch.
        let slit = if (b - a).abs() > 4.0 { 0.5 } else { 0.0 };
        let (slit_x, slit_y) = if self.horizontal { (0.0, slit) } else { (slit, 0.0) };
        Some(Rect {
            left: left.min(right) + slit_x,
            top: top.min(bottom) + slit_y,
            right: left.max(right) - slit_x,
            bottom: top.max(bottom) - slit_y,
        })
    }
}

impl Layer for Bars {
    fn extend(&self, extent: &mut Extent) {
        if self.horizontal {
            extent.ground_x();
        } else {
            extent.ground_y();
        }
        for (&(from, to), &value) in self.spans.iter().zip(&self.values) {
            for (across, along) in [(from, 0.0), (to, value)] {
                if self.horizontal {
                    extent.include_x(along);
                    extent.include_y(across);
                } else {
                    extent.include_x(across);
                    extent.include_y(along);
                }
            }
        }
    }

    fn draw(&self, plot: &mut Plot<'_>, color: Color) {
        let fill = self.fill(color);
        if let Some(grid) = plot.grid(self.values.len()) {
            let mut spans = Spans::new(grid, self.horizontal);
            let bars = self.spans.iter().zip(&self.values);
            for rect in bars.filter_map(|(&span, &value)| self.place(plot, span, value)) {
                let corner = |x, y| point(x, y);
                let (start, end) = (corner(rect.left, rect.top), corner(rect.right, rect.bottom));
                let (left, right) = (corner(start.x, end.y), corner(end.x, start.y));
                if self.horizontal {
                    spans.add([start, right], [left, end]);
                } else {
                    spans.add([start, left], [right, end]);
                }
            }
            plot.cover(&grid, spans.covered().into_iter(), fill);
            return;
        }
        for (&span, &value) in self.spans.iter().zip(&self.values) {
            if let Some(rect) = self.place(plot, span, value) {
                plot.scene().rect(rect, fill);
            }
        }
    }

    fn key(&self, color: Color) -> Option<Key> {
        (!self.name.is_empty()).then(|| Key {
            name: self.name.clone(),
            sample: Sample::Area(self.fill(color)),
        })
    }

    fn takes_color(&self) -> bool {
        self.color.is_none()
    }

    fn check(&self) -> Result<()> {
        check_lengths("bars", self.spans.len(), self.values.len())
    }
}
