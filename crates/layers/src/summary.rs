//! What a model consists of, as a table.

use std::collections::BTreeMap;
use std::fmt;

use backprop_autodiff::{Leaf, ParamId, Path, Record, Result, Source, Tape, Var};
use backprop_tensor::{Float, Shape, Tensor};

use crate::Layer;

/// Of how many levels at either end of a path the numbers are shown.
const SHOWN: usize = 50;

/// What a model consists of: its layers with the shapes that come out of them, found by a forward pass on zeros, and its
/// parameters.
///
/// The parts of a [`Sequential`](crate::Sequential) are listed one by one; of any other layer, the operations that use its
/// parameters, under the path of these, in the order in which they were applied.
///
/// Sequences may be nested however deeply; it takes no more stack for that, and time in proportion to the number of layers.
///
/// # Errors
/// That of the forward pass, if the model does not take an input of this shape.
///
/// ```
/// use backprop_layers::{Linear, Relu, sequential, summary};
/// use backprop_tensor::Rng;
///
/// let mut rng = Rng::seed(0);
/// let model = sequential![Linear::new(784, 128, &mut rng), Relu, Linear::new(128, 10, &mut rng)];
/// let summary = summary(&model, [64, 784])?;
/// assert_eq!(summary.parameters, 101_770);
/// assert_eq!(
///     summary.to_string(),
///     "\
/// Path  Layer   Output     Parameters
/// -----------------------------------
/// 0     Linear  [64, 128]     100,480
/// 1     Relu    [64, 128]           0
/// 2     Linear  [64, 10]        1,290
/// -----------------------------------
/// 101,770 parameters, all trainable"
/// );
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
pub fn summary<T: Float, L: Layer<T> + ?Sized>(model: &L, input: impl AsRef<[usize]>) -> Result<Summary> {
    let mut summary = Summary {
        rows: Vec::new(),
        parameters: 0,
        trainable: 0,
        buffers: 0,
    };
    summary.add(model, Tensor::zeros(input)?)?;
    Ok(summary)
}

/// A table of the layers of a model, from [`summary`]; its `Display` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The layers, in the order in which they compute.
    pub rows: Vec<Row>,
    /// The number of numbers in all parameters.
    pub parameters: usize,
    /// That of those which are trained.
    pub trainable: usize,
    /// The number of numbers in all buffers.
    pub buffers: usize,
}

/// A layer in a [`Summary`], or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// Its path in the model; empty for the model itself. In more than 100 sequences, each in another, the number of those in the middle
    /// stands for them.
    pub path: String,
    /// Its name.
    pub layer: String,
    /// The shape that comes out of it.
    pub output: Shape,
    /// The number of numbers in its parameters.
    pub parameters: usize,
}

impl Summary {
    /// Adds the rows of a model. Sequences in sequences may be nested deeper than the stack takes, so it keeps one of its own.
    fn add<T: Float, L: Layer<T> + ?Sized>(&mut self, model: &L, input: Tensor<T>) -> Result<()> {
        let sequence = model.sequence();
        if sequence.is_empty() {
            return self.add_layer(model, input).map(drop);
        }
        let mut value = input;
        let mut levels = vec![sequence.into_iter().enumerate()];
        let mut path = Vec::new();
        while let Some(level) = levels.last_mut() {
            let Some((index, layer)) = level.next() else {
                levels.pop();
                path.pop();
                continue;
            };
            path.push(index);
            let sequence = layer.sequence();
            if !sequence.is_empty() {
                levels.push(sequence.into_iter().enumerate());
                continue;
            }
            let first = self.rows.len();
            value = self.add_layer(layer, value)?;
            let prefix = joined(&path);
            for row in &mut self.rows[first..] {
                row.path = match row.path.as_str() {
                    "" => prefix.clone(),
                    rest => format!("{prefix}.{rest}"),
                };
            }
            path.pop();
        }
        Ok(())
    }

    /// Adds the numbers that a layer holds.
    fn count<T: Float, L: Layer<T> + ?Sized>(&mut self, layer: &L) {
        layer.visit(&Path::ROOT, &mut |_, leaf| match leaf {
            Leaf::Param(param) => {
                // Values that are broadcast may be more numbers than can be counted.
                let count = param.value().count();
                self.parameters = self.parameters.saturating_add(count);
                if param.is_trainable() {
                    self.trainable = self.trainable.saturating_add(count);
                }
            }
            Leaf::Buffer(buffer) => {
                self.buffers = self.buffers.saturating_add(buffer.value().count());
            }
            _ => {}
        });
    }

