use crate::Color;
use crate::font;
use crate::geometry::{Point, Rect};

/// Which part of a line of text lies at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Its beginning.
    #[default]
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Align {
    fn share(self) -> f64 {
        match self {
            Self::Start => 0.0,
            Self::Middle => 0.5,
            Self::End => 1.0,
        }
    }
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The text.
    pub content: String,
    /// Where: half its height lies above, and `align` says which part of it.
    pub at: Point,
    /// The size of the letters in pixels.
    pub size: f64,
    /// Its color.
    pub color: Color,
    /// In bold letters.
    pub bold: bool,
    /// Which part of it lies at its place.
    pub align: Align,
    /// Whether it is read from below to above.
    pub upward: bool,
}

impl Text {
    /// A text in black that begins at `at`.
    pub fn new(content: impl Into<String>, at: Point, size: f64) -> Self {
        Self {
            content: content.into(),
            at,
            size,
            color: Color::BLACK,
            bold: false,
            align: Align::Start,
            upward: false,
        }
    }

    /// With another part of it at its place.
    #[must_use]
    pub fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// In another color.
    #[must_use]
    pub fn color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// In bold letters.
    #[must_use]
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// Read from below to above.
    #[must_use]
    pub fn upward(self) -> Self {
        Self { upward: true, ..self }
    }

    /// How long it is, in pixels.
    pub fn length(&self) -> f64 {
        font::width(&self.content, self.size, self.bold)
    }

    /// Where its letters are.
    pub fn bounds(&self) -> Rect {
        let length = self.length();
        let before = length * self.align.share();
        let half = self.size / 2.0;
        if self.upward {
            let bottom = self.at.y + before;
            Rect::new(self.at.x - half, bottom - length, self.size, length)
        } else {
            Rect::new(self.at.x - before, self.at.y - half, length, self.size)
        }
    }

    /// Where the first letter stands, on the line on which letters stand.
    pub(crate) fn origin(&self) -> Point {
        let before = self.length() * self.align.share();
        let down = self.size * (font::ASCENT - font::DESCENT) / 2.0;
        if self.upward {
            crate::geometry::point(self.at.x + down, self.at.y + before)
        } else {
            crate::geometry::point(self.at.x - before, self.at.y + down)
        }
    }
}

/// `text`, shortened with "…" until it is at most `width` pixels wide; empty if not even that fits.
pub(crate) fn shorten(text: &str, width: f64, size: f64, bold: bool) -> String {
    if font::width(text, size, bold) <= width {
        return text.to_owned();
    }
    let room = width - font::width("…", size, bold);
    if room < 0.0 {
        return String::new();
    }
    let mut used = 0.0;
    let mut end = 0;
    for (start, letter) in text.char_indices() {
        used += font::width(&text[start..start + letter.len_utf8()], size, bold);
        if used > room {
            break;
        }
        end = start + letter.len_utf8();
    }
    format!("{}…", text[..end].trim_end())
}

/// `text` in at most `lines` lines of at most `width` pixels, broken between words; what does not fit is shortened.
pub(crate) fn wrap(text: &str, width: f64, lines: usize, size: f64, bold: bool) -> Vec<String> {
    let mut result: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && result.len() < lines {
        let is_last = result.len() + 1 == lines;
        let broken = (!is_last).then(|| break_line(rest, width, size, bold)).flatten();
        let (line, next) = broken.unwrap_or((rest, ""));
        let line = shorten(line, width, size, bold);
        if line.is_empty() {
            break;
        }
        result.push(line);
        rest = next.trim_start();
    }
    result
}

/// The longest beginning of whole words that fits, and the rest; `None` if all of it or not even a word fits.
fn break_line(text: &str, width: f64, size: f64, bold: bool) -> Option<(&str, &str)> {
    if let Some(newline) = text.find('\n') {
        let (line, rest) = text.split_at(newline);
        if font::width(line, size, bold) <= width {
            return Some((line.trim_end(), rest));
        }
    }
    if font::width(text, size, bold) <= width {
        return None;
    }
    let spaces = text.match_indices(' ').map(|(index, _)| text.split_at(index));
    spaces
        .take_while(|(line, _)| font::width(line, size, bold) <= width)
        .last()
}
