#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod animation;
mod axis;
mod base64;
mod chart;
mod color;
mod contour;
mod error;
mod figure;
mod file;
mod font;
mod geometry;
mod heading;
mod html;
mod kinds;
mod layers;
mod legend;
mod live;
mod palette;
mod picture;
mod png;
mod ranking;
mod raster;
mod report;
#[cfg(feature = "train")]
mod run_report;
mod scene;
mod style;
mod svg;
mod terminal;
mod values;

pub use animation::Animation;
pub use chart::{Chart, ColorBar, Extent, Plot};
pub use color::Color;
pub use error::{Error, Result};
pub use figure::Figure;
pub use geometry::{Point, Rect};
pub use kinds::bars::{bars, horizontal_bars};
pub use kinds::blocks::{BlockDiagram, block_diagram};
pub use kinds::confusion_matrix::{ConfusionMatrix, confusion_matrix};
pub use kinds::curves::{curves, function, line};
pub use kinds::decision_regions::{DecisionRegions, decision_regions, level_map};
pub use kinds::graph::{GraphDiagram, GraphNode, NodeKind, graph_diagram};
pub use kinds::heatmap::heatmap;
pub use kinds::histogram::{histogram, histograms, ridges};
pub use kinds::images::{Images, images};
pub use kinds::mistakes::worst_mistakes;
pub use kinds::network::{NetworkDiagram, network_diagram, network_with_weights};
pub use kinds::precision_recall::precision_recall;
pub use kinds::reliability::reliability_diagram;
pub use kinds::residuals::{regression, residuals};
pub use kinds::roc::roc;
pub use kinds::scatter::{scatter, scatter_classes};
#[cfg(feature = "graph")]
pub use kinds::tape::tape_diagram;
pub use layers::Layer;
pub use layers::band::Band;
pub use layers::bars::Bars;
pub use layers::field::Field;
pub use layers::line::Line;
pub use layers::points::{Marker, Points};
pub use layers::rule::Rule;
pub use layers::segments::Segments;
pub use legend::{Key, Sample};
pub use live::Live;
pub use palette::{Colormap, category_color};
pub use picture::Picture;
pub use report::Report;
#[cfg(feature = "train")]
pub use run_report::{HistoryReport, RunReport};
pub use scene::{Align, Bitmap, Item, Mark, Path, Scene, Segment, Stroke, Text};
pub use terminal::Screen;
pub use values::{Number, Values};
