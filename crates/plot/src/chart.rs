//! A pair of axes and what is drawn between them.

mod color_bar;
mod draw;
mod extent;
mod layout;
mod plot;
mod print;

pub use color_bar::ColorBar;
pub use extent::Extent;
pub use plot::Plot;

use std::sync::Arc;

use crate::axis::{Axis, Scale};
use crate::geometry::{Point, Rect, point};
use crate::layers::note::Note;
use crate::legend::Key;
use crate::scene::Scene;
use crate::terminal::Screen;
use crate::{Bars, Color, Error, Layer, Line, Picture, Points, Result, Values, category_color, style};

/// A pair of axes with layers between them: lines, points, bars, fields of colors.
///
/// ```
/// use backprop_plot::{Chart, Picture};
///
/// let chart = Chart::new()
///     .title("Loss")
///     .x_label("epoch")
///     .line("training", 1..=4, [0.9, 0.5, 0.3, 0.2])
///     .line("validation", 1..=4, [1.0, 0.7, 0.6, 0.65])
///     .note(3.0, 0.6, "best epoch");
/// assert!(chart.to_svg()?.contains("best epoch"));
/// println!("{}", chart.to_terminal(80, 20)?);
/// # Ok::<(), backprop_plot::Error>(())
/// ```
///
/// Axes reach as far as the data of all layers unless they are told limits. Values that are not finite, and those that a
/// logarithmic axis has no place for, are left out.
#[derive(Debug, Clone)]
pub struct Chart {
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) layers: Vec<Arc<dyn Layer + Send + Sync>>,
    pub(crate) color_bar: Option<ColorBar>,
    pub(crate) aspect: Option<f64>,
    pub(crate) framed: bool,
    size: Point,
    mistake: Option<Error>,
}

impl Default for Chart {
    fn default() -> Self {
        Self {
            title: String::new(),
            x: Axis::default(),
            y: Axis::default(),
            layers: Vec::new(),
            color_bar: None,
            aspect: None,
            framed: false,
            size: point(style::WIDTH, 500.0),
            mistake: None,
        }
    }
}

impl Chart {
    /// A chart of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A picture that reports a mistake when it is drawn.
    pub(crate) fn failed(error: Error) -> Self {
        Self {
            mistake: Some(error),
            ..Self::default()
        }
    }

    /// With words above.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// With a size in pixels, instead of 800 x 500.
    #[must_use]
    pub fn size(self, width: f64, height: f64) -> Self {
        let size = point(width, height);
        Self { size, ..self }
    }

    /// With words below the x axis.
    #[must_use]
    pub fn x_label(mut self, label: impl Into<String>) -> Self {
        self.x.label = label.into();
        self
    }

    /// With words beside the y axis.
    #[must_use]
    pub fn y_label(mut self, label: impl Into<String>) -> Self {
        self.y.label = label.into();
        self
    }

    /// The x axis from `low` to `high`; the other way round if `high` is less. Limits that are not finite are ignored.
    #[must_use]
    pub fn x_limits(mut self, low: f64, high: f64) -> Self {
        self.x.limits = Some((low, high));
        self
    }

    /// The y axis from `low` to `high`; the other way round if `high` is less. Limits that are not finite are ignored.
    #[must_use]
    pub fn y_limits(mut self, low: f64, high: f64) -> Self {
        self.y.limits = Some((low, high));
        self
    }

