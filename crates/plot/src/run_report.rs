//! The report of a training.

use std::fmt::Display;
use std::path::Path;

use backprop_train::{Evaluation, History};

use crate::{Chart, ConfusionMatrix, Figure, Images, Line, Report, Result, Rule};

/// Pictures of a [`History`].
///
/// ```
/// use backprop_plot::{HistoryReport, Picture};
/// use backprop_train::History;
///
/// let history = History::default();
/// history.to_figure().to_svg()?;
/// # let path = std::env::temp_dir().join("backprop-plot-history.html");
/// history.report(&path)?;
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub trait HistoryReport {
    /// A chart of the loss and one of each metric, on the training and on the validation data, epoch by epoch.
    fn to_figure(&self) -> Figure;

    /// A page with a summary, the curves, the [diagnosis](History::diagnosis) and a table of the epochs, to be added to.
    fn to_report(&self) -> RunReport;

    /// Saves [`to_report`](Self::to_report) as `.html`.
    ///
    /// # Errors
    /// If the name has another end, or the file cannot be written.
    fn report(&self, path: impl AsRef<Path>) -> Result<()> {
        self.to_report().save(path)
    }
}

impl HistoryReport for History {
    fn to_figure(&self) -> Figure {
        let charts: Vec<Chart> = names(self).iter().map(|name| chart(self, name)).collect();
        let columns = if charts.len() == 1 { 1 } else { 2 };
        Figure::grid(columns, charts).shared_legend()
    }

    fn to_report(&self) -> RunReport {
        RunReport {
            history: self.clone(),
            title: "A training".into(),
            settings: Vec::new(),
            notes: Vec::new(),
            confusion: None,
            mistakes: None,
        }
    }
}

/// The report of a training: summary, settings, curves, diagnosis, notes, confusion matrix, worst mistakes and the numbers of all epochs, as far
/// as it was given them.
///
/// ```
/// use backprop_plot::{HistoryReport, confusion_matrix};
/// use backprop_tensor::Tensor;
/// use backprop_train::History;
///
/// let report = History::default()
///     .to_report()
///     .title("Iris")
///     .settings([("optimizer", "Adam"), ("learning rate", "0.01")])
///     .note("The seed is 7.")
///     .confusion(confusion_matrix(&Tensor::from([[48_i64, 2], [5, 45]]), ["cat", "dog"]));
/// assert!(report.to_html()?.contains("learning rate"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RunReport {
    history: History,
    title: String,
    settings: Vec<(String, String)>,
    notes: Vec<String>,
    confusion: Option<ConfusionMatrix>,
    mistakes: Option<Images>,
}

impl RunReport {
    /// With another title than "A training".
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// With settings by name: optimizer, learning rate, seed, the model itself.
    #[must_use]
    pub fn settings<N: Into<String>, V: Display>(
        mut self,
        settings: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.settings.extend(
            settings
                .into_iter()
                .map(|(name, value)| (name.into(), value.to_string())),
        );
        self
    }

    /// With words below the diagnosis: what was tried, what is odd.
    #[must_use]
    pub fn note(mut self, words: impl Display) -> Self {
        self.notes.push(words.to_string());
        self
    }

    /// With a confusion matrix.
    #[must_use]
    pub fn confusion(self, matrix: ConfusionMatrix) -> Self {
        let confusion = Some(matrix);
        Self { confusion, ..self }
    }

    /// With the worst mistakes, as [`worst_mistakes`](crate::worst_mistakes) finds them.
    #[must_use]
    pub fn mistakes(self, images: Images) -> Self {
        let mistakes = Some(images);
        Self { mistakes, ..self }
    }

    /// As a page, to which more can be added.
    pub fn to_page(&self) -> Report {
        let mut page = Report::new(&self.title).table(["", ""], summary(&self.history));
        if !self.settings.is_empty() {
            let rows = self.settings.iter().map(|(name, value)| [name, value]);
            page = page.heading("Settings").table(["setting", "value"], rows);
        }
        if !self.history.epochs.is_empty() {
            page = page.heading("Curves").picture(&self.history.to_figure(), "");
        }
        if !self.history.epochs.is_empty() || !self.notes.is_empty() {
            page = page.heading("Diagnosis");
        }
        if !self.history.epochs.is_empty() {
            page = page.text(&self.history.diagnosis().to_string());
        }
        page = self.notes.iter().fold(page, |page, note| page.text(note));
        if let Some(matrix) = &self.confusion {
            page = page.heading("Confusion matrix").picture(matrix, "");
        }
        if let Some(mistakes) = &self.mistakes {
            page = page
                .heading("Worst mistakes")
                .picture(mistakes, "what was predicted, what it is, and the probability");
        }
        page.heading("Epochs")
            .table(header(&self.history), rows(&self.history))
    }

    /// The page.
    ///
    /// # Errors
    /// If a picture that it was given cannot be drawn.
    pub fn to_html(&self) -> Result<String> {
        self.to_page().to_html()
    }

    /// Saves the page as `.html`. Folders are made; the file is replaced whole or not at all.
    ///
    /// # Errors
    /// As [`to_html`](Self::to_html), for another end of the name, and if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.to_page().save(path)
    }
}

