//! Colors that everybody can tell apart.

use crate::Color;

/// The colors of M. Okabe and K. Ito, "Color Universal Design" (2008), which people with any kind of color vision can tell
/// apart, in an order that puts the strongest contrasts first; the yellow is darkened to be seen on white.
const CATEGORIES: [Color; 8] = [
    Color::hex(0x0072b2),
    Color::hex(0xd55e00),
    Color::hex(0x009e73),
    Color::hex(0xcc79a7),
    Color::hex(0xe69f00),
    Color::hex(0x56b4e9),
    Color::hex(0x4d4d4d),
    Color::hex(0x9a8700),
];

/// The color of the category of this number; from the ninth on, darker variants of the first eight, and so on.
///
/// ```
/// use backprop_plot::category_color;
///
/// assert_eq!(category_color(0).to_string(), "#0072b2");
/// assert_ne!(category_color(0), category_color(8));
/// ```
pub fn category_color(index: usize) -> Color {
    let base = CATEGORIES[index % CATEGORIES.len()];
    match (index / CATEGORIES.len()) % 3 {
        0 => base,
        1 => base.mix(Color::BLACK, 0.4),
        _ => base.mix(Color::WHITE, 0.4),
    }
}

/// Colors for numbers from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Colormap {
    /// From dark violet over green to yellow, by N. Smith and S. van der Walt: lightness rises evenly.
    #[default]
    Viridis,
    /// From almost white to dark blue.
    Blues,
    /// From blue over white to red, for signed numbers around 0.5.
    Diverging,
    /// From a light blue over white to a light orange, those of the first two categories: for grounds with points on them.
    Levels,
    /// From white to black, as ink on paper.
    Ink,
    /// From black to white, as light on a screen.
    Gray,
}

const VIRIDIS: [u32; 10] = [
    0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725,
];
const BLUES: [u32; 7] = [
    0xf7fbff, 0xdbe9f6, 0xbad6eb, 0x89bedc, 0x539ecd, 0x2b7bba, 0x0b559f,
];
const DIVERGING: [u32; 9] = [
    0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b,
];

const LEVELS: [u32; 5] = [0x5fa8d3, 0xaed3ea, 0xfafafa, 0xf9c9a0, 0xee8c4a];

impl Colormap {
    /// The color of `value`; those outside 0 to 1 count as the nearer end, NaN has a gray of its own.
    ///
    /// ```
    /// use backprop_plot::{Color, Colormap};
    ///
    /// assert_eq!(Colormap::Ink.color(0.0), Color::WHITE);
    /// assert_eq!(Colormap::Viridis.color(7.0), Colormap::Viridis.color(1.0));
    /// ```
    pub fn color(self, value: f64) -> Color {
        if value.is_nan() {
            return Color::hex(0xbdbdbd);
        }
        match self {
            Self::Viridis => between(&VIRIDIS, value),
            Self::Blues => between(&BLUES, value),
            Self::Diverging => between(&DIVERGING, value),
            Self::Levels => between(&LEVELS, value),
            Self::Ink => between(&[0xffffff, 0x000000], value),
            Self::Gray => between(&[0x000000, 0xffffff], value),
        }
    }
}

fn between(stops: &[u32], value: f64) -> Color {
    let last = stops.len().saturating_sub(1);
    let place = value.clamp(0.0, 1.0) * last as f64;
    let index = (place as usize).min(last.saturating_sub(1));
    let stop = |index: usize| Color::hex(stops.get(index).copied().unwrap_or_default());
    stop(index).mix(stop(index + 1), place - index as f64)
}
