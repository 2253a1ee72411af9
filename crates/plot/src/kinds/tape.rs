use backprop_autodiff::{Source, Tape};
use backprop_tensor::Float;

use crate::{GraphDiagram, GraphNode, NodeKind, graph_diagram};

/// The operations that a tape has recorded, with their shapes: what [`backward`] will walk back over. Constants are left out.
///
/// A value that [has a name](backprop_autodiff::Var::name) is called so, with its operation beside the shape. [`GraphDiagram::leaves`] names variables
/// and parameters afterwards.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_plot::{Picture, tape_diagram};
/// use backprop_tensor::Tensor;
///
/// let tape = Tape::new();
/// let x = tape.variable(Tensor::from([1.0_f32, 2.0]));
/// let _ = (&x * &x.tanh()).name("gated").sum(..);
/// let picture = tape_diagram(&tape).to_svg()?;
/// assert!(picture.contains("Tanh") && picture.contains("gated"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
///
/// [`backward`]: backprop_autodiff::Var::backward
pub fn tape_diagram<T: Float>(tape: &Tape<T>) -> GraphDiagram {
    let records = tape.records();
    // Where the records without the constants are.
    let mut kept = 0;
    let places: Vec<Option<usize>> = records
        .iter()
        .map(|record| match record.source {
            Source::Constant(_) => None,
            _ => {
                kept += 1;
                Some(kept - 1)
            }
        })
        .collect();
    let mut parameters = 0;
    let drawn = records.into_iter().filter(|record| !matches!(record.source, Source::Constant(_)));
    graph_diagram(drawn.map(|record| {
        let (source, kind) = match record.source {
            Source::Operation { name, .. } => (name.to_owned(), NodeKind::Operation),
            Source::Output { index, .. } => (format!("value {}", index + 1), NodeKind::Operation),
            Source::Param { .. } => {
                parameters += 1;
                (format!("parameter {parameters}"), NodeKind::Parameter)
            }
            _ => ("variable".to_owned(), NodeKind::Input),
        };
        let shape = record.shape;
        let shape = match (&record.source, shape.rank()) {
            // Its values are drawn with theirs.
            (Source::Operation { outputs: 1.., .. }, _) => String::new(),
            (_, 0) => "scalar".to_owned(),
            _ => format!("{shape:?}"),
        };
        let (name, detail) = match record.name {
            Some(name) if kind == NodeKind::Operation => (name, format!("{source} {shape}").trim_end().to_owned()),
            Some(name) => (name, shape),
            None => (source, shape),
        };
        let inputs = record.inputs.into_iter().flatten();
        GraphNode {
            name,
            detail,
            kind,
            inputs: inputs.filter_map(|place| places.get(place).copied().flatten()).collect(),
        }
    }))
}
