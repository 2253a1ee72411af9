use crate::values::check_count;
use crate::{Band, Bars, Chart, Error, Line, Values, category_color};

/// How often values lie where, with a number of bins that fits them (Freedman and Diaconis, 1981), 5 to 80.
///
/// ```
/// use backprop_plot::{Picture, histogram};
///
/// let chart = histogram([0.1, 0.2, 0.25, 0.3, 0.9]).x_label("weight");
/// # chart.to_svg()?;
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn histogram(values: impl Values) -> Chart {
    histograms([("", values)])
}

/// Histograms of several series on top of each other, with common bins.
///
/// ```
/// use backprop_plot::{Picture, histograms};
///
/// let chart = histograms([("right", vec![0.9, 0.95, 0.99]), ("wrong", vec![0.4, 0.6])]).x_label("confidence");
/// assert!(chart.to_svg()?.contains("wrong"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn histograms<S: Into<String>, V: Values>(series: impl IntoIterator<Item = (S, V)>) -> Chart {
    let series: Vec<(String, Vec<f64>)> = series
        .into_iter()
        .map(|(name, values)| (name.into(), finite(values)))
        .collect();
    let all: Vec<f64> = series.iter().flat_map(|(_, values)| values).copied().collect();
    if let Err(error) = check_count("histogram", all.len()) {
        return Chart::failed(error);
    }
    let Some(edges) = edges(all) else {
        return Chart::new().y_label("count");
    };
    let opacity = if series.len() > 1 { 0.55 } else { 1.0 };
    series
        .into_iter()
        .fold(Chart::new().y_label("count"), |chart, (name, values)| {
            chart.add(
                Bars::with_edges(&edges, counts(&values, &edges))
                    .name(name)
                    .opacity(opacity),
            )
        })
}

/// A hill for each name, one above the other from the first at the bottom: how weights or gradients spread, layer by layer or
/// epoch by epoch. Each is as high as the others, whatever the number of its values. More than 1000 names are an error: a hill would be less than a
/// pixel high.
///
/// ```
/// use backprop_plot::{Picture, ridges};
///
/// let chart = ridges((1..=3).map(|epoch| (format!("epoch {epoch}"), vec![-0.1 * epoch as f64, 0.0, 0.1 * epoch as f64])));
/// assert!(chart.to_svg()?.contains("epoch 3"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn ridges<S: Into<String>, V: Values>(rows: impl IntoIterator<Item = (S, V)>) -> Chart {
    let rows: Vec<(String, Vec<f64>)> = rows
        .into_iter()
        .take(MOST_RIDGES + 1)
        .map(|(name, values)| (name.into(), finite(values)))
        .collect();
    let all: Vec<f64> = rows.iter().flat_map(|(_, values)| values).copied().collect();
    let too_many = (rows.len() > MOST_RIDGES).then(|| {
        let problem = format!("more than {MOST_RIDGES} names: draw every n-th");
        Error::invalid("ridges", problem)
    });
    if let Some(error) = too_many.or(check_count("ridges", all.len()).err()) {
        return Chart::failed(error);
    }
    let names: Vec<String> = rows.iter().map(|(name, _)| name.clone()).collect();
    let top = names.len() as f64 + 0.9;
    let mut chart = Chart::new().y_categories(names).y_limits(-0.3, top);
    let Some((low, high)) = range(&all) else {
        return chart;
    };
    // Hills are drawn as far as distances are numbers.
    let (low, high) = (low.clamp(-1e300, 1e300), high.clamp(-1e300, 1e300));
    let room = (high - low) * 0.05;
    let places: Vec<f64> = (0..=PLACES)
        .map(|step| low - room + (high - low + 2.0 * room) * step as f64 / PLACES as f64)
        .collect();
    // From behind to the front.
    for (index, (_, values)) in rows.iter().enumerate().rev() {
        let base = index as f64;
        let heights = density(values, &places);
        let hill: Vec<f64> = heights.iter().map(|height| base + height * 1.6).collect();
        let color = category_color(0);
        let ground = Band::new(&places, vec![base; places.len()], &hill)
            .color(color)
            .opacity(0.45);
        chart = chart
            .add(ground)
            .add(Line::new(&places, &hill).color(color).width(1.6));
    }
    chart
}

const PLACES: usize = 160;
const MOST_BINS: f64 = 80.0;
const MOST_RIDGES: usize = 1000;

fn finite(values: impl Values) -> Vec<f64> {
    values
        .into_values()
        .into_iter()
        .filter(|value| value.is_finite())
        .collect()
}

