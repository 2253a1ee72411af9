//! Sizes and colors that all pictures share, so that they look alike.
//!
//! A picture is 800 pixels wide by itself and read at half of that too: no letter is smaller than 14 pixels.

use crate::Color;

/// The width of a picture by itself.
pub(crate) const WIDTH: f64 = 800.0;
/// The size of titles.
pub(crate) const TITLE: f64 = 19.0;
/// The size of labels and legends.
pub(crate) const LABEL: f64 = 16.0;
/// The size of the numbers along an axis.
pub(crate) const TICK: f64 = 15.0;
/// Around a picture, and between things in it.
pub(crate) const MARGIN: f64 = 12.0;
/// Between things that belong together.
pub(crate) const GAP: f64 = 6.0;

/// Of titles and labels.
pub(crate) const INK: Color = Color::hex(0x222222);
/// Of the numbers along an axis.
pub(crate) const SOFT_INK: Color = Color::hex(0x444444);
/// Of axes.
pub(crate) const AXIS: Color = Color::hex(0x555555);
/// Of lines behind the data.
pub(crate) const GRID: Color = Color::hex(0xe3e3e3);
