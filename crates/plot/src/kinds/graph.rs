//! A graph of operations, from what goes in at the top to what comes out at the bottom.

mod layout;

use crate::geometry::{Point, Rect, point};
use crate::scene::{Align, Mark, Path, Scene, Stroke, Text, shorten};
use crate::style::{AXIS, GAP, INK, LABEL, MARGIN, SOFT_INK, TICK};
use crate::{Color, Error, Picture, Result, category_color, font, heading};

use super::blocks::head;
use layout::{Layers, layers};

/// A node of a [`GraphDiagram`].
#[derive(Debug, Clone, PartialEq)]
pub struct GraphNode {
    /// What it is called.
    pub name: String,
    /// A second, fainter line: a shape.
    pub detail: String,
    /// What it is, which gives its color and shape.
    pub kind: NodeKind,
    /// What goes into it, as places in the list of nodes.
    pub inputs: Vec<usize>,
}

/// What a node of a [`GraphDiagram`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum NodeKind {
    /// A value that is computed from others.
    #[default]
    Operation,
    /// A value from outside.
    Input,
    /// A value that is learned.
    Parameter,
}

/// A directed graph without cycles, in layers: each node below all that go into it.
#[derive(Debug, Clone)]
pub struct GraphDiagram {
    nodes: Vec<GraphNode>,
    layers: Layers,
    title: String,
    mistake: Option<Error>,
}

/// More nodes than these are more than a picture can show.
const MOST_NODES: usize = 400;
/// More lines than these, each counted once for every layer that it comes to, are more than one can follow.
const MOST_LINES: usize = 10_000;

/// The picture of a graph. The inputs of a node must come before it. More than 400 nodes are an error, and so are more than 10,000 lines, where one
/// that passes layers counts for each of them.
///
/// ```
/// use backprop_plot::{GraphNode, NodeKind, Picture, graph_diagram};
///
/// let node = |name: &str, kind, inputs: &[usize]| GraphNode {
///     name: name.into(),
///     detail: "[2]".into(),
///     kind,
///     inputs: inputs.into(),
/// };
/// let picture = graph_diagram([
///     node("x", NodeKind::Input, &[]),
///     node("w", NodeKind::Parameter, &[]),
///     node("Mul", NodeKind::Operation, &[0, 1]),
/// ]);
/// assert!(picture.to_svg()?.contains("Mul"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn graph_diagram(nodes: impl IntoIterator<Item = GraphNode>) -> GraphDiagram {
    let nodes: Vec<GraphNode> = nodes.into_iter().take(MOST_NODES + 1).collect();
    let wrong = |problem: String| Some(Error::invalid("graph", problem));
    let later = nodes
        .iter()
        .enumerate()
        .find_map(|(index, node)| Some((index, *node.inputs.iter().find(|input| **input >= index)?)));
    let mistake = match later {
        _ if nodes.len() > MOST_NODES => wrong(format!(
            "more than {MOST_NODES} nodes: a picture can show no more"
        )),
        Some((index, input)) => wrong(format!(
            "node {index} has the input {input}: inputs must come before"
        )),
        None => None,
    };
    let inputs: Vec<&[usize]> = nodes.iter().map(|node| node.inputs.as_slice()).collect();
    let (layers, mistake) = match mistake {
        Some(mistake) => (Layers::default(), Some(mistake)),
        None => match layers(&inputs, MOST_LINES) {
            Some(layers) => (layers, None),
            None => (
                Layers::default(),
                wrong(format!(
                    "more than {MOST_LINES} lines from layer to layer: draw a part of the graph"
                )),
            ),
        },
    };
    GraphDiagram {
        nodes,
        layers,
        title: String::new(),
        mistake,
    }
}

const HEIGHT: f64 = 46.0;
const BETWEEN: f64 = 22.0;
const DOWN: f64 = 38.0;
/// The room of a line that passes a layer.
const PASSING: f64 = 10.0;

impl GraphDiagram {
    /// With words above.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// With these names for what goes in, inputs and parameters, in the order of the nodes. Those without a name keep theirs.
    ///
    /// ```
    /// use backprop_plot::{GraphNode, NodeKind, Picture, graph_diagram};
    ///
    /// let input = |inputs: &[usize], kind| GraphNode { name: "?".into(), detail: String::new(), kind, inputs: inputs.into() };
    /// let nodes = [input(&[], NodeKind::Input), input(&[], NodeKind::Parameter), input(&[0, 1], NodeKind::Operation)];
    /// let svg = graph_diagram(nodes).leaves(["x", "w"]).to_svg()?;
    /// assert!(svg.contains(">x<") && svg.contains(">w<") && svg.contains(">?<"));
    /// # Ok::<(), backprop_plot::Error>(())
    /// ```
    #[must_use]
    pub fn leaves<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        let leaves = self
            .nodes
            .iter_mut()
            .filter(|node| node.kind != NodeKind::Operation);
        for (node, name) in leaves.zip(names) {
            node.name = name.into();
        }
        self
    }

    fn width_of(&self, node: Option<usize>) -> f64 {
        let Some(node) = node.and_then(|node| self.nodes.get(node)) else {
            return PASSING;
        };
        let words = font::width(&node.name, LABEL, true).max(font::width(&node.detail, TICK, false));
        (words + 4.0 * GAP).clamp(60.0, 260.0)
    }

    /// Where the middle of each place of each layer is, with the least of them at half its width.
    fn places(&self) -> Vec<Vec<f64>> {
        let widths: Vec<Vec<f64>> = self
            .layers
            .rows
            .iter()
            .map(|row| row.iter().map(|place| self.width_of(place.node)).collect())
            .collect();
        layout::places(&self.layers, &widths, BETWEEN)
    }

    /// The size that it has with letters of full size.
    fn natural_size(&self, places: &[Vec<f64>]) -> Point {
        let right = self.layers.rows.iter().zip(places).flat_map(|(row, places)| {
            row.iter()
                .zip(places)
                .map(|(place, x)| x + self.width_of(place.node) / 2.0)
        });
        let rows = self.layers.rows.len() as f64;
        point(
            right.fold(1.0, f64::max),
            (rows * (HEIGHT + DOWN) - DOWN).max(1.0),
        )
    }
}

