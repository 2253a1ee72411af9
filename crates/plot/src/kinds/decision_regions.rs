use std::error::Error as StdError;

use backprop_tensor::{Element, Tensor};

use super::heatmap::Shades;
use super::scatter::{MOST_CLASSES, with_classes};
use crate::contour::contours;
use crate::layers::field::Field;
use crate::scene::Bitmap;
use crate::{Chart, Color, ColorBar, Colormap, Error, Line, Number, Result, Values, category_color};

/// Where a model of two or more features decides for which class, with the samples on top.
///
/// Of more features than two, two are shown; the others stay at their means, or at values that are set with
/// [`fixed`](Self::fixed). With [`project`](Self::project) the plane may lie in any direction. More than 65,536 features, 2²⁷ numbers in all samples,
/// or 2²⁶ predictions at once (for 16 rows of places) are an error.
///
/// ```
/// use backprop_plot::{DecisionRegions, Picture};
/// use backprop_tensor::{Error, Tensor};
///
/// let inputs = Tensor::from([[0.0_f32, 0.0], [1.0, 1.0], [2.0, 0.5]]);
/// let chart = DecisionRegions::new(&inputs, [0, 1, 1])
///     .names(["no", "yes"])
///     .classes(|points| points.slice(1, 0..1)?.greater(&Tensor::from([0.5]))?.squeeze(1)?.to_numeric::<i64>())?
///     .title("x > 1/2");
/// # chart.to_svg()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct DecisionRegions {
    inputs: Tensor<f32>,
    targets: Vec<f64>,
    plane: Option<Plane>,
    features: (usize, usize),
    fixed: Option<Vec<f32>>,
    names: Vec<String>,
    resolution: usize,
    reach: Option<f64>,
}

/// More samples times features are not copied to be shown.
const MOST_INPUTS: usize = 1 << 27;
/// So that a row of 1000 places has not more numbers than [`MOST_AT_ONCE`].
const MOST_FEATURES: usize = 1 << 16;
/// Numbers that are put before a model, and that it may answer, at once.
const MOST_AT_ONCE: usize = 1 << 26;

/// Points `origin + a first + b second`.
#[derive(Debug, Clone)]
struct Plane {
    origin: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
}

/// Regions of the classes that `predict` gives for points `[count, features]`: class numbers `[count]`, or scores
/// `[count, classes]`, of which the highest wins. A place with a score of NaN is white. See [`DecisionRegions`] for more features than two.
///
/// # Errors
/// If the samples have not two features or not as many targets as there are samples, and what `predict` fails with.
pub fn decision_regions<N, E>(
    inputs: &Tensor<f32>,
    targets: impl Values,
    predict: impl FnMut(&Tensor<f32>) -> Result<Tensor<N>, E>,
) -> Result<Chart>
where
    N: Number + Element,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    DecisionRegions::new(inputs, targets).classes(predict)
}

/// Levels of the number that `predict` gives for points `[count, features]`, with the line where it is `boundary`: 0.5 for a
/// probability, 0 for a score. It gives `[count]` or `[count, 1]`.
///
/// # Errors
/// If the samples have not two features or not as many targets as there are samples, and what `predict` fails with.
pub fn level_map<N, E>(
    inputs: &Tensor<f32>,
    targets: impl Values,
    boundary: f64,
    predict: impl FnMut(&Tensor<f32>) -> Result<Tensor<N>, E>,
) -> Result<Chart>
where
    N: Number + Element,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    DecisionRegions::new(inputs, targets).levels(boundary, predict)
}

impl DecisionRegions {
    /// For samples `[count, features]` with their classes 0, 1, 2 ...
    pub fn new(inputs: &Tensor<f32>, targets: impl Values) -> Self {
        Self {
            inputs: inputs.clone(),
            targets: targets.into_values(),
            plane: None,
            features: (0, 1),
            fixed: None,
            names: Vec::new(),
            resolution: 280,
            reach: None,
        }
    }

    /// Shows these two features, instead of the first two.
    #[must_use]
    pub fn features(self, x: usize, y: usize) -> Self {
        let features = (x, y);
        Self { features, ..self }
    }

