use crate::ranking::Ranking;
use crate::{Chart, Line, Rule, Values};

/// How many of the positives are found against how many of the negatives are taken for some, for every threshold: a curve for
/// each model, from its scores and the labels (1 or true is positive), with the area below it.
///
/// ```
/// use backprop_plot::{Picture, roc};
///
/// let chart = roc([("model", [0.9, 0.8, 0.3, 0.1], [1, 0, 1, 0])]);
/// assert!(chart.to_svg()?.contains("area 0.750"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
///
/// It can be drawn if there are positives and negatives.
pub fn roc<S: AsRef<str>, V: Values, L: Values>(models: impl IntoIterator<Item = (S, V, L)>) -> Chart {
    let mut chart = Chart::new()
        .title("ROC")
        .x_label("false-positive rate")
        .y_label("true-positive rate")
        .x_limits(-0.01, 1.01)
        .y_limits(-0.01, 1.01)
        .aspect(1.0)
        .size(600.0, 640.0);
    for (name, scores, labels) in models {
        chart = match Ranking::new("ROC", &scores.into_values(), &labels.into_values()) {
            Ok(ranking) => {
                let (x, y) = ranking.roc();
                chart.add(Line::new(x, y).name(format!("{} (area {:.3})", name.as_ref(), ranking.area())))
            }
            Err(error) => return Chart::failed(error),
        };
    }
    chart.add(Rule::sloped(1.0, 0.0).name("chance"))
}
