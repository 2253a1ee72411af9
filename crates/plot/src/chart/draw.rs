use super::layout::Layout;
use super::{Chart, Plot};
use crate::geometry::{Rect, point};
use crate::legend::Key;
use crate::scene::{Mark, Scene, Stroke};
use crate::style::{AXIS, GRID};
use crate::{Color, heading};

pub(super) fn draw(chart: &Chart, scene: &mut Scene, area: Rect, keys: &[Key]) {
    let layout = Layout::new(chart, area, keys);
    let plot = layout.plot;
    grid(&layout, scene);
    for text in &layout.texts {
        scene.text(text.clone());
    }
    layout.legend.draw(scene, layout.legend_area);
    if let Some(bar) = chart.color_bar.as_ref().filter(|_| layout.with_color_bar) {
        bar.draw(scene, plot);
    }
    layers(chart, &layout, scene);
    frame(chart, plot, scene);
}

/// Draws the layers, cut off at the axes.
pub(super) fn layers(chart: &Chart, layout: &Layout, scene: &mut Scene) {
    let (Some(x), Some(y)) = (layout.x, layout.y) else {
        return;
    };
    scene.set_clip(Some(layout.plot));
    for (layer, color) in chart.colored() {
        layer.draw(&mut Plot::new(scene, layout.plot, x, y), color);
    }
    scene.set_clip(None);
    let extent = chart.extent();
    if extent.x().is_none() && extent.y().is_none() {
        heading::notice(scene, layout.plot, "no data");
    }
}

fn grid(layout: &Layout, scene: &mut Scene) {
    let plot = layout.plot;
    let line = Stroke::new(GRID, 1.0);
    for &x in &layout.x_grid {
        scene.line(point(x, plot.top), point(x, plot.bottom), line);
    }
    for &y in &layout.y_grid {
        scene.line(point(plot.left, y), point(plot.right, y), line);
    }
}

fn frame(chart: &Chart, plot: Rect, scene: &mut Scene) {
    let line = Stroke::new(AXIS, 1.3);
    if chart.framed {
        scene.add(Mark::Rect(plot), None::<Color>, Some(line));
        return;
    }
    let corners = [
        point(plot.left, plot.top),
        point(plot.left, plot.bottom),
        point(plot.right, plot.bottom),
    ];
    scene.polyline(&corners, line);
}
