//! Where the parts of a chart go: from the outside inwards, every text with its real width.
//!
//! Where there is no room for all, the legend goes first, then labels and title, then the numbers along the axes; what is left is
//! at least the area between the axes.

use super::Chart;
use crate::axis::{Axis, Scale, ticks};
use crate::font;
use crate::geometry::{Rect, point};
use crate::legend::{Key, Legend};
use crate::scene::{Align, Text, shorten, wrap};
use crate::style::{GAP, INK, LABEL, MARGIN, SOFT_INK, TICK, TITLE};

/// From the axis to the middle of the numbers below it: far enough that they pass the lowest number beside the y axis.
const BELOW: f64 = 9.0 + TICK / 2.0;
/// From the axis to the numbers beside it.
const BESIDE: f64 = 8.0;
/// The least area between the axes.
const LEAST: (f64, f64) = (48.0, 36.0);

#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) plot: Rect,
    pub(super) x: Option<Scale>,
    pub(super) y: Option<Scale>,
    /// Places of the lines behind the data.
    pub(super) x_grid: Vec<f64>,
    pub(super) y_grid: Vec<f64>,
    pub(super) texts: Vec<Text>,
    pub(super) legend: Legend,
    pub(super) legend_area: Rect,
    pub(super) with_color_bar: bool,
}

/// Which parts there is room for.
#[derive(Debug, Clone, Copy)]
struct Parts {
    legend: bool,
    words: bool,
    numbers: bool,
}

const LEVELS: [Parts; 4] = [
    Parts {
        legend: true,
        words: true,
        numbers: true,
    },
    Parts {
        legend: false,
        words: true,
        numbers: true,
    },
    Parts {
        legend: false,
        words: false,
        numbers: true,
    },
    Parts {
        legend: false,
        words: false,
        numbers: false,
    },
];

impl Layout {
    pub(super) fn new(chart: &Chart, area: Rect, keys: &[Key]) -> Self {
        let scales = chart.scales();
        let tried = LEVELS.map(|parts| move || Self::with(chart, area, keys, scales, parts));
        tried
            .into_iter()
            .find_map(|layout| layout())
            .unwrap_or_else(|| Self {
                plot: area.inset(1.0),
                x: Some(scales.0),
                y: Some(scales.1),
                ..Self::default()
            })
    }

    fn with(chart: &Chart, area: Rect, keys: &[Key], (x, y): (Scale, Scale), parts: Parts) -> Option<Self> {
        let inner = area.inset(if parts.numbers { MARGIN } else { 2.0 });
        let mut layout = Self {
            x: Some(x),
            y: Some(y),
            with_color_bar: parts.numbers && chart.color_bar.is_some(),
            ..Self::default()
        };
        let top = layout.heading(chart, inner, keys, parts);
        let numbers = |axis: &Axis| parts.numbers && !axis.hidden;
        let words = |axis: &Axis| parts.words && !axis.label.is_empty();

        let below_words = if words(&chart.x) { LABEL + GAP } else { 0.0 };
        let mut plot = Rect { top, ..inner };
        plot.bottom -= below_words
            + if numbers(&chart.x) {
                BELOW + TICK / 2.0
            } else {
                0.0
            };
        if plot.height() < LEAST.1 {
            return None;
        }
        if numbers(&chart.y) {
            // The highest number reaches above the axis.
            plot.top += TICK / 2.0;
        }
        if words(&chart.y) {
            plot.left += LABEL + GAP;
        }
        if layout.with_color_bar {
            plot.right -= chart
                .color_bar
                .as_ref()
                .map_or(0.0, |bar| bar.width(plot.height()));
        }
        if numbers(&chart.y) {
            let labels = labels_along(&chart.y, &y, plot.height(), TICK * 2.4);
            let room = area.width() * 0.35;
            let widest = labels
                .iter()
                .map(|(_, label)| font::width(label, TICK, false).min(room))
                .fold(0.0, f64::max);
            plot.left += widest + BESIDE;
        }
        let (below, plot) = if numbers(&chart.x) {
            Below::fitting(chart, &x, plot, inner)
        } else {
            (Below::default(), shaped(chart, plot))
        };
        if plot.width() < LEAST.0 || plot.height() < LEAST.1 {
            return None;
        }
        layout.plot = plot;
        if numbers(&chart.y) {
            layout.beside(chart, &y, inner, words(&chart.y));
        }
        if numbers(&chart.x) {
            layout.below(&below, &x, inner);
        }
        if words(&chart.x) {
            // The lowest number beside a color bar reaches below the axis too.
            let bottom = layout.lowest().max(plot.bottom + TICK / 2.0) + GAP + LABEL / 2.0;
            layout.centered(&chart.x.label, plot, bottom, inner);
        }
        if words(&chart.y) {
            let left = layout.leftmost(plot.left) - GAP - LABEL / 2.0;
            let text = shorten(&chart.y.label, plot.height(), LABEL, false);
            let at = point(left, plot.center().y);
            layout.texts.push(
                Text::new(text, at, LABEL)
                    .color(INK)
                    .align(Align::Middle)
                    .upward(),
            );
        }
        Some(layout)
    }

