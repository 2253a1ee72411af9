//! Evenly spaced numbers.

use crate::counters::{self, Family};

pub trait Sequence: Sized {
    /// How many of the numbers `start + i * step` lie before `end`, saturating; `None` if the step is 0, leads away from
    /// `end`, or one of the three is not finite.
    fn steps(start: Self, end: Self, step: Self) -> Option<usize>;

    /// `target[i] = start + i * step`.
    fn sequence(target: &mut [Self], start: Self, step: Self);
}

macro_rules! floats {
    ($($t:ty),*) => {
        $(impl Sequence for $t {
            #[allow(clippy::cast_lossless)]
            fn steps(start: Self, end: Self, step: Self) -> Option<usize> {
                steps(start as f64, end as f64, step as f64)
            }

            #[allow(clippy::cast_lossless)]
            fn sequence(target: &mut [Self], start: Self, step: Self) {
                counters::kernel(Family::Fill, || [0, size_of_val(target)]);
                for (i, to) in target.iter_mut().enumerate() {
                    *to = nth(start as f64, step as f64, i) as $t;
                }
            }
        })*
    };
}
floats! { f32, f64 }

macro_rules! integers {
    ($($t:ty),*) => {
        $(impl Sequence for $t {
            fn steps(start: Self, end: Self, step: Self) -> Option<usize> {
                let (distance, step) = (i128::from(end) - i128::from(start), i128::from(step));
                if step == 0 || distance.signum() == -step.signum() {
                    return None;
                }
                let count = distance.unsigned_abs().div_ceil(step.unsigned_abs());
                Some(usize::try_from(count).unwrap_or(usize::MAX))
            }

            fn sequence(target: &mut [Self], start: Self, step: Self) {
                counters::kernel(Family::Fill, || [0, size_of_val(target)]);
                // Every number is one of the type, so arithmetic that wraps around gives it.
                for (i, to) in target.iter_mut().enumerate() {
                    *to = start.wrapping_add(step.wrapping_mul(i as $t));
                }
            }
        })*
    };
}
integers! { i32, i64, u8 }

fn steps(start: f64, end: f64, step: f64) -> Option<usize> {
    if ![start, end, step].iter().all(|x| x.is_finite()) || step == 0.0 {
        return None;
    }
    let distance = end - start;
    let ratio = if distance.is_finite() {
        distance / step
    } else {
        end / step - start / step
    };
    if ratio < 0.0 {
        return None;
    }
    // The quotient is rounded: the numbers themselves decide whether the last one lies before the end.
    let count = ratio.ceil() as usize;
    let before = |i| {
        let x = nth(start, step, i);
        if step > 0.0 { x < end } else { x > end }
    };
    if count > 0 && !before(count - 1) {
        return Some(count - 1);
    }
    Some(count.saturating_add(usize::from(before(count))))
}

/// `start + i * step`, also where `i * step` overflows and the sum does not.
pub(crate) fn nth(start: f64, step: f64, i: usize) -> f64 {
    let x = start + i as f64 * step;
    if x.is_finite() {
        x
    } else {
        2.0 * (0.5 * start + i as f64 * (0.5 * step))
    }
}
