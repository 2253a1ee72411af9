use super::Layer;
use crate::Color;
use crate::chart::{Extent, Plot};
use crate::geometry::{Rect, point};
use crate::scene::{Text, shorten};
use crate::style::{INK, TICK};

/// Words at a place. They move aside, or are left out, rather than cover others.
///
/// ```
/// use backprop_plot::Chart;
///
/// let _ = Chart::new().line("loss", 1..=3, [3.0, 1.0, 2.0]).note(2.0, 1.0, "best epoch");
/// ```
#[derive(Debug, Clone)]
pub(crate) struct Note {
    x: f64,
    y: f64,
    text: String,
}

impl Note {
    pub(crate) fn new(x: f64, y: f64, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { x, y, text }
    }
}

const AWAY: f64 = 9.0;

impl Layer for Note {
    fn extend(&self, extent: &mut Extent) {
        extent.include(self.x, self.y);
    }

    fn draw(&self, plot: &mut Plot<'_>, _: Color) {
        let area = plot.area().inset(2.0);
        let Some(at) = plot.place(self.x, self.y) else {
            return;
        };
        let text = shorten(&self.text, area.width(), TICK, false);
        let text = Text::new(text, at, TICK).color(INK);
        let (width, height) = (text.length(), text.size);
        let taken: Vec<Rect> = plot.texts();
        plot.scene().circle(at, 4.0, INK);
        // Above, to the right, below, left, and further up and down: curves run more often to the side than upwards.
        let offsets = [
            (-width / 2.0, -height - AWAY),
            (AWAY, -height / 2.0),
            (-width / 2.0, AWAY),
            (-width - AWAY, -height / 2.0),
            (AWAY, -1.7 * height),
            (AWAY, 0.7 * height),
            (-width - AWAY, -1.7 * height),
            (-width - AWAY, 0.7 * height),
        ];
        for (x, y) in offsets {
            let place = Rect::new(at.x + x, at.y + y, width, height);
            if area.contains(&place, 0.0) && !taken.iter().any(|other| other.overlaps(&place)) {
                let at = point(place.left, place.center().y);
                plot.scene()
                    .rect(place.inset(-2.0), Color::WHITE.with_opacity(0.7));
                plot.scene().text(Text { at, ..text });
                return;
            }
        }
    }

    fn takes_color(&self) -> bool {
        false
    }
}
