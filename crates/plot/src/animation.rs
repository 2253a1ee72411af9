//! Pictures one after the other.

mod colors;
mod gif_file;
mod page;

use std::path::Path;
use std::sync::Arc;

use crate::{Error, Picture, Result, file};

/// Pictures one after the other, as an animated GIF or as a web page with a slider.
///
/// ```
/// use backprop_plot::{Animation, Chart};
///
/// let frames = (1..=3).map(|epoch| Chart::new().title(format!("epoch {epoch}")).line("", 0..epoch, 0..epoch));
/// let animation = Animation::new(frames).seconds_per_frame(0.2);
/// assert!(animation.to_gif()?.starts_with(b"GIF89a"));
/// assert!(animation.to_html()?.contains("epoch 3"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
///
/// Charts keep their axes from frame to frame only if these have limits.
#[derive(Debug, Clone, Default)]
pub struct Animation {
    frames: Vec<Arc<dyn Picture + Send + Sync>>,
    seconds: f64,
    title: String,
}

/// More frames are an error when they are drawn.
const MOST_FRAMES: usize = 2000;

impl Animation {
    /// Of these frames. Of more than 2000, the first 2001 are taken, which are too many: [`to_gif`](Self::to_gif) and
    /// [`to_html`](Self::to_html) say so.
    pub fn new<P: Picture + Send + Sync + 'static>(frames: impl IntoIterator<Item = P>) -> Self {
        let frames = frames
            .into_iter()
            .take(MOST_FRAMES + 1)
            .map(|frame| Arc::new(frame) as Arc<dyn Picture + Send + Sync>);
        Self {
            frames: frames.collect(),
            seconds: 0.15,
            title: String::new(),
        }
    }

    /// With one frame more. More than 2000 cannot be drawn: of a longer training, show every n-th step.
    pub fn push(&mut self, frame: impl Picture + Send + Sync + 'static) {
        if self.frames.len() <= MOST_FRAMES {
            self.frames.push(Arc::new(frame));
        }
    }

    /// How many frames there are.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there is no frame.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// How long each frame is shown, 0.02 to 60 seconds; 0.15 if not set.
    #[must_use]
    pub fn seconds_per_frame(self, seconds: f64) -> Self {
        let seconds = if seconds.is_nan() {
            0.15
        } else {
            seconds.clamp(0.02, 60.0)
        };
        Self { seconds, ..self }
    }

    /// With words above, on a page.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    fn check(&self) -> Result<()> {
        if self.frames.is_empty() {
            return Err(Error::invalid(
                "animation",
                "no frames: there must be at least one",
            ));
        }
        if self.frames.len() > MOST_FRAMES {
            let problem =
                format!("more than {MOST_FRAMES} frames: show every n-th, or make several animations");
            return Err(Error::invalid("animation", problem));
        }
        Ok(())
    }

    /// Saves it as `.gif` or `.html`, by the end of the name. Folders are made; the file is replaced whole or not at all.
    ///
    /// # Errors
    /// As [`to_gif`](Self::to_gif), for another end of the name, and if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = match file::extension(path).as_str() {
            "gif" => self.to_gif()?,
            "html" => self.to_html()?.into_bytes(),
            _ => {
                return Err(Error::Format {
                    path: path.to_owned(),
                    expected: ".gif or .html",
                });
            }
        };
        file::replace(path, &bytes)
    }
}
