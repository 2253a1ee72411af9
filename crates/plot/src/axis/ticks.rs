use super::Scale;
use super::label::{Format, power_of_ten};

/// A place along an axis, and what is written there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: String,
}

/// At most about `most` round numbers between the ends of an axis.
pub(crate) fn ticks(scale: &Scale, most: usize) -> Vec<Tick> {
    let most = most.clamp(1, 50);
    let (low, high) = (scale.low.min(scale.high), scale.low.max(scale.high));
    if scale.log && high.log10() - low.log10() >= 1.2 {
        return decades(low, high, most);
    }
    let [smaller, step] = steps(low, high, most);
    let values = multiples(low, high, step);
    // Two neighbors of a step longer than the axis can lie on either side of it.
    let (mut values, step) = match values.is_empty() {
        true => (multiples(low, high, smaller), smaller),
        false => (values, step),
    };
    if scale.log {
        spread(&mut values, (high / low).ln() / most as f64);
    }
    let format = Format::of(&values, step);
    let tick = |value: f64| Tick {
        value,
        label: format.write(value),
    };
    values.iter().map(|&value| tick(value)).collect()
}

/// The smallest of 1, 2 and 5 times a power of ten that gives at most `most` steps, and before it the next smaller one.
fn steps(low: f64, high: f64, most: usize) -> [f64; 2] {
    let rough = high / most as f64 - low / most as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let all = [0.5, 1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    let mut pairs = all.windows(2).map(|pair| [pair[0], pair[1]]);
    pairs
        .find(|[_, step]| *step >= rough * (1.0 - 1e-9))
        .unwrap_or([rough; 2])
}

fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    if !(step.is_finite() && step > 0.0) {
        return Vec::new();
    }
    let slack = step * 1e-6;
    let first = ((low - slack) / step).ceil();
    let count = ((high + slack) / step).floor() - first;
    if !(0.0..1000.0).contains(&count) {
        return Vec::new();
    }
    // Adding 0 makes a zero of -0.
    (0..=count as usize)
        .map(|index| (first + index as f64) * step + 0.0)
        .collect()
}

/// Leaves out what is closer, on a logarithmic axis, than `apart` to the one before: there, even steps come closer and closer.
fn spread(values: &mut Vec<f64>, apart: f64) {
    let mut last = None;
    values.retain(|&value| {
        let far = last.is_none_or(|last: f64| (value / last).ln() >= apart * (1.0 - 1e-9));
        if far {
            last = Some(value);
        }
        far
    });
}

fn decades(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let first = (low.log10() - 1e-9).ceil().max(-400.0) as i32;
    let last = (high.log10() + 1e-9).floor().min(400.0) as i32;
    let count = (last - first + 1).max(0) as usize;
    let stride = count.div_ceil(most).max(1) as i32;
    let exponents: Vec<i32> = (first..=last)
        .filter(|exponent| exponent.rem_euclid(stride) == 0)
        .collect();
    let plain = exponents.iter().all(|exponent| (-3..=4).contains(exponent));
    let label = |exponent: i32| match exponent {
        _ if !plain => power_of_ten(exponent),
        0.. => format!("{}", 10_i32.pow(exponent as u32)),
        _ => format!("{:.*}", exponent.unsigned_abs() as usize, 10_f64.powi(exponent)),
    };
    let tick = |&exponent: &i32| Tick {
        value: 10_f64.powi(exponent),
        label: label(exponent),
    };
    match exponents.len() {
        0..=2 => between(low, high, most).unwrap_or_else(|| exponents.iter().map(tick).collect()),
        _ => exponents.iter().map(tick).collect(),
    }
}

