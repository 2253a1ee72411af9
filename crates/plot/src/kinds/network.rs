use backprop_tensor::{Element, Tensor};

use crate::geometry::{Point, Rect, point};
use crate::scene::{Align, Mark, Scene, Stroke, Text, shorten};
use crate::style::{GAP, INK, LABEL, MARGIN, SOFT_INK, TICK, WIDTH};
use crate::terminal::Screen;
use crate::{Color, Error, Number, Picture, Result, category_color, font, heading};

/// A layer of neurons as a picture names it.
#[derive(Debug, Clone)]
struct Column {
    name: String,
    width: usize,
}

/// The weights of a layer.
#[derive(Debug, Clone)]
struct Weights {
    /// Between the neurons that are drawn, row by row `[outputs, inputs]`.
    shown: Vec<f64>,
    /// How many inputs are drawn.
    inputs: usize,
    /// The largest of all, by its size, that is finite.
    largest: f64,
}

/// A network as circles and lines, layer by layer from left to right.
///
/// Lines are blue for weights below 0 and red for those above, and the thicker the larger the weight. Of a layer of more than
/// 14 neurons, the first six and the last six are drawn.
#[derive(Debug, Clone)]
pub struct NetworkDiagram {
    columns: Vec<Column>,
    /// Between neighboring layers; empty if they are not known.
    weights: Vec<Weights>,
    names: [Vec<String>; 2],
    title: String,
    size: Option<Point>,
    mistake: Option<Error>,
}

/// More layers than these are more than a picture has room for.
const MOST_LAYERS: usize = 40;
/// Neurons of a layer that are all drawn.
const MOST_NEURONS: usize = 14;
/// More weights than these are not looked through for the largest: a second's work.
const MOST_WEIGHTS: usize = 1 << 27;
/// Weights that are copied at once.
const BLOCK: usize = 1 << 20;

/// A network of layers with so many neurons each, the inputs first. More than 40 layers are an error.
///
/// ```
/// use backprop_plot::{Picture, network_diagram};
///
/// let picture = network_diagram([2, 3, 1]).input_names(["x₁", "x₂"]).output_names(["y"]);
/// assert_eq!(picture.to_svg()?.matches("<circle").count(), 6);
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn network_diagram(widths: impl IntoIterator<Item = usize>) -> NetworkDiagram {
    let widths: Vec<usize> = widths.into_iter().take(MOST_LAYERS + 1).collect();
    let last = widths.len().saturating_sub(1);
    let column = |(index, &width): (usize, &usize)| Column {
        name: match index {
            0 => "input".into(),
            index if index == last => "output".into(),
            index => format!("hidden {index}"),
        },
        width,
    };
    let mistake = (widths.len() > MOST_LAYERS).then(|| {
        let problem = format!("more than {MOST_LAYERS} layers: draw them as blocks, or fewer");
        Error::invalid("network diagram", problem)
    });
    NetworkDiagram {
        columns: widths.iter().enumerate().map(column).collect(),
        weights: Vec::new(),
        names: [Vec::new(), Vec::new()],
        title: String::new(),
        size: None,
        mistake,
    }
}

