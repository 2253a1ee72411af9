use crate::Color;
use crate::axis::Scale;
use crate::geometry::{Point, Rect, point};
use crate::raster::grid::Grid;
use crate::scene::{Mark, Scene};

/// More shapes, bars, pieces of lines or places of a band than these are drawn as a bitmap.
const MOST_SHAPES: usize = 20_000;

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

    /// A grid of pixels to draw `count` parts on, if they are more than an SVG should hold; `None` too for a terminal, whose dots are drawn each by
    /// itself.
    pub(crate) fn grid(&self, count: usize) -> Option<Grid> {
        if count <= MOST_SHAPES || self.scene.is_of_dots() {
            return None;
        }
        Grid::over(self.area)
    }

    /// Draws the pixels of a grid in a color, each as opaque as it is covered, 0 to 1.
    pub(crate) fn cover(&mut self, grid: &Grid, covered: impl Iterator<Item = f32>, color: Color) {
        self.scene.bitmap(grid.place, grid.bitmap(covered, color));
    }

    /// Draws `count` shapes, as one bitmap if they are too many.
    pub(crate) fn draw_shapes(&mut self, count: usize, draw: impl Fn(&mut Plot<'_>)) {
        let drawn = self.grid(count).and_then(|grid| self.as_bitmap(&grid, &draw));
        if drawn.is_none() {
            draw(self);
        }
    }

    /// Draws something on the pixels of a grid; `None` if that cannot be done.
    fn as_bitmap(&mut self, grid: &Grid, draw: impl FnOnce(&mut Plot<'_>)) -> Option<()> {
        let Rect { left, top, .. } = grid.place;
        let mut scene = Scene::new(grid.place.width(), grid.place.height()).ok()?;
        let area = Rect {
            left: self.area.left - left,
            top: self.area.top - top,
            right: self.area.right - left,
            bottom: self.area.bottom - top,
        };
        draw(&mut Plot::new(&mut scene, area, self.x, self.y));
        let bitmap = scene.to_transparent_bitmap(grid.scale()).ok()?;
        self.scene.bitmap(grid.place, bitmap);
        Some(())
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
