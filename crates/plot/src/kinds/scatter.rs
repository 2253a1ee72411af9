use crate::layers::check_lengths;
use crate::{Chart, Error, Marker, Points, Values, category_color};

/// The points (x, y).
///
/// ```
/// use backprop_plot::{Picture, scatter};
///
/// let svg = scatter([1.0, 2.0], [3.0, 1.0]).to_svg()?;
/// assert_eq!(svg.matches("<circle").count(), 2);
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn scatter(x: impl Values, y: impl Values) -> Chart {
    Chart::new().add(Points::new(x, y))
}

/// The points (x, y), each in the color and shape of its class 0, 1, 2 ...; a class without a name has its number. Points whose class is negative
/// or NaN are left out; a class of 100 or more is an error, as so many are not told apart.
///
/// ```
/// use backprop_plot::{Picture, scatter_classes};
///
/// let chart = scatter_classes([0.0, 1.0, 2.0], [0.0, 1.0, 0.5], [0, 1, 1], ["cats", "dogs"]);
/// assert!(chart.to_svg()?.contains("dogs"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn scatter_classes<S: AsRef<str>>(
    x: impl Values,
    y: impl Values,
    classes: impl Values,
    names: impl IntoIterator<Item = S>,
) -> Chart {
    let names: Vec<String> = names.into_iter().map(|name| name.as_ref().to_owned()).collect();
    with_classes(
        Chart::new(),
        &x.into_values(),
        &y.into_values(),
        &classes.into_values(),
        &names,
    )
}

/// More classes than these are not told apart.
pub(crate) const MOST_CLASSES: usize = 100;

/// A chart with the points of each class in front.
pub(crate) fn with_classes(chart: Chart, x: &[f64], y: &[f64], classes: &[f64], names: &[String]) -> Chart {
    if let Err(error) =
        check_lengths("scatter", x.len(), y.len()).and(check_lengths("scatter", x.len(), classes.len()))
    {
        return Chart::failed(error);
    }
    let class = |value: f64| (value >= 0.0).then_some(value.round() as usize);
    let mut present: Vec<usize> = classes.iter().filter_map(|&value| class(value)).collect();
    present.sort_unstable();
    present.dedup();
    if let Some(last) = present.last().filter(|last| **last >= MOST_CLASSES) {
        let problem = format!(
            "class {last}: there may be {MOST_CLASSES}, numbered from 0; draw a part of them, or join some"
        );
        return Chart::failed(Error::invalid("scatter", problem));
    }
    present.into_iter().fold(chart, |chart, index| {
        let members = classes
            .iter()
            .enumerate()
            .filter(|(_, value)| class(**value) == Some(index));
        let (x, y): (Vec<f64>, Vec<f64>) = members.map(|(place, _)| (x[place], y[place])).unzip();
        let name = names.get(index).cloned().unwrap_or_else(|| index.to_string());
        let points = Points::new(x, y).name(name).color(category_color(index));
        chart.add(points.marker(Marker::of_category(index)))
    })
}
