//! The median of a window that moves along a curve.

/// For each value, the median of those up to `reach` places away to both sides, in `O(n log n)` steps whatever the reach.
///
/// Fewer at the ends, and as many to both sides: the ends of a falling curve stay what they are. In the order of [`f64::total_cmp`], so that NaN is
/// above all numbers, or below them if it is negative.
pub(crate) fn running_median(values: &[f64], reach: usize) -> Vec<f64> {
    let count = values.len();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0; count];
    for (rank, &place) in order.iter().enumerate() {
        ranks[place] = rank;
    }
    let (mut window, mut first, mut end) = (Ranks::new(count), 0, 0);
    let median = |at: usize| {
        let reach = reach.min(at).min(count - 1 - at);
        // Neither end ever goes back.
        while end <= at + reach {
            window.add(ranks[end]);
            end += 1;
        }
        while first < at - reach {
            window.remove(ranks[first]);
            first += 1;
        }
        values[order[window.nth(reach)]]
    };
    (0..count).map(median).collect()
}

/// A set of numbers below a bound, of which the `n`-th is found in `O(log n)` steps: a binary indexed tree (Fenwick, 1994).
struct Ranks {
    /// At `i - 1`, how many numbers there are in the `i & -i` below `i`.
    counts: Vec<usize>,
}

impl Ranks {
    fn new(bound: usize) -> Self {
        Self {
            counts: vec![0; bound],
        }
    }

    /// The places that count a number.
    fn places(&self, number: usize) -> impl Iterator<Item = usize> + use<> {
        let bound = self.counts.len();
        let next = |place: &usize| Some(place + (place & place.wrapping_neg()));
        std::iter::successors(Some(number + 1), next)
            .take_while(move |&place| place <= bound)
            .map(|place| place - 1)
    }

    fn add(&mut self, number: usize) {
        for place in self.places(number) {
            self.counts[place] += 1;
        }
    }

    fn remove(&mut self, number: usize) {
        for place in self.places(number) {
            self.counts[place] -= 1;
        }
    }

    /// The number that `n` others are below.
    fn nth(&self, mut n: usize) -> usize {
        let (mut below, mut step) = (0, self.counts.len().next_power_of_two());
        while step > 0 {
            if let Some(&count) = self.counts.get(below + step - 1)
                && count <= n
            {
                n -= count;
                below += step;
            }
            step /= 2;
        }
        below
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each window sorted anew.
    fn model(values: &[f64], reach: usize) -> Vec<f64> {
        let median = |at: usize| {
            let reach = reach.min(at).min(values.len() - 1 - at);
            let mut window = values[at - reach..=at + reach].to_vec();
            window.sort_by(f64::total_cmp);
            window[reach]
        };
        (0..values.len()).map(median).collect()
    }

    fn bits(values: &[f64]) -> Vec<u64> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    proptest! {
        #[test]
        fn it_is_the_middle_of_the_sorted_window(
            values in prop::collection::vec(prop_oneof![any::<f64>(), (-3..3).prop_map(f64::from)], 0..70),
            reach in 0..40_usize,
        ) {
            prop_assert_eq!(bits(&running_median(&values, reach)), bits(&model(&values, reach)));
        }
    }
}
