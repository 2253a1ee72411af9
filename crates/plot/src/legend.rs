//! Legends: rows of names with a sample of what each stands for, above what they explain.

use crate::geometry::{Point, Rect, point};
use crate::layers::points::Marker;
use crate::scene::{Scene, Stroke, Text, shorten};
use crate::style::{GAP, INK, LABEL};
use crate::{Color, font};

/// A name in a legend, and what it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The name.
    pub name: String,
    /// What is drawn before it.
    pub sample: Sample,
}

/// What is drawn before a name in a legend.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Sample {
    /// A piece of a line, with a marker on it or without.
    Line(Stroke, Option<Marker>),
    /// A marker.
    Marker(Marker, Color),
    /// An area.
    Area(Color),
}

const SAMPLE: f64 = 26.0;
const ROW: f64 = LABEL * 1.45;
const BETWEEN: f64 = 18.0;
/// More rows than these would leave too little of a picture.
const MOST_ROWS: usize = 4;

/// A legend laid out in rows of a width. If the names are too many for it, it ends with how many it leaves out.
#[derive(Debug, Default)]
pub(crate) struct Legend {
    rows: Vec<Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    /// `None` of what stands for nothing that is drawn.
    sample: Option<Sample>,
    width: f64,
}

impl Entry {
    fn new(name: String, sample: Option<Sample>) -> Self {
        let before = if sample.is_some() { SAMPLE + GAP } else { 0.0 };
        let width = before + font::width(&name, LABEL, false);
        Self { name, sample, width }
    }
}

/// How wide the names of a row are, with what is between them.
fn width_of(row: &[Entry]) -> f64 {
    row.iter().map(|entry| entry.width + BETWEEN).sum::<f64>() - BETWEEN
}

impl Legend {
    pub(crate) fn new(keys: &[Key], width: f64) -> Self {
        let entries = keys.iter().filter_map(|key| {
            let name = shorten(&key.name, width - SAMPLE - GAP, LABEL, false);
            (!name.is_empty()).then(|| Entry::new(name, Some(key.sample)))
        });
        let mut rows: Vec<Vec<Entry>> = Vec::new();
        let mut left_out = 0;
        let mut used = f64::INFINITY;
        for entry in entries {
            let is_full = used + BETWEEN + entry.width > width;
            if left_out > 0 || (is_full && rows.len() == MOST_ROWS) {
                left_out += 1;
                continue;
            }
            if is_full {
                rows.push(Vec::new());
                used = -BETWEEN;
            }
            used += BETWEEN + entry.width;
            if let Some(row) = rows.last_mut() {
                row.push(entry);
            }
        }
        if let Some(row) = rows.last_mut()
            && left_out > 0
        {
            end(row, left_out, width);
        }
        Self { rows }
    }

    /// How high it is, with the gap below; 0 if it is empty.
    pub(crate) fn height(&self) -> f64 {
        if self.rows.is_empty() {
            0.0
        } else {
            self.rows.len() as f64 * ROW + GAP
        }
    }

    /// Draws it with its rows in the middle of `area`, from its top.
    pub(crate) fn draw(&self, scene: &mut Scene, area: Rect) {
        for (index, row) in self.rows.iter().enumerate() {
            let mut left = area.left + (area.width() - width_of(row)).max(0.0) / 2.0;
            let middle = area.top + (index as f64 + 0.5) * ROW;
            for entry in row {
                let mut start = left;
                if let Some(sample) = entry.sample {
                    sample.draw(scene, point(left, middle));
                    start += SAMPLE + GAP;
                }
                let text = Text::new(&entry.name, point(start, middle), LABEL);
                scene.text(text.color(INK));
                left += entry.width + BETWEEN;
            }
        }
    }
}

/// Ends the last row with how many names there are besides, in the place of names where there is no other.
fn end(row: &mut Vec<Entry>, mut left_out: usize, width: f64) {
    loop {
        let note = Entry::new(format!("and {left_out} more"), None);
        if row.is_empty() || width_of(row) + BETWEEN + note.width <= width {
            return row.push(note);
        }
        row.pop();
        left_out += 1;
    }
}

impl Sample {
    fn draw(&self, scene: &mut Scene, left: Point) {
        let Point { x, y } = left;
        match *self {
            Self::Line(stroke, marker) => {
                scene.line(left, point(x + SAMPLE, y), stroke);
                if let Some(marker) = marker {
                    marker.draw(scene, point(x + SAMPLE / 2.0, y), 4.5, stroke.color);
                }
            }
            Self::Marker(marker, color) => marker.draw(scene, point(x + SAMPLE / 2.0, y), 5.5, color),
            Self::Area(color) => scene.rect(Rect::new(x, y - 7.0, SAMPLE, 14.0), color),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize, width: f64) -> Vec<Vec<String>> {
        let key = |index| Key {
            name: format!("name {index}"),
            sample: Sample::Area(Color::BLACK),
        };
        let legend = Legend::new(&(0..count).map(key).collect::<Vec<_>>(), width);
        let rows = legend.rows.into_iter();
        rows.map(|row| {
            assert!(width_of(&row) <= width);
            row.into_iter().map(|entry| entry.name).collect()
        })
        .collect()
    }

    #[test]
    fn a_legend_says_how_many_names_it_leaves_out() {
        for width in [120.0, 240.0, 500.0, 1000.0] {
            let most = (1..).find(|&count| names(count, width).concat().len() < count || count > 400);
            let most = most.unwrap() - 1;
            let all = names(most, width);
            assert_eq!((all.len(), all.concat().len()), (MOST_ROWS, most));
            for count in [most + 1, most + 2, 10 * most, 5000] {
                let rows = names(count, width);
                let (last, shown) = (rows.concat().pop().unwrap(), rows.concat().len() - 1);
                assert_eq!(rows.len(), MOST_ROWS);
                assert_eq!(last, format!("and {} more", count - shown), "{width}");
            }
        }
    }
}
