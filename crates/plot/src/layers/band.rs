use super::{Layer, check_lengths};
use crate::chart::{Extent, Plot};
use crate::geometry::Point;
use crate::legend::{Key, Sample};
use crate::raster::spans::Spans;
use crate::{Color, Result, Values};

/// The area between two curves: a range of uncertainty, a spread over runs. Where a value is not finite, it has a gap.
///
/// Of more than 20,000 places, it is a bitmap with two pixels for each pixel of the picture.
///
/// ```
/// use backprop_plot::{Band, Chart};
///
/// let _ = Chart::new().line("mean", 0..3, [1.0, 2.0, 3.0]).add(Band::new(0..3, [0.5, 1.5, 2.5], [1.5, 2.5, 3.5]));
/// ```
#[derive(Debug, Clone)]
pub struct Band {
    x: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    name: String,
    color: Option<Color>,
    opacity: f64,
}

impl Band {
    /// Between (x, low) and (x, high). Without a color of its own it has that of the layer before.
    pub fn new(x: impl Values, low: impl Values, high: impl Values) -> Self {
        Self {
            x: x.into_values(),
            low: low.into_values(),
            high: high.into_values(),
            name: String::new(),
            color: None,
            opacity: 0.22,
        }
    }

    /// With a name in the legend.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { name, ..self }
    }

    /// With another opacity, from 0 (nothing to see) to 1, instead of 0.22.
    #[must_use]
    pub fn opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    /// In a color of one's own; it is made transparent.
    #[must_use]
    pub fn color(self, color: Color) -> Self {
        let color = Some(color);
        Self { color, ..self }
    }

    fn fill(&self, color: Color) -> Color {
        self.color.unwrap_or(color).with_opacity(self.opacity)
    }
}

impl Layer for Band {
    fn extend(&self, extent: &mut Extent) {
        for side in [&self.low, &self.high] {
            for (&x, &y) in self.x.iter().zip(side) {
                extent.include(x, y);
            }
        }
    }

    fn draw(&self, plot: &mut Plot<'_>, color: Color) {
        let fill = self.fill(color);
        let sides = self.low.iter().zip(&self.high);
        let pairs: Vec<Option<(Point, Point)>> = self
            .x
            .iter()
            .zip(sides)
            .map(|(&x, (&low, &high))| plot.place(x, low).zip(plot.place(x, high)))
            .collect();
        if let Some(grid) = plot.grid(pairs.len()) {
            let mut spans = Spans::new(grid, false);
            for pair in pairs.windows(2) {
                if let [Some(from), Some(to)] = *pair {
                    spans.add(from.into(), to.into());
                }
            }
            plot.cover(&grid, spans.covered().into_iter(), fill);
            return;
        }
        for run in pairs.split(Option::is_none) {
            let lower = run.iter().flatten().map(|(low, _)| *low);
            let upper = run.iter().rev().flatten().map(|(_, high)| *high);
            let corners: Vec<Point> = lower.chain(upper).collect();
            if corners.len() > 2 {
                plot.scene().polygon(&corners, fill);
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
        false
    }

    fn check(&self) -> Result<()> {
        check_lengths("band", self.x.len(), self.low.len())?;
        check_lengths("band", self.x.len(), self.high.len())
    }
}
