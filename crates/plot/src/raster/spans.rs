use super::filled::{BLOCK, Filled};
use super::grid::Grid;
use crate::geometry::Point;

/// How much of each pixel of a grid lies between pairs of lines, one above the other: bands and bars in any number.
///
/// Each column keeps by how much its cover changes from row to row, so that a pair takes the same time however far its lines are apart.
#[derive(Debug)]
pub(crate) struct Spans {
    grid: Grid,
    /// Whether the lines stand beside each other and not above: columns are rows then.
    upright: bool,
    length: usize,
    changes: Vec<f64>,
    filled: Filled,
}

/// Pieces of a slope within a pixel.
const PIECES: f64 = 8.0;

impl Spans {
    pub(crate) fn new(grid: Grid, upright: bool) -> Self {
        let (count, length) = if upright {
            (grid.rows, grid.columns)
        } else {
            (grid.columns, grid.rows)
        };
        Self {
            grid,
            upright,
            length,
            changes: vec![0.0; count * (length + 2)],
            filled: Filled::new(count),
        }
    }

    /// What lies between two places on top of each other and two others, in pixels of the picture.
    pub(crate) fn add(&mut self, [first, second]: [Point; 2], [third, fourth]: [Point; 2]) {
        let [start, end] = [[first, second], [third, fourth]].map(|pair| {
            let [a, b] = pair.map(|place| {
                let at = self.grid.at(place);
                if self.upright { (at.y, at.x) } else { (at.x, at.y) }
            });
            (a.0, a.1, b.1)
        });
        let (start, end) = if start.0 <= end.0 {
            (start, end)
        } else {
            (end, start)
        };
        let width = end.0 - start.0;
        if width.is_nan() || width <= 0.0 {
            return;
        }
        let count = self.changes.len() / (self.length + 2);
        let between = |at: f64| {
            let share = (at - start.0) / width;
            let [a, b] = [(start.1, end.1), (start.2, end.2)].map(|(from, to)| from + (to - from) * share);
            (a.min(b), a.max(b))
        };
        let steep = (end.1 - start.1).abs().max((end.2 - start.2).abs()) / width;
        let (from, to) = (start.0.max(0.0), end.0.min(count as f64));
        let slopes = [(end.1 - start.1) / width, (end.2 - start.2) / width];
        let mut column = from as usize;
        while (column as f64) < to && column < count {
            if column.is_multiple_of(BLOCK) {
                let last = (column + BLOCK).min(count).min(to.ceil() as usize);
                let middle = column as f64 + 0.5 - start.0;
                let [one, other] = [(start.1, slopes[0]), (start.2, slopes[1])]
                    .map(|(at, slope)| self.filled.holds(column..last, at + middle * slope, slope));
                if one && other {
                    column = last;
                    continue;
                }
            }
            let (left, right) = (from.max(column as f64), to.min(column as f64 + 1.0));
            let pieces = (steep * (right - left)).ceil().clamp(1.0, PIECES);
            let share = (right - left) / pieces;
            for piece in 0..pieces as usize {
                let (low, high) = between(left + (piece as f64 + 0.5) * share);
                self.change(column, low, share);
                self.change(column, high, -share);
            }
            column += 1;
        }
        if self.filled.is_due() {
            self.look();
        }
    }

    /// Finds what is covered already.
    fn look(&mut self) {
        for (column, changes) in self.changes.chunks(self.length + 2).enumerate() {
            let mut sum = 0.0;
            let rows = changes.iter().take(self.length).map(|change| {
                sum += change;
                // More than 1 by what rounding may take from it.
                sum > 1.0 + 1e-6
            });
            self.filled.set(column, rows);
        }
    }

    /// From `place` on, a column is covered by `share` more.
    fn change(&mut self, column: usize, place: f64, share: f64) {
        let place = place.clamp(0.0, self.length as f64);
        let row = place as usize;
        let within = place - row as f64;
        let index = column * (self.length + 2) + row;
        self.changes[index] += share * (1.0 - within);
        self.changes[index + 1] += share * within;
    }

    /// How much of each pixel is covered, row by row.
    pub(crate) fn covered(&self) -> Vec<f32> {
        let (columns, rows) = (self.grid.columns, self.grid.rows);
        let mut covered = vec![0.0_f32; columns * rows];
        for (column, changes) in self.changes.chunks(self.length + 2).enumerate() {
            let mut sum = 0.0_f64;
            for (row, change) in changes.iter().take(self.length).enumerate() {
                sum += change;
                let index = if self.upright {
                    column * columns + row
                } else {
                    row * columns + column
                };
                covered[index] = sum.clamp(0.0, 1.0) as f32;
            }
        }
        covered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Rect, point};
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn grid() -> Grid {
        Grid::over(Rect::new(0.0, 0.0, 20.0, 15.0)).unwrap()
    }