    /// The x axis in powers of ten. Values that are not positive are left out.
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.x.log = true;
        self
    }

    /// The y axis in powers of ten. Values that are not positive are left out.
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.y.log = true;
        self
    }

    /// Names for the places 0, 1, 2 ... of the x axis, instead of numbers.
    #[must_use]
    pub fn x_categories<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.x.categories = names.into_iter().map(Into::into).collect();
        self
    }

    /// Names for the places 0, 1, 2 ... of the y axis, instead of numbers.
    #[must_use]
    pub fn y_categories<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.y.categories = names.into_iter().map(Into::into).collect();
        self
    }

    /// Without numbers along the axes.
    #[must_use]
    pub fn without_ticks(mut self) -> Self {
        self.x.hidden = true;
        self.y.hidden = true;
        self
    }

    /// The area between the axes `aspect` times as wide as high, a square for 1.
    #[must_use]
    pub fn aspect(mut self, aspect: f64) -> Self {
        self.aspect = Some(aspect).filter(|aspect| (0.01..=100.0).contains(aspect));
        self
    }

    /// With axes that end where the data does, on all four sides.
    #[must_use]
    pub fn framed(mut self) -> Self {
        self.framed = true;
        self.x.tight = true;
        self.y.tight = true;
        self
    }

    /// With a bar that says which color means which number.
    #[must_use]
    pub fn color_bar(mut self, bar: ColorBar) -> Self {
        self.color_bar = Some(bar);
        self
    }

    /// With one layer more, in front.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "a chart is no number")]
    pub fn add(mut self, layer: impl Layer + Send + Sync + 'static) -> Self {
        self.mistake = self.mistake.or_else(|| layer.check().err());
        self.layers.push(Arc::new(layer));
        self
    }

    /// With a line through the points (x, y); an empty name is not in the legend. See [`Line`] for more.
    #[must_use]
    pub fn line(self, name: &str, x: impl Values, y: impl Values) -> Self {
        self.add(Line::new(x, y).name(name))
    }

    /// With the points (x, y), of a shape of their own; an empty name is not in the legend. See [`Points`] for more.
    #[must_use]
    pub fn points(self, name: &str, x: impl Values, y: impl Values) -> Self {
        let marker = crate::Marker::of_category(self.colored_layers());
        self.add(Points::new(x, y).name(name).marker(marker))
    }

    /// With a bar for each value; an empty name is not in the legend. See [`Bars`] for more.
    #[must_use]
    pub fn bars(self, name: &str, values: impl Values) -> Self {
        self.add(Bars::new(values).name(name))
    }

    /// With words at a place. They move aside, or are left out, rather than cover others.
    #[must_use]
    pub fn note(self, x: f64, y: f64, text: impl Into<String>) -> Self {
        self.add(Note::new(x, y, text))
    }

    fn colored_layers(&self) -> usize {
        self.layers.iter().filter(|layer| layer.takes_color()).count()
    }

    /// The layers, each with its color.
    fn colored(&self) -> impl Iterator<Item = (&(dyn Layer + Send + Sync), Color)> {
        let mut next = 0;
        self.layers.iter().map(move |layer| {
            next += usize::from(layer.takes_color());
            (layer.as_ref(), category_color(next.saturating_sub(1)))
        })
    }

    /// What the axes show.
    fn scales(&self) -> (Scale, Scale) {
        let extent = self.extent();
        let grounded = extent.is_grounded();
        (
            self.x.scale(extent.x(), grounded.0),
            self.y.scale(extent.y(), grounded.1),
        )
    }

    fn check(&self) -> Result<()> {
        self.mistake.clone().map_or(Ok(()), Err)
    }

    fn extent(&self) -> Extent {
        let mut extent = Extent::new(
            self.x.log && self.x.categories.is_empty(),
            self.y.log && self.y.categories.is_empty(),
        );
        for layer in &self.layers {
            layer.extend(&mut extent);
        }
        extent
    }
}

impl Picture for Chart {
    fn size(&self) -> Point {
        self.size
    }

    fn draw(&self, scene: &mut Scene, area: Rect) -> Result<()> {
        self.check()?;
        draw::draw(self, scene, area, &self.keys());
        Ok(())
    }

    fn keys(&self) -> Vec<Key> {
        self.colored()
            .filter_map(|(layer, color)| layer.key(color))
            .collect()
    }

    fn draw_without_keys(&self, scene: &mut Scene, area: Rect) -> Result<()> {
        self.check()?;
        draw::draw(self, scene, area, &[]);
        Ok(())
    }

    fn print(&self, screen: &mut Screen) -> Result<()> {
        self.check()?;
        print::print(self, screen)
    }
}
