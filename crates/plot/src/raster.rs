//! A scene as pixels.

mod filled;
pub(crate) mod grid;
pub(crate) mod spans;
mod stamps;
pub(crate) mod trace;

use tiny_skia::{FillRule, LineCap, LineJoin, Mask, Paint, PathBuilder, Pixmap, StrokeDash, Transform};

use crate::font;
use crate::geometry::Rect;
use crate::png;
use crate::scene::{Bitmap, Item, LIMIT, MOST_PIXELS, Mark, Path, Scene, Segment, Stroke, Text};
use crate::{Color, Error, Result};
use stamps::Stamps;

impl Scene {
    /// As a PNG file with `scale` pixels for each pixel of the scene.
    ///
    /// # Errors
    /// [`Error::Size`] if that gives a side of no pixels or of more than 16384, [`Error::Pixels`] if it gives more than 2²⁶ (67,108,864) pixels in
    /// all, such as 8192 x 8192.
    pub fn to_png(&self, scale: f64) -> Result<Vec<u8>> {
        Ok(png::encode(&self.to_bitmap(scale)?))
    }

    /// As pixels, `scale` for each pixel of the scene.
    ///
    /// # Errors
    /// As [`to_png`](Self::to_png).
    pub fn to_bitmap(&self, scale: f64) -> Result<Bitmap> {
        self.pixels_on(tiny_skia::Color::WHITE, scale, None)
    }

    /// As pixels that are transparent where nothing is drawn, with markers to within a sixteenth of a pixel of their places: for a great many.
    pub(crate) fn to_transparent_bitmap(&self, scale: f64) -> Result<Bitmap> {
        self.pixels_on(tiny_skia::Color::TRANSPARENT, scale, Some(Stamps::default()))
    }

    fn pixels_on(&self, ground: tiny_skia::Color, scale: f64, stamps: Option<Stamps>) -> Result<Bitmap> {
        let (width, height) = (self.area().right * scale, self.area().bottom * scale);
        let too_large = Error::Size {
            width,
            height,
            limit: LIMIT,
        };
        if !(width.round() >= 1.0 && height.round() >= 1.0 && width <= LIMIT && height <= LIMIT) {
            return Err(too_large);
        }
        let (columns, rows) = (width.round() as usize, height.round() as usize);
        if columns * rows > MOST_PIXELS {
            return Err(Error::Pixels {
                width: columns,
                height: rows,
                limit: MOST_PIXELS,
            });
        }
        let pixmap = Pixmap::new(columns as u32, rows as u32).ok_or(too_large)?;
        let mut painter = Painter {
            pixmap,
            scale,
            clip: None,
            stamps,
        };
        painter.pixmap.fill(ground);
        for item in self.items() {
            painter.item(item);
        }
        Ok(painter.finish())
    }
}

struct Painter {
    pixmap: Pixmap,
    scale: f64,
    clip: Option<(Rect, Mask)>,
    stamps: Option<Stamps>,
}

impl Painter {
    fn item(&mut self, item: &Item) {
        if let Some(stamps) = &mut self.stamps
            && stamps.draw(&mut self.pixmap, item, self.scale)
        {
            return;
        }
        self.set_clip(item.clip);
        self.mark(&item.mark, item);
    }

    fn mark(&mut self, mark: &Mark, item: &Item) {
        match mark {
            Mark::Marker {
                marker,
                center,
                radius,
            } => self.mark(&marker.outline(*center, *radius), item),
            Mark::Circle { center, radius } => {
                let circle = PathBuilder::from_circle(center.x as f32, center.y as f32, *radius as f32);
                self.paint(circle, item);
            }
            Mark::Rect(rect) => self.paint(rectangle(rect), item),
            Mark::Path(path) => self.paint(built(path), item),
            Mark::Text(text) => self.text(text, item),
            Mark::Bitmap { place, bitmap } => self.bitmap(place, bitmap),
        }
    }

    fn transform(&self) -> Transform {
        Transform::from_scale(self.scale as f32, self.scale as f32)
    }

    fn set_clip(&mut self, clip: Option<Rect>) {
        let Some(rect) = clip else {
            self.clip = None;
            return;
        };
        if self.clip.as_ref().is_some_and(|(old, _)| *old == rect) {
            return;
        }
        let mask = Mask::new(self.pixmap.width(), self.pixmap.height()).map(|mut mask| {
            if let Some(path) = rectangle(&rect) {
                mask.fill_path(&path, FillRule::Winding, true, self.transform());
            }
            (rect, mask)
        });
        self.clip = mask;
    }

