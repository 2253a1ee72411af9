use crate::ranking::Ranking;
use crate::{Chart, Line, Rule, Values};

/// How many of those taken for positive are against how many of the positives are found, for every threshold: a curve for each
/// model, from its scores and the labels (1 or true is positive), with its average precision.
///
/// ```
/// use backprop_plot::{Picture, precision_recall};
///
/// let chart = precision_recall([("model", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])]);
/// assert!(chart.to_svg()?.contains("average 0.833"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
///
/// It can be drawn if there are positives and negatives.
pub fn precision_recall<S: AsRef<str>, V: Values, L: Values>(
    models: impl IntoIterator<Item = (S, V, L)>,
) -> Chart {
    let mut chart = Chart::new()
        .title("Precision and recall")
        .x_label("recall")
        .y_label("precision")
        .x_limits(-0.01, 1.01)
        .y_limits(-0.01, 1.01)
        .aspect(1.0)
        .size(600.0, 640.0);
    let mut chance = None;
    for (name, scores, labels) in models {
        chart = match Ranking::new(
            "precision and recall",
            &scores.into_values(),
            &labels.into_values(),
        ) {
            Ok(ranking) => {
                let (x, y) = ranking.precision_recall();
                chance = chance.or(Some(ranking.share()));
                chart.add(Line::new(x, y).name(format!(
                    "{} (average {:.3})",
                    name.as_ref(),
                    ranking.average_precision()
                )))
            }
            Err(error) => return Chart::failed(error),
        };
    }
    match chance {
        Some(share) => chart.add(Rule::horizontal(share).name("chance")),
        None => chart,
    }
}
