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

/// A legend laid out in rows of a width.
#[derive(Debug, Default)]
pub(crate) struct Legend {
    rows: Vec<Vec<(Key, f64)>>,
}

impl Legend {
    pub(crate) fn new(keys: &[Key], width: f64) -> Self {
        let mut rows: Vec<Vec<(Key, f64)>> = Vec::new();
        let mut used = f64::INFINITY;
        for key in keys {
            let name = shorten(&key.name, width - SAMPLE - GAP, LABEL, false);
            if name.is_empty() {
                continue;
            }
            let wide = SAMPLE + GAP + font::width(&name, LABEL, false);
            if used + BETWEEN + wide > width {
                if rows.len() == MOST_ROWS {
                    break;
                }
                rows.push(Vec::new());
                used = -BETWEEN;
            }
            used += BETWEEN + wide;
            if let Some(row) = rows.last_mut() {
                row.push((
                    Key {
                        name,
                        sample: key.sample,
                    },
                    wide,
                ));
            }
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
            let width: f64 = row.iter().map(|(_, wide)| wide + BETWEEN).sum::<f64>() - BETWEEN;
            let mut left = area.left + (area.width() - width).max(0.0) / 2.0;
            let middle = area.top + (index as f64 + 0.5) * ROW;
            for (key, wide) in row {
                key.sample.draw(scene, point(left, middle));
                let text = Text::new(&key.name, point(left + SAMPLE + GAP, middle), LABEL);
                scene.text(text.color(INK));
                left += wide + BETWEEN;
            }
        }
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
