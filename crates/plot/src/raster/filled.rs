//! Where nothing more can be seen.

use std::ops::Range;

/// How many columns are looked at together.
pub(super) const BLOCK: usize = 32;

/// After how many parts the columns are looked at first; then whenever they have doubled.
const FIRST: usize = 256;

/// How far from the end of a run, in rows, rounding may bring a place.
const ROUNDING: f32 = 0.02;

/// For each column of a grid, the longest run of rows that are filled: a part that lies within them need not be drawn, which is most of them where
/// a great many go to and fro over the same area.
#[derive(Debug)]
pub(super) struct Filled {
    starts: Vec<f32>,
    ends: Vec<f32>,
    parts: usize,
    next: usize,
}

impl Filled {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            starts: vec![f32::INFINITY; columns],
            ends: vec![f32::NEG_INFINITY; columns],
            parts: 0,
            next: FIRST,
        }
    }

    /// Counts a part; whether the columns should be [looked at](Self::set) again.
    pub(super) fn is_due(&mut self) -> bool {
        self.parts += 1;
        let is_due = self.parts >= self.next;
        if is_due {
            self.next = self.next.saturating_mul(2);
        }
        is_due
    }

    /// Which rows of a column are filled.
    pub(super) fn set(&mut self, column: usize, rows: impl Iterator<Item = bool>) {
        let (mut longest, mut start) = (0..0, 0);
        for (row, is_filled) in rows.enumerate() {
            if !is_filled {
                start = row + 1;
            } else if row + 1 - start > longest.len() {
                longest = start..row + 1;
            }
        }
        if !longest.is_empty() {
            self.starts[column] = longest.start as f32;
            self.ends[column] = longest.end as f32;
        }
    }

    /// Whether a line lies within what is filled, in all of these columns: in the middle of the first it is at `place`, and `slope` rows farther in each one after
    /// it.
    pub(super) fn holds(&self, columns: Range<usize>, place: f64, slope: f64) -> bool {
        let (place, slope) = (place as f32, slope as f32);
        let margin = slope.abs() / 2.0 + ROUNDING;
        let (Some(starts), Some(ends)) = (self.starts.get(columns.clone()), self.ends.get(columns)) else {
            return false;
        };
        // All of them, whatever the first ones are, are compared side by side.
        let within = (0_u16..)
            .zip(starts.iter().zip(ends))
            .map(|(index, (start, end))| {
                let at = place + f32::from(index) * slope;
                (at - margin >= *start) & (at + margin <= *end)
            });
        within.fold(true, |all, one| all & one)
    }
}
