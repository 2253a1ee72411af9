//! What a picture consists of, whatever it is saved as: a flat list of shapes, texts and bitmaps on a white canvas.

mod path;
mod reach;
mod text;

pub use path::{Path, Segment};
pub use text::{Align, Text};
pub(crate) use text::{shorten, wrap};

use crate::geometry::{Point, Rect, point};
use crate::{Color, Error, Marker, Result};

/// The largest width and height of a picture, in pixels.
pub(crate) const LIMIT: f64 = 16_384.0;

/// The most pixels of a bitmap that is drawn: for each, up to 16 bytes are in memory before a file is written, 1 GiB in all.
pub(crate) const MOST_PIXELS: usize = 1 << 26;

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Its color.
    pub color: Color,
    /// Its width in pixels.
    pub width: f64,
    /// Lengths of a dash and of the gap after it, in pixels.
    pub dash: Option<[f64; 2]>,
}

impl Stroke {
    /// An unbroken line.
    pub const fn new(color: Color, width: f64) -> Self {
        Self {
            color,
            width,
            dash: None,
        }
    }

    /// The line with dashes and gaps of these lengths.
    #[must_use]
    pub const fn dashed(self, dash: f64, gap: f64) -> Self {
        Self {
            dash: Some([dash, gap]),
            ..self
        }
    }
}

/// A rectangle of pixels, row by row from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct Bitmap {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` colors.
    pub pixels: Vec<Color>,
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Mark {
    /// A circle.
    Circle {
        /// Its center.
        center: Point,
        /// Its radius.
        radius: f64,
    },
    /// The marker of a point.
    Marker {
        /// Its shape.
        marker: Marker,
        /// Its middle.
        center: Point,
        /// About half its width.
        radius: f64,
    },
    /// An upright rectangle.
    Rect(Rect),
    /// Lines and curves.
    Path(Path),
    /// A line of text.
    Text(Text),
    /// A bitmap, stretched over a rectangle; its pixels are told apart, not smoothed.
    Bitmap {
        /// Where.
        place: Rect,
        /// The pixels.
        bitmap: Bitmap,
    },
}

/// A mark, and how it is painted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Item {
    /// What to draw.
    pub mark: Mark,
    /// The color inside.
    pub fill: Option<Color>,
    /// The line around.
    pub stroke: Option<Stroke>,
    /// What lies outside is not drawn.
    pub clip: Option<Rect>,
}

/// A canvas and what is drawn on it, in order.
///
/// ```
/// use backprop_plot::{Color, Point, Rect, Scene};
///
/// let mut scene = Scene::new(100.0, 50.0)?;
/// scene.rect(Rect::new(10.0, 10.0, 80.0, 30.0), Color::hex(0x0072b2));
/// assert!(scene.to_svg().contains("<rect"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    size: Point,
    items: Vec<Item>,
    clip: Option<Rect>,
    /// Whether its pixels are the dots of a terminal, for which each thing is drawn by itself.
    is_of_dots: bool,
}

impl Scene {
    /// An empty canvas.
    ///
    /// # Errors
    /// If a side is not 1 to 16384 pixels long.
    pub fn new(width: f64, height: f64) -> Result<Self> {
        let fits = |side: f64| (1.0..=LIMIT).contains(&side);
        if !(fits(width) && fits(height)) {
            return Err(Error::Size {
                width,
                height,
                limit: LIMIT,
            });
        }
        Ok(Self {
            size: point(width, height),
            items: Vec::new(),
            clip: None,
            is_of_dots: false,
        })
    }

    /// The canvas with dots of a terminal as pixels.
    pub(crate) fn of_dots(self) -> Self {
        Self {
            is_of_dots: true,
            ..self
        }
    }

    pub(crate) fn is_of_dots(&self) -> bool {
        self.is_of_dots
    }

    /// The whole canvas.
    pub fn area(&self) -> Rect {
        Rect::new(0.0, 0.0, self.size.x, self.size.y)
    }

    /// What is on it.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// From now on, nothing is drawn outside this rectangle; `None` lifts that. With a side that is NaN, nothing is drawn at all.
    pub fn set_clip(&mut self, clip: Option<Rect>) {
        self.clip = clip.map(reach::clip);
    }

