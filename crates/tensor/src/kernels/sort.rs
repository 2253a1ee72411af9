//! Sorting rows, by way of integers in the same order that carry the index in their lower bits: comparing those is
//! fast, and makes any algorithm stable.

use crate::counters::{self, Family};
use crate::parallel::{self, threshold};
use crate::{Error, Layout, Result};

use super::Gather;

/// Picoseconds an element of a row among which some are selected; and a comparison of those that are sorted.
const SELECT: u32 = 1500;
const COMPARE: u32 = 1500;

/// The rows to be sorted: those of a view, whose last axis they follow.
#[derive(Debug)]
pub struct Rows<'a, T> {
    pub source: &'a [T],
    pub layout: &'a Layout,
    /// Not 0.
    pub length: usize,
    pub descending: bool,
}

pub trait Sort: Sized {
    /// The first `count` elements of each row in order, and where they were; `count` is not 0, and no more than the length.
    fn sort(values: &mut [Self], indices: &mut [i64], rows: &Rows<'_, Self>, count: usize) -> Result<()>;

    /// The element at a place of each row in order, and where it was; the first NaN if there is one.
    fn nth(values: &mut [Self], indices: &mut [i64], rows: &Rows<'_, Self>, place: usize) -> Result<()>;
}

/// What is wanted of each row in order.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// So many elements, not 0.
    First(usize),
    /// The element at a place.
    Nth(usize),
}

impl Part {
    /// The number of elements.
    fn count(self) -> usize {
        match self {
            Self::First(count) => count,
            Self::Nth(_) => 1,
        }
    }

    /// Picoseconds an element of a row of this length.
    fn cost(self, length: usize) -> u32 {
        match self {
            Self::First(count) => {
                SELECT + (count.saturating_mul(count.ilog2() as usize) / length) as u32 * COMPARE
            }
            Self::Nth(_) => SELECT,
        }
    }
}

/// An element as an integer in the same order, in which NaN comes last and both zeros are equal.
trait Key: Copy {
    const BITS: u32;

    fn key(self) -> u64;

    fn is_nan(self) -> bool;
}

/// A key and an index, ordered by the key first.
trait Packed: Copy + Ord {
    fn pack(key: u64, index: usize) -> Self;

    fn index(self) -> usize;
}

/// Keys and indices of 32 bits.
impl Packed for u64 {
    #[inline(always)]
    fn pack(key: u64, index: usize) -> Self {
        key << 32 | index as u64
    }

    #[inline(always)]
    fn index(self) -> usize {
        (self & u64::from(u32::MAX)) as usize
    }
}

impl Packed for u128 {
    #[inline(always)]
    fn pack(key: u64, index: usize) -> Self {
        u128::from(key) << 64 | index as u128
    }