    proptest! {
        /// The middle of a slope is its mean, so that no column gains or loses anything.
        #[test]
        fn each_column_is_covered_as_far_as_the_lines_are_apart(places in vec((0.0_f64..20.0, 0.0_f64..15.0, 0.0_f64..15.0), 2..12), upright: bool) {
            let mut places: Vec<_> = places.into_iter().map(|(x, a, b)| (x, a.min(b), a.max(b))).collect();
            places.sort_by(|a, b| a.0.total_cmp(&b.0));
            let grid = grid();
            let mut spans = Spans::new(grid, upright);
            let turn = 15.0 / 20.0;
            let at = |x: f64, y: f64| if upright { point(y / turn, x * turn) } else { point(x, y) };
            for pair in places.windows(2) {
                let [from, to] = [pair[0], pair[1]].map(|(x, low, high)| [at(x, low), at(x, high)]);
                spans.add(from, to);
            }
            let covered = spans.covered();
            let (count, length) = if upright { (grid.rows, grid.columns) } else { (grid.columns, grid.rows) };
            for column in 0..count {
                let (start, end) = (column as f64 * 20.0 / count as f64, (column + 1) as f64 * 20.0 / count as f64);
                let expected: f64 = places.windows(2).map(|pair| {
                    let (from, to) = (start.max(pair[0].0), end.min(pair[1].0));
                    let width = pair[1].0 - pair[0].0;
                    if from >= to || width <= 0.0 { return 0.0; }
                    let apart = |x: f64| {
                        let share = (x - pair[0].0) / width;
                        (pair[0].2 - pair[0].1) * (1.0 - share) + (pair[1].2 - pair[1].1) * share
                    };
                    (apart(from) + apart(to)) / 2.0 * (to - from) / (end - start) * length as f64 / 15.0
                }).sum();
                let index = |row: usize| if upright { column * grid.columns + row } else { row * grid.columns + column };
                let found: f64 = (0..length).map(|row| f64::from(covered[index(row)])).sum();
                // Each pixel is rounded to 24 bits.
                prop_assert!((found - expected).abs() < length as f64 * 1e-6, "{found} and {expected} in column {column}");
            }
        }

        /// What is left out since it would not be seen: as if each pair of lines were drawn on a grid of its own. A sum of `n` parts is rounded by at most
        /// `n² ε`, and a pixel to 24 bits.
        #[test]
        fn many_spans_cover_what_each_of_them_covers(places in vec((-3.0_f64..23.0, -3.0_f64..18.0, -3.0_f64..18.0), 1000), upright: bool) {
            let at = |x: f64, y: f64| if upright { point(y, x) } else { point(x, y) };
            let mut together = Spans::new(grid(), upright);
            let mut apart = Spans::new(grid(), upright);
            for pair in places.windows(2) {
                let [from, to] = [pair[0], pair[1]].map(|(x, a, b)| [at(x, a), at(x, b)]);
                together.add(from, to);
                let mut alone = Spans::new(grid(), upright);
                alone.add(from, to);
                apart.changes.iter_mut().zip(alone.changes).for_each(|(all, one)| *all += one);
            }
            for (found, expected) in together.covered().into_iter().zip(apart.covered()) {
                prop_assert!((found - expected).abs() < 1e-6, "{found} and {expected}");
            }
            prop_assert!(together.filled.holds(10..12, 12.0, 0.0));
        }

        #[test]
        fn a_bar_covers_its_part_of_each_pixel(x in (-3.0_f64..23.0, -3.0_f64..23.0), y in (-3.0_f64..18.0, -3.0_f64..18.0), upright: bool) {
            let (x, y) = ((x.0.min(x.1), x.0.max(x.1)), (y.0.min(y.1), y.0.max(y.1)));
            let mut spans = Spans::new(grid(), upright);
            let corners = [point(x.0, y.0), point(x.0, y.1), point(x.1, y.0), point(x.1, y.1)];
            if upright {
                spans.add([corners[0], corners[2]], [corners[1], corners[3]]);
            } else {
                spans.add([corners[0], corners[1]], [corners[2], corners[3]]);
            }
            let within = |(from, to): (f64, f64), pixel: usize| {
                let (start, end) = (pixel as f64 / 2.0, (pixel + 1) as f64 / 2.0);
                (to.min(end) - from.max(start)).max(0.0) * 2.0
            };
            for (index, covered) in spans.covered().into_iter().enumerate() {
                let expected = within(x, index % 40) * within(y, index / 40);
                prop_assert!((f64::from(covered) - expected).abs() < 1e-6);
            }
        }
    }
}
