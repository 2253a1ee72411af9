use backprop_tensor::{Element, Tensor};

use crate::geometry::{Point, Rect, point};
use crate::scene::{Align, Mark, Scene, Text, shorten};
use crate::style::{AXIS, GAP, INK, LABEL, MARGIN, SOFT_INK, TICK};
use crate::terminal::Screen;
use crate::{Bitmap, Color, Colormap, Error, Number, Picture, Result, Stroke, font, heading};

/// How often which class was taken for which: a row for each true class, a column for each predicted one.
///
/// Each cell has its count, and is the darker the larger its share of the true class.
#[derive(Debug, Clone)]
pub struct ConfusionMatrix {
    counts: Vec<f64>,
    names: Vec<String>,
    title: String,
    labels: [String; 2],
    percent: bool,
    size: Option<Point>,
    mistake: Option<Error>,
}

/// Smaller cells, in pixels, have no slit between them and no number in them: together they are one bitmap.
const SMALLEST_APART: f64 = 12.0;

/// More classes than these are more than a picture can show.
const MOST_CLASSES: usize = 1000;

/// The error of a matrix of more classes than can be drawn.
pub(crate) fn too_many(classes: usize) -> Option<Error> {
    (classes > MOST_CLASSES).then(|| {
        let problem = format!(
            "{classes} classes: at most {MOST_CLASSES} can be drawn; draw a part of them, or join some"
        );
        Error::invalid("confusion matrix", problem)
    })
}

/// The picture of a confusion matrix of counts `[classes, classes]`, a row for each true class. A class without a name has its
/// number. More than 1000 classes are an error: their cells would be less than a pixel.
///
/// ```
/// use backprop_plot::{Picture, confusion_matrix};
/// use backprop_tensor::Tensor;
///
/// let picture = confusion_matrix(&Tensor::from([[48_i64, 2], [5, 45]]), ["cat", "dog"]);
/// assert!(picture.to_svg()?.contains(">48<"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn confusion_matrix<T: Number + Element, S: Into<String>>(
    counts: &Tensor<T>,
    names: impl IntoIterator<Item = S>,
) -> ConfusionMatrix {
    let shape = counts.shape();
    let mut names: Vec<String> = names.into_iter().take(MOST_CLASSES).map(Into::into).collect();
    let mistake = match *shape.as_ref() {
        [rows, columns] if rows == columns && rows > MOST_CLASSES => too_many(rows),
        [rows, columns] if rows == columns => {
            names.truncate(rows);
            names.extend((names.len()..rows).map(|class| class.to_string()));
            None
        }
        _ => {
            let problem = format!("shape {shape:?}: it must have as many rows as columns");
            Some(Error::invalid("confusion matrix", problem))
        }
    };
    ConfusionMatrix {
        counts: if mistake.is_none() {
            counts.to_vec().into_iter().map(Number::to_f64).collect()
        } else {
            Vec::new()
        },
        names,
        title: String::new(),
        labels: ["predicted".into(), "true".into()],
        percent: false,
        size: None,
        mistake,
    }
}

impl ConfusionMatrix {
    /// A picture that reports a mistake when it is drawn.
    #[cfg(feature = "train")]
    pub(crate) fn failed(error: Error) -> Self {
        let none: [[f64; 0]; 0] = [];
        Self {
            mistake: Some(error),
            ..confusion_matrix(&Tensor::from(none), [""; 0])
        }
    }

    /// With words above.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// With a size in pixels, instead of one that fits the number of classes.
    #[must_use]
    pub fn size(self, width: f64, height: f64) -> Self {
        let size = Some(point(width, height));
        Self { size, ..self }
    }

    /// With percentages of each true class, instead of counts.
    #[must_use]
    pub fn percent(self) -> Self {
        let percent = true;
        Self { percent, ..self }
    }

    /// With other words for "predicted" and "true".
    #[must_use]
    pub fn labels(self, predicted: impl Into<String>, truth: impl Into<String>) -> Self {
        let labels = [predicted.into(), truth.into()];
        Self { labels, ..self }
    }

    fn classes(&self) -> usize {
        self.names.len()
    }

    fn row(&self, class: usize) -> &[f64] {
        let classes = self.classes();
        self.counts
            .get(class * classes..(class + 1) * classes)
            .unwrap_or_default()
    }

    /// What each cell of a row says, and its share of the row.
    fn cells(&self, class: usize) -> Vec<(String, f64)> {
        let row = self.row(class);
        let total: f64 = row.iter().sum();
        let share = |count: f64| if total > 0.0 { count / total } else { 0.0 };
        let label = |count: f64| match share(count) * 100.0 {
            percent if self.percent && percent > 0.0 && percent < 10.0 => format!("{percent:.1}"),
            percent if self.percent => format!("{percent:.0}"),
            _ if count.fract() == 0.0 => format!("{count}"),
            _ => format!("{count:.2}"),
        };
        row.iter().map(|&count| (label(count), share(count))).collect()
    }
}