    #[inline(always)]
    fn index(self) -> usize {
        self as u64 as usize
    }
}

macro_rules! floats {
    ($($t:ty, $bits:ty;)*) => { $(
        impl Key for $t {
            const BITS: u32 = <$bits>::BITS;

            #[inline(always)]
            fn key(self) -> u64 {
                const SIGN: $bits = 1 << (<$bits>::BITS - 1);
                // Adding 0 makes 0 of -0.
                let bits = (self + 0.0).to_bits();
                let key = if bits & SIGN == 0 { bits | SIGN } else { !bits };
                u64::from(if self.is_nan() { <$bits>::MAX } else { key })
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                <$t>::is_nan(self)
            }
        }
    )* };
}
floats! { f32, u32; f64, u64; }

macro_rules! integers {
    ($($t:ty, $bits:ty;)*) => { $(
        impl Key for $t {
            const BITS: u32 = <$bits>::BITS;

            #[inline(always)]
            fn key(self) -> u64 {
                u64::from((self as $bits).wrapping_sub(<$t>::MIN as $bits))
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                false
            }
        }
    )* };
}
integers! { i32, u32; i64, u64; u8, u8; }

macro_rules! sort {
    ($($t:ty),*) => { $(
        impl Sort for $t {
            fn sort(values: &mut [Self], indices: &mut [i64], rows: &Rows<'_, Self>, count: usize) -> Result<()> {
                order(values, indices, rows, Part::First(count))
            }

            fn nth(values: &mut [Self], indices: &mut [i64], rows: &Rows<'_, Self>, place: usize) -> Result<()> {
                order(values, indices, rows, Part::Nth(place))
            }
        }
    )* };
}
sort! { f32, f64, i32, i64, u8 }

/// An element that is ordered by its key.
trait Ordered: Key + Gather + Default + Send + Sync {}

impl<T: Key + Gather + Default + Send + Sync> Ordered for T {}

#[inline(never)]
fn order<T: Ordered>(values: &mut [T], indices: &mut [i64], rows: &Rows<'_, T>, part: Part) -> Result<()> {
    counters::kernel(Family::Sort, || {
        let read = rows.layout.distinct() * size_of::<T>();
        [read, size_of_val(values) + size_of_val(indices)]
    });
    let elements = values.len() / part.count() * rows.length;
    let grain = parallel::grain(elements, threshold::<f32>(part.cost(rows.length)));
    if <T as Key>::BITS <= 32 && u32::try_from(rows.length).is_ok() {
        divide::<T, u64>(values, indices, 0, rows, part, grain)
    } else {
        divide::<T, u128>(values, indices, 0, rows, part, grain)
    }
}

/// Sorts the rows from `start` on, as many as there is room for.
fn divide<T: Ordered, P: Packed>(
    values: &mut [T],
    indices: &mut [i64],
    start: usize,
    rows: &Rows<'_, T>,
    part: Part,
    grain: usize,
) -> Result<()> {
    let count = part.count();
    let here = values.len() / count;
    if here < 2 || here * rows.length <= grain {
        return sort_rows::<T, P>(values, indices, start, rows, part);
    }
    let middle = here / 2;
    let (values, more_values) = values.split_at_mut(middle * count);
    let (indices, more_indices) = indices.split_at_mut(middle * count);
    let (mut first, mut second) = (Ok(()), Ok(()));
    parallel::join(
        &mut || first = divide::<T, P>(values, indices, start, rows, part, grain),
        &mut || second = divide::<T, P>(more_values, more_indices, start + middle, rows, part, grain),
    );
    first.and(second)
}

fn sort_rows<T: Ordered, P: Packed>(
    values: &mut [T],
    indices: &mut [i64],
    start: usize,
    rows: &Rows<'_, T>,
    part: Part,
) -> Result<()> {
    let (mut row, mut packed) = (room(rows.length)?, room(rows.length)?);
    row.resize(rows.length, T::default());
    let flip = if rows.descending {
        u64::MAX >> (64 - <T as Key>::BITS)
    } else {
        0
    };
    let count = part.count();
    let targets = values.chunks_mut(count).zip(indices.chunks_mut(count));
    for (i, (values, indices)) in targets.enumerate() {
        T::gather(&mut row, rows.source, rows.layout, (start + i) * rows.length);
        packed.clear();
        packed.extend(row.iter().enumerate().map(|(i, x)| P::pack(x.key() ^ flip, i)));
        let wanted = match part {
            Part::First(count) => first_in_order(&mut packed, count),
            Part::Nth(place) => nth_in_order(&row, &mut packed, place),
        };
        for ((value, index), packed) in values.iter_mut().zip(indices).zip(wanted) {
            *value = row[packed.index()];
            *index = packed.index() as i64;
        }
    }
    Ok(())
}

/// Of a row that is so many times as long, few elements are found by looking at each of the others once.
const FEW: usize = 16;

fn first_in_order<P: Packed>(packed: &mut [P], count: usize) -> &[P] {
    if count < FEW && packed.len() >= FEW * count {
        return least(packed, count);
    }
    if count < packed.len() {
        packed.select_nth_unstable(count - 1);
    }
    packed[..count].sort_unstable();
    &packed[..count]
}

/// The `count` least of them, in order; there are more.
fn least<P: Packed>(packed: &mut [P], count: usize) -> &[P] {
    let (least, others) = packed.split_at_mut(count);
    least.sort_unstable();
    let mut greatest = least[count - 1];
    for &mut x in others {
        if x < greatest {
            let place = least.partition_point(|&other| other < x);
            least.copy_within(place..count - 1, place + 1);
            least[place] = x;
            greatest = least[count - 1];
        }
    }
    least
}

fn nth_in_order<'a, T: Key, P: Packed>(row: &[T], packed: &'a mut [P], place: usize) -> &'a [P] {
    // Where there is a NaN, what is packed is still in the order of the row.
    let place = row.iter().position(|x| x.is_nan()).unwrap_or_else(|| {
        packed.select_nth_unstable(place);
        place
    });
    &packed[place..=place]
}

fn room<T>(count: usize) -> Result<Vec<T>> {
    let mut elements = Vec::new();
    let bytes = count.saturating_mul(size_of::<T>());
    elements
        .try_reserve_exact(count)
        .map_err(|_| Error::Memory { bytes })?;
    Ok(elements)
}
