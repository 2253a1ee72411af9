use gif::{Encoder, Frame, Repeat};

use super::Animation;
use crate::geometry::{Point, Rect};
use crate::scene::Scene;
use crate::{Error, Result};

impl Animation {
    /// As an animated GIF that repeats for ever; all frames have the size of the first. The format has 256 colours for a frame.
    ///
    /// # Errors
    /// If there is no frame, or one cannot be drawn.
    pub fn to_gif(&self) -> Result<Vec<u8>> {
        self.check()?;
        let Point { x: width, y: height } = self.frames[0].size();
        let mut file = Vec::new();
        let failed = |error: gif::EncodingError| Error::invalid("animation", error.to_string());
        let side = |length: f64| length.round() as u16;
        let mut encoder = Encoder::new(&mut file, side(width), side(height), &[]).map_err(failed)?;
        encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
        for picture in &self.frames {
            let mut scene = Scene::new(width, height)?;
            picture.draw(&mut scene, Rect::new(0.0, 0.0, width, height))?;
            let bitmap = scene.to_bitmap(1.0)?;
            let pixels = bitmap
                .pixels
                .iter()
                .flat_map(|color| [color.red, color.green, color.blue, 255]);
            let mut pixels: Vec<u8> = pixels.collect();
            // Of at most 256 colours as they are, of more by the nearest of 256.
            let mut frame =
                Frame::from_rgba_speed(bitmap.width as u16, bitmap.height as u16, &mut pixels, 10);
            frame.delay = (self.seconds * 100.0).round() as u16;
            encoder.write_frame(&frame).map_err(failed)?;
        }
        drop(encoder);
        Ok(file)
    }
}
