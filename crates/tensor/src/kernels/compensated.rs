//! Sums that keep what rounding loses.

use crate::math::Real;

/// A sum and the rounding errors of its additions, added up: Knuth's TwoSum, as in Ogita, Rump and Oishi, Accurate sum and dot product (2005).
///
/// The value of n terms has an error of at most ε |Σ x| + (n ε)² Σ |x|.
#[derive(Debug, Clone, Copy, Default)]
pub struct Compensated<T> {
    sum: T,
    lost: T,
}

impl<T: Real> Compensated<T> {
    #[inline(always)]
    pub fn add(&mut self, x: T) {
        let sum = self.sum + x;
        let added = sum - self.sum;
        self.lost = self.lost + ((self.sum - (sum - added)) + (x - added));
        self.sum = sum;
    }

    #[inline(always)]
    pub fn value(self) -> T {
        // Of an infinite sum, what is lost is no number; and only a finite one times 0 is 0.
        if self.lost * T::of(0.0) == T::of(0.0) {
            self.sum + self.lost
        } else {
            self.sum
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(terms: &[f64]) -> f64 {
        let mut sum = Compensated::default();
        terms.iter().for_each(|&x| sum.add(x));
        sum.value()
    }

    #[test]
    fn what_is_lost_comes_back() {
        assert_eq!(sum(&[1e16, 1.0, 1.0, -1e16]), 2.0);
        assert_eq!(sum(&[1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum(&[f64::MAX, -f64::MAX, 3.0]), 3.0);
    }

    #[test]
    fn infinities_stay() {
        assert_eq!(sum(&[1.0, f64::INFINITY, 1.0]), f64::INFINITY);
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert!(sum(&[1.0, f64::NAN, 1.0]).is_nan());
    }
}
