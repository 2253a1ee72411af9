use super::filled::{BLOCK, Filled};
use super::grid::Grid;
use crate::geometry::{Point, cut, point};

/// The pixels of a grid that thin lines pass, so that any number of lines takes the time of one stroke.
#[derive(Debug)]
pub(crate) struct Trace {
    grid: Grid,
    /// Beyond each side of the grid, for lines that reach into it with their width alone.
    margin: usize,
    columns: usize,
    rows: usize,
    passed: Vec<bool>,
    /// For flat lines by columns, for steep ones by rows.
    filled: [Filled; 2],
    radius: f64,
}

/// How far along a dashed line is, and the lengths of its dashes and gaps, in pixels of the grid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dashes {
    pub(crate) lengths: [f64; 2],
    pub(crate) at: f64,
}

impl Dashes {
    fn is_on(&self, at: f64) -> bool {
        let [dash, gap] = self.lengths;
        at.rem_euclid(dash + gap) < dash
    }
}

/// Wider lines than these, in pixels of the grid, are few.
const WIDEST: f64 = 200.0;

impl Trace {
    /// Of lines that are so many pixels of the picture wide; `None` if these are very wide.
    pub(crate) fn new(grid: Grid, width: f64) -> Option<Self> {
        let width = width * grid.scale();
        if !(width > 0.0 && width <= WIDEST) {
            return None;
        }
        let margin = (width / 2.0).ceil() as usize + 1;
        let (columns, rows) = (grid.columns + 2 * margin, grid.rows + 2 * margin);
        Some(Self {
            grid,
            margin,
            columns,
            rows,
            passed: vec![false; columns * rows],
            filled: [Filled::new(columns), Filled::new(rows)],
            radius: width / 2.0,
        })
    }

    fn at(&self, place: Point) -> Point {
        let at = self.grid.at(place);
        point(at.x + self.margin as f64, at.y + self.margin as f64)
    }

    /// A line between two places of the picture.
    pub(crate) fn line(&mut self, from: Point, to: Point, dashes: Option<&mut Dashes>) {
        let (from, to) = (self.at(from), self.at(to));
        let length = (to.x - from.x).hypot(to.y - from.y);
        let before = dashes.as_ref().map(|dashes| **dashes);
        if let Some(dashes) = dashes {
            dashes.at += length;
        }
        let Some((start, end)) = cut(from, to, self.columns as f64, self.rows as f64) else {
            return;
        };
        let (dx, dy) = (end.x - start.x, end.y - start.y);
        let hidden = (start.x - from.x).hypot(start.y - from.y);
        let is_flat = dx.abs() >= dy.abs();
        let (first, last, slope) = match is_flat {
            true => (start.x, end.x, dy / dx),
            false => (start.y, end.y, dx / dy),
        };
        // A line of no length has no slope.
        let slope = if slope.is_finite() { slope } else { 0.0 };
        let each = 1.0_f64.hypot(slope);
        let (low, high) = (first.min(last), first.max(last));
        let origin = if is_flat { start.y } else { start.x };
        let (mut pixel, end) = (low as usize, high as usize + 1);
        while pixel < end {
            let pixels = pixel..(pixel + BLOCK).min(end);
            pixel = pixels.end;
            let place = origin + (pixels.start as f64 + 0.5 - first) * slope;
            if self.filled[usize::from(!is_flat)].holds(pixels.clone(), place, slope) {
                continue;
            }
            // One pixel in each column that a flat line passes, or in each row.
            for pixel in pixels {
                let along = (pixel as f64 + 0.5).clamp(low, high) - first;
                let at = before.map(|dashes| dashes.is_on(dashes.at + hidden + along.abs() * each));
                if at != Some(false) {
                    let across = origin + along * slope;
                    match is_flat {
                        true => self.pass(pixel as f64, across),
                        false => self.pass(across, pixel as f64),
                    }
                }
            }
        }
        if self.filled[0].is_due() {
            self.look();
        }
    }

    /// Finds what was passed already.
    fn look(&mut self) {
        let (columns, rows) = (self.columns, self.rows);
        let [by_column, by_row] = &mut self.filled;
        for column in 0..columns {
            by_column.set(column, (0..rows).map(|row| self.passed[row * columns + column]));
        }
        for (row, passed) in self.passed.chunks(columns).enumerate() {
            by_row.set(row, passed.iter().copied());
        }
    }

    /// A single place of the picture.
    pub(crate) fn dot(&mut self, place: Point) {
        let at = self.at(place);
        self.pass(at.x, at.y);
    }

    fn pass(&mut self, x: f64, y: f64) {
        // Beyond the right and the lower end there are pixels of the margin, which no one sees.
        let (column, row) = (x as usize, y as usize);
        if x >= 0.0 && y >= 0.0 && column < self.columns && row < self.rows {
            self.passed[row * self.columns + column] = true;
        }
    }

    /// How much of each pixel of the grid lies within half the width of a pixel that was passed.
    pub(crate) fn covered(&self) -> Vec<f32> {
        let reach = self.radius.ceil() as usize + 1;
        let heights = self.heights(reach);
        let mut covered = Vec::with_capacity(self.grid.columns * self.grid.rows);
        for row in self.margin..self.margin + self.grid.rows {
            let line = &heights[row * self.columns..(row + 1) * self.columns];
            for column in self.margin..self.margin + self.grid.columns {
                let near = column.saturating_sub(reach)..(column + reach + 1).min(self.columns);
                let squares = near.map(|other| {
                    let (across, up) = (other.abs_diff(column) as f64, f64::from(line[other]));
                    across * across + up * up
                });
                let distance = squares.fold(f64::INFINITY, f64::min).sqrt();
                covered.push((self.radius + 0.5 - distance).clamp(0.0, 1.0) as f32);
            }
        }
        covered
    }

