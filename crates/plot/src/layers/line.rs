use super::{Layer, check_lengths};
use crate::chart::{Extent, Plot};
use crate::geometry::{Point, point};
use crate::layers::points::{Marker, draw_many};
use crate::legend::{Key, Sample};
use crate::raster::grid::Grid;
use crate::raster::trace::{Dashes, Trace, either};
use crate::scene::Stroke;
use crate::{Color, Result, Values};

/// A line through points, in their order. Where a value is not finite, it has a gap.
///
/// Of neighboring points in one column of pixels (or one row, if that leaves fewer), four are drawn: the first, the last and those at the two ends.
/// If more than 20,000 points are left, the line is a bitmap with two pixels for each pixel of the picture.
///
/// ```
/// use backprop_plot::{Chart, Line};
///
/// let _ = Chart::new().add(Line::new([0, 1, 2], [1.0, f64::NAN, 3.0]).name("loss").dashed());
/// ```
#[derive(Debug, Clone)]
pub struct Line {
    x: Vec<f64>,
    y: Vec<f64>,
    name: String,
    color: Option<Color>,
    width: f64,
    dashed: bool,
    marker: Option<Marker>,
}

impl Line {
    /// The line through the points (x, y).
    pub fn new(x: impl Values, y: impl Values) -> Self {
        Self {
            x: x.into_values(),
            y: y.into_values(),
            name: String::new(),
            color: None,
            width: 2.5,
            dashed: false,
            marker: None,
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

    /// This many pixels wide.
    #[must_use]
    pub fn width(self, width: f64) -> Self {
        Self { width, ..self }
    }

    /// With dashes.
    #[must_use]
    pub fn dashed(self) -> Self {
        let dashed = true;
        Self { dashed, ..self }
    }

    /// With a marker at each point.
    #[must_use]
    pub fn marker(self, marker: Marker) -> Self {
        let marker = Some(marker);
        Self { marker, ..self }
    }

    fn stroke(&self, color: Color) -> Stroke {
        let stroke = Stroke::new(self.color.unwrap_or(color), self.width);
        if self.dashed {
            stroke.dashed(8.0, 5.0)
        } else {
            stroke
        }
    }
}

impl Layer for Line {
    fn extend(&self, extent: &mut Extent) {
        for (&x, &y) in self.x.iter().zip(&self.y) {
            extent.include(x, y);
        }
    }

    fn draw(&self, plot: &mut Plot<'_>, color: Color) {
        let stroke = self.stroke(color);
        let points: Vec<Option<Point>> = self
            .x
            .iter()
            .zip(&self.y)
            .map(|(&x, &y)| plot.place(x, y))
            .collect();
        let runs = points.split(Option::is_none).map(|run| {
            let run: Vec<Point> = run.iter().copied().flatten().collect();
            thinned(run)
        });
        let runs: Vec<Vec<Point>> = runs.filter(|run| !run.is_empty()).collect();
        let count = runs.iter().map(Vec::len).sum();
        let traced = plot.grid(count).and_then(|grid| traced(grid, &runs, &stroke));
        match traced {
            Some((grid, covered)) => plot.cover(&grid, covered.into_iter(), stroke.color),
            None => runs.iter().for_each(|run| match run.as_slice() {
                // A point between two gaps would not be seen as a line.
                [alone] => plot.scene().circle(*alone, self.width, stroke.color),
                run => plot.scene().polyline(run, stroke),
            }),
        }
        if let Some(marker) = self.marker {
            draw_many(
                plot,
                self.x.iter().zip(&self.y),
                marker,
                self.width + 2.0,
                stroke.color,
            );
        }
    }

    fn key(&self, color: Color) -> Option<Key> {
        let sample = Sample::Line(self.stroke(color), self.marker);
        (!self.name.is_empty()).then(|| Key {
            name: self.name.clone(),
            sample,
        })
    }

    fn takes_color(&self) -> bool {
        self.color.is_none()
    }

    fn check(&self) -> Result<()> {
        check_lengths("line", self.x.len(), self.y.len())
    }
}

/// Lines on the pixels of a grid, and how much of each they cover; `None` if they are too wide.
fn traced(grid: Grid, runs: &[Vec<Point>], stroke: &Stroke) -> Option<(Grid, Vec<f32>)> {
    let mut lines = Trace::new(grid, stroke.width)?;
    let mut dots = Trace::new(grid, 2.0 * stroke.width)?;
    for run in runs {
        let mut dashes = stroke.dash.map(|dash| Dashes {
            lengths: dash.map(|length| length * grid.scale()),
            at: 0.0,
        });
        match run.as_slice() {
            [alone] => dots.dot(*alone),
            run => run
                .windows(2)
                .for_each(|pair| lines.line(pair[0], pair[1], dashes.as_mut())),
        }
    }
    Some((grid, either(lines.covered(), &dots)))
}

/// The same line of fewer points: along columns of pixels, or along rows if that leaves fewer.
fn thinned(points: Vec<Point>) -> Vec<Point> {
    let kept = along_columns(&points);
    if kept.len() * 4 <= points.len() {
        return kept;
    }
    let turned = |points: &[Point]| -> Vec<Point> { points.iter().map(|at| point(at.y, at.x)).collect() };
    let other = along_columns(&turned(&points));
    if other.len() < kept.len() {
        turned(&other)
    } else {
        kept
    }
}

/// Of neighboring points in one column of pixels, the first, the highest, the lowest and the last: the same picture, of a
/// size that depends on the pixels.
fn along_columns(points: &[Point]) -> Vec<Point> {
    let mut kept = Vec::new();
    for column in points.chunk_by(|a, b| a.x.floor() == b.x.floor()) {
        if column.len() <= 4 {
            kept.extend_from_slice(column);
            continue;
        }
        let index = |better: fn(f64, f64) -> bool| {
            let mut best = 0;
            for (index, at) in column.iter().enumerate() {
                if better(at.y, column[best].y) {
                    best = index;
                }
            }
            best
        };
        let mut indices = [0, index(|a, b| a < b), index(|a, b| a > b), column.len() - 1];
        indices.sort_unstable();
        kept.extend(indices.map(|index| column[index]));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_points_keep_their_highest_and_lowest_in_every_column() {
        let points: Vec<Point> = (0..1_000_000_i64)
            .map(|index| point(index as f64 / 1000.0, ((index * 7919) % 1013) as f64))
            .collect();
        let kept = along_columns(&points);
        assert!(kept.len() <= 4000);
        for column in 0..1000 {
            let inside = |points: &[Point]| {
                let y = points
                    .iter()
                    .filter(|at| at.x.floor() == f64::from(column))
                    .map(|at| at.y);
                y.fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(y), high.max(y)))
            };
            assert_eq!(inside(&points[column as usize * 1000..][..1000]), inside(&kept));
        }
    }
}
