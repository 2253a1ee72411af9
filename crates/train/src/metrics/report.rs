use std::fmt;

use super::class_counts::{Average, ClassCount, average_of};
use super::confusion_matrix::{ConfusionMatrix, shown};

/// Precision, recall and F1 of each class, and their averages: scikit-learn's `classification_report`.
///
/// ```
/// use backprop_tensor::Tensor;
/// use backprop_train::{Average, ConfusionMatrix};
///
/// let mut matrix = ConfusionMatrix::new(2).with_names(["cat", "dog"]);
/// matrix.add(&Tensor::from([0_i64, 1, 1, 1]), &Tensor::from([0, 0, 1, 1]))?;
/// let report = matrix.report();
/// assert_eq!(report.precision(0), 1.0);
/// assert!((report.f1_average(Average::Macro) - 0.7333).abs() < 1e-4);
/// println!("{report}");
/// # Ok::<(), backprop_train::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ClassReport {
    names: Vec<String>,
    classes: Vec<ClassCount>,
    samples: Vec<u64>,
}

impl ClassReport {
    pub(super) fn new(matrix: &ConfusionMatrix, names: Vec<String>) -> Self {
        Self {
            classes: (0..names.len()).map(|class| matrix.of_class(class)).collect(),
            samples: (0..names.len()).map(|class| matrix.samples(class)).collect(),
            names,
        }
    }

    /// The precision of a class; 0 if it was never predicted or does not exist.
    pub fn precision(&self, class: usize) -> f64 {
        self.class(class).precision()
    }

    /// The recall of a class; 0 if it has no samples or does not exist.
    pub fn recall(&self, class: usize) -> f64 {
        self.class(class).recall()
    }

    /// The F1 of a class; 0 if there is nothing of it.
    pub fn f1(&self, class: usize) -> f64 {
        self.class(class).f1()
    }

    /// The number of samples of a class.
    pub fn support(&self, class: usize) -> u64 {
        self.samples.get(class).copied().unwrap_or(0)
    }

    /// The weight of the samples of a class: their number, if they have none. It is what scikit-learn calls support.
    pub fn weight(&self, class: usize) -> f64 {
        self.class(class).actual
    }

    /// The average of the classes' precisions.
    pub fn precision_average(&self, average: Average) -> f64 {
        average_of(&self.classes, average, false, ClassCount::precision)
    }

    /// The average of the classes' recalls.
    pub fn recall_average(&self, average: Average) -> f64 {
        average_of(&self.classes, average, false, ClassCount::recall)
    }

    /// The average of the classes' F1.
    pub fn f1_average(&self, average: Average) -> f64 {
        average_of(&self.classes, average, false, ClassCount::f1)
    }

    fn class(&self, class: usize) -> ClassCount {
        self.classes.get(class).copied().unwrap_or_default()
    }
}

impl fmt::Display for ClassReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let samples: f64 = self.classes.iter().map(|class| class.actual).sum();
        let averages = [
            ("macro average", Average::Macro),
            ("weighted average", Average::Weighted),
        ];
        let names = self.names.iter().map(String::as_str);
        let width = names
            .clone()
            .chain(averages.map(|(name, _)| name))
            .map(|name| name.chars().count())
            .max()
            .unwrap_or(0);
        writeln!(f, "{:width$}  precision  recall      f1  samples", "")?;
        let row = |name: &str, [precision, recall, f1]: [f64; 3], samples: f64| {
            format!(
                "{name:>width$}  {precision:>9.4}  {recall:>6.4}  {f1:>6.4}  {:>7}",
                shown(samples)
            )
        };
        for (name, class) in names.zip(&self.classes) {
            let rates = [class.precision(), class.recall(), class.f1()];
            writeln!(f, "{}", row(name, rates, class.actual))?;
        }
        writeln!(f)?;
        let lines = averages.map(|(name, average)| {
            let rates = [
                self.precision_average(average),
                self.recall_average(average),
                self.f1_average(average),
            ];
            row(name, rates, samples)
        });
        f.write_str(&lines.join("\n"))
    }
}
