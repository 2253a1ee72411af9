use crate::layers::check_lengths;
use crate::{Chart, Figure, Line, Points, Rule, Segments, Values, histogram};

/// What a regression leaves over, target minus prediction: against the prediction, and how often which.
///
/// ```
/// use backprop_plot::{Picture, residuals};
///
/// let figure = residuals([1.0, 2.0, 3.0], [1.1, 1.8, 3.0]);
/// # figure.to_svg()?;
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn residuals(targets: impl Values, predictions: impl Values) -> Figure {
    let (targets, predictions) = (targets.into_values(), predictions.into_values());
    if let Err(error) = check_lengths("residuals", targets.len(), predictions.len()) {
        return Figure::new().below(Chart::failed(error));
    }
    let left: Vec<f64> = targets
        .iter()
        .zip(&predictions)
        .map(|(target, prediction)| target - prediction)
        .collect();
    let scatter = Chart::new()
        .title("Residuals against predictions")
        .x_label("prediction")
        .y_label("target − prediction")
        .add(Rule::horizontal(0.0))
        .add(Points::new(predictions, &left));
    let spread = histogram(left)
        .title("How often which")
        .x_label("target − prediction")
        .add(Rule::vertical(0.0));
    Figure::new().row([scatter, spread])
}

/// A regression of one input: the samples, the model's curve through (x, predictions), and the residual of each sample as a line
/// from the one to the other.
///
/// ```
/// use backprop_plot::{Picture, regression};
///
/// let chart = regression([0.0, 1.0, 2.0], [0.1, 0.9, 2.1], [0.0, 1.0, 2.0]).x_label("x").y_label("y");
/// # chart.to_svg()?;
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn regression(x: impl Values, targets: impl Values, predictions: impl Values) -> Chart {
    let (x, targets, predictions) = (x.into_values(), targets.into_values(), predictions.into_values());
    let mut curve: Vec<(f64, f64)> = x.iter().copied().zip(predictions.iter().copied()).collect();
    curve.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (along, height): (Vec<f64>, Vec<f64>) = curve.into_iter().unzip();
    Chart::new()
        .add(Segments::new(&x, &targets, &x, predictions).name("residuals"))
        .add(Points::new(x, targets).name("samples"))
        .add(Line::new(along, height).name("model"))
}
