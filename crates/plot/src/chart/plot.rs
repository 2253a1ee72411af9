use crate::axis::Scale;
use crate::geometry::{Point, Rect, point};
use crate::scene::{LIMIT, MOST_PIXELS, Mark, Scene};

/// More shapes than these are drawn as a bitmap.
const MOST_SHAPES: usize = 20_000;
/// Pixels of that bitmap for each pixel of the picture, fewer if it would have too many.
const SCALE: f64 = 2.0;

/// The area between the axes, for a [`Layer`](crate::Layer) to draw in: numbers become places.
#[derive(Debug)]
pub struct Plot<'a> {
    scene: &'a mut Scene,
    area: Rect,
    x: Scale,
    y: Scale,
}

impl<'a> Plot<'a> {
    pub(crate) fn new(scene: &'a mut Scene, area: Rect, x: Scale, y: Scale) -> Self {
        Self { scene, area, x, y }
    }

    /// The scene that is drawn on. What lies outside [`area`](Self::area) is cut off.
    pub fn scene(&mut self) -> &mut Scene {
        self.scene
    }

    /// The area between the axes.
    pub fn area(&self) -> Rect {
        self.area
    }

    /// Where the point (x, y) is; `None` if one of the numbers has no place on its axis.
    pub fn place(&self, x: f64, y: f64) -> Option<Point> {
        Some(point(self.x_place(x)?, self.y_place(y)?))
    }

    /// How far right x is; `None` if it has no place on the axis.
    pub fn x_place(&self, x: f64) -> Option<f64> {
        let share = self.x.share(x)?;
        Some(self.area.left + share * self.area.width())
    }

    /// How far down y is; `None` if it has no place on the axis.
    pub fn y_place(&self, y: f64) -> Option<f64> {
        let share = self.y.share(y)?;
        Some(self.area.bottom - share * self.area.height())
    }

    /// The numbers at the ends of the x axis, from left to right.
    pub fn x_limits(&self) -> (f64, f64) {
        (self.x.low, self.x.high)
    }

    /// The numbers at the ends of the y axis, from below to above.
    pub fn y_limits(&self) -> (f64, f64) {
        (self.y.low, self.y.high)
    }

    /// The x at `share` of the way from left to right.
    pub fn x_value(&self, share: f64) -> f64 {
        self.x.value(share)
    }

    /// The y at `share` of the way from below to above.
    pub fn y_value(&self, share: f64) -> f64 {
        self.y.value(share)
    }

    /// Draws `count` shapes: as one bitmap if they are more than an SVG should hold, but for a terminal, whose dots are drawn each by itself.
    pub(crate) fn draw_shapes(&mut self, count: usize, draw: impl Fn(&mut Plot<'_>)) {
        let is_few = count <= MOST_SHAPES || self.scene.is_of_dots();
        if is_few || !self.as_bitmap(&draw) {
            draw(self);
        }
    }

    /// Draws something with two pixels for each pixel of the picture, as one bitmap; whether that can be done.
    fn as_bitmap(&mut self, draw: impl FnOnce(&mut Plot<'_>)) -> bool {
        let Rect {
            left,
            top,
            right,
            bottom,
        } = self.area;
        // Whole pixels, so that none is smeared over two.
        let start = point(left.floor(), top.floor());
        let place = Rect::new(
            start.x,
            start.y,
            (right - start.x).ceil(),
            (bottom - start.y).ceil(),
        );
        let Ok(mut scene) = Scene::new(place.width(), place.height()) else {
            return false;
        };
        // As fine as there may be pixels.
        let scale = (LIMIT / place.width().max(place.height()))
            .min((MOST_PIXELS as f64 / (place.width() * place.height())).sqrt() * 0.99)
            .min(SCALE);
        let area = Rect::new(left - start.x, top - start.y, right - left, bottom - top);
        draw(&mut Plot::new(&mut scene, area, self.x, self.y));
        let bitmap = scene.to_transparent_bitmap(scale);
        bitmap.map(|bitmap| self.scene.bitmap(place, bitmap)).is_ok()
    }

    pub(crate) fn is_logarithmic(&self) -> bool {
        self.x.log || self.y.log
    }

    /// Where words are already.
    pub(crate) fn texts(&self) -> Vec<Rect> {
        let texts = self.scene.items().iter().filter_map(|item| match &item.mark {
            Mark::Text(text) => Some(text.bounds()),
            _ => None,
        });
        texts.collect()
    }
}