    /// Keeps the features that are not shown at these values (one for each feature, those of the shown ones do not matter),
    /// instead of their means.
    #[must_use]
    pub fn fixed(self, values: impl Values) -> Self {
        let fixed = Some(
            values
                .into_values()
                .into_iter()
                .map(|value| value as f32)
                .collect(),
        );
        Self { fixed, ..self }
    }

    /// Shows the plane `origin + x first + y second`, such as that of the first two principal components, with the samples
    /// projected on it. The directions must be of length 1 and at right angles.
    #[must_use]
    pub fn project(self, origin: impl Values, first: impl Values, second: impl Values) -> Self {
        let single = |values: Vec<f64>| values.into_iter().map(|value| value as f32).collect();
        let plane = Some(Plane {
            origin: single(origin.into_values()),
            first: single(first.into_values()),
            second: single(second.into_values()),
        });
        Self { plane, ..self }
    }

    /// With names of the classes, instead of their numbers.
    #[must_use]
    pub fn names<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        Self { names, ..self }
    }

    /// Asks for predictions at `resolution` places from left to right, 2 to 1000; 280 if not set.
    #[must_use]
    pub fn resolution(self, resolution: usize) -> Self {
        let resolution = resolution.clamp(2, 1000);
        Self { resolution, ..self }
    }

    /// Levels in colors from `boundary − reach` to `boundary + reach`, instead of as far as the predictions go: so that several maps, or the
    /// frames of an animation, mean the same by the same color. 0.5 is right for probabilities. A reach that is not positive and
    /// finite is ignored.
    #[must_use]
    pub fn reach(self, reach: f64) -> Self {
        let reach = Some(reach).filter(|reach| reach.is_finite() && *reach > 0.0);
        Self { reach, ..self }
    }

    /// Regions of classes: `predict` gives class numbers `[count]`, or scores `[count, classes]`, of which the highest wins.
    /// A place with a score of NaN is white: it is in no region.
    ///
    /// # Errors
    /// As [`decision_regions`].
    pub fn classes<N, E>(&self, predict: impl FnMut(&Tensor<f32>) -> Result<Tensor<N>, E>) -> Result<Chart>
    where
        N: Number + Element,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let view = View::of(self)?;
        let classes = view.ask(predict, |scores| match *scores {
            [class] => Ok(class),
            _ => Ok(highest(scores)),
        })?;
        let color = |class: &f64| match *class {
            class if class >= 0.0 && class < MOST_CLASSES as f64 => {
                category_color(class.round() as usize).mix(Color::WHITE, 0.68)
            }
            _ => Color::WHITE,
        };
        Ok(self.on_top(view.chart(classes.iter().map(color).collect()), &view))
    }

    /// Levels of a number, with the line where it is `boundary`: `predict` gives `[count]` or `[count, 1]`.
    ///
    /// # Errors
    /// As [`level_map`].
    pub fn levels<N, E>(
        &self,
        boundary: f64,
        predict: impl FnMut(&Tensor<f32>) -> Result<Tensor<N>, E>,
    ) -> Result<Chart>
    where
        N: Number + Element,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let view = View::of(self)?;
        let values = view.ask(predict, |predictions| match *predictions {
            [level] => Ok(level),
            _ => {
                let problem = format!(
                    "{} predictions for each point: a level map shows one",
                    predictions.len()
                );
                Err(Error::invalid("level map", problem))
            }
        })?;
        let distances = values.iter().map(|value| (value - boundary).abs());
        let farthest = distances
            .filter(|distance| distance.is_finite())
            .fold(1e-12, f64::max);
        let most = self.reach.unwrap_or(farthest);
        let shades = Shades {
            map: Colormap::Levels,
            low: boundary - most,
            high: boundary + most,
        };
        let mut chart = view.chart(values.iter().map(|&value| shades.color(value)).collect());
        let mut line = (Vec::new(), Vec::new());
        for part in contours(&values, view.columns, boundary) {
            // A gap between one part and the next.
            let places = part.into_iter().map(|(x, y)| view.at(x, y));
            line.extend(places.chain([(f64::NAN, f64::NAN)]));
        }
        let line = Line::new(line.0, line.1);
        chart = chart.add(line.color(Color::hex(0x222222)).width(2.0));
        Ok(self
            .on_top(chart, &view)
            .color_bar(ColorBar::new(shades.map, shades.low, shades.high)))
    }

    fn on_top(&self, chart: Chart, view: &View) -> Chart {
        with_classes(
            chart,
            &view.samples.0,
            &view.samples.1,
            &self.targets,
            &self.names,
        )
    }
}

