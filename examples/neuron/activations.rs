//! One neuron, `Y = f(Σ Xᵢ Wᵢ)`, with any activation `f`.

use backprop::plot::{Chart, Figure};
use backprop::prelude::*;

use super::{Error, FOLDER};

/// `f` by name, from the step of McCulloch and Pitts (1943) and the sign of Rosenblatt (1958) to what is used now.
fn activations() -> [(&'static str, Box<dyn Layer>); 6] {
    [
        ("step", Box::new(Heaviside::default())),
        ("sign", Box::new(Sign)),
        ("sigmoid", Box::new(Sigmoid)),
        ("tanh", Box::new(Tanh)),
        ("ReLU", Box::new(Relu)),
        ("GELU", Box::new(Gelu::new())),
    ]
}

/// `f(x)` of single numbers.
fn apply(f: &dyn Layer, x: &[f32]) -> Result<Vec<f32>, Error> {
    let x = Tensor::from(x.to_vec());
    Ok(f.forward(&Tape::inference().input(x)).into_value()?.to_vec())
}

pub(crate) fn run() -> Result<(), Error> {
    let sums = [-2.0, -1.0, -0.1, 0.0, 0.1, 1.0, 2.0];
    println!("Y = f(Σ X W): the answer of a neuron to the weighted sum of its inputs\n");
    print!("{:<10}", "sum");
    for sum in sums {
        print!("{sum:>7}");
    }
    println!();
    for (name, f) in &activations() {
        print!("{name:<10}");
        for y in apply(f, &sums)? {
            print!("{y:>7.2}");
        }
        println!();
    }
    figure()?.save(format!("{FOLDER}/activations.svg"))?;
    figure()?.save(format!("{FOLDER}/activations.png"))?;
    Ok(())
}

/// Each activation with its derivative, by the tape.
fn figure() -> Result<Figure, Error> {
    let x: Vec<f32> = (-300..=300).map(|i| i as f32 / 100.0).collect();
    let mut charts = Vec::new();
    for (name, f) in &activations() {
        let tape = Tape::new();
        let input = tape.variable(Tensor::from(x.clone()));
        let y = f.forward(&input);
        let values = y.value()?.clone();
        let slope = y.sum(..).backward()?.wrt(&input).cloned().unwrap_or_default();
        let chart = Chart::new().title(*name).x_limits(-3.0, 3.0).y_limits(-1.2, 2.0);
        charts.push(chart.line("f", &x, &values).line("f′", &x, &slope));
    }
    Ok(Figure::grid(3, charts)
        .title("Y = f(Σ X W): activations and their derivatives")
        .shared_legend())
}
