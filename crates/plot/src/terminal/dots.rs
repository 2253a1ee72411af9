//! Scenes as Braille dots: each letter is two dots wide and four high.

use super::{Screen, shade};
use crate::geometry::{Point, Rect, cut, point};
use crate::scene::{Bitmap, Item, Mark, Path, Scene, Segment};
use crate::{Color, Marker};

/// A part of a screen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cells {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Cells {
    /// How many dots it has side by side and one above the other.
    pub(crate) fn dots(self) -> (usize, usize) {
        (self.width * 2, self.height * 4)
    }
}

/// Bits of the dots of a Braille letter, by row and column.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// The dots that are drawn, and their colors.
struct Grid {
    cells: Cells,
    dots: Vec<u8>,
    colors: Vec<Option<Color>>,
    /// Markers in place of dots, where shapes tell groups apart.
    letters: Option<Vec<Option<char>>>,
}

impl Screen {
    /// Draws a scene whose pixels are dots into a part of the screen. Areas become shades, behind lines and points; words are
    /// left out.
    pub(crate) fn draw(&mut self, cells: Cells, scene: &Scene) {
        let count = cells.width * cells.height;
        let mut grid = Grid {
            cells,
            dots: vec![0; count],
            colors: vec![None; count],
            letters: has_several_markers(scene).then(|| vec![None; count]),
        };
        for item in scene.items() {
            self.item(&mut grid, item);
        }
        for row in 0..cells.height {
            for column in 0..cells.width {
                let index = row * cells.width + column;
                let letter = grid.letters.as_ref().and_then(|letters| letters[index]);
                if let Some(letter) = letter {
                    self.put(cells.left + column, cells.top + row, letter, grid.colors[index]);
                } else if grid.dots[index] != 0 {
                    let letter = char::from_u32(0x2800 + u32::from(grid.dots[index])).unwrap_or(' ');
                    self.put(cells.left + column, cells.top + row, letter, grid.colors[index]);
                }
            }
        }
    }

    fn item(&mut self, grid: &mut Grid, item: &Item) {
        let color = item.fill.or(item.stroke.map(|stroke| stroke.color));
        match &item.mark {
            Mark::Circle { center, .. } => grid.dot(*center, color),
            Mark::Marker { marker, center, .. } => grid.marker(*center, color, *marker),
            Mark::Rect(rect) => {
                if let Some(fill) = item.fill {
                    self.area(grid.cells, rect, |_| fill);
                }
            }
            Mark::Path(path) => grid.path(path, color),
            Mark::Bitmap { place, bitmap } => self.area(grid.cells, place, |at| pixel(bitmap, place, at)),
            Mark::Text(_) => {}
        }
    }

    /// Shades the letters whose middle lies in a rectangle.
    fn area(&mut self, cells: Cells, rect: &Rect, color: impl Fn(Point) -> Color) {
        // Those that the rectangle touches, one more on each side.
        let touched = |from: f64, to: f64, size: f64, count: usize| {
            let start = (from / size).floor().max(0.0) as usize;
            start
                ..((to / size).ceil().max(0.0) as usize)
                    .saturating_add(1)
                    .min(count)
        };
        for row in touched(rect.top, rect.bottom, 4.0, cells.height) {
            for column in touched(rect.left, rect.right, 2.0, cells.width) {
                let at = point(column as f64 * 2.0 + 1.0, row as f64 * 4.0 + 2.0);
                if rect.left <= at.x && at.x < rect.right && rect.top <= at.y && at.y < rect.bottom {
                    let color = color(at);
                    let ink = (1.0 - color.luminance()) * f64::from(color.alpha) / 255.0;
                    self.put(cells.left + column, cells.top + row, shade(ink), Some(color));
                }
            }
        }
    }
}

fn has_several_markers(scene: &Scene) -> bool {
    let mut markers = scene.items().iter().filter_map(|item| match item.mark {
        Mark::Marker { marker, .. } => Some(marker),
        _ => None,
    });
    let first = markers.next();
    markers.any(|marker| Some(marker) != first)
}

fn pixel(bitmap: &Bitmap, place: &Rect, at: Point) -> Color {
    let x = ((at.x - place.left) / place.width() * bitmap.width as f64) as usize;
    let y = ((at.y - place.top) / place.height() * bitmap.height as f64) as usize;
    let index = y.min(bitmap.height.saturating_sub(1)) * bitmap.width + x.min(bitmap.width.saturating_sub(1));
    bitmap.pixels.get(index).copied().unwrap_or(Color::WHITE)
}

impl Grid {
    fn marker(&mut self, at: Point, color: Option<Color>, marker: Marker) {
        let index = self.index(at);
        self.dot(at, color);
        if let (Some(letters), Some((index, _))) = (&mut self.letters, index) {
            letters[index] = Some(marker.letter());
        }
    }

    fn dot(&mut self, at: Point, color: Option<Color>) {
        if let Some((index, dot)) = self.index(at) {
            self.dots[index] |= dot;
            self.colors[index] = color;
        }
    }

    /// The letter at a place, and which of its dots.
    fn index(&self, at: Point) -> Option<(usize, u8)> {
        let (width, height) = self.cells.dots();
        let inside = |place: f64, count: usize| {
            // What lies on the edge belongs to the last dot.
            let inside = count > 0 && (-1.0..=count as f64).contains(&place);
            inside.then(|| (place.max(0.0) as usize).min(count - 1))
        };
        let (x, y) = (inside(at.x.floor(), width)?, inside(at.y.floor(), height)?);
        Some(((y / 4) * self.cells.width + x / 2, DOTS[y % 4][x % 2]))
    }

    fn path(&mut self, path: &Path, color: Option<Color>) {
        let (mut start, mut at) = (point(0.0, 0.0), point(0.0, 0.0));
        for segment in path.segments() {
            match *segment {
                Segment::Move(to) => (start, at) = (to, to),
                Segment::Line(to) | Segment::Quad(_, to) | Segment::Cubic(_, _, to) => {
                    self.line(at, to, color);
                    at = to;
                }
                Segment::Close => {
                    self.line(at, start, color);
                    at = start;
                }
            }
        }
    }

    /// The part of the line that lies on the grid, dot by dot.
    fn line(&mut self, from: Point, to: Point, color: Option<Color>) {
        let (width, height) = self.cells.dots();
        let Some((from, to)) = cut(from, to, width as f64, height as f64) else {
            return;
        };
        let steps = (to.x - from.x).abs().max((to.y - from.y).abs()).ceil().max(1.0);
        for step in 0..=steps as usize {
            let share = step as f64 / steps;
            self.dot(
                point(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share),
                color,
            );
        }
    }
}