impl Picture for GraphDiagram {
    fn size(&self) -> Point {
        let natural = self.natural_size(&self.places());
        let width = (natural.x + 2.0 * MARGIN).clamp(320.0, 4000.0);
        let title = heading::title_height(width - 2.0 * MARGIN, &self.title);
        point(width, (natural.y + 2.0 * MARGIN + title).clamp(80.0, 16_000.0))
    }

    fn draw(&self, scene: &mut Scene, area: Rect) -> Result<()> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone());
        }
        let area = heading::title(scene, area.inset(MARGIN), &self.title);
        if self.nodes.is_empty() {
            heading::notice(scene, area, "no nodes");
            return Ok(());
        }
        let places = self.places();
        let natural = self.natural_size(&places);
        let scale = (area.width() / natural.x).min(area.height() / natural.y).min(1.0);
        if scale < 0.2 {
            heading::notice(scene, area, "too small");
            return Ok(());
        }
        let left = area.left + (area.width() - natural.x * scale) / 2.0;
        let at = |row: usize, index: usize| {
            let x = places
                .get(row)
                .and_then(|places| places.get(index))
                .copied()
                .unwrap_or_default();
            point(
                left + x * scale,
                area.top + (row as f64 * (HEIGHT + DOWN) + HEIGHT / 2.0) * scale,
            )
        };
        for (row, from, to) in &self.layers.edges {
            let ends = |row: usize, index: usize| {
                self.layers
                    .rows
                    .get(row)
                    .and_then(|row| row.get(index))
                    .is_some_and(|place| place.node.is_some())
            };
            let (half, start, end) = (HEIGHT / 2.0 * scale, at(*row, *from), at(row + 1, *to));
            let is_last = ends(row + 1, *to);
            // Lines pass layers from top to bottom of their room.
            let tip = point(end.x, end.y - half);
            edge(scene, point(start.x, start.y + half), tip, is_last, scale);
            if !is_last {
                scene.line(tip, point(end.x, end.y + half), Stroke::new(AXIS, 1.3 * scale));
            }
        }
        for (row, nodes) in self.layers.rows.iter().enumerate() {
            for (index, place) in nodes.iter().enumerate() {
                if let Some(node) = place.node.and_then(|node| self.nodes.get(node)) {
                    let center = at(row, index);
                    let (wide, high) = (self.width_of(place.node) * scale, HEIGHT * scale);
                    draw_node(
                        scene,
                        node,
                        Rect::new(center.x - wide / 2.0, center.y - high / 2.0, wide, high),
                        scale,
                    );
                }
            }
        }
        Ok(())
    }
}

/// A curve from above to below, with a head if it ends there.
fn edge(scene: &mut Scene, from: Point, to: Point, ends: bool, scale: f64) {
    let end = if ends { point(to.x, to.y - 2.0) } else { to };
    let bend = (end.y - from.y) * 0.5;
    let mut path = Path::default();
    path.move_to(from);
    path.cubic_to(point(from.x, from.y + bend), point(end.x, end.y - bend), end);
    scene.add(Mark::Path(path), None, Some(Stroke::new(AXIS, 1.3 * scale)));
    if ends {
        head(scene, end, point(0.0, 1.0), AXIS);
    }
}

fn draw_node(scene: &mut Scene, node: &GraphNode, place: Rect, scale: f64) {
    let (color, round) = match node.kind {
        NodeKind::Operation => (category_color(5), 6.0),
        NodeKind::Input => (category_color(2), 22.0),
        NodeKind::Parameter => (category_color(4), 22.0),
    };
    let rim = Stroke::new(color.mix(Color::BLACK, 0.25), 1.4 * scale);
    let path = Path::rounded(place, round * scale);
    scene.add(Mark::Path(path), Some(color.mix(Color::WHITE, 0.7)), Some(rim));
    let room = place.width() - 2.0 * GAP * scale;
    let (middle, name, detail) = (place.center(), LABEL * scale, TICK * 0.9 * scale);
    let up = if node.detail.is_empty() { 0.0 } else { name * 0.6 };
    let text = Text::new(
        shorten(&node.name, room, name, true),
        point(middle.x, middle.y - up),
        name,
    );
    scene.text(text.bold().color(INK).align(Align::Middle));
    let text = Text::new(
        shorten(&node.detail, room, detail, false),
        point(middle.x, middle.y + detail * 0.8),
        detail,
    );
    scene.text(text.color(SOFT_INK).align(Align::Middle));
}