    /// Title and legend; where they end.
    fn heading(&mut self, chart: &Chart, inner: Rect, keys: &[Key], parts: Parts) -> f64 {
        let mut top = inner.top;
        if parts.words {
            for line in wrap(&chart.title, inner.width(), 2, TITLE, true) {
                let at = point(inner.center().x, top + TITLE / 2.0);
                self.texts
                    .push(Text::new(line, at, TITLE).color(INK).bold().align(Align::Middle));
                top += TITLE * font::LINE;
            }
            if !self.texts.is_empty() {
                top += GAP;
            }
        }
        if parts.legend {
            self.legend = Legend::new(keys, inner.width());
            self.legend_area = Rect { top, ..inner };
            top += self.legend.height();
        }
        top
    }

    fn beside(&mut self, chart: &Chart, y: &Scale, inner: Rect, words: bool) {
        let plot = self.plot;
        let left = inner.left + if words { LABEL + GAP } else { 0.0 };
        for (value, label) in labels_along(&chart.y, y, plot.height(), TICK * 2.4) {
            let Some(share) = y.share(value) else { continue };
            let at = point(plot.left - BESIDE, plot.bottom - share * plot.height());
            if chart.y.categories.is_empty() {
                self.y_grid.push(at.y);
            }
            let label = shorten(&label, at.x - left, TICK, false);
            self.texts
                .push(Text::new(label, at, TICK).color(SOFT_INK).align(Align::End));
        }
    }

    fn below(&mut self, below: &Below, x: &Scale, inner: Rect) {
        let plot = self.plot;
        for (value, label) in &below.labels {
            let Some(share) = x.share(*value) else { continue };
            let place = plot.left + share * plot.width();
            if below.is_numeric {
                self.x_grid.push(place);
            }
            let text = if below.upward {
                let at = point(place, plot.bottom + 9.0);
                Text::new(label, at, TICK).align(Align::End).upward()
            } else {
                let half = font::width(label, TICK, false) / 2.0;
                let place = place.min(inner.right - half).max(inner.left + half);
                Text::new(label, point(place, plot.bottom + BELOW), TICK).align(Align::Middle)
            };
            self.texts.push(text.color(SOFT_INK));
        }
    }

    fn centered(&mut self, label: &str, plot: Rect, y: f64, inner: Rect) {
        let text = shorten(label, inner.width(), LABEL, false);
        let half = font::width(&text, LABEL, false) / 2.0;
        let x = plot.center().x.min(inner.right - half).max(inner.left + half);
        self.texts.push(
            Text::new(text, point(x, y), LABEL)
                .color(INK)
                .align(Align::Middle),
        );
    }

    fn lowest(&self) -> f64 {
        self.texts
            .iter()
            .map(|text| text.bounds().bottom)
            .fold(0.0, f64::max)
    }

    /// Of the numbers beside the y axis.
    fn leftmost(&self, axis: f64) -> f64 {
        let beside = self
            .texts
            .iter()
            .filter(|text| text.align == Align::End && !text.upward);
        beside.map(|text| text.bounds().left).fold(axis, f64::min)
    }
}

/// What is written below the x axis.
#[derive(Debug, Default)]
struct Below {
    labels: Vec<(f64, String)>,
    upward: bool,
    is_numeric: bool,
}

