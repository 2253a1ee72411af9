//! Sums in the order of the index, cut where they would become long.

use std::collections::HashMap;

use crate::Element;

/// Additions to one place, one after another: as many as a byte counts.
const CHAIN: usize = 1 << u8::BITS;

/// What is added.
pub trait Term: Element + Default {
    /// Whether an order of additions can be better than another.
    const ROUNDED: bool;

    /// A sum of sums.
    type Aside: Copy + Default;

    fn plus(self, other: Self) -> Self;

    fn add(sum: &mut Self::Aside, x: Self);

    fn value(sum: Self::Aside) -> Self;
}

/// How many elements have been added to each place, and what was put aside.
pub struct Chains<T: Term> {
    /// The number of additions since the last time; empty if no place can have too many.
    counts: Vec<u8>,
    aside: HashMap<usize, Vec<T::Aside>>,
}

impl<T: Term> Chains<T> {
    /// For so many places, none of which is added to more than `most` times.
    pub fn new(places: usize, most: usize) -> Self {
        let places = if Self::may_be_full(most) { places } else { 0 };
        Self {
            counts: vec![0; places],
            aside: HashMap::new(),
        }
    }

    /// Whether so many additions to one place are too many, so that they have to be counted.
    pub fn may_be_full(most: usize) -> bool {
        T::ROUNDED && most > CHAIN
    }

    /// Begins anew, for the same places.
    pub fn restart(&mut self) {
        self.counts.fill(0);
    }

    /// Counts one addition and says whether what is there must be put aside.
    #[inline(always)]
    pub fn is_full(&mut self, place: usize) -> bool {
        self.counts.get_mut(place).is_some_and(|count| {
            *count = count.wrapping_add(1);
            *count == 0
        })
    }

    /// Adds to the places that an index names, all of which are counted, up to the first addition after which what is there must be put aside;
    /// which one that was.
    #[inline(always)]
    pub fn add_until_full(&mut self, target: &mut [T], index: &[i64], source: &[T]) -> Option<usize> {
        let counts = &mut self.counts[..target.len()];
        for (i, (&place, &x)) in index.iter().zip(source).enumerate() {
            let place = place as usize;
            target[place] = target[place].plus(x);
            counts[place] = counts[place].wrapping_add(1);
            if counts[place] == 0 {
                return Some(i);
            }
        }
        None
    }

    #[cold]
    pub fn put_aside(&mut self, place: usize, elements: &mut [T]) {
        let aside = { self.aside.entry(place) }.or_insert_with(|| vec![T::Aside::default(); elements.len()]);
        for (sum, x) in aside.iter_mut().zip(elements) {
            T::add(sum, *x);
            *x = T::default();
        }
    }

    /// Adds what was put aside to places of one element.
    pub fn finish(&mut self, target: &mut [T]) {
        self.finish_each(|place, finish| finish(&mut target[place..]));
    }

    /// As [`finish`](Self::finish), with a function that hands on the elements of a place.
    pub fn finish_each(&mut self, mut at: impl FnMut(usize, &mut dyn FnMut(&mut [T]))) {
        for (place, aside) in self.aside.drain() {
            at(place, &mut |elements| {
                for (&sum, x) in aside.iter().zip(elements) {
                    let mut sum = sum;
                    T::add(&mut sum, *x);
                    *x = T::value(sum);
                }
            });
        }
    }
}
