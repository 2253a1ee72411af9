use std::collections::{BTreeMap, BTreeSet, HashMap};

use gif::Frame;

use crate::Color;
use crate::scene::Bitmap;

type Rgb = [u8; 3];

const MOST: usize = 256;

/// So many of the most frequent colors stay as they are: grounds and the colors of lines and points.
const KEPT: usize = 32;

/// At most so many pixels are looked at for a palette.
const PIXELS: usize = 1 << 18;

/// At most 256 colors, and which of them is the nearest to any.
#[derive(Debug)]
pub(super) struct Palette {
    colors: Vec<Rgb>,
    nearest: HashMap<Rgb, u8>,
}

impl Palette {
    /// The colors of a bitmap, if they are not too many.
    pub(super) fn exact(bitmap: &Bitmap) -> Option<Self> {
        let mut colors = BTreeSet::new();
        let mut last = None;
        for &color in &bitmap.pixels {
            // Most pixels are like the one before.
            if last != Some(color) && colors.insert(rgb(color)) && colors.len() > MOST {
                return None;
            }
            last = Some(color);
        }
        Some(Self::new(colors.into_iter().collect()))
    }

    /// 256 colors that are near to those of a sample.
    pub(super) fn of(sample: &[Rgb]) -> Self {
        // A frame of its own, so that the GIF crate finds colors for it; a side has 16 bits.
        let width = sample.len().min(1 << 15);
        let height = sample.len() / width.max(1);
        let mut flat: Vec<u8> = sample[..width * height]
            .iter()
            .flat_map(|&[red, green, blue]| [red, green, blue, 255])
            .collect();
        let frame = Frame::from_rgba_speed(width as u16, height as u16, &mut flat, 2);
        let found = frame.palette.unwrap_or_default();
        let mut palette = Self::new(found.as_chunks().0.to_vec());

        let mut counts = BTreeMap::new();
        for &color in sample {
            *counts.entry(color).or_insert(0_usize) += 1;
        }
        let mut frequent: Vec<(usize, Rgb)> =
            counts.into_iter().map(|(color, count)| (count, color)).collect();
        frequent.sort_unstable_by(|a, b| b.cmp(a));
        let mut taken = BTreeSet::new();
        for (_, color) in frequent.into_iter().take(KEPT) {
            let place = palette.search(color);
            // The more frequent of two colors that are as near as that keeps the place.
            if taken.insert(place) {
                palette.colors[usize::from(place)] = color;
            }
        }
        palette
    }

    fn new(colors: Vec<Rgb>) -> Self {
        let nearest = HashMap::new();
        Self { colors, nearest }
    }

    /// Red, green and blue of each.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.colors.concat()
    }

    /// For each pixel the number of the color that is nearest.
    pub(super) fn indices(&mut self, bitmap: &Bitmap) -> Vec<u8> {
        let mut last = (None, 0);
        let mut indices = Vec::with_capacity(bitmap.pixels.len());
        for &color in &bitmap.pixels {
            if last.0 != Some(color) {
                let color_key = rgb(color);
                let index = match self.nearest.get(&color_key) {
                    Some(&index) => index,
                    None => {
                        let index = self.search(color_key);
                        self.nearest.insert(color_key, index);
                        index
                    }
                };
                last = (Some(color), index);
            }
            indices.push(last.1);
        }
        indices
    }

    fn search(&self, color: Rgb) -> u8 {
        let distance = |other: &Rgb| -> i32 {
            let differences = color
                .iter()
                .zip(other)
                .map(|(&a, &b)| i32::from(a) - i32::from(b));
            differences.map(|difference| difference * difference).sum()
        };
        let nearest = (0..=u8::MAX)
            .zip(&self.colors)
            .min_by_key(|(_, other)| distance(other));
        nearest.map_or(0, |(index, _)| index)
    }
}

/// Colors of some of the pixels of one of so many bitmaps.
pub(super) fn sample(bitmap: &Bitmap, bitmaps: usize) -> impl Iterator<Item = Rgb> {
    let count = bitmap.pixels.len().saturating_mul(bitmaps);
    let some = bitmap.pixels.iter().step_by(count.div_ceil(PIXELS).max(1));
    some.copied().map(rgb)
}

fn rgb(color: Color) -> Rgb {
    [color.red, color.green, color.blue]
}
