use crate::{Chart, Values};

/// A line through the points (x, y).
///
/// ```
/// use backprop_plot::{Picture, line};
///
/// let svg = line([0.0, 1.0, 2.0], [0.0, 1.0, 4.0]).title("y = x²").to_svg()?;
/// assert!(svg.contains("y = x²"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn line(x: impl Values, y: impl Values) -> Chart {
    Chart::new().line("", x, y)
}

/// A curve for each series, against 1, 2, 3 ...: losses and accuracies, epoch by epoch.
///
/// ```
/// use backprop_plot::{Picture, curves};
///
/// let chart = curves([("training", vec![0.9, 0.5, 0.3]), ("validation", vec![1.0, 0.7, 0.6])])
///     .x_label("epoch")
///     .y_label("loss")
///     .log_y();
/// assert!(chart.to_svg()?.contains("validation"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn curves<S: AsRef<str>, V: Values>(series: impl IntoIterator<Item = (S, V)>) -> Chart {
    series.into_iter().fold(Chart::new(), |chart, (name, values)| {
        let values = values.into_values();
        chart.line(name.as_ref(), 1..=values.len(), values)
    })
}

/// A function, at 400 places from `low` to `high`.
///
/// ```
/// use backprop_plot::{Picture, function};
///
/// let chart = function(-3.0, 3.0, f64::tanh).title("tanh");
/// # chart.to_svg()?;
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn function(low: f64, high: f64, f: impl Fn(f64) -> f64) -> Chart {
    const STEPS: usize = 400;
    let place = |step: usize| {
        let share = step as f64 / (STEPS - 1) as f64;
        low * (1.0 - share) + high * share
    };
    let x: Vec<f64> = (0..STEPS).map(place).collect();
    let y: Vec<f64> = x.iter().map(|&x| f(x)).collect();
    line(x, y)
}
