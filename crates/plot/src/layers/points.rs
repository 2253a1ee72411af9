use std::collections::HashSet;

use super::{Layer, check_lengths};
use crate::chart::{Extent, Plot};
use crate::geometry::{Point, Rect, point};
use crate::legend::{Key, Sample};
use crate::scene::{Mark, Path, Scene, Stroke};
use crate::{Color, Result, Values};

/// The shape of a point, so that groups differ by more than their color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Marker {
    /// ●
    #[default]
    Circle,
    /// ■
    Square,
    /// ▲
    Triangle,
    /// ◆
    Diamond,
    /// ▼
    Down,
    /// ×
    Cross,
    /// +
    Plus,
}

impl Marker {
    /// The marker of the group of this number; after the last, the first again.
    pub fn of_category(index: usize) -> Self {
        const ALL: [Marker; 7] = [
            Marker::Circle,
            Marker::Square,
            Marker::Triangle,
            Marker::Diamond,
            Marker::Down,
            Marker::Cross,
            Marker::Plus,
        ];
        ALL[index % ALL.len()]
    }

    /// Draws it with a white rim, so that it shows on any ground. All markers of a radius look about as large.
    pub fn draw(self, scene: &mut Scene, at: Point, radius: f64, color: Color) {
        let mark = Mark::Marker {
            marker: self,
            center: at,
            radius,
        };
        let rim = Stroke::new(Color::WHITE.with_opacity(0.9), (radius / 4.0).min(1.2));
        scene.add(mark, Some(color), Some(rim));
    }

    /// The shapes that it consists of.
    pub(crate) fn outline(self, at: Point, radius: f64) -> Mark {
        match self {
            Self::Circle => Mark::Circle { center: at, radius },
            Self::Square => {
                let half = radius * 0.88;
                Mark::Rect(Rect::new(at.x - half, at.y - half, 2.0 * half, 2.0 * half))
            }
            Self::Triangle => polygon(at, radius, &[(0.0, -1.15), (1.1, 0.8), (-1.1, 0.8)]),
            Self::Down => polygon(at, radius, &[(0.0, 1.15), (1.1, -0.8), (-1.1, -0.8)]),
            Self::Diamond => polygon(at, radius, &[(0.0, -1.25), (1.1, 0.0), (0.0, 1.25), (-1.1, 0.0)]),
            Self::Cross => polygon(at, radius, &turned(&PLUS)),
            Self::Plus => polygon(at, radius, &PLUS),
        }
    }

    /// The letter that is most like it.
    pub(crate) fn letter(self) -> char {
        match self {
            Self::Circle => '●',
            Self::Square => '■',
            Self::Triangle => '▲',
            Self::Diamond => '◆',
            Self::Down => '▼',
            Self::Cross => '×',
            Self::Plus => '+',
        }
    }
}

const PLUS: [(f64, f64); 12] = [
    (-0.35, -1.2),
    (0.35, -1.2),
    (0.35, -0.35),
    (1.2, -0.35),
    (1.2, 0.35),
    (0.35, 0.35),
    (0.35, 1.2),
    (-0.35, 1.2),
    (-0.35, 0.35),
    (-1.2, 0.35),
    (-1.2, -0.35),
    (-0.35, -0.35),
];

/// By an eighth of a turn.
fn turned(corners: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let half = std::f64::consts::FRAC_1_SQRT_2;
    corners
        .iter()
        .map(|&(x, y)| ((x - y) * half, (x + y) * half))
        .collect()
}

fn polygon(at: Point, radius: f64, corners: &[(f64, f64)]) -> Mark {
    let corners: Vec<Point> = corners
        .iter()
        .map(|&(x, y)| point(at.x + x * radius, at.y + y * radius))
        .collect();
    let mut path = Path::polyline(&corners);
    path.close();
    Mark::Path(path)
}

/// Points. Those with a value that is not finite are left out.
///
/// Of points in the same quarter of a pixel, one is drawn. If more than 20,000 are left, they are drawn as a bitmap with two pixels for each
/// pixel of the picture, so that an SVG of a million points is not larger than what can be seen of them.
///
/// ```
/// use backprop_plot::{Chart, Marker, Points};
///
/// let _ = Chart::new().add(Points::new([1.0, 2.0], [3.0, 4.0]).name("setosa").marker(Marker::Diamond));
/// ```
#[derive(Debug, Clone)]
pub struct Points {
    x: Vec<f64>,
    y: Vec<f64>,
    name: String,
    color: Option<Color>,
    marker: Marker,
    radius: f64,
}

impl Points {
    /// The points (x, y).
    pub fn new(x: impl Values, y: impl Values) -> Self {
        let x = x.into_values();
        Self {
            // Many points would hide each other.
            radius: if x.len() > 1000 { 3.0 } else { 5.0 },
            x,
            y: y.into_values(),
            name: String::new(),
            color: None,
            marker: Marker::Circle,
        }
    }

    /// With a name in the legend.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { name, ..self }
    }

    /// In a color of one's own, instead of the palette's next.
    #[must_use]
    pub fn color(self, color: Color) -> Self {
        let color = Some(color);
        Self { color, ..self }
    }

    /// In another shape.
    #[must_use]
    pub fn marker(self, marker: Marker) -> Self {
        Self { marker, ..self }
    }

    /// With this radius in pixels.
    #[must_use]
    pub fn radius(self, radius: f64) -> Self {
        Self { radius, ..self }
    }
}

/// More points are drawn in an order in which neighbors do not follow each other.
const MOST_IN_ORDER: usize = 200;

/// Draws a marker at each of the points that can be told apart.
pub(super) fn draw_many<'a>(
    plot: &mut Plot<'_>,
    points: impl Iterator<Item = (&'a f64, &'a f64)>,
    marker: Marker,
    radius: f64,
    color: Color,
) {
    // Of points in the same quarter of a pixel only one can be seen.
    let mut seen = HashSet::new();
    let mut places: Vec<(f64, f64)> = points.map(|(&x, &y)| (x, y)).collect();
    places.retain(|&(x, y)| {
        let cell = |at: Point| ((at.x * 2.0) as i64, (at.y * 2.0) as i64);
        plot.place(x, y).is_some_and(|at| seen.insert(cell(at)))
    });
    if places.len() > MOST_IN_ORDER {
        // One by one along a curve, each would cover the color of the one before with its white rim.
        let mut mixed: Vec<(u64, (f64, f64))> = (0_u64..).zip(places).collect();
        mixed.sort_unstable_by_key(|(index, _)| index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        places = mixed.into_iter().map(|(_, place)| place).collect();
    }
    plot.draw_shapes(places.len(), |plot| {
        for &(x, y) in &places {
            if let Some(at) = plot.place(x, y) {
                marker.draw(plot.scene(), at, radius, color);
            }
        }
    });
}

impl Layer for Points {
    fn extend(&self, extent: &mut Extent) {
        for (&x, &y) in self.x.iter().zip(&self.y) {
            extent.include(x, y);
        }
    }

    fn draw(&self, plot: &mut Plot<'_>, color: Color) {
        draw_many(
            plot,
            self.x.iter().zip(&self.y),
            self.marker,
            self.radius,
            self.color.unwrap_or(color),
        );
    }

    fn key(&self, color: Color) -> Option<Key> {
        (!self.name.is_empty()).then(|| Key {
            name: self.name.clone(),
            sample: Sample::Marker(self.marker, self.color.unwrap_or(color)),
        })
    }

    fn takes_color(&self) -> bool {
        self.color.is_none()
    }

    fn check(&self) -> Result<()> {
        check_lengths("points", self.x.len(), self.y.len())
    }
}
