//! A gradient for an input that there is not is a mistake of the operation, in numbers as in variables; one that nobody wants is not.

use backprop_autodiff::{Differential, InputGradients, Op, Tape, operands};
use backprop_tensor::{Result, Tensor};

/// `x y`, with the gradient of `y` given to the input of this index.
#[derive(Debug, Clone, Copy)]
struct Product {
    second: usize,
    broadcast: bool,
}

impl Op<f64> for Product {
    type Saved = [Tensor<f64>; 2];

    fn forward(&self, inputs: &[&Tensor<f64>]) -> Result<(Tensor<f64>, Self::Saved)> {
        let [x, y] = operands(inputs)?;
        Ok((x.try_mul(y)?, [x.clone(), y.clone()]))
    }

    fn backward(
        &self,
        [x, y]: Self::Saved,
        gradient: Tensor<f64>,
        inputs: &mut InputGradients<'_, f64>,
    ) -> Result<()> {
        inputs.add(0, gradient.try_mul(&y)?)?;
        let second = gradient.try_mul(&x)?;
        if self.broadcast {
            inputs.add_broadcast(self.second, second)
        } else {
            inputs.add(self.second, second)
        }
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<f64>) -> backprop_autodiff::Result<()> {
        let [x, y] = at.operands()?;
        at.add(0, at.gradient() * y)?;
        let second = at.gradient() * x;
        if self.broadcast {
            at.add_broadcast(self.second, second)
        } else {
            at.add(self.second, second)
        }
    }
}

/// What backward says, on both kinds of tapes.
fn said(second: usize, constant: bool) -> Vec<Option<String>> {
    let number = |x: f64| Tensor::from([x, 2.0]);
    let mut said = Vec::new();
    for broadcast in [false, true] {
        let op = Product { second, broadcast };
        for tape in [Tape::new(), Tape::higher_order()] {
            let x = tape.variable(number(1.0));
            let y = if constant {
                tape.constant(number(3.0))
            } else {
                tape.variable(number(3.0))
            };
            let product = tape.apply(op, &[&x, &y]).sum(..);
            said.push(product.backward().err().map(|error| error.to_string()));
        }
    }
    said
}

#[test]
fn a_gradient_for_an_input_that_there_is_not_is_an_error() {
    for second in [2, 7, usize::MAX] {
        for error in said(second, false) {
            let error = error.unwrap();
            assert!(
                error.contains(&format!("index = {second}: the operation has 2 inputs")),
                "{error}"
            );
        }
    }
}

#[test]
fn a_gradient_that_nobody_wants_is_none() {
    assert!(said(1, true).iter().all(Option::is_none));
    assert!(said(1, false).iter().all(Option::is_none));
}