/// A network with its weights: a matrix `[outputs, inputs]` for each layer, as [`Linear`] has it. More than 40 layers with the inputs, or more than
/// 2²⁷ (134,217,728) weights in all, are an error.
///
/// ```
/// use backprop_plot::{Picture, network_with_weights};
/// use backprop_tensor::Tensor;
///
/// let hidden = Tensor::from([[1.0_f32, -1.0], [-0.5, 0.5], [2.0, 0.1]]);
/// let output = Tensor::from([[0.3_f32, -0.8, 1.0]]);
/// let picture = network_with_weights([&hidden, &output]);
/// # picture.to_svg()?;
/// # Ok::<(), backprop_plot::Error>(())
/// ```
///
/// [`Linear`]: https://docs.rs/backprop-layers/latest/backprop_layers/struct.Linear.html
pub fn network_with_weights<'a, T: Number + Element>(
    weights: impl IntoIterator<Item = &'a Tensor<T>>,
) -> NetworkDiagram {
    let mut widths: Vec<usize> = Vec::new();
    let mut values = Vec::new();
    let mut mistake = None;
    let mut total = 0_usize;
    for matrix in weights.into_iter().take(MOST_LAYERS) {
        let fits = match *matrix.shape().as_ref() {
            [outputs, inputs] if widths.last().is_none_or(|last| *last == inputs) => Some((outputs, inputs)),
            _ => None,
        };
        let Some((outputs, inputs)) = fits else {
            let before = widths.last().map_or("any number of".into(), usize::to_string);
            let problem = format!(
                "weights of shape {:?}: they must be [outputs, inputs], with {before} inputs",
                matrix.shape()
            );
            mistake = Some(Error::invalid("network diagram", problem));
            break;
        };
        if widths.is_empty() {
            widths.push(inputs);
        }
        widths.push(outputs);
        total = total.saturating_add(matrix.count());
        match weights_of(matrix, [outputs, inputs], total) {
            Ok(weights) => values.push(weights),
            Err(error) => {
                mistake = Some(error);
                break;
            }
        }
    }
    let diagram = network_diagram(widths);
    NetworkDiagram {
        weights: values,
        mistake: mistake.or(diagram.mistake),
        ..diagram
    }
}

/// The weights of a matrix, if there are not more than can be looked through, with all before them.
fn weights_of<T: Number + Element>(
    matrix: &Tensor<T>,
    [outputs, inputs]: [usize; 2],
    total: usize,
) -> Result<Weights> {
    if total > MOST_WEIGHTS {
        let problem = format!(
            "{total} weights: there may be {MOST_WEIGHTS}; draw the network without them, or as blocks"
        );
        return Err(Error::invalid("network diagram", problem));
    }
    let drawn = |width: usize| -> Vec<i64> {
        let neurons = NetworkDiagram::rows(width).into_iter().flatten();
        neurons.map(|neuron| neuron as i64).collect()
    };
    let (rows, columns) = (drawn(outputs), drawn(inputs));
    let part = matrix
        .index_select(0, &Tensor::from(rows))?
        .index_select(1, &Tensor::from(columns.clone()))?;
    let mut largest = 0.0_f64;
    let each = (BLOCK / inputs.max(1)).max(1);
    for start in (0..outputs).step_by(each) {
        let block = matrix.slice(0, start..outputs.min(start + each))?.to_vec();
        let sizes = block.into_iter().map(|weight| weight.to_f64().abs());
        largest = sizes.filter(|size| size.is_finite()).fold(largest, f64::max);
    }
    Ok(Weights {
        shown: part.to_vec().into_iter().map(Number::to_f64).collect(),
        inputs: columns.len(),
        largest,
    })
}

impl NetworkDiagram {
    /// With words above.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// With names of the layers, from the inputs on, instead of "input", "hidden 1" ... and "output".
    #[must_use]
    pub fn layer_names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        for (column, name) in self.columns.iter_mut().zip(names) {
            column.name = name.into();
        }
        self
    }

    /// With names beside the inputs.
    #[must_use]
    pub fn input_names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names[0] = names.into_iter().map(Into::into).collect();
        self
    }

    /// With names beside the outputs.
    #[must_use]
    pub fn output_names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names[1] = names.into_iter().map(Into::into).collect();
        self
    }

    /// With a size in pixels, instead of one that fits the neurons.
    #[must_use]
    pub fn size(self, width: f64, height: f64) -> Self {
        let size = Some(point(width, height));
        Self { size, ..self }
    }

    /// The weight between two of the neurons that are drawn, as a share of the largest; `None` if it is not known.
    fn weight(&self, layer: usize, output: usize, input: usize, largest: f64) -> Option<f64> {
        let weights = self.weights.get(layer)?;
        let value = *weights.shown.get(output * weights.inputs + input)?;
        (value.is_finite() && largest > 0.0).then_some(value / largest)
    }

    fn largest(&self) -> f64 {
        let each = self.weights.iter().map(|weights| weights.largest);
        each.fold(0.0, f64::max)
    }

    /// The rows of a column, one above the other: neurons by number, `None` where some are left out.
    fn rows(width: usize) -> Vec<Option<usize>> {
        if width <= MOST_NEURONS {
            return (0..width).map(Some).collect();
        }
        let half = MOST_NEURONS / 2 - 1;
        let last = (width - half..width).map(Some);
        (0..half).map(Some).chain([None]).chain(last).collect()
    }

    fn most_rows(&self) -> usize {
        self.columns
            .iter()
            .map(|column| Self::rows(column.width).len())
            .max()
            .unwrap_or(0)
    }
}

