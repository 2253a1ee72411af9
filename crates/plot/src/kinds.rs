//! The pictures that learning needs, one kind a file: what it shows, a function that makes it, and its settings.

pub(crate) mod bars;
pub(crate) mod blocks;
pub(crate) mod confusion_matrix;
pub(crate) mod curves;
pub(crate) mod decision_regions;
pub(crate) mod graph;
pub(crate) mod heatmap;
pub(crate) mod histogram;
pub(crate) mod images;
pub(crate) mod mistakes;
pub(crate) mod network;
pub(crate) mod precision_recall;
pub(crate) mod reliability;
pub(crate) mod residuals;
pub(crate) mod roc;
pub(crate) mod scatter;
#[cfg(feature = "graph")]
pub(crate) mod tape;
