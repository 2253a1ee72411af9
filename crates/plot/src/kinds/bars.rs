use crate::{Bars, Chart, Values};

/// Bars for each name, one of each series side by side: results of several settings.
///
/// ```
/// use backprop_plot::{Picture, bars};
///
/// let chart = bars(["L2", "dropout"], [("training", [0.99, 0.97]), ("test", [0.91, 0.94])]).y_label("accuracy");
/// assert!(chart.to_svg()?.contains("dropout"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn bars<N: Into<String>, S: Into<String>, V: Values>(
    names: impl IntoIterator<Item = N>,
    series: impl IntoIterator<Item = (S, V)>,
) -> Chart {
    grouped(series).fold(Chart::new().x_categories(names), Chart::add)
}

/// [`bars`] from left to right, the first name on top: good for long names.
///
/// ```
/// use backprop_plot::{Picture, horizontal_bars};
///
/// let chart = horizontal_bars(["no regularization", "early stopping"], [("test accuracy", [0.91, 0.94])]);
/// assert!(chart.to_svg()?.contains("early stopping"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn horizontal_bars<N: Into<String>, S: Into<String>, V: Values>(
    names: impl IntoIterator<Item = N>,
    series: impl IntoIterator<Item = (S, V)>,
) -> Chart {
    let names: Vec<String> = names.into_iter().map(Into::into).collect();
    let last = names.len() as f64 - 0.5;
    let chart = Chart::new().y_categories(names).y_limits(last, -0.5);
    grouped(series).fold(chart, |chart, bars| chart.add(bars.horizontal()))
}

fn grouped<S: Into<String>, V: Values>(
    series: impl IntoIterator<Item = (S, V)>,
) -> impl Iterator<Item = Bars> {
    let series: Vec<(S, V)> = series.into_iter().collect();
    let count = series.len();
    let numbered = series.into_iter().enumerate();
    numbered.map(move |(index, (name, values))| Bars::in_group(values, index, count).name(name))
}
