use std::path::Path;

use crate::geometry::{Point, Rect};
use crate::legend::Key;
use crate::scene::Scene;
use crate::terminal::Screen;
use crate::{Error, Result, file};

/// Whatever can be drawn, saved, printed in a terminal, and put into a [`Figure`](crate::Figure) beside others.
///
/// A picture of one's own needs [`size`](Self::size) and [`draw`](Self::draw):
///
/// ```
/// use backprop_plot::{Color, Picture, Point, Rect, Result, Scene};
///
/// #[derive(Debug)]
/// struct Dot;
///
/// impl Picture for Dot {
///     fn size(&self) -> Point {
///         Point { x: 200.0, y: 200.0 }
///     }
///     fn draw(&self, scene: &mut Scene, area: Rect) -> Result<()> {
///         scene.circle(area.center(), area.width() / 4.0, Color::hex(0xd55e00));
///         Ok(())
///     }
/// }
///
/// assert!(Dot.to_svg()?.contains("<circle"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub trait Picture: std::fmt::Debug {
    /// The size in pixels that it would have by itself.
    fn size(&self) -> Point;

    /// Draws it into a part of a scene.
    ///
    /// # Errors
    /// The first mistake of the calls that built it.
    fn draw(&self, scene: &mut Scene, area: Rect) -> Result<()>;

    /// What its legend explains, so that pictures side by side can share one.
    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }

    /// Draws it as [`draw`](Self::draw) does, but for its legend, which is drawn elsewhere.
    ///
    /// # Errors
    /// As [`draw`](Self::draw).
    fn draw_without_keys(&self, scene: &mut Scene, area: Rect) -> Result<()> {
        self.draw(scene, area)
    }

    /// Draws it in letters; a picture that has nothing better shows coarse pixels.
    ///
    /// # Errors
    /// As [`draw`](Self::draw).
    fn print(&self, screen: &mut Screen) -> Result<()> {
        screen.pixels_of(self.scene()?)
    }

    /// As a scene of its own size.
    ///
    /// # Errors
    /// As [`draw`](Self::draw), and [`Error::Size`] for a side that is not 1 to 16384 pixels long.
    fn scene(&self) -> Result<Scene> {
        let size = self.size();
        let mut scene = Scene::new(size.x, size.y)?;
        let area = scene.area();
        self.draw(&mut scene, area)?;
        Ok(scene)
    }

    /// As an SVG file.
    ///
    /// # Errors
    /// As [`scene`](Self::scene).
    fn to_svg(&self) -> Result<String> {
        Ok(self.scene()?.to_svg())
    }

    /// As a PNG file of its [`size`](Self::size).
    ///
    /// # Errors
    /// As [`scene`](Self::scene), and [`Error::Pixels`] if it has more than 2²⁶ (67,108,864) pixels, such as 8192 x 8192.
    fn to_png(&self) -> Result<Vec<u8>> {
        self.scene()?.to_png(1.0)
    }

    /// As text of `width` letters and `height` lines, each ended by `\n`, without colors.
    ///
    /// # Errors
    /// As [`draw`](Self::draw), and if there are to be more than 1000 letters or lines.
    fn to_terminal(&self, width: usize, height: usize) -> Result<String> {
        let mut screen = Screen::of_size(width, height)?;
        self.print(&mut screen)?;
        Ok(screen.to_text())
    }

    /// As [`to_terminal`](Self::to_terminal), with the colors of a terminal (ANSI escape sequences).
    ///
    /// # Errors
    /// As [`to_terminal`](Self::to_terminal).
    fn to_terminal_colored(&self, width: usize, height: usize) -> Result<String> {
        let mut screen = Screen::of_size(width, height)?;
        self.print(&mut screen)?;
        Ok(screen.to_colored_text())
    }

    /// Saves it as `.svg`, `.png` or `.txt`, by the end of the name. Folders are made; the file is replaced whole or not at all.
    ///
    /// # Errors
    /// As [`scene`](Self::scene), for another end of the name, and if the file cannot be written.
    fn save(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        let path = path.as_ref();
        let bytes = match file::extension(path).as_str() {
            "svg" => self.to_svg()?.into_bytes(),
            "png" => self.to_png()?,
            "txt" => self.to_terminal(100, 30)?.into_bytes(),
            _ => {
                return Err(Error::Format {
                    path: path.to_owned(),
                    expected: ".svg, .png or .txt",
                });
            }
        };
        file::replace(path, &bytes)
    }
}