    /// How far up or down the nearest pixel is that was passed, infinitely far beyond `reach`.
    fn heights(&self, reach: usize) -> Vec<f32> {
        let mut heights = vec![f32::INFINITY; self.passed.len()];
        let rows: Vec<usize> = (0..self.rows).collect();
        let mut sweep = |rows: &mut dyn Iterator<Item = usize>| {
            let mut since = vec![usize::MAX; self.columns];
            for row in rows {
                for (column, since) in since.iter_mut().enumerate() {
                    let index = row * self.columns + column;
                    *since = if self.passed[index] {
                        0
                    } else {
                        since.saturating_add(1)
                    };
                    if *since <= reach {
                        heights[index] = heights[index].min(*since as f32);
                    }
                }
            }
        };
        sweep(&mut rows.iter().copied());
        sweep(&mut rows.iter().rev().copied());
        heights
    }
}

/// What is covered, and what another trace covers.
pub(crate) fn either(mut covered: Vec<f32>, other: &Trace) -> Vec<f32> {
    if other.passed.iter().any(|passed| *passed) {
        for (covered, more) in covered.iter_mut().zip(other.covered()) {
            *covered = covered.max(more);
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn distance(at: Point, from: Point, to: Point) -> f64 {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let square = dx * dx + dy * dy;
        let share = if square > 0.0 {
            ((at.x - from.x) * dx + (at.y - from.y) * dy) / square
        } else {
            0.0
        };
        let share = share.clamp(0.0, 1.0);
        (at.x - from.x - share * dx).hypot(at.y - from.y - share * dy)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        /// What is left out since it would not be seen: as if each line were drawn on a grid of its own.
        #[test]
        fn many_lines_pass_what_each_of_them_passes(places in vec((-10.0_f64..40.0, -10.0_f64..30.0), 1500), width in 1.0_f64..8.0, is_dashed: bool) {
            let grid = Grid::over(Rect::new(0.0, 0.0, 30.0, 20.0)).unwrap();
            let dashes = || is_dashed.then_some(Dashes { lengths: [5.0, 3.0], at: 0.0 });
            let (mut along, mut own_along) = (dashes(), dashes());
            let mut together = Trace::new(grid, width).unwrap();
            let mut passed = vec![false; together.passed.len()];
            for pair in places.windows(2) {
                let [from, to] = [pair[0], pair[1]].map(|(x, y)| point(x, y));
                together.line(from, to, along.as_mut());
                let mut alone = Trace::new(grid, width).unwrap();
                alone.line(from, to, own_along.as_mut());
                passed.iter_mut().zip(alone.passed).for_each(|(all, one)| *all |= one);
            }
            prop_assert!(together.passed == passed);
            // Some were left out.
            prop_assert!(together.filled.iter().any(|filled| filled.holds(30..31, 20.0, 0.0)));
        }
    }

    proptest! {
        /// Of each column (or row) that a line passes, the pixel nearest to it is at most half a pixel away up or down, and half a one to the side,
        /// where a line of a slope of 1 is half a pixel higher: distances are wrong by less than a diagonal, in pixels of the grid.
        #[test]
        fn lines_are_as_wide_as_they_should_be(places in vec((-10.0_f64..40.0, -10.0_f64..30.0), 2..8), width in 1.0_f64..8.0) {
            let grid = Grid::over(Rect::new(0.0, 0.0, 30.0, 20.0)).unwrap();
            let places: Vec<Point> = places.into_iter().map(|(x, y)| point(x, y)).collect();
            let mut trace = Trace::new(grid, width).unwrap();
            places.windows(2).for_each(|pair| trace.line(pair[0], pair[1], None));
            for (index, covered) in trace.covered().into_iter().enumerate() {
                let at = point((index % 60) as f64 / 2.0 + 0.25, (index / 60) as f64 / 2.0 + 0.25);
                let nearest = places.windows(2).map(|pair| distance(at, pair[0], pair[1])).fold(f64::INFINITY, f64::min);
                let (inside, unsure) = (width / 2.0 - nearest, (2_f64.sqrt() + 0.5) / 2.0);
                if inside > unsure {
                    prop_assert_eq!(covered, 1.0, "{} from the line", nearest);
                } else if inside < -unsure {
                    prop_assert_eq!(covered, 0.0, "{} from the line", nearest);
                }
            }
        }
    }

    #[test]
    fn dashes_go_on_around_corners_and_where_nothing_is_seen() {
        let grid = Grid::over(Rect::new(0.0, 0.0, 100.0, 10.0)).unwrap();
        let mut trace = Trace::new(grid, 1.0).unwrap();
        let mut dashes = Dashes {
            lengths: [10.0, 30.0],
            at: 0.0,
        };
        // Twenty pixels of the picture are a dash of five and a gap of fifteen; the first ones lie left of the grid.
        for pair in [
            point(-53.0, 5.25),
            point(-7.0, 5.25),
            point(41.0, 5.25),
            point(100.0, 5.25),
        ]
        .windows(2)
        {
            trace.line(pair[0], pair[1], Some(&mut dashes));
        }
        let covered = trace.covered();
        for column in 0..200 {
            let along = (f64::from(column) / 2.0 + 0.25 + 53.0).rem_euclid(20.0);
            let from_end = along.min((along - 5.0).abs()).min(20.0 - along);
            if from_end > 1.0 {
                assert_eq!(covered[10 * 200 + column as usize] > 0.5, along < 5.0, "{column}");
            }
        }
    }
}