/// Where the parts go.
struct Layout {
    cells: Rect,
    cell: f64,
    upward: bool,
    names: Vec<String>,
    columns: Vec<String>,
}

impl Layout {
    fn new(matrix: &ConfusionMatrix, inner: Rect) -> Option<Self> {
        let width = |name: &String| font::width(name, TICK, false);
        let widest = matrix
            .names
            .iter()
            .map(width)
            .fold(0.0, f64::max)
            .min(inner.width() * 0.25);
        let names: Vec<String> = matrix
            .names
            .iter()
            .map(|name| shorten(name, widest, TICK, false))
            .collect();
        let left = inner.left + LABEL + GAP + widest + GAP;
        let room = |below: f64| {
            (inner.right - left).min(inner.bottom - LABEL - 2.0 * GAP - below - TICK / 2.0 - inner.top)
                / matrix.classes() as f64
        };
        let cell = room(TICK);
        let upward = names.iter().map(width).any(|name| name + 8.0 > cell);
        let longest = names
            .iter()
            .map(width)
            .fold(TICK, f64::max)
            .min(inner.height() * 0.25);
        let cell = if upward { room(longest) } else { cell };
        let columns = if upward {
            names
                .iter()
                .map(|name| shorten(name, longest, TICK, false))
                .collect()
        } else {
            names.clone()
        };
        let side = cell * matrix.classes() as f64;
        // In the middle of what is free at both sides.
        let cells = Rect::new(
            left + (inner.right - left - side).max(0.0) / 2.0,
            inner.top,
            side,
            side,
        );
        (cell >= 2.0).then_some(Self {
            cells,
            cell,
            upward,
            names,
            columns,
        })
    }

    fn cell(&self, row: usize, column: usize) -> Rect {
        let (left, top) = (column as f64 * self.cell, row as f64 * self.cell);
        Rect::new(self.cells.left + left, self.cells.top + top, self.cell, self.cell)
    }

    /// From the cells to the names below, past the last name beside them, which is higher than a small cell.
    fn below(&self) -> f64 {
        GAP + (TICK - self.cell).max(0.0) / 2.0
    }

    /// Every how many names there is room for one.
    fn stride(&self) -> usize {
        ((TICK * 1.1) / self.cell).ceil().max(1.0) as usize
    }
}

impl ConfusionMatrix {
    fn draw_cells(&self, scene: &mut Scene, layout: &Layout) {
        let rows: Vec<Vec<(String, f64)>> = (0..self.classes()).map(|class| self.cells(class)).collect();
        let widest = rows
            .iter()
            .flatten()
            .map(|(label, _)| font::width(label, 1.0, false))
            .fold(0.1, f64::max);
        let size = ((layout.cell - 6.0) / widest)
            .min(layout.cell * 0.5)
            .min(LABEL + 2.0);
        if layout.cell <= SMALLEST_APART {
            let shares = rows.iter().flatten().map(|(_, share)| *share);
            let bitmap = Bitmap {
                width: self.classes(),
                height: self.classes(),
                pixels: shares.map(|share| Colormap::Blues.color(share)).collect(),
            };
            scene.bitmap(layout.cells, bitmap);
        }
        let apart = if layout.cell > SMALLEST_APART {
            rows
        } else {
            Vec::new()
        };
        for (row, cells) in apart.into_iter().enumerate() {
            for (column, (label, share)) in cells.into_iter().enumerate() {
                let place = layout.cell(row, column);
                let ground = Colormap::Blues.color(share);
                scene.rect(place.inset(0.5), ground);
                // A zero that is not looked for distracts.
                if size >= 8.0 && (label != "0" || row == column) {
                    scene.text(
                        Text::new(label, place.center(), size)
                            .color(ground.ink())
                            .align(Align::Middle),
                    );
                }
            }
        }
        scene.add(
            Mark::Rect(layout.cells),
            None::<Color>,
            Some(Stroke::new(AXIS, 1.0)),
        );
    }

    fn draw_names(&self, scene: &mut Scene, layout: &Layout) {
        let cells = layout.cells;
        for class in (0..self.classes()).step_by(layout.stride()) {
            let middle = layout.cell(class, class).center();
            let beside = Text::new(&layout.names[class], point(cells.left - GAP, middle.y), TICK);
            scene.text(beside.color(SOFT_INK).align(Align::End));
            let name = &layout.columns[class];
            scene.text(if layout.upward {
                Text::new(name, point(middle.x, cells.bottom + layout.below()), TICK)
                    .color(SOFT_INK)
                    .align(Align::End)
                    .upward()
            } else {
                Text::new(
                    name,
                    point(middle.x, cells.bottom + layout.below() + TICK / 2.0),
                    TICK,
                )
                .color(SOFT_INK)
                .align(Align::Middle)
            });
        }
    }
}

