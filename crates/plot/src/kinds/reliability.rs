use crate::layers::check_lengths;
use crate::{Bars, Chart, Color, Figure, Line, Marker, Rule, Values};

const BINS: usize = 10;

/// Whether a model knows how sure it may be: how often it is right, against how sure it says it is (its probability for the class it
/// chooses, 0 to 1), in ten bins, with the expected calibration error. Below, how many samples each bin has.
///
/// `right` is 1 or true where the sample was classified rightly.
///
/// ```
/// use backprop_plot::{Picture, reliability_diagram};
///
/// let figure = reliability_diagram([0.95, 0.9, 0.62, 0.68], [true, true, true, false]);
/// assert!(figure.to_svg()?.contains("calibration error 0.112"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
///
/// C. Guo et al., "On Calibration of Modern Neural Networks" (2017).
pub fn reliability_diagram(confidence: impl Values, right: impl Values) -> Figure {
    let (confidence, right) = (confidence.into_values(), right.into_values());
    if let Err(error) = check_lengths("reliability diagram", confidence.len(), right.len()) {
        return Figure::new().below(Chart::failed(error));
    }
    let bins = Bins::of(&confidence, &right);
    let (x, y): (Vec<f64>, Vec<f64>) = bins.means().unzip();
    let curve = Line::new(x, y)
        .marker(Marker::Circle)
        .name(format!("model (calibration error {:.3})", bins.error()));
    let above = Chart::new()
        .title("Reliability")
        .y_label("share of right answers")
        .x_label("confidence")
        .x_limits(0.0, 1.0)
        .y_limits(0.0, 1.02)
        .add(Rule::sloped(1.0, 0.0).name("perfect"))
        .add(curve)
        .size(600.0, 460.0);
    let below = Chart::new()
        .y_label("samples")
        .x_label("confidence")
        .x_limits(0.0, 1.0)
        .add(Bars::with_edges(bins.edges(), &bins.counts).color(Color::hex(0x8a8a8a)))
        .size(600.0, 200.0);
    Figure::new().below(above).below(below).size(600.0, 660.0)
}

#[derive(Debug)]
struct Bins {
    counts: Vec<f64>,
    confidence: Vec<f64>,
    right: Vec<f64>,
}

impl Bins {
    fn of(confidence: &[f64], right: &[f64]) -> Self {
        let mut bins = Self {
            counts: vec![0.0; BINS],
            confidence: vec![0.0; BINS],
            right: vec![0.0; BINS],
        };
        for (&confidence, &right) in confidence.iter().zip(right) {
            if (0.0..=1.0).contains(&confidence) {
                let bin = ((confidence * BINS as f64) as usize).min(BINS - 1);
                bins.counts[bin] += 1.0;
                bins.confidence[bin] += confidence;
                bins.right[bin] += f64::from(u8::from(right > 0.0));
            }
        }
        bins
    }

    fn edges(&self) -> Vec<f64> {
        (0..=BINS).map(|edge| edge as f64 / BINS as f64).collect()
    }

    /// The mean confidence and the share of right answers of each bin that has samples.
    fn means(&self) -> impl Iterator<Item = (f64, f64)> {
        let sums = self.confidence.iter().zip(&self.right).zip(&self.counts);
        let filled = sums.filter(|(_, count)| **count > 0.0);
        filled.map(|((confidence, right), count)| (confidence / count, right / count))
    }

    /// The mean distance of the two over all samples.
    fn error(&self) -> f64 {
        let distances: f64 = self
            .confidence
            .iter()
            .zip(&self.right)
            .map(|(confidence, right)| (confidence - right).abs())
            .sum();
        distances / self.counts.iter().sum::<f64>().max(1.0)
    }
}