impl Below {
    /// As many numbers as have room side by side; names side by side, or else upright. With the area between the axes that is left.
    fn fitting(chart: &Chart, x: &Scale, outer: Rect, inner: Rect) -> (Self, Rect) {
        if chart.x.categories.is_empty() {
            return Self::numbers(chart, x, outer, inner);
        }
        let plot = shaped(chart, outer);
        let width = |label: &str| font::width(label, TICK, false);
        let widest = chart
            .x
            .categories
            .iter()
            .map(|label| width(label))
            .fold(0.0, f64::max);
        let labels = labels_along(&chart.x, x, plot.width(), TICK);
        // Names at the ends may not stand in the middle of their places.
        let mut spans = spans(&labels, x, plot);
        for (left, right) in &mut spans {
            let shift = (inner.left - *left).max(0.0) - (*right - inner.right).max(0.0);
            (*left, *right) = (*left + shift, *right + shift);
        }
        let apart = spans.windows(2).all(|pair| pair[0].1 + 8.0 <= pair[1].0);
        if apart && widest <= inner.width() && labels.len() == chart.x.categories.len() {
            let below = Self {
                labels,
                ..Self::default()
            };
            return (below, plot);
        }
        let longest = widest.min(outer.height() * 0.4);
        let bottom = outer.bottom - (longest - TICK).max(0.0);
        let plot = shaped(chart, Rect { bottom, ..outer });
        let short = |(value, label): (f64, String)| (value, shorten(&label, longest, TICK, false));
        let below = Self {
            labels: labels_along(&chart.x, x, plot.width(), TICK)
                .into_iter()
                .map(short)
                .collect(),
            upward: true,
            is_numeric: false,
        };
        (below, plot)
    }

    fn numbers(chart: &Chart, x: &Scale, outer: Rect, inner: Rect) -> (Self, Rect) {
        let most = (shaped(chart, outer).width() / 55.0) as usize;
        for most in (1..=most.clamp(1, 12)).rev() {
            let labels: Vec<(f64, String)> = ticks(x, most)
                .into_iter()
                .map(|tick| (tick.value, tick.label))
                .collect();
            let plot = shaped(chart, outer);
            // The last number may reach beyond the axis.
            let beyond = spans(&labels, x, plot)
                .last()
                .map_or(0.0, |(_, right)| right - inner.right)
                .max(0.0);
            let right = outer.right - beyond.min(outer.width());
            let plot = shaped(chart, Rect { right, ..outer });
            let spans = spans(&labels, x, plot);
            let apart = spans.windows(2).all(|pair| pair[0].1 + 12.0 <= pair[1].0);
            let inside = spans
                .iter()
                .all(|(left, right)| inner.left <= *left && *right <= inner.right + 0.5);
            if apart && inside && beyond < outer.width() * 0.2 {
                let below = Self {
                    labels,
                    upward: false,
                    is_numeric: true,
                };
                return (below, plot);
            }
        }
        (Self::default(), shaped(chart, outer))
    }
}

/// From where to where each number below the axis reaches, from left to right.
fn spans(labels: &[(f64, String)], x: &Scale, plot: Rect) -> Vec<(f64, f64)> {
    let span = |(value, label): &(f64, String)| {
        let half = font::width(label, TICK, false) / 2.0;
        let place = plot.left + x.share(*value)? * plot.width();
        Some((place - half, place + half))
    };
    let mut spans: Vec<(f64, f64)> = labels.iter().filter_map(span).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    spans
}

/// Of the shape that was asked for.
fn shaped(chart: &Chart, plot: Rect) -> Rect {
    chart.aspect.map_or(plot, |aspect| plot.with_aspect(aspect))
}

/// Numbers or names at most every `apart` pixels along an axis of a length.
fn labels_along(axis: &Axis, scale: &Scale, length: f64, apart: f64) -> Vec<(f64, String)> {
    if axis.categories.is_empty() {
        let most = (length / apart) as usize;
        return ticks(scale, most.clamp(1, 8))
            .into_iter()
            .map(|tick| (tick.value, tick.label))
            .collect();
    }
    let room = length / (scale.high - scale.low).abs().max(1e-9);
    let stride = ((TICK * 1.2) / room.max(1e-9)).ceil().clamp(1.0, 1e9) as usize;
    let (low, high) = (scale.low.min(scale.high), scale.low.max(scale.high));
    let shown = axis.categories.iter().enumerate().step_by(stride);
    shown
        .map(|(index, name)| (index as f64, name.clone()))
        .filter(|(value, _)| (low..=high).contains(value))
        .collect()
}
