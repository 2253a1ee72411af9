//! Pictures in letters.

mod dots;

use crate::scene::{Bitmap, Scene};
use crate::{Color, Error, Result};

pub(crate) use dots::Cells;

/// The largest width and height, in letters.
const LIMIT: usize = 1000;

/// A page of letters of one width, each with a color or without.
#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    width: usize,
    height: usize,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    letter: char,
    color: Option<Color>,
    ground: Option<Color>,
}

const EMPTY: Cell = Cell {
    letter: ' ',
    color: None,
    ground: None,
};

impl Screen {
    /// An empty page; sides beyond 1000 letters are cut. [`Picture::to_terminal`](crate::Picture::to_terminal) says that they are too long.
    pub fn new(width: usize, height: usize) -> Self {
        let (width, height) = (width.min(LIMIT), height.min(LIMIT));
        Self {
            width,
            height,
            cells: vec![EMPTY; width * height],
        }
    }

    /// An empty page of exactly this size.
    ///
    /// # Errors
    /// If a side is more than 1000 letters long.
    pub(crate) fn of_size(width: usize, height: usize) -> Result<Self> {
        if width <= LIMIT && height <= LIMIT {
            return Ok(Self::new(width, height));
        }
        let problem = format!("a page of {width} x {height} letters: there may be {LIMIT} on each side");
        Err(Error::invalid("terminal", problem))
    }

    /// Letters in a line.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Lines.
    pub fn height(&self) -> usize {
        self.height
    }

    fn cell(&mut self, column: usize, row: usize) -> Option<&mut Cell> {
        if column >= self.width || row >= self.height {
            return None;
        }
        self.cells.get_mut(row * self.width + column)
    }

    /// Puts a letter in its place, if that is on the page; control characters become spaces.
    pub fn put(&mut self, column: usize, row: usize, letter: char, color: Option<Color>) {
        if let Some(cell) = self.cell(column, row) {
            cell.letter = if letter.is_control() { ' ' } else { letter };
            cell.color = color;
        }
    }

    /// Colors the ground behind a letter.
    pub fn set_ground(&mut self, column: usize, row: usize, ground: Color) {
        if let Some(cell) = self.cell(column, row) {
            cell.ground = Some(ground);
        }
    }

    /// Writes from `column` on, as far as the page reaches.
    pub fn write(&mut self, row: usize, column: usize, text: &str, color: Option<Color>) {
        for (index, letter) in text.chars().enumerate().take(self.width) {
            self.put(column.saturating_add(index), row, letter, color);
        }
    }

    /// Writes in the middle of `width` letters, shortened to these.
    pub fn centered(&mut self, row: usize, column: usize, width: usize, text: &str) {
        let text = fitting(text, width);
        let start = column.saturating_add((width - text.chars().count()) / 2);
        self.write(row, start, &text, None);
    }

    /// Writes at the right end of `width` letters, shortened to these.
    pub fn right_aligned(&mut self, row: usize, column: usize, width: usize, text: &str) {
        let text = fitting(text, width);
        let start = column.saturating_add(width - text.chars().count());
        self.write(row, start, &text, None);
    }

    /// Puts another screen on this one, as far as there is room.
    pub fn paste(&mut self, column: usize, row: usize, other: &Self) {
        for (y, cells) in other.rows().enumerate() {
            for (x, cell) in cells.iter().enumerate() {
                if let Some(place) = self.cell(column.saturating_add(x), row.saturating_add(y)) {
                    *place = *cell;
                }
            }
        }
    }

    /// As text: `height` lines of `width` letters.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for row in self.rows() {
            text.extend(row.iter().map(|cell| cell.letter));
            text.push('\n');
        }
        text
    }

    /// As text with the colors of a terminal (ANSI escape sequences, 24 bits a color).
    pub fn to_colored_text(&self) -> String {
        let mut text = String::new();
        for row in self.rows() {
            let mut now = (None, None);
            for cell in row {
                if (cell.color, cell.ground) != now {
                    text.push_str("\x1b[0m");
                    text.extend(cell.color.map(|color| escape(38, color)));
                    text.extend(cell.ground.map(|color| escape(48, color)));
                    now = (cell.color, cell.ground);
                }
                text.push(cell.letter);
            }
            if now != (None, None) {
                text.push_str("\x1b[0m");
            }
            text.push('\n');
        }
        text
    }

    fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        (0..self.height).map(|row| &self.cells[row * self.width..(row + 1) * self.width])
    }

    /// Shows a scene as coarse pixels, two to a letter, over the whole page.
    pub(crate) fn pixels_of(&mut self, scene: Scene) -> Result<()> {
        let (width, height) = (self.width as f64, self.height as f64 * 2.0);
        if self.cells.is_empty() {
            return Ok(());
        }
        let scale = (width / scene.area().right).min(height / scene.area().bottom);
        if (scene.area().right * scale).round() < 1.0 || (scene.area().bottom * scale).round() < 1.0 {
            return Ok(());
        }
        let bitmap = scene.to_bitmap(scale)?;
        self.bitmap(0, 0, &bitmap);
        Ok(())
    }

    /// Shows pixels, two to a letter: as shades of ink, and in colors where there are any.
    pub fn bitmap(&mut self, column: usize, row: usize, bitmap: &Bitmap) {
        let pixel = |x: usize, y: usize| {
            let index = y.checked_mul(bitmap.width)?.checked_add(x)?;
            bitmap.pixels.get(index).copied()
        };
        for y in (0..bitmap.height.min(2 * LIMIT)).step_by(2) {
            for x in 0..bitmap.width.min(LIMIT) {
                let Some(above) = pixel(x, y) else { continue };
                let below = if y + 1 < bitmap.height {
                    pixel(x, y + 1)
                } else {
                    None
                }
                .unwrap_or(Color::WHITE);
                let ink = 1.0 - (above.luminance() + below.luminance()) / 2.0;
                let (column, row) = (column.saturating_add(x), row.saturating_add(y / 2));
                self.put(column, row, shade(ink), Some(above.mix(below, 0.5)));
                self.set_ground(column, row, above.mix(below, 0.5));
            }
        }
    }
}

/// A letter with this much ink, 0 to 1.
pub(crate) fn shade(ink: f64) -> char {
    const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
    SHADES[((ink.clamp(0.0, 1.0) * 4.0).round()) as usize]
}

fn escape(layer: u8, color: Color) -> String {
    format!("\x1b[{layer};2;{};{};{}m", color.red, color.green, color.blue)
}

/// `text`, or its beginning and "…", in at most `width` letters.
pub(crate) fn fitting(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    if width > 0 {
        short.push('…');
    }
    short
}
