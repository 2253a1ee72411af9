use gif::{Encoder, Frame, Repeat};

use super::Animation;
use super::colors::{self, Palette};
use crate::geometry::{Point, Rect};
use crate::scene::{Bitmap, Scene};
use crate::{Error, Picture, Result};

/// So many frames, evenly spread, say which colors all of them are drawn with.
const SAMPLED_FRAMES: usize = 8;

/// More pixels in all frames are minutes of work and a file that no viewer opens: 2000 frames of 800 x 600 pixels have fewer.
const MOST_PIXELS: usize = 1 << 30;

impl Animation {
    /// As an animated GIF that repeats for ever; all frames have the size of the first. The format has 256 colors for a frame: those with more
    /// share 256 that are near to all, so that a color does not change from frame to frame.
    ///
    /// # Errors
    /// If there is no frame, there are more than 2000 of them, one cannot be drawn, or all together have more than 2³⁰ (1,073,741,824) pixels.
    pub fn to_gif(&self) -> Result<Vec<u8>> {
        self.check()?;
        let size = self.frames[0].size();
        self.check_pixels(size)?;
        let mut file = Vec::new();
        let failed = |error: gif::EncodingError| Error::invalid("animation", error.to_string());
        let side = |length: f64| length.round() as u16;
        let mut encoder = Encoder::new(&mut file, side(size.x), side(size.y), &[]).map_err(failed)?;
        encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
        let mut shared = None;
        for picture in &self.frames {
            let bitmap = bitmap(picture.as_ref(), size)?;
            let palette = match Palette::exact(&bitmap) {
                Some(palette) => &mut { palette },
                None => match &mut shared {
                    Some(shared) => shared,
                    none => none.insert(self.shared_palette(size)?),
                },
            };
            let mut frame = Frame {
                width: bitmap.width as u16,
                height: bitmap.height as u16,
                delay: (self.seconds * 100.0).round() as u16,
                buffer: palette.indices(&bitmap).into(),
                ..Frame::default()
            };
            frame.palette = Some(palette.to_bytes());
            encoder.write_frame(&frame).map_err(failed)?;
        }
        drop(encoder);
        Ok(file)
    }

    /// Colors for frames that have too many of their own.
    fn shared_palette(&self, size: Point) -> Result<Palette> {
        let step = self.frames.len().div_ceil(SAMPLED_FRAMES);
        // From the last one on: a training ends with more to see than it began with.
        let sampled = self.frames.iter().rev().step_by(step);
        let count = sampled.len();
        let mut sample = Vec::new();
        // One bitmap at a time: eight of the largest are more than there may be memory for.
        for picture in sampled {
            sample.extend(colors::sample(&bitmap(picture.as_ref(), size)?, count));
        }
        Ok(Palette::of(&sample))
    }

    /// Whether frames of this size are small enough for their number.
    fn check_pixels(&self, size: Point) -> Result<()> {
        let count = self.frames.len();
        let pixels = size.x.round() * size.y.round() * count as f64;
        if pixels > MOST_PIXELS as f64 {
            let problem = format!(
                "{count} frames of {} x {} pixels: there may be {MOST_PIXELS} in all; show fewer or smaller frames",
                size.x.round(),
                size.y.round()
            );
            return Err(Error::invalid("animation", problem));
        }
        Ok(())
    }
}

fn bitmap(picture: &dyn Picture, size: Point) -> Result<Bitmap> {
    let mut scene = Scene::new(size.x, size.y)?;
    picture.draw(&mut scene, Rect::new(0.0, 0.0, size.x, size.y))?;
    scene.to_bitmap(1.0)
}