    /// Draws a mark. One with a number that is not finite is left out, and so is a line of such a width. What lies more than a million pixels away is
    /// drawn as if it lay there; letters, lines, circles and markers are at most 16384 pixels large.
    pub fn add(&mut self, mark: Mark, fill: Option<Color>, stroke: Option<Stroke>) {
        if mark.is_drawable() {
            self.items.push(Item {
                mark: reach::mark(mark),
                fill: fill.filter(|color| color.alpha > 0),
                stroke: stroke
                    .filter(|stroke| stroke.color.alpha > 0)
                    .and_then(reach::stroke),
                clip: self.clip,
            });
        }
    }

    /// Fills a rectangle.
    pub fn rect(&mut self, rect: Rect, fill: Color) {
        self.add(Mark::Rect(rect), Some(fill), None);
    }

    /// Draws a straight line.
    pub fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        self.polyline(&[from, to], stroke);
    }

    /// Draws a line through points.
    pub fn polyline(&mut self, points: &[Point], stroke: Stroke) {
        self.add(Mark::Path(Path::polyline(points)), None, Some(stroke));
    }

    /// Fills the polygon with these corners.
    pub fn polygon(&mut self, corners: &[Point], fill: Color) {
        let mut path = Path::polyline(corners);
        path.close();
        self.add(Mark::Path(path), Some(fill), None);
    }

    /// Fills a circle.
    pub fn circle(&mut self, center: Point, radius: f64, fill: Color) {
        self.add(Mark::Circle { center, radius }, Some(fill), None);
    }

    /// Writes a line of text.
    pub fn text(&mut self, text: Text) {
        let color = text.color;
        if !text.content.is_empty() {
            self.add(Mark::Text(text), Some(color), None);
        }
    }

    /// Draws a bitmap over a rectangle.
    pub fn bitmap(&mut self, place: Rect, bitmap: Bitmap) {
        self.add(Mark::Bitmap { place, bitmap }, None, None);
    }
}

impl Mark {
    fn is_drawable(&self) -> bool {
        let finite = |rect: &Rect| {
            [rect.left, rect.top, rect.right, rect.bottom]
                .iter()
                .all(|side| side.is_finite())
        };
        match self {
            Self::Circle { center, radius } | Self::Marker { center, radius, .. } => {
                center.x.is_finite() && center.y.is_finite() && radius.is_finite() && *radius > 0.0
            }
            Self::Rect(rect) => finite(rect),
            Self::Path(path) => !path.segments().is_empty() && path.is_finite(),
            Self::Text(text) => {
                text.at.x.is_finite() && text.at.y.is_finite() && text.size.is_finite() && text.size > 0.0
            }
            Self::Bitmap { place, bitmap } => {
                finite(place)
                    && !bitmap.pixels.is_empty()
                    && bitmap.width.checked_mul(bitmap.height) == Some(bitmap.pixels.len())
            }
        }
    }
}

impl Bitmap {
    /// With sides `scale` times as long, each pixel the mean of those it covers; empty if that is less than a pixel.
    pub(crate) fn resized(&self, scale: f64) -> Self {
        let side = |length: usize| ((length as f64 * scale).round() as usize).min(LIMIT as usize);
        let (width, height) = (side(self.width), side(self.height));
        let range = |index: usize, count: usize, length: usize| {
            let start = index * length / count;
            start
                ..((index + 1) * length)
                    .div_ceil(count)
                    .clamp(start + 1, length.max(start + 1))
        };
        let mut pixels = Vec::with_capacity(width * height);
        for row in 0..height {
            for column in 0..width {
                let rows = range(row, height, self.height);
                let covered =
                    rows.flat_map(|y| range(column, width, self.width).map(move |x| y * self.width + x));
                pixels.push(mean(covered.filter_map(|index| self.pixels.get(index))));
            }
        }
        Self {
            width,
            height,
            pixels,
        }
    }
}

fn mean<'a>(colors: impl Iterator<Item = &'a Color>) -> Color {
    let (mut sums, mut count) = ([0_u32; 4], 0);
    for color in colors {
        let channels = [color.red, color.green, color.blue, color.alpha];
        sums.iter_mut()
            .zip(channels)
            .for_each(|(sum, channel)| *sum += u32::from(channel));
        count += 1;
    }
    let [red, green, blue, alpha] = sums.map(|sum| (sum / count.max(1)) as u8);
    Color {
        red,
        green,
        blue,
        alpha,
    }
}
