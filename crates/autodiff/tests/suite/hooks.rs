//! Hooks that see each parameter's gradient as it becomes final.

use std::sync::{Arc, Mutex};

use backprop_autodiff::{Error, InputGradients, Op, Param, ParamId, Result, Tape, Var, operands};
use backprop_tensor::{Error as TensorError, Result as TensorResult, Tensor};
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq)]
enum Event {
    /// The derivative of this link has been computed.
    Link(usize),
    /// This parameter's gradient was final.
    Final(ParamId),
}

type Log = Arc<Mutex<Vec<Event>>>;

/// The product, which writes down when its derivative is computed.
#[derive(Debug)]
struct Logged(usize, Log);

impl Op<f32> for Logged {
    type Saved = (Tensor, Tensor);

    fn forward(&self, inputs: &[&Tensor]) -> TensorResult<(Tensor, Self::Saved)> {
        let [x, y] = operands(inputs)?;
        Ok((x.try_mul(y)?, (x.clone(), y.clone())))
    }

    fn backward(
        &self,
        (x, y): Self::Saved,
        gradient: Tensor,
        inputs: &mut InputGradients<'_, f32>,
    ) -> TensorResult<()> {
        self.1.lock().unwrap().push(Event::Link(self.0));
        inputs.add(0, gradient.try_mul(&y)?)?;
        inputs.add(1, gradient.try_mul(&x)?)
    }
}

/// A chain of products with these parameters, each met where it is used first.
fn chain(params: &[Param], uses: &[usize], log: &Log) -> Var {
    let tape = Tape::new();
    let mut y = tape.variable(Tensor::from([0.3, -1.7]));
    for (link, &index) in uses.iter().enumerate() {
        let weight = tape.param(&params[index]);
        y = tape.apply(Logged(link, log.clone()), &[&y, &weight]).tanh();
    }
    y.sum(..)
}

proptest! {
    #[test]
    fn each_parameter_comes_once_with_its_final_bits_as_soon_as_they_are(
        values in prop::collection::vec([-2.0_f32..2.0, -2.0_f32..2.0], 5),
        uses in prop::collection::vec(0_usize..5, 1..14),
    ) {
        let params: Vec<Param> = values.into_iter().map(|value| Tensor::from(value).into()).collect();
        let expected = chain(&params, &uses, &Log::default()).backward().unwrap();

        let log = Log::default();
        let mut seen = Vec::new();
        let found = chain(&params, &uses, &log).backward_with(|id, gradient| {
            log.lock().unwrap().push(Event::Final(id));
            seen.push((id, gradient.clone()));
            Ok(())
        }).unwrap();

        // Each of those that have a gradient once, with the bits that stay.
        prop_assert_eq!(seen.len(), expected.len());
        for (id, gradient) in &seen {
            prop_assert_eq!(expected.get_by_id(*id), Some(gradient));
            prop_assert_eq!(found.get_by_id(*id), Some(gradient));
        }
        // Right after the first use, before the links that come before it.
        let mut order = Vec::new();
        for link in (0..uses.len()).rev() {
            order.push(Event::Link(link));
            if !uses[..link].contains(&uses[link]) {
                order.push(Event::Final(params[uses[link]].id()));
            }
        }
        prop_assert_eq!(&*log.lock().unwrap(), &order);
    }
}

fn two() -> (Param, Param, Var) {
    let (first, second) = (
        Param::new(Tensor::from([2.0_f32, 3.0])),
        Param::new(Tensor::from([4.0, 5.0])),
    );
    let tape = Tape::new();
    let loss = (tape.param(&first) * tape.param(&second)).sum(..);
    (first, second, loss)
}

#[test]
fn what_a_hook_leaves_is_the_gradient_and_no_other_one_changes() {
    let (first, second, loss) = two();
    let gradients = loss
        .backward_with(|id, gradient| {
            if id == second.id() {
                *gradient = Tensor::zeros([2])?;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(gradients.get(&second), Some(&Tensor::from([0.0, 0.0])));
    assert_eq!(gradients.get(&first), Some(&Tensor::from([4.0, 5.0])));
}

#[test]
fn an_error_of_the_hook_ends_the_walk() {
    let (_, second, loss) = two();
    let mut seen = Vec::new();
    let reason = TensorError::Memory { bytes: 7 };
    let error = loss.backward_with(|id, _| -> Result<()> {
        seen.push(id);
        Err(reason.clone().into())
    });
    assert_eq!(error.unwrap_err(), Error::Tensor(reason));
    assert_eq!(seen, [second.id()]);
    assert!(matches!(loss.backward(), Err(Error::Spent { .. })));
}

#[test]
fn a_gradient_of_another_shape_is_refused_with_the_line_of_the_parameter() {
    let (_, _, loss) = two();
    let error = loss.backward_with(|_, gradient| {
        *gradient = Tensor::from([1.0, 2.0, 3.0]);
        Ok(())
    });
    let error = error.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("gradient of Param([2]): backward_with: shapes [3] and [2]"),
        "{error}"
    );
    assert!(
        error
            .location()
            .is_some_and(|location| location.file() == file!())
    );
}

#[test]
fn frozen_parameters_and_those_a_loss_does_not_depend_on_do_not_come() {
    let (mut frozen, unused, used) = (
        Param::new(Tensor::from(2.0_f32)),
        Param::new(Tensor::from(3.0)),
        Param::new(Tensor::from(4.0)),
    );
    frozen.set_trainable(false);
    let tape = Tape::new();
    let loss = tape.param(&frozen) * tape.param(&used);
    let _ = tape.param(&unused) * 2.0;
    let mut seen = Vec::new();
    let gradients = loss.backward_with(|id, _| {
        seen.push(id);
        Ok(())
    });
    assert_eq!(seen, [used.id()]);
    assert_eq!(gradients.unwrap().len(), 1);
}
