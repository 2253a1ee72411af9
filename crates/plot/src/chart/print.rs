//! A chart in letters: title and legend, numbers at the left and below, and the data as dots, eight to a letter.

use super::layout::Layout;
use super::{Chart, draw};
use crate::Result;
use crate::axis::{Axis, Scale, ticks};
use crate::geometry::Rect;
use crate::legend::Sample;
use crate::scene::Scene;
use crate::terminal::{Cells, Screen};

pub(super) fn print(chart: &Chart, screen: &mut Screen) -> Result<()> {
    let (width, height) = (screen.width(), screen.height());
    let mut top = 0;
    if height > 6 && !chart.title.is_empty() {
        screen.centered(top, 0, width, &chart.title);
        top += 1;
    }
    if height > 8 {
        top += legend(chart, screen, top);
    }
    let (x, y) = chart.scales();
    let with_label = height.saturating_sub(top) > 6 && !chart.x.label.is_empty();
    let numbers = height.saturating_sub(top) > 4;
    let bottom = height.saturating_sub(usize::from(with_label) + 2 * usize::from(numbers));
    let rows = bottom.saturating_sub(top);
    let beside = labels(&chart.y, &y, rows, 3);
    let room = (width / 3).min(
        beside
            .iter()
            .map(|(_, label)| label.chars().count())
            .max()
            .unwrap_or(0),
    );
    let left = room + 1;
    if rows == 0 || left + 2 > width {
        return Ok(());
    }
    let cells = Cells {
        left,
        top,
        width: width - left,
        height: rows,
    };
    for row in top..bottom {
        screen.put(left - 1, row, '│', None);
    }
    for (share, label) in beside {
        let row = bottom - 1 - (share * rows as f64) as usize;
        screen.right_aligned(row, 0, room, &label);
        screen.put(left - 1, row, '┤', None);
    }
    if numbers {
        below(screen, chart, &x, cells);
    }
    if with_label {
        screen.centered(height - 1, left, width - left, &chart.x.label);
    }
    dots(chart, screen, cells, (x, y))
}

/// The numbers of an axis of so many letters, by their share of its length.
fn labels(axis: &Axis, scale: &Scale, length: usize, apart: usize) -> Vec<(f64, String)> {
    let inside = |value: f64| {
        scale
            .share(value)
            .filter(|share| (-1e-9..1.0).contains(share))
            .map(|share| share.max(0.0))
    };
    if axis.categories.is_empty() {
        let found = ticks(scale, (length / apart).clamp(1, 8));
        return found
            .into_iter()
            .filter_map(|tick| Some((inside(tick.value)?, tick.label)))
            .collect();
    }
    let stride = axis.categories.len().div_ceil(length.max(1)).max(1);
    let shown = axis.categories.iter().enumerate().step_by(stride);
    shown
        .filter_map(|(index, name)| Some((inside(index as f64)?, name.clone())))
        .collect()
}

fn below(screen: &mut Screen, chart: &Chart, x: &Scale, cells: Cells) {
    let bottom = cells.top + cells.height;
    screen.put(cells.left - 1, bottom, '└', None);
    for column in cells.left..cells.left + cells.width {
        screen.put(column, bottom, '─', None);
    }
    let mut free = 0;
    for (share, label) in labels(&chart.x, x, cells.width, 10) {
        let length = label.chars().count();
        let place = cells.left + (share * cells.width as f64) as usize;
        let start = place
            .saturating_sub(length / 2)
            .min(screen.width().saturating_sub(length));
        if start >= free && start + length <= screen.width() {
            screen.put(place, bottom, '┬', None);
            screen.write(bottom + 1, start, &label, None);
            free = start + length + 2;
        }
    }
}

/// One line with the names of the layers; how many lines it took.
fn legend(chart: &Chart, screen: &mut Screen, row: usize) -> usize {
    let keys = crate::Picture::keys(chart);
    let mut column = 2;
    for key in &keys {
        let (letter, color) = match key.sample {
            Sample::Line(stroke, _) => ('━', stroke.color),
            Sample::Marker(marker, color) => (marker.letter(), color),
            Sample::Area(color) => ('█', color),
        };
        let length = key.name.chars().count() + 2;
        if column + length > screen.width() {
            break;
        }
        screen.put(column, row, letter, Some(color));
        screen.write(row, column + 2, &key.name, None);
        column += length + 3;
    }
    usize::from(!keys.is_empty())
}

fn dots(chart: &Chart, screen: &mut Screen, cells: Cells, (x, y): (Scale, Scale)) -> Result<()> {
    let (width, height) = cells.dots();
    let mut scene = Scene::new(width as f64, height as f64)?.of_dots();
    let layout = Layout {
        plot: Rect::new(0.0, 0.0, width as f64, height as f64),
        x: Some(x),
        y: Some(y),
        ..Layout::default()
    };
    draw::layers(chart, &layout, &mut scene);
    screen.draw(cells, &scene);
    Ok(())
}
