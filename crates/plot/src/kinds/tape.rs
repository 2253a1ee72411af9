use backprop_autodiff::{Source, Tape};
use backprop_tensor::Float;

use crate::{GraphDiagram, GraphNode, NodeKind, graph_diagram};

/// The operations that a tape has recorded, with their shapes: what [`backward`] will walk back over. Constants are left out.
///
/// A tape knows no names: [`GraphDiagram::leaves`] gives some to variables and parameters.
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_plot::{Picture, tape_diagram};
/// use backprop_tensor::Tensor;
///
/// let tape = Tape::new();
/// let x = tape.variable(Tensor::from([1.0_f32, 2.0]));
/// let _ = (&x * &x.tanh()).sum(..);
/// assert!(tape_diagram(&tape).to_svg()?.contains("Tanh"));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
///
/// [`backward`]: backprop_autodiff::Var::backward
pub fn tape_diagram<T: Float>(tape: &Tape<T>) -> GraphDiagram {
    let records = tape.records();
    let mut parameters = 0;
    graph_diagram(records.into_iter().map(|record| {
        let (name, kind) = match record.source {
            Source::Operation { name, .. } => (name.to_owned(), NodeKind::Operation),
            Source::Param(_) => {
                parameters += 1;
                (format!("parameter {parameters}"), NodeKind::Parameter)
            }
            _ => ("variable".to_owned(), NodeKind::Input),
        };
        let shape = record.shape;
        let detail = if shape.rank() == 0 {
            "scalar".to_owned()
        } else {
            format!("{shape:?}")
        };
        GraphNode {
            name,
            detail,
            kind,
            inputs: record.inputs.into_iter().flatten().collect(),
        }
    }))
}
