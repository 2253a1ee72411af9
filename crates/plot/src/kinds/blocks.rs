use crate::geometry::{Point, Rect, point};
use crate::scene::{Align, Mark, Path, Scene, Stroke, Text, shorten};
use crate::style::{AXIS, GAP, INK, LABEL, MARGIN, SOFT_INK, TICK, WIDTH};
use crate::{Color, Error, Picture, Result, category_color, font, heading};

/// A network as blocks with names and shapes, from left to right and line by line: for networks whose neurons are too many to
/// draw.
#[derive(Debug, Clone)]
pub struct BlockDiagram {
    blocks: Vec<(String, String)>,
    title: String,
    mistake: Option<Error>,
}

/// A network as blocks, each with a name and the shape of what comes out of it, in words. More than 400 blocks are an error.
///
/// ```
/// use backprop_plot::{Picture, block_diagram};
///
/// let picture = block_diagram([("image", "1 × 28 × 28"), ("Conv2d 3 × 3", "8 × 26 × 26"), ("Linear", "10")]);
/// assert!(picture.to_svg()?.contains("8 × 26 × 26"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn block_diagram<N: Into<String>, S: Into<String>>(
    blocks: impl IntoIterator<Item = (N, S)>,
) -> BlockDiagram {
    let blocks = blocks.into_iter().take(MOST_BLOCKS + 1);
    let blocks: Vec<(String, String)> = blocks.map(|(name, shape)| (name.into(), shape.into())).collect();
    let mistake = (blocks.len() > MOST_BLOCKS).then(|| {
        let problem = format!("more than {MOST_BLOCKS} blocks: join some, or draw a part of them");
        Error::invalid("block diagram", problem)
    });
    BlockDiagram {
        blocks,
        title: String::new(),
        mistake,
    }
}

/// More blocks than these are more than one can follow.
const MOST_BLOCKS: usize = 400;
const BLOCK_HEIGHT: f64 = 62.0;
const ARROW: f64 = 34.0;

impl BlockDiagram {
    /// With words above.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// The blocks in lines of a width: each with its left side and width.
    fn lines(&self, width: f64) -> Vec<Vec<(usize, f64, f64)>> {
        let mut lines: Vec<Vec<(usize, f64, f64)>> = Vec::new();
        let mut left = f64::INFINITY;
        for (index, (name, shape)) in self.blocks.iter().enumerate() {
            let words = font::width(name, LABEL, true).max(font::width(shape, TICK, false));
            let wide = (words + 4.0 * GAP).max(70.0).min(width);
            if left + wide > width {
                lines.push(Vec::new());
                left = 0.0;
            }
            if let Some(line) = lines.last_mut() {
                line.push((index, left, wide));
            }
            left += wide + ARROW;
        }
        lines
    }
}

impl Picture for BlockDiagram {
    fn size(&self) -> Point {
        let inner = WIDTH - 2.0 * MARGIN;
        let lines = self.lines(inner).len().max(1) as f64;
        let height =
            lines * (BLOCK_HEIGHT + ARROW) - ARROW + 2.0 * MARGIN + heading::title_height(inner, &self.title);
        point(WIDTH, height)
    }

    fn draw(&self, scene: &mut Scene, area: Rect) -> Result<()> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone());
        }
        let area = heading::title(scene, area.inset(MARGIN), &self.title);
        if self.blocks.is_empty() {
            heading::notice(scene, area, "no layers");
            return Ok(());
        }
        let lines = self.lines(area.width());
        let count = lines.len() as f64;
        let high = ((area.height() + ARROW) / count - ARROW).min(BLOCK_HEIGHT);
        if high < 2.0 * LABEL + GAP || area.width() < 60.0 {
            heading::notice(scene, area, "too small");
            return Ok(());
        }
        let stroke = Stroke::new(AXIS, 1.5);
        let mut before: Option<Rect> = None;
        for (row, line) in lines.iter().enumerate() {
            let used = line.last().map_or(0.0, |(_, left, wide)| left + wide);
            let indent = if lines.len() == 1 {
                (area.width() - used) / 2.0
            } else {
                0.0
            };
            for &(index, left, wide) in line {
                let place = Rect::new(
                    area.left + indent + left,
                    area.top + row as f64 * (high + ARROW),
                    wide,
                    high,
                );
                if let Some(before) = before {
                    connect(scene, before, place, stroke);
                }
                before = Some(place);
                self.draw_block(scene, index, place);
            }
        }
        Ok(())
    }
}

impl BlockDiagram {
    fn draw_block(&self, scene: &mut Scene, index: usize, place: Rect) {
        let Some((name, shape)) = self.blocks.get(index) else {
            return;
        };
        let last = self.blocks.len() - 1;
        let color = category_color(if index == 0 {
            5
        } else if index == last {
            1
        } else {
            2
        });
        let rim = Stroke::new(color.mix(Color::BLACK, 0.25), 1.5);
        scene.add(
            Mark::Path(Path::rounded(place, 8.0)),
            Some(color.mix(Color::WHITE, 0.75)),
            Some(rim),
        );
        let room = place.width() - 2.0 * GAP;
        let middle = place.center();
        let name = Text::new(
            shorten(name, room, LABEL, true),
            point(middle.x, middle.y - LABEL * 0.65),
            LABEL,
        );
        scene.text(name.bold().color(INK).align(Align::Middle));
        let shape = Text::new(
            shorten(shape, room, TICK, false),
            point(middle.x, middle.y + TICK * 0.75),
            TICK,
        );
        scene.text(shape.color(SOFT_INK).align(Align::Middle));
    }
}

/// An arrow to the right, or around to the beginning of the next line.
fn connect(scene: &mut Scene, from: Rect, to: Rect, stroke: Stroke) {
    if to.left > from.right {
        let (start, end) = (
            point(from.right + 3.0, from.center().y),
            point(to.left - 3.0, to.center().y),
        );
        scene.line(start, end, stroke);
        head(scene, end, point(1.0, 0.0), stroke.color);
    } else {
        let between = (from.bottom + to.top) / 2.0;
        let corners = [
            point(from.center().x, from.bottom + 3.0),
            point(from.center().x, between),
            point(to.center().x, between),
            point(to.center().x, to.top - 3.0),
        ];
        scene.polyline(&corners, stroke);
        head(scene, corners[3], point(0.0, 1.0), stroke.color);
    }
}

/// The head of an arrow that ends at `tip` in a direction of length 1.
pub(crate) fn head(scene: &mut Scene, tip: Point, along: Point, color: Color) {
    let base = point(tip.x - along.x * 8.0, tip.y - along.y * 8.0);
    let side = point(-along.y * 4.0, along.x * 4.0);
    let corners = [
        tip,
        point(base.x + side.x, base.y + side.y),
        point(base.x - side.x, base.y - side.y),
    ];
    scene.polygon(&corners, color);
}