/// The class of the highest score; NaN, which has no color, if one of them is: a model like that decides for none.
fn highest(scores: &[f64]) -> f64 {
    if scores.iter().any(|score| score.is_nan()) {
        return f64::NAN;
    }
    let mut best = 0;
    for (class, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = class;
        }
    }
    best as f64
}

/// The part of the plane that is shown.
struct View {
    plane: Plane,
    /// The samples on the plane.
    samples: (Vec<f64>, Vec<f64>),
    x: (f64, f64),
    y: (f64, f64),
    columns: usize,
    rows: usize,
}

impl View {
    fn of(regions: &DecisionRegions) -> Result<Self> {
        let wrong = |problem: String| Error::invalid("decision regions", problem);
        let shape = regions.inputs.shape();
        let &[count, features] = shape.as_ref() else {
            return Err(wrong(format!(
                "inputs of shape {shape:?}: samples are rows [count, features]"
            )));
        };
        if features == 0 {
            return Err(wrong("samples of no features: two of them are shown".into()));
        }
        if regions.targets.len() != count {
            return Err(wrong(format!(
                "{count} samples and {} targets: there must be as many",
                regions.targets.len()
            )));
        }
        if regions.inputs.count() > MOST_INPUTS || features > MOST_FEATURES {
            return Err(wrong(format!(
                "{count} samples of {features} features: there may be {MOST_FEATURES} features and {MOST_INPUTS} numbers in all; show a part of them"
            )));
        }
        let rows = regions.inputs.to_vec();
        let plane = regions.plane_in(features, &rows)?;
        let on = |direction: &[f32]| -> Vec<f64> {
            let along = |row: &[f32]| {
                let terms = row.iter().zip(&plane.origin).zip(direction);
                terms
                    .map(|((value, origin), along)| f64::from((value - origin) * along))
                    .sum()
            };
            rows.chunks(features).map(along).collect()
        };
        let samples = (on(&plane.first), on(&plane.second));
        let (x, y) = (with_margin(&samples.0), with_margin(&samples.1));
        Ok(Self {
            plane,
            samples,
            x,
            y,
            columns: regions.resolution,
            rows: (regions.resolution * 3 / 4).max(2),
        })
    }

    /// The place of column and row, counted from the left and from below.
    fn at(&self, column: f64, row: f64) -> (f64, f64) {
        let between = |(low, high): (f64, f64), share: f64| low * (1.0 - share) + high * share;
        (
            between(self.x, (column + 0.5) / self.columns as f64),
            between(self.y, (row + 0.5) / self.rows as f64),
        )
    }

