//! Any expression, its tape and its gradients.
//!
//! A tape writes down each operation as it is computed. Walking back over it, the chain rule gives the derivative with respect to
//! everything that went in: nobody has to know the formula of the whole.

use backprop::autodiff::Source;
use backprop::plot::tape_diagram;
use backprop::prelude::*;

use super::{Error, Output, largest_difference};

pub(crate) fn run(seed: u64, output: &mut Output) -> Result<(), Error> {
    distance(seed, output)?;
    network(seed, output)
}

/// `c = mean √(a² + b²)`, whose gradient is known: `∂c/∂a = a / (n √(a² + b²))`, and the same for b.
fn distance(seed: u64, output: &mut Output) -> Result<(), Error> {
    let mut rng = Rng::seed(seed);
    let a = Tensor::normal([2, 3], 0.0, 1.0, &mut rng)?;
    let b = Tensor::normal([2, 3], 0.0, 1.0, &mut rng)?;

    let tape = Tape::new();
    let (x, y) = (tape.variable(a.clone()), tape.variable(b.clone()));
    let c = (x.square() + y.square()).sqrt().mean(..);

    println!("c = mean √(a² + b²) = {:.4}, and its tape:\n", c.item()?);
    print_tape(&tape);
    output.save(
        &tape_diagram(&tape)
            .leaves(["a", "b"])
            .title("c = mean √(a² + b²)"),
        "tape-of-an-expression",
    )?;
    let gradients = c.backward()?;

    let radius = (&a * &a + &b * &b).sqrt()? * a.count() as f32;
    for (name, variable, by_hand) in [("a", &x, &a / &radius), ("b", &y, &b / &radius)] {
        let Some(gradient) = gradients.wrt(variable) else {
            return Err(format!("c does not depend on {name}").into());
        };
        println!("\n∂c/∂{name} = {gradient:.4}");
        output.compare("tape and formula", largest_difference(gradient, &by_hand), 1e-6);
    }
    Ok(())
}

/// A network and its loss are no more than a longer expression.
fn network(seed: u64, output: &Output) -> Result<(), Error> {
    let mut rng = Rng::seed(seed);
    let model = sequential![Linear::new(4, 8, &mut rng), Tanh, Linear::new(8, 3, &mut rng)];
    let flowers = backprop::datasets::iris::load()?;

    let tape = Tape::training(seed);
    let loss = model
        .forward(&tape.input(flowers.inputs().clone()))
        .cross_entropy(flowers.targets());
    println!(
        "\nthe loss of a network on 150 flowers is {:.4}, and its tape:\n",
        loss.item()?
    );
    print_tape(&tape);
    output.save(
        &tape_diagram(&tape)
            .leaves(model.named_parameters().into_iter().map(|(name, _)| name))
            .title("A network and its loss"),
        "tape-of-a-network",
    )
}

/// A line a record: its number, what made it, out of which other records, and the shape of the result.
fn print_tape(tape: &Tape) {
    for (number, record) in tape.records().into_iter().enumerate() {
        let name = match record.source {
            Source::Operation { name, .. } => name,
            Source::Param { .. } => "(parameter)",
            _ => "(variable)",
        };
        let inputs: Vec<String> = record.inputs.iter().flatten().map(ToString::to_string).collect();
        println!(
            "{number:>3}  {name:<14} {:<10} {:?}",
            inputs.join(", "),
            record.shape
        );
    }
}
