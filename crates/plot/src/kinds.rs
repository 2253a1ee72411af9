//! The pictures that learning needs, one kind a file: what it shows, a function that makes it, and its settings.

pub(crate) mod confusion_matrix;
pub(crate) mod curves;
pub(crate) mod decision_regions;
pub(crate) mod heatmap;
pub(crate) mod images;
pub(crate) mod scatter;