    /// What the predictions for each place come to, from left to right and from below to above.
    fn ask<N, E>(
        &self,
        mut predict: impl FnMut(&Tensor<f32>) -> Result<Tensor<N>, E>,
        one: impl Fn(&[f64]) -> Result<f64>,
    ) -> Result<Vec<f64>>
    where
        N: Number + Element,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let Plane {
            origin,
            first,
            second,
        } = &self.plane;
        let mut values = Vec::with_capacity(self.rows * self.columns);
        // Some rows at a time: what a model keeps of each place is not bounded.
        let rows: Vec<usize> = (0..self.rows).collect();
        let in_a_row = (self.columns * origin.len()).max(1);
        for rows in rows.chunks((MOST_AT_ONCE / in_a_row).clamp(1, 16)) {
            let mut points = Vec::with_capacity(rows.len() * self.columns * origin.len());
            for &row in rows {
                for column in 0..self.columns {
                    let (x, y) = self.at(column as f64, row as f64);
                    let along = first
                        .iter()
                        .zip(second)
                        .map(|(first, second)| x as f32 * first + y as f32 * second);
                    points.extend(origin.iter().zip(along).map(|(origin, along)| origin + along));
                }
            }
            let count = rows.len() * self.columns;
            let points = Tensor::from_slice(&points, [count, origin.len()])?;
            let predicted = predict(&points).map_err(Error::model)?;
            let each = match *predicted.shape().as_ref() {
                [found] if found == count => 1,
                [found, columns] if found == count && columns > 0 => columns,
                _ => {
                    let shape = predicted.shape();
                    let problem = format!(
                        "predictions of shape {shape:?} for {count} points: there must be a row for each"
                    );
                    return Err(Error::invalid("decision regions", problem));
                }
            };
            if predicted.count() > MOST_AT_ONCE {
                let problem = format!(
                    "{each} predictions for each of {count} points: there may be {MOST_AT_ONCE} at once; a lower resolution has fewer points"
                );
                return Err(Error::invalid("decision regions", problem));
            }
            let predicted: Vec<f64> = predicted.to_vec().into_iter().map(Number::to_f64).collect();
            for predictions in predicted.chunks(each) {
                values.push(one(predictions)?);
            }
        }
        Ok(values)
    }

    /// A chart with a color for each place.
    fn chart(&self, colors: Vec<Color>) -> Chart {
        let from_above = colors.chunks(self.columns).rev().flatten().copied();
        let bitmap = Bitmap {
            width: self.columns,
            height: self.rows,
            pixels: from_above.collect(),
        };
        let chart = Chart::new()
            .framed()
            .x_limits(self.x.0, self.x.1)
            .y_limits(self.y.0, self.y.1);
        chart.add(Field::new(self.x, self.y, bitmap)).size(800.0, 600.0)
    }
}

impl DecisionRegions {
    /// The plane that was asked for, in a space of so many features.
    fn plane_in(&self, features: usize, rows: &[f32]) -> Result<Plane> {
        let wrong = |problem: String| Err(Error::invalid("decision regions", problem));
        if let Some(plane) = &self.plane {
            let lengths = [plane.origin.len(), plane.first.len(), plane.second.len()];
            if lengths != [features; 3] {
                return wrong(format!(
                    "a plane of {lengths:?} numbers: there are {features} features"
                ));
            }
            return Ok(plane.clone());
        }
        let (x, y) = self.features;
        if x >= features || y >= features || x == y {
            return wrong(format!(
                "features {x} and {y} of {features}: two different ones can be shown"
            ));
        }
        let mut origin = match &self.fixed {
            Some(fixed) if fixed.len() != features => {
                return wrong(format!(
                    "{} fixed values: there are {features} features",
                    fixed.len()
                ));
            }
            Some(fixed) => fixed.clone(),
            None => means(rows, features),
        };
        (origin[x], origin[y]) = (0.0, 0.0);
        let axis = |index: usize| {
            (0..features)
                .map(|feature| f32::from(u8::from(feature == index)))
                .collect()
        };
        Ok(Plane {
            origin,
            first: axis(x),
            second: axis(y),
        })
    }
}

fn means(rows: &[f32], features: usize) -> Vec<f32> {
    let count = (rows.len() / features.max(1)).max(1) as f64;
    let sum = |feature: usize| -> f64 {
        rows.iter()
            .skip(feature)
            .step_by(features)
            .map(|value| f64::from(*value))
            .sum()
    };
    (0..features)
        .map(|feature| (sum(feature) / count) as f32)
        .collect()
}

/// Where the values lie, and a tenth more on each side.
fn with_margin(values: &[f64]) -> (f64, f64) {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::MAX, f64::MIN), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high {
        return (-1.0, 1.0);
    }
    let room = ((high - low) * 0.1)
        .max(low.abs().max(high.abs()) * 1e-3)
        .max(1e-3);
    (low - room, high + room)
}
