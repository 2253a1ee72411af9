use std::sync::Arc;

use crate::geometry::{Point, Rect, point};
use crate::legend::{Key, Legend};
use crate::scene::{Align, Scene, Text, wrap};
use crate::style::{GAP, INK, MARGIN, TITLE, WIDTH};
use crate::terminal::Screen;
use crate::{Picture, Result, font};

/// Pictures side by side and one above the other.
///
/// ```
/// use backprop_plot::{Chart, Figure, Picture};
///
/// let loss = Chart::new().title("Loss").line("training", 0..3, [3.0, 2.0, 1.0]);
/// let accuracy = Chart::new().title("Accuracy").line("training", 0..3, [0.5, 0.7, 0.9]);
/// let figure = Figure::new().title("A run").row([loss, accuracy]).shared_legend();
/// assert_eq!(figure.to_svg()?.matches(">training<").count(), 1);
/// # Ok::<(), backprop_plot::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Figure {
    title: String,
    rows: Vec<Vec<Arc<dyn Picture + Send + Sync>>>,
    size: Option<Point>,
    shared_legend: bool,
}

impl Figure {
    /// A figure of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Pictures in rows of `columns`.
    pub fn grid<P: Picture + Send + Sync + 'static>(
        columns: usize,
        pictures: impl IntoIterator<Item = P>,
    ) -> Self {
        let mut figure = Self::new();
        for picture in pictures {
            match figure.rows.last_mut().filter(|row| row.len() < columns) {
                Some(row) => row.push(Arc::new(picture)),
                None => figure.rows.push(vec![Arc::new(picture)]),
            }
        }
        figure
    }

    /// With words above.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// With one row more, below: pictures of one kind.
    #[must_use]
    pub fn row<P: Picture + Send + Sync + 'static>(mut self, pictures: impl IntoIterator<Item = P>) -> Self {
        let row = pictures
            .into_iter()
            .map(|picture| Arc::new(picture) as Arc<dyn Picture + Send + Sync>);
        self.rows.push(row.collect());
        self
    }

    /// With one picture more, at the right end of the last row: for rows of several kinds.
    #[must_use]
    pub fn beside(mut self, picture: impl Picture + Send + Sync + 'static) -> Self {
        match self.rows.last_mut() {
            Some(row) => row.push(Arc::new(picture)),
            None => self.rows.push(vec![Arc::new(picture)]),
        }
        self
    }

    /// With a row of one picture more, below.
    #[must_use]
    pub fn below(self, picture: impl Picture + Send + Sync + 'static) -> Self {
        self.row([picture])
    }

    /// With a size in pixels, instead of 800 by what the rows need.
    #[must_use]
    pub fn size(self, width: f64, height: f64) -> Self {
        let size = Some(point(width, height));
        Self { size, ..self }
    }

    /// With one legend for all pictures, at the top, instead of one in each.
    #[must_use]
    pub fn shared_legend(self) -> Self {
        let shared_legend = true;
        Self {
            shared_legend,
            ..self
        }
    }

    /// The keys of all pictures, each once.
    fn all_keys(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = Vec::new();
        for key in self.rows.iter().flatten().flat_map(|picture| picture.keys()) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    /// How high each row is when it is `width` wide: pictures keep their shape where they are alone, and grow together.
    fn heights(&self, width: f64) -> Vec<f64> {
        let height = |row: &Vec<Arc<dyn Picture + Send + Sync>>| {
            let each = width / row.len().max(1) as f64;
            let heights = row.iter().map(|picture| {
                let size = picture.size();
                let scaled = size.y * each / size.x.max(1.0);
                // A chart of half the width needs more than half the height: its letters do not shrink.
                if each < size.x {
                    scaled.max(size.y * 0.5 + scaled * 0.4)
                } else {
                    scaled.min(size.y)
                }
            });
            heights.fold(40.0, f64::max)
        };
        self.rows.iter().map(height).collect()
    }

    fn title_lines(&self, width: f64) -> Vec<String> {
        wrap(&self.title, width - 2.0 * MARGIN, 2, TITLE + 2.0, true)
    }

    fn legend(&self, width: f64, with_keys: bool) -> Legend {
        let keys = if self.shared_legend && with_keys {
            self.all_keys()
        } else {
            Vec::new()
        };
        Legend::new(&keys, width - 2.0 * MARGIN)
    }

    /// What lies above the pictures.
    fn heading_height(&self, width: f64, with_keys: bool) -> f64 {
        let lines = self.title_lines(width).len() as f64;
        let title = if lines > 0.0 {
            lines * (TITLE + 2.0) * font::LINE + MARGIN
        } else {
            0.0
        };
        let legend = self.legend(width, with_keys).height();
        title + if legend > 0.0 { legend + MARGIN - GAP } else { 0.0 }
    }

    fn draw_with(&self, scene: &mut Scene, area: Rect, with_keys: bool) -> Result<()> {
        let heading = self.heading_height(area.width(), with_keys);
        // Where there is no room for words, there may be some for pictures.
        let heading = if heading < area.height() / 2.0 {
            heading
        } else {
            0.0
        };
        let (top, mut rest) = area.split_top(heading);
        if heading > 0.0 {
            self.draw_heading(scene, top, with_keys);
        }
        let heights = self.heights(area.width());
        let total: f64 = heights.iter().sum();
        let share = rest.height() / total.max(1.0);
        for (row, height) in self.rows.iter().zip(heights) {
            let (place, below) = rest.split_top(height * share);
            rest = below;
            let each = place.width() / row.len().max(1) as f64;
            for (index, picture) in row.iter().enumerate() {
                let place = Rect::new(place.left + index as f64 * each, place.top, each, place.height());
                if self.shared_legend || !with_keys {
                    picture.draw_without_keys(scene, place)?;
                } else {
                    picture.draw(scene, place)?;
                }
            }
        }
        Ok(())
    }

    fn draw_heading(&self, scene: &mut Scene, area: Rect, with_keys: bool) {
        let mut top = area.top + MARGIN;
        let size = TITLE + 2.0;
        for line in self.title_lines(area.width()) {
            let at = point(area.center().x, top + size / 2.0);
            scene.text(Text::new(line, at, size).color(INK).bold().align(Align::Middle));
            top += size * font::LINE;
        }
        let place = Rect {
            top,
            ..area.inset(MARGIN)
        };
        self.legend(area.width(), with_keys).draw(scene, place);
    }
}