/// Where the neurons are.
struct Layout {
    columns: Vec<Vec<(Option<usize>, Point)>>,
    radius: f64,
    beside: [f64; 2],
    /// Of the captions.
    bottom: f64,
    apart: f64,
}

impl Layout {
    fn new(diagram: &NetworkDiagram, area: Rect) -> Option<Self> {
        let room = area.width() * 0.22;
        let beside = [0, 1].map(|side| {
            let widest = diagram.names[side]
                .iter()
                .map(|name| font::width(name, LABEL, false))
                .fold(0.0, f64::max);
            if widest > 0.0 { widest.min(room) + GAP } else { 0.0 }
        });
        let captions = 2.0 * (TICK + GAP);
        let neurons = Rect {
            left: area.left + beside[0],
            right: area.right - beside[1],
            bottom: area.bottom - captions,
            ..area
        };
        let count = diagram.columns.len();
        let apart = neurons.width() / count as f64;
        let step = neurons.height() / diagram.most_rows().max(1) as f64;
        let radius = (step * 0.36).min(apart * 0.3).min(22.0);
        let column = |index: usize| {
            let rows = NetworkDiagram::rows(diagram.columns[index].width);
            let x = neurons.left + (index as f64 + 0.5) * apart;
            // Neurons of small layers stand a little further apart.
            let step = step * (diagram.most_rows() as f64 / rows.len().max(1) as f64).powf(0.25);
            let top = neurons.center().y - step * rows.len() as f64 / 2.0;
            let place = |row: usize| point(x, top + (row as f64 + 0.5) * step);
            rows.into_iter()
                .enumerate()
                .map(|(row, neuron)| (neuron, place(row)))
                .collect()
        };
        (radius >= 1.0).then(|| Self {
            columns: (0..count).map(column).collect(),
            radius,
            beside,
            bottom: neurons.bottom,
            apart,
        })
    }
}

impl NetworkDiagram {
    fn draw_edges(&self, scene: &mut Scene, layout: &Layout) {
        let largest = self.largest();
        for (layer, pair) in layout.columns.windows(2).enumerate() {
            let mut edges = Vec::new();
            let drawn = |column: &[(Option<usize>, Point)]| {
                let neurons = column.iter().filter(|(neuron, _)| neuron.is_some());
                neurons.map(|(_, at)| *at).enumerate().collect::<Vec<_>>()
            };
            let outputs = drawn(&pair[1]);
            for (input, from) in drawn(&pair[0]) {
                for &(output, to) in &outputs {
                    edges.push((self.weight(layer, output, input, largest), from, to));
                }
            }
            // The strongest in front.
            edges.sort_by(|a, b| a.0.unwrap_or(0.0).abs().total_cmp(&b.0.unwrap_or(0.0).abs()));
            for (weight, from, to) in edges {
                scene.line(from, to, edge(weight, self.weights.is_empty()));
            }
        }
    }

    fn draw_neurons(&self, scene: &mut Scene, layout: &Layout) {
        let last = layout.columns.len().saturating_sub(1);
        for (index, column) in layout.columns.iter().enumerate() {
            let color = category_color(match index {
                0 => 5,
                index if index == last => 1,
                _ => 2,
            });
            for (neuron, at) in column {
                if neuron.is_none() {
                    // What is left out.
                    for step in [-1.0, 0.0, 1.0] {
                        let dot = point(at.x, at.y + step * layout.radius * 0.6);
                        scene.circle(dot, layout.radius * 0.15, SOFT_INK);
                    }
                    continue;
                }
                let circle = Mark::Circle {
                    center: *at,
                    radius: layout.radius,
                };
                let rim = Stroke::new(
                    color.mix(Color::BLACK, 0.35),
                    (layout.radius * 0.12).clamp(0.5, 2.0),
                );
                scene.add(circle, Some(color.mix(Color::WHITE, 0.55)), Some(rim));
            }
        }
    }

