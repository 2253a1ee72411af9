//! A title above a picture, and words instead of one.

use crate::font;
use crate::geometry::{Rect, point};
use crate::scene::{Align, Scene, Text, shorten, wrap};
use crate::style::{GAP, INK, LABEL, SOFT_INK, TITLE};

/// Draws a title at the top of `area`, where there is room for more than that; what is left of the area.
pub(crate) fn title(scene: &mut Scene, area: Rect, words: &str) -> Rect {
    let mut top = area.top;
    for line in wrap(words, area.width(), 2, TITLE, true) {
        if area.bottom - top < 3.0 * TITLE {
            break;
        }
        let at = point(area.center().x, top + TITLE / 2.0);
        scene.text(Text::new(line, at, TITLE).color(INK).bold().align(Align::Middle));
        top += TITLE * font::LINE;
    }
    let gap = if top > area.top { GAP } else { 0.0 };
    area.split_top(top - area.top + gap).1
}

/// How high a title is on a picture of a width.
pub(crate) fn title_height(width: f64, words: &str) -> f64 {
    match wrap(words, width, 2, TITLE, true).len() {
        0 => 0.0,
        lines => lines as f64 * TITLE * font::LINE + GAP,
    }
}

/// Says in the middle of `area` why there is no picture, where there is room to.
pub(crate) fn notice(scene: &mut Scene, area: Rect, words: &str) {
    if area.height() >= LABEL {
        let text = shorten(words, area.width(), LABEL, false);
        scene.text(
            Text::new(text, area.center(), LABEL)
                .color(SOFT_INK)
                .align(Align::Middle),
        );
    }
}
