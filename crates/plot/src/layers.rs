//! What charts show, one kind a file: each says where its data lies, draws it, and has a key for the legend.

pub(crate) mod band;
pub(crate) mod bars;
pub(crate) mod field;
pub(crate) mod line;
pub(crate) mod note;
pub(crate) mod points;
pub(crate) mod rule;
pub(crate) mod segments;

use crate::chart::{Extent, Plot};
use crate::legend::Key;
use crate::{Color, Error, Result};

/// Something that a [`Chart`](crate::Chart) shows: a line, points, bars, or a kind of one's own.
///
/// ```
/// use backprop_plot::{Chart, Color, Extent, Layer, Picture, Plot};
///
/// #[derive(Debug)]
/// struct Cross(f64, f64);
///
/// impl Layer for Cross {
///     fn extend(&self, extent: &mut Extent) {
///         extent.include(self.0, self.1);
///     }
///     fn draw(&self, plot: &mut Plot<'_>, color: Color) {
///         if let Some(at) = plot.place(self.0, self.1) {
///             plot.scene().circle(at, 8.0, color);
///         }
///     }
/// }
///
/// let svg = Chart::new().add(Cross(1.0, 2.0)).to_svg()?;
/// assert!(svg.contains("<circle"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub trait Layer: std::fmt::Debug {
    /// Widens the axes until the data is on them.
    fn extend(&self, extent: &mut Extent);

    /// Draws it. What lies outside the axes is cut off.
    fn draw(&self, plot: &mut Plot<'_>, color: Color);

    /// Its place in the legend.
    fn key(&self, color: Color) -> Option<Key> {
        let _ = color;
        None
    }

    /// Whether it takes the next color of the palette; otherwise it gets that of the layer before.
    fn takes_color(&self) -> bool {
        true
    }

    /// Whether it can be drawn.
    ///
    /// # Errors
    /// If what it was made of does not fit together.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// As many of the one as of the other.
pub(crate) fn check_lengths(picture: &'static str, x: usize, y: usize) -> Result<()> {
    crate::values::check_count(picture, x.max(y))?;
    if x == y {
        return Ok(());
    }
    let problem = format!("{x} x and {y} y values: there must be as many of the one as of the other");
    Err(Error::invalid(picture, problem))
}