impl ConfusionMatrix {
    /// The picture of a matrix that was counted while training; a class without a name has its number.
    ///
    /// ```
    /// use backprop_plot::{ConfusionMatrix, Picture};
    ///
    /// let counted = backprop_train::ConfusionMatrix::new(2);
    /// ConfusionMatrix::of(&counted, ["cat", "dog"]).to_svg()?;
    /// # Ok::<(), backprop_plot::Error>(())
    /// ```
    pub fn of<S: Into<String>>(
        matrix: &backprop_train::ConfusionMatrix,
        names: impl IntoIterator<Item = S>,
    ) -> Self {
        let classes = matrix.classes();
        // Before anything is made of them: their square may be more than there is memory for.
        if let Some(error) = crate::kinds::confusion_matrix::too_many(classes) {
            return Self::failed(error);
        }
        let cells = (0..classes).flat_map(|target| (0..classes).map(move |predicted| (target, predicted)));
        let counts: Vec<f64> = cells
            .map(|(target, predicted)| matrix.count(target, predicted) as f64)
            .collect();
        match backprop_tensor::Tensor::from_slice(&counts, [classes, classes]) {
            Ok(counts) => crate::confusion_matrix(&counts, names),
            Err(error) => Self::failed(error.into()),
        }
    }
}

/// The loss and all metrics, each once, in the order in which they come.
fn names(history: &History) -> Vec<String> {
    let mut names = vec!["loss".to_owned()];
    let evaluations = history
        .epochs
        .iter()
        .flat_map(|epoch| std::iter::once(&epoch.train).chain(&epoch.validation));
    for (name, _) in evaluations.flat_map(|evaluation| &evaluation.metrics) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn chart(history: &History, name: &str) -> Chart {
    let value = |evaluation: Option<&Evaluation>| {
        evaluation
            .and_then(|evaluation| evaluation.get(name))
            .unwrap_or(f64::NAN)
    };
    let epochs: Vec<usize> = history.epochs.iter().map(|epoch| epoch.epoch).collect();
    let train: Vec<f64> = history
        .epochs
        .iter()
        .map(|epoch| value(Some(&epoch.train)))
        .collect();
    let validation: Vec<f64> = history
        .epochs
        .iter()
        .map(|epoch| value(epoch.validation.as_ref()))
        .collect();
    let chart = Chart::new()
        .title(name)
        .x_label("epoch")
        .line("training", &epochs, train);
    if validation.iter().all(|value| value.is_nan()) {
        return chart;
    }
    let chart = chart.add(Line::new(&epochs, &validation).name("validation"));
    match best(history) {
        Some(best) if history.epochs.len() > 1 => chart.add(Rule::vertical(best as f64).name("best epoch")),
        _ => chart,
    }
}

/// The epoch with the smallest loss on the validation data.
fn best(history: &History) -> Option<usize> {
    let losses = history
        .epochs
        .iter()
        .filter_map(|epoch| Some((epoch.epoch, epoch.validation.as_ref()?.loss)));
    let finite = losses.filter(|(_, loss)| loss.is_finite());
    finite.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(epoch, _)| epoch)
}

fn summary(history: &History) -> Vec<[String; 2]> {
    let mut rows = vec![
        ["epochs".into(), history.epochs.len().to_string()],
        ["training time".into(), format!("{:.1} s", history.seconds())],
    ];
    if let Some(best) = best(history) {
        rows.push(["best epoch".into(), best.to_string()]);
    }
    if let Some(last) = history.last() {
        for (data, evaluation) in [
            ("training", Some(&last.train)),
            ("validation", last.validation.as_ref()),
        ] {
            let Some(evaluation) = evaluation else { continue };
            for name in names(history) {
                if let Some(value) = evaluation.get(&name) {
                    rows.push([format!("last {data} {name}"), written(value)]);
                }
            }
        }
    }
    rows
}

fn header(history: &History) -> Vec<String> {
    let columns = names(history)
        .into_iter()
        .flat_map(|name| [format!("training {name}"), format!("validation {name}")]);
    std::iter::once("epoch".to_owned())
        .chain(columns)
        .chain(["seconds".to_owned()])
        .collect()
}

fn rows(history: &History) -> Vec<Vec<String>> {
    let names = names(history);
    let row = |epoch: &backprop_train::Epoch| {
        let value = |evaluation: Option<&Evaluation>, name: &str| {
            evaluation
                .and_then(|evaluation| evaluation.get(name))
                .map_or(String::new(), written)
        };
        let pair = |name: &String| {
            [
                value(Some(&epoch.train), name),
                value(epoch.validation.as_ref(), name),
            ]
        };
        let columns = names.iter().flat_map(pair);
        std::iter::once(epoch.epoch.to_string())
            .chain(columns)
            .chain([format!("{:.2}", epoch.seconds)])
            .collect()
    };
    history.epochs.iter().map(row).collect()
}

fn written(value: f64) -> String {
    match value.abs() {
        size if size != 0.0 && !(1e-3..1e5).contains(&size) => format!("{value:.3e}"),
        _ => format!("{value:.4}"),
    }
}
