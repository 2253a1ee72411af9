use backprop_tensor::{Element, Tensor};

use crate::layers::field::Field;
use crate::scene::Bitmap;
use crate::{Chart, ColorBar, Colormap, Error, Number};

/// More cells than these on a side are more than a picture has pixels.
const MOST_CELLS: usize = 4096;

/// A matrix as colors, the first row on top: from the least number to the largest (viridis), or around 0 (blue, white, red) if
/// there are numbers on both sides of it.
///
/// ```
/// use backprop_plot::{Picture, heatmap};
/// use backprop_tensor::Tensor;
///
/// let chart = heatmap(&Tensor::from([[1.0, 2.0], [3.0, 4.0]])).x_label("column").y_label("row");
/// # chart.to_svg()?;
/// # Ok::<(), backprop_plot::Error>(())
/// ```
pub fn heatmap<T: Number + Element>(matrix: &Tensor<T>) -> Chart {
    let &[rows, columns] = matrix.shape().as_ref() else {
        let problem = format!(
            "shape {:?}: a matrix has two axes, rows and columns",
            matrix.shape()
        );
        return Chart::failed(Error::invalid("heatmap", problem));
    };
    if rows == 0 || columns == 0 {
        return Chart::new();
    }
    if rows > MOST_CELLS || columns > MOST_CELLS {
        let problem = format!("{rows} x {columns} cells: there may be {MOST_CELLS} on each side");
        return Chart::failed(Error::invalid("heatmap", problem));
    }
    let values: Vec<f64> = matrix.to_vec().into_iter().map(Number::to_f64).collect();
    let range = Shades::of(&values);
    let bitmap = Bitmap {
        width: columns,
        height: rows,
        pixels: values.iter().map(|&value| range.color(value)).collect(),
    };
    let field = Field::new((-0.5, columns as f64 - 0.5), (rows as f64 - 0.5, -0.5), bitmap);
    Chart::new()
        .framed()
        .x_limits(-0.5, columns as f64 - 0.5)
        .y_limits(rows as f64 - 0.5, -0.5)
        .add(field)
        .color_bar(ColorBar::new(range.map, range.low, range.high))
}

/// Colors for a range of numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shades {
    pub(crate) map: Colormap,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Shades {
    /// Those that fit the numbers: diverging around 0 if there are some on both sides of it.
    pub(crate) fn of(values: &[f64]) -> Self {
        let finite = values.iter().filter(|value| value.is_finite());
        let (low, high) = finite.fold((f64::MAX, f64::MIN), |(low, high), &value| {
            (low.min(value), high.max(value))
        });
        let (map, low, high) = if low > high {
            (Colormap::Viridis, 0.0, 1.0)
        } else if low < 0.0 && high > 0.0 {
            let most = high.max(-low);
            (Colormap::Diverging, -most, most)
        } else if low == high {
            (Colormap::Viridis, low, low + low.abs().max(1.0))
        } else {
            (Colormap::Viridis, low, high)
        };
        Self { map, low, high }
    }

    pub(crate) fn color(&self, value: f64) -> crate::Color {
        // In halves, so that the difference does not overflow.
        let share = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        self.map.color(share)
    }
}
