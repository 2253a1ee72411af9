use backprop_tensor::{Element, Tensor};

use crate::geometry::{Point, Rect, point};
use crate::scene::{Align, Bitmap, Mark, Scene, Text, shorten};
use crate::style::{AXIS, GAP, MARGIN, SOFT_INK, TICK, WIDTH};
use crate::terminal::Screen;
use crate::{Color, Colormap, Error, Number, Picture, Result, Stroke, heading};

use super::heatmap::Shades;

/// Images of the same size in a grid: digits, weights, filters.
#[derive(Debug, Clone)]
pub struct Images {
    /// Each `width * height` numbers.
    images: Vec<Vec<f64>>,
    width: usize,
    height: usize,
    titles: Vec<String>,
    title: String,
    columns: Option<usize>,
    map: Option<Colormap>,
    size: Option<Point>,
    mistake: Option<Error>,
}

/// More images than these are not drawn, larger ones are an error.
pub(super) const MOST_IMAGES: usize = 400;
const MOST_PIXELS: usize = 4096;
/// Two images of the largest size: all numbers of the images that are drawn are in memory, some of them twice.
const MOST_PIXELS_OF_ALL: usize = 2 * MOST_PIXELS * MOST_PIXELS;

/// Images `[count, height, width]` in a grid, with their titles below; `[height, width]` is one image, and an axis of length 1
/// before the height is passed over. At most 400 are drawn; sides of more than 4096 pixels, or more than 2²⁵ pixels in all of them, are an error.
///
/// Numbers of both signs are weights: blue below 0, red above, all images on the same scale. Others are brightness: black ink on
/// white paper, from the least number to the largest.
///
/// ```
/// use backprop_plot::{Picture, images};
/// use backprop_tensor::Tensor;
///
/// let weights = Tensor::<f32>::zeros([10, 28, 28])?;
/// let picture = images(&weights, (0..10).map(|digit| digit.to_string())).title("Weights of ten perceptrons");
/// assert_eq!(picture.to_svg()?.matches("<image").count(), 10);
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn images<T: Number + Element, S: Into<String>>(
    images: &Tensor<T>,
    titles: impl IntoIterator<Item = S>,
) -> Images {
    let shape = images.shape();
    let (count, height, width, mistake) = match *shape.as_ref() {
        [height, width] => (1, height, width, None),
        [count, height, width] | [count, 1, height, width] => (count, height, width, None),
        _ => {
            let expected = "images are [count, height, width], or one [height, width]";
            (
                0,
                0,
                0,
                Some(Error::invalid("images", format!("shape {shape:?}: {expected}"))),
            )
        }
    };
    let too_large = (height > MOST_PIXELS || width > MOST_PIXELS).then(|| {
        let problem = format!("{width} x {height} pixels: there may be {MOST_PIXELS} on each side");
        Error::invalid("images", problem)
    });
    let total = height
        .saturating_mul(width)
        .saturating_mul(count.min(MOST_IMAGES));
    let too_many = (total > MOST_PIXELS_OF_ALL).then(|| {
        let problem = format!("{total} pixels in all images: there may be {MOST_PIXELS_OF_ALL}; draw fewer images, or smaller ones");
        Error::invalid("images", problem)
    });
    let mistake = mistake.or(too_large).or(too_many);
    let mut parts = Vec::new();
    if mistake.is_none() && height * width > 0 {
        // Only what is drawn: the others may be more than there is memory for.
        let first = if images.rank() > 2 {
            images.slice(0, 0..count.min(MOST_IMAGES))
        } else {
            Ok(images.clone())
        };
        let all = first.map(|images| images.to_vec()).unwrap_or_default();
        let shown = all.chunks(height * width);
        parts = shown
            .map(|image| image.iter().map(|value| value.to_f64()).collect())
            .collect();
    }
    Images {
        titles: titles.into_iter().take(parts.len()).map(Into::into).collect(),
        images: parts,
        width,
        height,
        title: String::new(),
        columns: None,
        map: None,
        size: None,
        mistake,
    }
}

impl Images {
    /// A picture that reports a mistake when it is drawn.
    pub(crate) fn failed(error: Error) -> Self {
        Self {
            images: Vec::new(),
            width: 0,
            height: 0,
            titles: Vec::new(),
            title: String::new(),
            columns: None,
            map: None,
            size: None,
            mistake: Some(error),
        }
    }

    /// With words above.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// With so many images side by side.
    #[must_use]
    pub fn columns(self, columns: usize) -> Self {
        let columns = Some(columns.max(1));
        Self { columns, ..self }
    }

    /// In other colors: [`Colormap::Diverging`] is symmetric around 0, all others reach from the least number to the largest.
    #[must_use]
    pub fn colors(self, map: Colormap) -> Self {
        let map = Some(map);
        Self { map, ..self }
    }

    /// With a size in pixels, instead of 800 by what the rows need.
    #[must_use]
    pub fn size(self, width: f64, height: f64) -> Self {
        let size = Some(point(width, height));
        Self { size, ..self }
    }

