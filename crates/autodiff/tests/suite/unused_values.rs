//! Which gradients an operation with several values is given.

use std::sync::{Arc, Mutex};

use backprop_autodiff::{Error, InputGradients, MultiOp, Pass, Tape, Var, operands};
use backprop_tensor::{Result as TensorResult, Tensor, formula, keep, math};

/// Doubles, and tells which gradients it is given.
#[derive(Debug)]
struct Spy(Arc<Mutex<Vec<[bool; 3]>>>);

impl MultiOp<f64, 3> for Spy {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<f64>]) -> TensorResult<([Tensor<f64>; 3], ())> {
        let [x] = operands(inputs)?;
        let twice = x.try_add(x)?;
        Ok(([twice.clone(), twice.clone(), twice], ()))
    }

    fn backward(
        &self,
        (): (),
        gradients: [Option<Tensor<f64>>; 3],
        inputs: &mut InputGradients<'_, f64>,
    ) -> TensorResult<()> {
        let given = gradients.each_ref().map(Option::is_some);
        self.0.lock().unwrap().push(given);
        for gradient in gradients.into_iter().flatten() {
            inputs.add(0, gradient.try_add(&gradient)?)?;
        }
        Ok(())
    }
}

#[test]
fn a_value_that_nobody_used_has_no_gradient_and_without_any_the_operation_is_not_asked() {
    for used in [[0, 0, 0], [1, 0, 0], [0, 0, 1], [0, 2, 1], [1, 1, 1]] {
        let given = Arc::new(Mutex::new(Vec::new()));
        let tape = Tape::new();
        let x = tape.variable(Tensor::from([3.0, 5.0]));
        let values = tape.apply_multi(Spy(Arc::clone(&given)), &[&x]);
        let mut sum = x.sum(..);
        for (value, uses) in values.iter().zip(used) {
            for _ in 0..uses {
                sum = sum + value.sum(..);
            }
        }
        let gradients = sum.backward().unwrap();
        let expected = 1.0 + 2.0 * used.iter().sum::<usize>() as f64;
        assert_eq!(gradients.wrt(&x), Some(&Tensor::from([expected, expected])));
        let asked = used.map(|uses| uses > 0);
        let expected = if asked == [false; 3] { vec![] } else { vec![asked] };
        assert_eq!(*given.lock().unwrap(), expected, "{used:?}");
    }
}

/// The last record may be a value in the middle, or the first.
#[test]
fn backward_may_begin_at_any_of_the_values() {
    for place in 0..3 {
        let given = Arc::new(Mutex::new(Vec::new()));
        let tape = Tape::new();
        let x = tape.variable(Tensor::from([3.0]));
        let values = tape.apply_multi(Spy(Arc::clone(&given)), &[&x]);
        let gradients = values[place].backward().unwrap();
        assert_eq!(gradients.wrt(&x), Some(&Tensor::from([2.0])));
        let mut expected = [false; 3];
        expected[place] = true;
        assert_eq!(*given.lock().unwrap(), [expected]);
    }
}

/// Inside of a checkpoint there are no records until backward; its result may be one of several values, and what goes in may be too.
#[test]
fn checkpoints_compute_several_values_again() {
    let run = |checkpoint: bool| {
        let both = formula!(|x| (math::sin(x), math::cos(x)));
        let tape = Tape::new();
        let x = tape.variable(Tensor::from([[0.5, 1.0, -2.0]]));
        let [sin, cos] = x.elementwise_multi(&both, &[]);
        let block = move |_: &Vec<backprop_autodiff::Param<f64>>, [x, y]: &[Var<f64>; 2]| {
            let [first, second] = (x * y).elementwise_multi(&both, &[]);
            let [largest, _] = (first * second.max(keep([1]))).elementwise_multi(&both, &[]);
            largest
        };
        let y = match checkpoint {
            true => tape.checkpoint(&vec![], [&sin, &cos], block),
            false => block(&vec![], &[sin.clone(), cos.clone()]),
        };
        let loss = (y * &sin).sum(..);
        let value = loss.item().unwrap();
        (value, loss.backward().unwrap().wrt(&x).unwrap().to_vec())
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn anomalies_are_found_in_every_value_and_in_their_gradients() {
    let tape = Tape::new().detect_anomaly();
    let x = tape.variable(Tensor::from([0.0, 1.0]));
    let [first, _] = x.elementwise_multi(&formula!(|x| (x, 1.0 / x)), &[]);
    let Error::Anomaly(anomaly) = first.value().unwrap_err() else {
        panic!("no anomaly");
    };
    assert_eq!((anomaly.operation, anomaly.pass), ("Elementwise", Pass::Forward));

    let tape = Tape::new().detect_anomaly();
    let x = tape.variable(Tensor::from([0.0, 1.0]));
    let [_, root] = x.elementwise_multi(&formula!(|x| (x, math::sqrt(x))), &[]);
    let Error::Anomaly(anomaly) = root.sum(..).backward().unwrap_err() else {
        panic!("no anomaly");
    };
    assert_eq!((anomaly.operation, anomaly.pass), ("Elementwise", Pass::Backward));
}