/// The least and the largest, apart; `None` of no values.
fn range(values: &[f64]) -> Option<(f64, f64)> {
    let low = values.iter().copied().reduce(f64::min)?;
    let high = values.iter().copied().reduce(f64::max)?;
    let apart = (low.abs().max(high.abs()) * 1e-6).max(1e-12);
    // The width itself may be too large for a number.
    let is_apart = 0.5 * high - 0.5 * low > 0.5 * apart;
    let room = if is_apart { 0.0 } else { 0.5 * apart.max(1.0) };
    Some(((low - room).max(f64::MIN), (high + room).min(f64::MAX)))
}

/// Twice the middle half of the values over the cube root of their number is a bin, within 5 to 80 bins.
fn edges(mut values: Vec<f64>) -> Option<Vec<f64>> {
    let (low, high) = range(&values)?;
    let count = values.len();
    // Neither place is beyond the end: there is a value.
    let mut quarter = |share: usize| *values.select_nth_unstable_by(count * share / 4, f64::total_cmp).1;
    // Halves, which do not overflow.
    let half = 2.0 * (0.5 * quarter(3) - 0.5 * quarter(1)) / (count as f64).cbrt();
    let bins = if half > 0.0 {
        ((0.5 * high - 0.5 * low) / half).ceil().clamp(5.0, MOST_BINS)
    } else {
        10.0
    };
    Some(
        (0..=bins as usize)
            .map(|edge| match (high - low) * bins {
                f64::INFINITY => low * (1.0 - edge as f64 / bins) + high * (edge as f64 / bins),
                _ => low + (high - low) * edge as f64 / bins,
            })
            .collect(),
    )
}

/// How many values lie from each edge to the next; the last bin has its upper edge too.
fn counts(values: &[f64], edges: &[f64]) -> Vec<f64> {
    let bins = edges.len() - 1;
    let mut counts = vec![0.0; bins];
    for value in values {
        let above = edges.partition_point(|edge| edge <= value);
        if above > 0 {
            counts[(above - 1).min(bins - 1)] += 1.0;
        }
    }
    counts
}

/// The density of the values at places, with the highest as 1: a histogram smoothed by a Gaussian (Silverman's rule).
fn density(values: &[f64], places: &[f64]) -> Vec<f64> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    let step = places[1] - places[0];
    let width = (1.06 * deviation * count.powf(-0.2)).max(1.5 * step);
    let mut cells = vec![0.0; places.len()];
    for value in values {
        let place = ((value - places[0]) / step).round();
        if let Some(cell) = cells.get_mut(place.max(0.0) as usize) {
            *cell += 1.0;
        }
    }
    let smooth = |at: f64| -> f64 {
        let near = places.iter().zip(&cells).filter(|(_, cell)| **cell > 0.0);
        near.map(|(place, cell)| cell * (-0.5 * ((place - at) / width).powi(2)).exp())
            .sum()
    };
    let heights: Vec<f64> = places.iter().map(|&place| smooth(place)).collect();
    let highest = heights.iter().copied().fold(0.0, f64::max);
    if highest > 0.0 {
        heights.into_iter().map(|height| height / highest).collect()
    } else {
        heights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_finite_value_is_in_one_bin(values in vec(prop_oneof![-1e3..1e3, any::<f64>()], 1..200)) {
            let values = finite(values);
            if let Some(edges) = edges(values.clone()) {
                prop_assert!(edges.windows(2).all(|pair| pair[0] < pair[1]));
                let total: f64 = counts(&values, &edges).iter().sum();
                prop_assert_eq!(total, values.len() as f64);
            }
        }
    }

    #[test]
    fn bins_of_values_that_are_alike_or_too_large_have_a_width() {
        for value in [0.0, 1.0, -1e-320, 6e303, f64::MIN] {
            let edges = edges(vec![value, value]).unwrap();
            assert!(edges.windows(2).all(|pair| pair[0] < pair[1]), "{value}");
        }
    }

    #[test]
    fn values_whose_distance_is_too_large_for_a_number_are_where_they_are() {
        for far in [1e308, f64::MAX] {
            let values = [-far, 0.0, far, far];
            let edges = edges(values.to_vec()).unwrap();
            assert_eq!((edges[0], edges[edges.len() - 1]), (-far, far));
            assert_eq!(counts(&values, &edges), [1.0, 0.0, 1.0, 0.0, 2.0]);
        }
    }

    #[test]
    fn counts_by_hand() {
        assert_eq!(counts(&[0.0, 0.5, 1.0, 1.5, 2.0], &[0.0, 1.0, 2.0]), [2.0, 3.0]);
    }
}