    /// Adds a layer, and below it the operations that use parameters of its parts.
    fn add_layer<T: Float, L: Layer<T> + ?Sized>(
        &mut self,
        layer: &L,
        input: Tensor<T>,
    ) -> Result<Tensor<T>> {
        let tape = Tape::tracing();
        let output: Var<T> = layer.forward(&tape.input(input));
        let records = tape.records();
        let value = output.into_value()?;
        let owners = owners(layer);
        self.count(layer);
        self.rows.push(Row {
            path: String::new(),
            layer: layer.name().into(),
            output: *value.shape(),
            parameters: layer.parameter_count(),
        });
        if owners.values().any(|owner| !owner.path.is_empty()) {
            self.rows.extend(parts(&records, &owners));
        }
        Ok(value)
    }
}

/// The path of a layer in sequences, shortened in the middle so that a table of deeply nested ones does not grow with the square of their number.
fn joined(path: &[usize]) -> String {
    let join = |path: &[usize]| path.iter().map(usize::to_string).collect::<Vec<_>>().join(".");
    match path.len().checked_sub(2 * SHOWN) {
        None | Some(0) => join(path),
        Some(left_out) => {
            let (start, end) = (&path[..SHOWN], &path[SHOWN + left_out..]);
            format!("{}.({left_out} more).{}", join(start), join(end))
        }
    }
}

/// Whose a parameter is.
struct Owner {
    /// The path of the part of the model that it belongs to.
    path: String,
    count: usize,
}

fn owners<T: Float, L: Layer<T> + ?Sized>(layer: &L) -> BTreeMap<ParamId, Owner> {
    let owner = |(path, param): (String, &backprop_autodiff::Param<T>)| {
        let path = path.rsplit_once('.').map_or("", |(path, _)| path).to_owned();
        (
            param.id(),
            Owner {
                path,
                count: param.value().count(),
            },
        )
    };
    layer.named_parameters().into_iter().map(owner).collect()
}

/// The operations that use parameters of a part, each parameter counted where it is used first.
fn parts<T: Float>(records: &[Record<T>], owners: &BTreeMap<ParamId, Owner>) -> Vec<Row> {
    let mut seen = vec![false; records.len()];
    let mut rows: Vec<Row> = Vec::new();
    for record in records {
        let Source::Operation { name, .. } = record.source else {
            continue;
        };
        let mut row: Option<Row> = None;
        for &place in record.inputs.iter().flatten() {
            let Some(Source::Param { id, .. }) = records.get(place).map(|record| &record.source) else {
                continue;
            };
            let Some(owner) = owners.get(id) else { continue };
            let row = row.get_or_insert_with(|| Row {
                path: owner.path.clone(),
                layer: name.into(),
                output: record.shape,
                parameters: 0,
            });
            if !std::mem::replace(&mut seen[place], true) {
                row.parameters = row.parameters.saturating_add(owner.count);
            }
        }
        rows.extend(row);
    }
    rows
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<[String; 4]> = self
            .rows
            .iter()
            .map(|row| {
                [
                    row.path.clone(),
                    row.layer.clone(),
                    row.output.to_string(),
                    grouped(row.parameters),
                ]
            })
            .collect();
        let titles = ["Path", "Layer", "Output", "Parameters"].map(str::to_owned);
        let mut widths = [0; 4];
        for line in cells.iter().chain([&titles]) {
            for (width, cell) in widths.iter_mut().zip(line) {
                // Formatting takes no greater widths.
                *width = cell.chars().count().min(u16::MAX.into()).max(*width);
            }
        }
        let rule = "-".repeat(widths.iter().sum::<usize>() + 6);
        let line = |[path, layer, output, count]: &[String; 4]| {
            let [a, b, c, d] = widths;
            format!("{path:a$}  {layer:b$}  {output:c$}  {count:>d$}")
        };
        writeln!(f, "{}\n{rule}", line(&titles))?;
        for cells in &cells {
            writeln!(f, "{}", line(cells))?;
        }
        writeln!(f, "{rule}")?;
        write!(f, "{} parameters, ", grouped(self.parameters))?;
        match self.parameters.saturating_sub(self.trainable) {
            0 => f.write_str("all trainable")?,
            frozen => write!(
                f,
                "{} trainable, {} frozen",
                grouped(self.trainable),
                grouped(frozen)
            )?,
        }
        match self.buffers {
            0 => Ok(()),
            buffers => write!(f, "; {} numbers in buffers", grouped(buffers)),
        }
    }
}

/// A number with commas between its thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