/// Powers of ten with some of their multiples, where they alone would say little.
fn between(low: f64, high: f64, most: usize) -> Option<Vec<Tick>> {
    let (first, last) = (low.log10().floor(), high.log10().floor());
    if !(first >= -300.0 && last <= 300.0 && last - first <= 4.0) {
        return None;
    }
    let ticks = |multiples: &[u32]| -> Vec<Tick> {
        let all =
            (first as i32..=last as i32).flat_map(|exponent| multiples.iter().map(move |&m| (m, exponent)));
        let ticks = all.map(|(multiple, exponent)| Tick {
            value: f64::from(multiple) * 10_f64.powi(exponent),
            label: match exponent {
                -3..=0 => format!(
                    "{:.*}",
                    exponent.unsigned_abs() as usize,
                    f64::from(multiple) * 10_f64.powi(exponent)
                ),
                1..=4 => format!("{}", i64::from(multiple) * 10_i64.pow(exponent as u32)),
                _ if multiple == 1 => power_of_ten(exponent),
                _ => format!("{multiple}×{}", power_of_ten(exponent)),
            },
        });
        let slack = 1e-9;
        ticks
            .filter(|tick| tick.value >= low * (1.0 - slack) && tick.value <= high * (1.0 + slack))
            .collect()
    };
    [&[1, 2, 5][..], &[1, 3]]
        .map(ticks)
        .into_iter()
        .find(|ticks| (3..=most).contains(&ticks.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(low: f64, high: f64, most: usize) -> Vec<String> {
        ticks(&Scale::new(low, high), most)
            .into_iter()
            .map(|tick| tick.label)
            .collect()
    }

    #[test]
    fn round_numbers_with_as_many_decimals_as_they_need() {
        assert_eq!(
            labels(0.0, 1.0, 5),
            ["0", "0.2", "0.4", "0.6", "0.8", "1"].map(|label| if label == "0" || label == "1" {
                format!("{label}.0")
            } else {
                label.into()
            })
        );
        assert_eq!(labels(0.0, 30.0, 6), ["0", "5", "10", "15", "20", "25", "30"]);
        assert_eq!(
            labels(-0.01, 0.01, 4),
            ["−0.010", "−0.005", "0.000", "0.005", "0.010"]
        );
        assert_eq!(
            labels(0.0, 2e6, 4),
            ["0", "0.5×10⁶", "1.0×10⁶", "1.5×10⁶", "2.0×10⁶"]
        );
    }

    #[test]
    fn decades_of_a_logarithmic_axis() {
        let scale = |low, high| Scale {
            log: true,
            ..Scale::new(low, high)
        };
        let labels = |low, high| {
            ticks(&scale(low, high), 6)
                .into_iter()
                .map(|tick| tick.label)
                .collect::<Vec<_>>()
        };
        assert_eq!(labels(0.01, 100.0), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(
            labels(1e-9, 1e-4),
            ["10⁻⁹", "10⁻⁸", "10⁻⁷", "10⁻⁶", "10⁻⁵", "10⁻⁴"]
        );
    }

    /// An axis of one or two decades has more than one number, and each says where it is.
    #[test]
    fn short_logarithmic_axes_have_numbers_between_the_decades() {
        let found = |low: f64, high: f64, most: usize| -> Vec<String> {
            let scale = Scale {
                log: true,
                ..Scale::new(low, high)
            };
            ticks(&scale, most).into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(found(12.0, 256.0, 6), ["20", "50", "100", "200"]);
        assert_eq!(found(0.03, 0.6, 6), ["0.05", "0.1", "0.2", "0.5"]);
        assert_eq!(found(0.015, 6.0, 5), ["0.03", "0.1", "0.3", "1", "3"]);
        assert_eq!(found(1.5e6, 4e7, 6), ["2×10⁶", "5×10⁶", "10⁷", "2×10⁷"]);
        // Too little room for more than the decades.
        assert_eq!(found(0.015, 6.0, 3), ["0.1", "1"]);
    }

    #[test]
    fn even_steps_on_a_logarithmic_axis_do_not_crowd_at_its_end() {
        let scale = Scale {
            log: true,
            ..Scale::new(5e-8, 7.3e-7)
        };
        let values: Vec<f64> = ticks(&scale, 8).iter().map(|tick| tick.value).collect();
        assert!(values.len() > 2);
        let apart = (7.3e-7_f64 / 5e-8).ln() / 8.0;
        assert!(
            values
                .windows(2)
                .all(|pair| (pair[1] / pair[0]).ln() >= 0.999 * apart),
            "{values:?}"
        );
    }

    proptest! {
        #[test]
        fn ticks_lie_on_the_axis_differ_and_say_where_they_are(
            low in prop_oneof![-1e3..1e3, -1e-6..1e-6, -1e12..1e12],
            width in prop_oneof![1e-3..1e3, 1e6..1e12],
            most in 2_usize..12,
        ) {
            let high = low + width;
            let found = ticks(&Scale::new(low, high), most);
            prop_assert!(found.len() <= most + 1);
            prop_assert!(!found.is_empty());
            for pair in found.windows(2) {
                prop_assert!(pair[0].value < pair[1].value);
                prop_assert_ne!(&pair[0].label, &pair[1].label);
            }
            for tick in &found {
                prop_assert!(tick.value >= low - width * 1e-5 && tick.value <= high + width * 1e-5);
            }
        }

        #[test]
        fn any_axis_has_few_ticks(low in any::<f64>(), high in any::<f64>(), most in any::<usize>(), log in any::<bool>()) {
            let scale = Scale { low, high, log };
            prop_assert!(ticks(&scale, most).len() <= 60);
        }
    }
}