    fn draw_words(&self, scene: &mut Scene, layout: &Layout) {
        for (side, column) in [(0, layout.columns.first()), (1, layout.columns.last())] {
            let room = layout.beside[side] - GAP;
            let step = column
                .and_then(|rows| Some(rows.get(1)?.1.y - rows.first()?.1.y))
                .unwrap_or(f64::MAX);
            if room <= 0.0 || step < LABEL {
                continue;
            }
            for (neuron, at) in column.into_iter().flatten() {
                let Some(name) = neuron.and_then(|neuron| self.names[side].get(neuron)) else {
                    continue;
                };
                let text = shorten(name, room, LABEL, false);
                let away = layout.radius + GAP;
                let text = if side == 0 {
                    Text::new(text, point(at.x - away, at.y), LABEL).align(Align::End)
                } else {
                    Text::new(text, point(at.x + away, at.y), LABEL)
                };
                scene.text(text.color(INK));
            }
        }
        for (index, column) in self.columns.iter().enumerate() {
            let Some(x) = layout.columns.get(index).and_then(|rows| Some(rows.first()?.1.x)) else {
                continue;
            };
            for (line, words) in [(0.0, column.name.clone()), (1.0, column.width.to_string())] {
                let text = shorten(&words, layout.apart - GAP, TICK, false);
                let at = point(x, layout.bottom + GAP + TICK / 2.0 + line * (TICK + GAP / 2.0));
                scene.text(Text::new(text, at, TICK).color(SOFT_INK).align(Align::Middle));
            }
        }
    }
}

/// The line for a weight of this share of the largest.
fn edge(weight: Option<f64>, plain: bool) -> Stroke {
    match weight {
        Some(weight) => {
            let hue = Color::hex(if weight < 0.0 { 0x2166ac } else { 0xb2182b });
            let color = hue.mix(Color::hex(0xd8d8d8), 1.0 - weight.abs().sqrt());
            Stroke::new(color, 0.6 + 3.4 * weight.abs())
        }
        None if plain => Stroke::new(Color::hex(0x9a9a9a), 1.0),
        None => Stroke::new(Color::hex(0xd8d8d8), 0.6),
    }
}

impl Picture for NetworkDiagram {
    fn size(&self) -> Point {
        self.size.unwrap_or_else(|| {
            let rows = self.most_rows() as f64;
            let width = (self.columns.len() as f64 * 190.0 + 120.0).clamp(320.0, WIDTH);
            let height =
                rows.max(3.0) * 52.0 + 80.0 + heading::title_height(width - 2.0 * MARGIN, &self.title);
            point(width, height)
        })
    }

    fn draw(&self, scene: &mut Scene, area: Rect) -> Result<()> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone());
        }
        let area = heading::title(scene, area.inset(MARGIN), &self.title);
        if self.columns.is_empty() {
            heading::notice(scene, area, "no layers");
            return Ok(());
        }
        let Some(layout) = Layout::new(self, area) else {
            heading::notice(scene, area, "too small");
            return Ok(());
        };
        self.draw_edges(scene, &layout);
        self.draw_neurons(scene, &layout);
        self.draw_words(scene, &layout);
        Ok(())
    }

    fn print(&self, screen: &mut Screen) -> Result<()> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone());
        }
        screen.centered(0, 0, screen.width(), &self.title);
        let mut row = usize::from(!self.title.is_empty());
        let layers = self
            .columns
            .iter()
            .map(|column| format!("{} ({})", column.name, column.width));
        let mut line = String::new();
        for words in layers {
            let longer = if line.is_empty() {
                words.clone()
            } else {
                format!("{line} → {words}")
            };
            if longer.chars().count() <= screen.width() || line.is_empty() {
                line = longer;
            } else {
                screen.centered(row, 0, screen.width(), &line);
                row += 1;
                line = format!("→ {words}");
            }
        }
        screen.centered(row, 0, screen.width(), &line);
        Ok(())
    }
}