    fn paint(&mut self, path: Option<tiny_skia::Path>, item: &Item) {
        let Some(path) = path else { return };
        let transform = self.transform();
        let mask = self.clip.as_ref().map(|(_, mask)| mask);
        if let Some(color) = item.fill {
            self.pixmap
                .fill_path(&path, &solid(color), FillRule::Winding, transform, mask);
        }
        if let Some(stroke) = &item.stroke {
            self.pixmap
                .stroke_path(&path, &solid(stroke.color), &line(stroke), transform, mask);
        }
    }

    fn text(&mut self, text: &Text, item: &Item) {
        let outline = built(&font::outline(&text.content, text.size, text.bold));
        let (Some(path), Some(color)) = (outline, item.fill) else {
            return;
        };
        let origin = text.origin();
        let mut transform = self.transform().pre_translate(origin.x as f32, origin.y as f32);
        if text.upward {
            transform = transform.pre_rotate(-90.0);
        }
        let mask = self.clip.as_ref().map(|(_, mask)| mask);
        self.pixmap
            .fill_path(&path, &solid(color), FillRule::Winding, transform, mask);
    }

    fn bitmap(&mut self, place: &Rect, bitmap: &Bitmap) {
        let Some(pixels) = pixmap_of(bitmap) else { return };
        let transform = self
            .transform()
            .pre_translate(place.left as f32, place.top as f32)
            .pre_scale(
                (place.width() / bitmap.width as f64) as f32,
                (place.height() / bitmap.height as f64) as f32,
            );
        let mask = self.clip.as_ref().map(|(_, mask)| mask);
        // The nearest pixel where they are told apart, the mean of some where there are more than the picture has.
        let is_finer = bitmap.width as f64 > 1.5 * place.width() * self.scale;
        let paint = tiny_skia::PixmapPaint {
            quality: if is_finer {
                tiny_skia::FilterQuality::Bilinear
            } else {
                tiny_skia::FilterQuality::Nearest
            },
            ..tiny_skia::PixmapPaint::default()
        };
        self.pixmap
            .draw_pixmap(0, 0, pixels.as_ref(), &paint, transform, mask);
    }

    fn finish(self) -> Bitmap {
        let pixels = self.pixmap.pixels().iter().map(|pixel| {
            let pixel = pixel.demultiply();
            Color {
                red: pixel.red(),
                green: pixel.green(),
                blue: pixel.blue(),
                alpha: pixel.alpha(),
            }
        });
        Bitmap {
            width: self.pixmap.width() as usize,
            height: self.pixmap.height() as usize,
            pixels: pixels.collect(),
        }
    }
}

fn pixmap_of(bitmap: &Bitmap) -> Option<Pixmap> {
    let mut pixmap = Pixmap::new(
        u32::try_from(bitmap.width).ok()?,
        u32::try_from(bitmap.height).ok()?,
    )?;
    for (to, color) in pixmap.pixels_mut().iter_mut().zip(&bitmap.pixels) {
        *to = tiny_skia::ColorU8::from_rgba(color.red, color.green, color.blue, color.alpha).premultiply();
    }
    Some(pixmap)
}

fn solid(color: Color) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(color.red, color.green, color.blue, color.alpha);
    paint.anti_alias = true;
    paint
}

fn line(stroke: &Stroke) -> tiny_skia::Stroke {
    tiny_skia::Stroke {
        width: stroke.width as f32,
        line_cap: if stroke.dash.is_some() {
            LineCap::Butt
        } else {
            LineCap::Round
        },
        line_join: LineJoin::Round,
        dash: stroke
            .dash
            .and_then(|[dash, gap]| StrokeDash::new(vec![dash as f32, gap as f32], 0.0)),
        ..tiny_skia::Stroke::default()
    }
}

fn rectangle(rect: &Rect) -> Option<tiny_skia::Path> {
    let Rect {
        left,
        top,
        right,
        bottom,
    } = *rect;
    let rect = tiny_skia::Rect::from_ltrb(left as f32, top as f32, right as f32, bottom as f32)?;
    Some(PathBuilder::from_rect(rect))
}

fn built(path: &Path) -> Option<tiny_skia::Path> {
    let mut builder = PathBuilder::new();
    for segment in path.segments() {
        match *segment {
            Segment::Move(to) => builder.move_to(to.x as f32, to.y as f32),
            Segment::Line(to) => builder.line_to(to.x as f32, to.y as f32),
            Segment::Quad(control, to) => {
                builder.quad_to(control.x as f32, control.y as f32, to.x as f32, to.y as f32)
            }
            Segment::Cubic(first, second, to) => builder.cubic_to(
                first.x as f32,
                first.y as f32,
                second.x as f32,
                second.y as f32,
                to.x as f32,
                to.y as f32,
            ),
            Segment::Close => builder.close(),
        }
    }
    builder.finish()
}