    fn shades(&self) -> Shades {
        let all: Vec<f64> = self.images.iter().flatten().copied().collect();
        let range = Shades::of(&all);
        let map = self.map.unwrap_or(if range.map == Colormap::Diverging {
            range.map
        } else {
            Colormap::Ink
        });
        if map == Colormap::Diverging {
            let most = range.low.abs().max(range.high.abs());
            Shades {
                map,
                low: -most,
                high: most,
            }
        } else if range.map == Colormap::Diverging {
            let finite = || all.iter().copied().filter(|value| value.is_finite());
            let (low, high) = (
                finite().fold(f64::MAX, f64::min),
                finite().fold(f64::MIN, f64::max),
            );
            Shades { map, low, high }
        } else {
            Shades { map, ..range }
        }
    }

    fn bitmaps(&self) -> impl Iterator<Item = Bitmap> {
        let shades = self.shades();
        self.images.iter().map(move |image| Bitmap {
            width: self.width,
            height: self.height,
            pixels: image.iter().map(|&value| shades.color(value)).collect(),
        })
    }

    /// As many side by side as make a grid that is somewhat wider than high.
    fn grid(&self) -> (usize, usize) {
        let count = self.images.len().max(1);
        let columns = self.columns.unwrap_or_else(|| match count {
            1..=5 => count,
            6..=10 if count.is_multiple_of(2) => count / 2,
            _ => ((count as f64 * 1.8).sqrt().ceil() as usize).clamp(1, 20),
        });
        let columns = columns.min(count);
        (columns, count.div_ceil(columns))
    }

    fn caption_height(&self) -> f64 {
        if self.titles.iter().all(String::is_empty) {
            0.0
        } else {
            TICK + GAP
        }
    }

    fn check(&self) -> Result<()> {
        self.mistake.clone().map_or(Ok(()), Err)
    }
}

impl Picture for Images {
    fn size(&self) -> Point {
        self.size.unwrap_or_else(|| {
            let (columns, rows) = self.grid();
            let width = (columns as f64 * 160.0 + 2.0 * MARGIN).clamp(240.0, WIDTH);
            let each = (width - 2.0 * MARGIN) / columns as f64 - GAP;
            let high = each * self.height as f64 / (self.width.max(1)) as f64 + self.caption_height() + GAP;
            let height =
                heading::title_height(width - 2.0 * MARGIN, &self.title) + high * rows as f64 + 2.0 * MARGIN;
            point(width, height.clamp(80.0, 8000.0))
        })
    }

    fn draw(&self, scene: &mut Scene, area: Rect) -> Result<()> {
        self.check()?;
        let rest = heading::title(scene, area.inset(MARGIN), &self.title);
        if self.images.is_empty() {
            heading::notice(scene, rest, "no images");
            return Ok(());
        }
        let (columns, rows) = self.grid();
        let (wide, high) = (rest.width() / columns as f64, rest.height() / rows as f64);
        let caption = if high > 2.5 * self.caption_height() {
            self.caption_height()
        } else {
            0.0
        };
        for (index, bitmap) in self.bitmaps().enumerate() {
            let (column, row) = ((index % columns) as f64, (index / columns) as f64);
            let cell =
                Rect::new(rest.left + column * wide, rest.top + row * high, wide, high).inset(GAP / 2.0);
            let (place, below) = cell.split_top(cell.height() - caption);
            let place = place.with_aspect(self.width as f64 / self.height as f64);
            scene.bitmap(place, bitmap);
            scene.add(Mark::Rect(place), None::<Color>, Some(Stroke::new(AXIS, 0.6)));
            if let Some(title) = self.titles.get(index).filter(|_| caption > 0.0) {
                let text = shorten(title, cell.width(), TICK, false);
                // Close to its image, which may be less high than its cell.
                let at = point(below.center().x, place.bottom + GAP / 2.0 + TICK / 2.0);
                scene.text(Text::new(text, at, TICK).color(SOFT_INK).align(Align::Middle));
            }
        }
        Ok(())
    }

    fn print(&self, screen: &mut Screen) -> Result<()> {
        self.check()?;
        let heading = usize::from(!self.title.is_empty());
        if heading > 0 {
            screen.centered(0, 0, screen.width(), &self.title);
        }
        if self.images.is_empty() {
            return Ok(());
        }
        let (columns, rows) = self.grid();
        let (wide, high) = (
            screen.width() / columns,
            screen.height().saturating_sub(heading) / rows,
        );
        let caption = usize::from(self.caption_height() > 0.0 && high > 2);
        let (most_wide, most_high) = (wide.saturating_sub(1), high.saturating_sub(caption) * 2);
        let scale = (most_wide as f64 / self.width as f64).min(most_high as f64 / self.height as f64);
        for (index, bitmap) in self.bitmaps().enumerate() {
            let (column, row) = ((index % columns) * wide, heading + (index / columns) * high);
            let small = bitmap.resized(scale);
            screen.bitmap(column, row, &small);
            if let Some(title) = self.titles.get(index).filter(|_| caption > 0) {
                let text = crate::terminal::fitting(title, wide.saturating_sub(1));
                screen.write(row + small.height.div_ceil(2), column, &text, None);
            }
        }
        Ok(())
    }
}