impl ConfusionMatrix {
    /// The shares of each class alone, where there is no room for counts: as shades, from a row of the page on.
    fn print_shades(&self, screen: &mut Screen, row: usize) -> Result<()> {
        let rows = screen.height().saturating_sub(row + 1);
        if rows == 0 || screen.width() == 0 {
            return Ok(());
        }
        let words = format!("shares of {} classes, {} down", self.classes(), self.labels[1]);
        screen.centered(row, 0, screen.width(), &words);
        let classes = self.classes();
        let shares = (0..classes).flat_map(|class| self.cells(class).into_iter().map(|(_, share)| share));
        let bitmap = Bitmap {
            width: classes,
            height: classes,
            pixels: shares.map(|share| Colormap::Ink.color(share)).collect(),
        };
        let side = screen.width().min(2 * rows);
        let small = bitmap.resized((side as f64 / classes as f64).min(4.0));
        let left = (screen.width() - small.width.min(screen.width())) / 2;
        screen.bitmap(left, row + 1, &small);
        Ok(())
    }
}

impl Picture for ConfusionMatrix {
    fn size(&self) -> Point {
        self.size.unwrap_or_else(|| {
            let classes = self.classes() as f64;
            // Two pixels for each of many classes, beside their names.
            let side = (classes * 50.0 + 300.0)
                .clamp(400.0, 800.0)
                .max(classes * 2.0 + 250.0);
            point(side, side)
        })
    }

    fn draw(&self, scene: &mut Scene, area: Rect) -> Result<()> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone());
        }
        let inner = heading::title(scene, area.inset(MARGIN), &self.title);
        if self.classes() == 0 {
            heading::notice(scene, inner, "no classes");
            return Ok(());
        }
        let Some(layout) = Layout::new(self, inner) else {
            heading::notice(scene, inner, "too small");
            return Ok(());
        };
        self.draw_cells(scene, &layout);
        self.draw_names(scene, &layout);
        let [predicted, truth] = &self.labels;
        let cells = layout.cells;
        let names = layout
            .names
            .iter()
            .map(|name| font::width(name, TICK, false))
            .fold(0.0, f64::max);
        let below = if layout.upward {
            layout
                .columns
                .iter()
                .map(|name| font::width(name, TICK, false))
                .fold(0.0, f64::max)
        } else {
            TICK
        };
        let at = point(
            cells.center().x,
            cells.bottom + layout.below() + GAP + below + LABEL / 2.0,
        );
        let room = 2.0 * (cells.center().x - inner.left).min(inner.right - cells.center().x);
        let text = shorten(predicted, room, LABEL, false);
        scene.text(Text::new(text, at, LABEL).color(INK).align(Align::Middle));
        let at = point(cells.left - 2.0 * GAP - names - LABEL / 2.0, cells.center().y);
        let text = shorten(truth, cells.height(), LABEL, false);
        scene.text(
            Text::new(text, at, LABEL)
                .color(INK)
                .align(Align::Middle)
                .upward(),
        );
        Ok(())
    }

    fn print(&self, screen: &mut Screen) -> Result<()> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone());
        }
        let mut row = 0;
        if !self.title.is_empty() {
            screen.centered(row, 0, screen.width(), &self.title);
            row += 1;
        }
        let rows: Vec<Vec<(String, f64)>> = (0..self.classes()).map(|class| self.cells(class)).collect();
        let letters = |text: &str| text.chars().count();
        let beside = self
            .names
            .iter()
            .map(|name| letters(name))
            .max()
            .unwrap_or(0)
            .min(screen.width() / 3);
        let widest = rows
            .iter()
            .flatten()
            .map(|(label, _)| letters(label))
            .max()
            .unwrap_or(1);
        let wide = self
            .names
            .iter()
            .map(|name| letters(name))
            .max()
            .unwrap_or(1)
            .clamp(widest, widest.max(8))
            + 1;
        if beside + self.classes() * wide > screen.width() || row + 1 + self.classes() > screen.height() {
            return self.print_shades(screen, row);
        }
        for (class, name) in self.names.iter().enumerate() {
            screen.right_aligned(row, beside + class * wide + 1, wide - 1, name);
        }
        for (class, cells) in rows.iter().enumerate() {
            let row = row + 1 + class;
            screen.right_aligned(row, 0, beside, &self.names[class]);
            for (column, (label, share)) in cells.iter().enumerate() {
                let start = beside + column * wide;
                let ground = Colormap::Blues.color(*share);
                for letter in start + 1..start + wide {
                    screen.put(letter, row, ' ', None);
                    screen.set_ground(letter, row, ground);
                }
                let from = start + wide - letters(label);
                screen.write(row, from, label, Some(ground.ink()));
            }
        }
        Ok(())
    }
}
