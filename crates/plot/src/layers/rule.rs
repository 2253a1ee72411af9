use super::Layer;
use crate::Color;
use crate::chart::{Extent, Plot};
use crate::legend::{Key, Sample};
use crate::scene::Stroke;
use crate::style::AXIS;

/// A straight line from side to side: a limit, a mean, the diagonal of chance, a boundary.
///
/// ```
/// use backprop_plot::{Chart, Rule};
///
/// let _ = Chart::new().add(Rule::horizontal(0.5)).add(Rule::boundary(1.0, -2.0, 0.5).name("w·x + b = 0"));
/// ```
#[derive(Debug, Clone)]
pub struct Rule {
    /// a x + b y + c = 0.
    line: [f64; 3],
    name: String,
    color: Color,
    width: f64,
    dashed: bool,
}

impl Rule {
    /// At a height.
    pub fn horizontal(y: f64) -> Self {
        Self::of([0.0, 1.0, -y])
    }

    /// At a place of the x axis.
    pub fn vertical(x: f64) -> Self {
        Self::of([1.0, 0.0, -x])
    }

    /// y = slope x + intercept.
    pub fn sloped(slope: f64, intercept: f64) -> Self {
        Self::of([slope, -1.0, intercept])
    }

    /// a x + b y + c = 0: where a neuron with weights a, b and bias c changes sides. It is drawn unbroken.
    pub fn boundary(a: f64, b: f64, c: f64) -> Self {
        Self {
            dashed: false,
            width: 2.5,
            color: Color::BLACK,
            ..Self::of([a, b, c])
        }
    }

    fn of(line: [f64; 3]) -> Self {
        Self {
            line,
            name: String::new(),
            color: AXIS,
            width: 1.6,
            dashed: true,
        }
    }

    /// With a name in the legend.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { name, ..self }
    }

    /// In another color.
    #[must_use]
    pub fn color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// This many pixels wide.
    #[must_use]
    pub fn width(self, width: f64) -> Self {
        Self { width, ..self }
    }

    fn stroke(&self) -> Stroke {
        let stroke = Stroke::new(self.color, self.width);
        if self.dashed {
            stroke.dashed(6.0, 4.0)
        } else {
            stroke
        }
    }

    /// The x for a y, or the other way round, whichever is steadier.
    fn points(&self, plot: &Plot<'_>) -> Vec<(f64, f64)> {
        let [a, b, c] = self.line;
        let (x, y) = (plot.x_limits(), plot.y_limits());
        let flat = (a * (x.1 - x.0)).abs() <= (b * (y.1 - y.0)).abs();
        let steps = (0..=STEPS).map(|step| step as f64 / STEPS as f64);
        steps
            .map(|share| {
                if flat {
                    let x = plot.x_value(share);
                    (x, -(a * x + c) / b)
                } else {
                    let y = plot.y_value(share);
                    (-(b * y + c) / a, y)
                }
            })
            .collect()
    }
}

/// A straight line is a curve on a logarithmic axis.
const STEPS: usize = 64;

impl Layer for Rule {
    fn extend(&self, extent: &mut Extent) {
        match self.line {
            [0.0, b, c] => extent.include_y(-c / b),
            [a, 0.0, c] => extent.include_x(-c / a),
            _ => {}
        }
    }

    fn draw(&self, plot: &mut Plot<'_>, _: Color) {
        let stroke = self.stroke();
        let mut points = self.points(plot);
        if !plot.is_logarithmic()
            && let [first, .., last] = points[..]
        {
            points = vec![first, last];
        }
        let places: Vec<_> = points.iter().filter_map(|&(x, y)| plot.place(x, y)).collect();
        if places.len() > 1 {
            plot.scene().polyline(&places, stroke);
        }
    }

    fn key(&self, _: Color) -> Option<Key> {
        (!self.name.is_empty()).then(|| Key {
            name: self.name.clone(),
            sample: Sample::Line(self.stroke(), None),
        })
    }

    fn takes_color(&self) -> bool {
        false
    }
}
