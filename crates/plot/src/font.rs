//! The font inside the crate: how wide a text is, and the outlines of its letters.
//!
//! It is Arimo, whose letters are as wide as those of Arial, Helvetica and Liberation Sans. So an SVG file names those, keeps its
//! text as text, and looks as it was measured; a PNG file draws the outlines. Letters that it lacks, which are all but Latin and Greek ones, are
//! empty boxes in PNG and GIF files. In SVG files and pages they are what the viewer's fonts have.

use std::sync::OnceLock;

use ttf_parser::{Face, OutlineBuilder};

use crate::geometry::point;
use crate::scene::Path;

/// Above the line on which letters stand, for a size of 1.
pub(crate) const ASCENT: f64 = 0.78;
/// Below it.
pub(crate) const DESCENT: f64 = 0.22;
/// From line to line.
pub(crate) const LINE: f64 = 1.2;

static REGULAR: &[u8] = include_bytes!("../font/sans-regular.ttf");
static BOLD: &[u8] = include_bytes!("../font/sans-bold.ttf");

/// `None` cannot be: the font is part of the crate, and a test reads it.
fn face(bold: bool) -> Option<&'static Face<'static>> {
    static FACES: OnceLock<[Option<Face<'static>>; 2]> = OnceLock::new();
    let faces = FACES.get_or_init(|| [Face::parse(REGULAR, 0).ok(), Face::parse(BOLD, 0).ok()]);
    faces[usize::from(bold)].as_ref()
}

/// A letter as it is written in one line: control characters, such as the end of a line, are spaces.
fn in_line(letter: char) -> char {
    if letter.is_control() { ' ' } else { letter }
}

fn advance(face: &Face<'_>, letter: char) -> f64 {
    let units = f64::from(face.units_per_em());
    match face.glyph_index(in_line(letter)) {
        Some(glyph) => f64::from(face.glyph_hor_advance(glyph).unwrap_or_default()) / units,
        // Letters that the font lacks are often as wide as high.
        None => 1.0,
    }
}

/// How wide a line of text is, in pixels, at a size in pixels.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    face(bold).map_or(0.0, |face| {
        text.chars().map(|letter| advance(face, letter)).sum::<f64>() * size
    })
}

/// The outlines of a line of text that starts at (0, 0).
pub(crate) fn outline(text: &str, size: f64, bold: bool) -> Path {
    let mut path = Path::default();
    let Some(face) = face(bold) else { return path };
    let scale = size / f64::from(face.units_per_em());
    let mut x = 0.0;
    for letter in text.chars() {
        // A letter that the font lacks is drawn as its empty box.
        let glyph = face.glyph_index(in_line(letter)).unwrap_or_default();
        let mut pen = Pen {
            path: &mut path,
            x,
            scale,
        };
        face.outline_glyph(glyph, &mut pen);
        x += advance(face, letter) * size;
    }
    path
}

struct Pen<'a> {
    path: &'a mut Path,
    x: f64,
    scale: f64,
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> crate::Point {
        point(self.x + f64::from(x) * self.scale, -f64::from(y) * self.scale)
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let to = self.at(x, y);
        self.path.move_to(to);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.at(x, y);
        self.path.line_to(to);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, to) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(control, to);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (first, second, to) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(first, second, to);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_faces_have_the_letters_that_pictures_of_learning_need() {
        let needed = "AZaz09 ~äßéØ αβγδεηθλμπρσφωΣ Δ − × · ² ³ ⁴ → ← ↑ ↓ ≤ ≥ √ ∑ ∂ ± ∞ … ≈";
        for bold in [false, true] {
            let face = face(bold).unwrap();
            for letter in needed.chars() {
                assert!(face.glyph_index(letter).is_some(), "{letter}");
            }
        }
    }

    #[test]
    fn control_characters_are_spaces() {
        let space = (width("a b", 10.0, false), outline("a b", 10.0, false));
        for text in ["a\nb", "a\tb", "a\u{7}b", "a\u{9f}b"] {
            assert_eq!((width(text, 10.0, false), outline(text, 10.0, false)), space);
        }
        // Unlike a letter that the font lacks.
        assert_ne!(outline("a\u{4e00}b", 10.0, false), space.1);
    }

    #[test]
    fn widths_are_those_of_helvetica() {
        // From Adobe's metrics of Helvetica: 1000 units to the size.
        for (letter, units) in [
            ("A", 667.0),
            ("m", 833.0),
            ("i", 222.0),
            ("0", 556.0),
            (" ", 278.0),
        ] {
            assert!((width(letter, 1000.0, false) - units).abs() < 1.0, "{letter}");
        }
        assert!((width("Aim", 1000.0, false) - 1722.0).abs() < 2.0);
    }
}