impl Picture for Figure {
    fn size(&self) -> Point {
        self.size.unwrap_or_else(|| {
            let heights: f64 = self.heights(WIDTH).iter().sum();
            point(WIDTH, (self.heading_height(WIDTH, true) + heights).max(40.0))
        })
    }

    fn draw(&self, scene: &mut Scene, area: Rect) -> Result<()> {
        self.draw_with(scene, area, true)
    }

    fn keys(&self) -> Vec<Key> {
        self.all_keys()
    }

    fn draw_without_keys(&self, scene: &mut Scene, area: Rect) -> Result<()> {
        self.draw_with(scene, area, false)
    }

    fn print(&self, screen: &mut Screen) -> Result<()> {
        let heading = usize::from(!self.title.is_empty() && screen.height() > 3);
        if heading > 0 {
            screen.centered(0, 0, screen.width(), &self.title);
        }
        let height = (screen.height() - heading) / self.rows.len().max(1);
        for (index, row) in self.rows.iter().enumerate() {
            let width = screen.width() / row.len().max(1);
            for (column, picture) in row.iter().enumerate() {
                let mut part = Screen::new(width.saturating_sub(1), height);
                picture.print(&mut part)?;
                screen.paste(column * width, heading + index * height, &part);
            }
        }
        Ok(())
    }
}
