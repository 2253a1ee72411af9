//! A traced model is run again from its records alone, by a program that knows the operations and not the model.

use backprop_autodiff::{Buffer, InputGradients, Op, Param, Record, Source, Tape, Var, ops};
use backprop_derive::Module;
use backprop_layers::{BatchNorm1d, Dropout, Layer, Linear, Relu, Sequential, Tanh, sequential, summary};
use backprop_tensor::{Rng, Tensor, formula, keep, math};
use proptest::prelude::*;

/// A layer of one's own with all that a trace may hold: a fused operation with two values, a frozen parameter, a buffer, constants, a value that is
/// detached.
#[derive(Module)]
struct Gated {
    scale: Param,
    frozen: Param,
    shift: Buffer,
}

impl Layer for Gated {
    fn forward(&self, x: &Var) -> Var {
        let tape = x.tape();
        let x = x * tape.param(&self.scale);
        let gates = formula!(|x, slope| (math::tanh(x), math::sigmoid(slope * x)));
        let [new, gate] = x.elementwise_multi(&gates, &[&tape.param(&self.frozen)]);
        let largest = x.max(keep([1])).detach();
        // Of constants alone.
        let half = (tape.constant(Tensor::scalar(0.25)) * 2.0).exp();
        (x - largest * half) * gate + new * 3.0 + tape.buffer(&self.shift)
    }
}

type Model = Sequential<(Linear, Tanh, BatchNorm1d, Gated, Dropout, Linear, Relu)>;

fn model(rng: &mut Rng) -> Model {
    let random = |rng: &mut Rng| Tensor::normal([6], 0.0, 1.0, rng).unwrap();
    let mut frozen = Param::new(random(rng));
    frozen.set_trainable(false);
    let gated = Gated {
        scale: Param::new(random(rng)),
        frozen,
        shift: Buffer::new(random(rng)),
    };
    let mut norm = BatchNorm1d::new(6);
    norm.running_mean = Buffer::new(random(rng));
    let (first, last) = (Linear::new(4, 6, rng), Linear::new(6, 3, rng));
    sequential![first, Tanh, norm, gated, Dropout::new(0.5), last, Relu]
}

/// The operation at a record, if it is of this type, applied.
fn apply<O: Op<f32>>(record: &Record, operands: &[&Tensor]) -> Option<Tensor> {
    let op = record.operation::<O>()?;
    Some(op.forward(operands).expect("it has been applied before").0)
}

/// Computes all that was recorded again, for another input, which is the first record. Nothing of the model but the records is at hand.
fn run(records: &[Record], input: &Tensor) -> Result<Tensor, String> {
    let mut values: Vec<Vec<Tensor>> = Vec::new();
    for (place, record) in records.iter().enumerate() {
        let operands: Vec<Tensor> = match record.source {
            Source::Output { .. } => vec![],
            _ => record
                .inputs
                .iter()
                .map(|input| Ok(values[input.ok_or("an operand without a record")?][0].clone()))
                .collect::<Result<_, String>>()?,
        };
        let operands: Vec<&Tensor> = operands.iter().collect();
        values.push(match &record.source {
            _ if place == 0 => vec![input.clone()],
            Source::Constant(value) => vec![value.clone()],
            Source::Param { value, .. } => vec![value.clone().ok_or("a parameter without its value")?],
            Source::Output { index, .. } => {
                let operation = record.inputs[0].ok_or("a value of nothing")?;
                vec![values[operation][*index].clone()]
            }
            Source::Operation {
                formula: Some(formula),
                ..
            } => formula.apply(&operands).map_err(|error| error.to_string())?,
            Source::Operation { name, .. } => {
                let value = apply::<ops::Linear>(record, &operands)
                    .or_else(|| apply::<ops::BatchNorm<f32>>(record, &operands))
                    .or_else(|| apply::<ops::Max>(record, &operands))
                    .ok_or_else(|| format!("{name} is not known"))?;
                vec![value]
            }
            other => return Err(format!("{other:?} is not known")),
        });
    }
    values
        .pop()
        .and_then(|mut last| last.pop())
        .ok_or_else(|| "empty".into())
}

fn bits(x: &Tensor) -> Vec<u32> {
    x.to_vec().into_iter().map(f32::to_bits).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn its_records_compute_what_the_model_computes_to_the_bit(seed: u64, rows in 1..6_usize, as_variable: bool) {
        let rng = &mut Rng::seed(seed);
        let model = model(rng);
        let input = |rng: &mut Rng| Tensor::normal([rows, 4], 0.0, 2.0, rng).unwrap();
        let tape = Tape::tracing();
        let x = if as_variable { tape.variable(input(rng)) } else { tape.input(input(rng)) };
        let _ = model.forward(&x);
        let records = tape.records();
        for _ in 0..3 {
            let x = input(rng);
            let expected = model.forward(&Tape::inference().input(x.clone())).into_value().unwrap();
            // On another thread, without the model.
            let records = records.clone();
            let found = std::thread::spawn(move || run(&records, &x)).join().unwrap();
            prop_assert_eq!(bits(&found.unwrap()), bits(&expected));
        }
    }

    /// A tape that is to be read is as good as any for a gradient.
    #[test]
    fn gradients_of_a_tracing_tape_are_those_of_another(seed: u64) {
        let rng = &mut Rng::seed(seed);
        let model = model(rng);
        let x = Tensor::normal([3, 4], 0.0, 1.0, rng).unwrap();
        let gradients = |tape: &Tape| {
            let x = tape.variable(x.clone());
            let gradients = model.forward(&x).square().sum(..).backward().unwrap();
            let of_x = gradients.wrt(&x).unwrap().clone();
            let params: Vec<_> = gradients.iter().map(|(id, gradient)| (id, gradient.clone())).collect();
            (of_x, params)
        };
        let (of_x, params) = gradients(&Tape::new());
        let (traced_of_x, traced) = gradients(&Tape::tracing());
        prop_assert_eq!(bits(&traced_of_x), bits(&of_x));
        // The frozen ones have gradients there too.
        prop_assert_eq!(traced.len(), params.len() + 1);
        for (id, gradient) in params {
            let found = traced.iter().find(|(other, _)| *other == id).unwrap();
            prop_assert_eq!(bits(&found.1), bits(&gradient));
        }
    }
}

#[test]
fn everything_has_a_record_with_its_value() {
    let rng = &mut Rng::seed(1);
    let model = model(rng);
    let tape = Tape::tracing();
    let x = Tensor::normal([2, 4], 0.0, 1.0, rng).unwrap();
    let _ = model.forward(&tape.input(x.clone()));
    let records = tape.records();
    assert_eq!(records[0].source, Source::Constant(x));
    let params: Vec<_> = records
        .iter()
        .filter_map(|record| match &record.source {
            Source::Param {
                id,
                value,
                is_trainable,
                ..
            } => Some((*id, value.clone(), *is_trainable)),
            _ => None,
        })
        .collect();
    let gated = &model.layers().3;
    assert!(params.contains(&(gated.frozen.id(), Some(gated.frozen.value().clone()), false)));
    assert!(params.contains(&(gated.scale.id(), Some(gated.scale.value().clone()), true)));
    assert!(
        records
            .iter()
            .any(|record| record.source == Source::Constant(gated.shift.value().clone()))
    );
    assert!(
        records
            .iter()
            .all(|record| record.inputs.iter().all(Option::is_some))
    );
    // By its type, with its fields.
    let norm = records
        .iter()
        .find_map(|record| record.operation::<ops::BatchNorm<f32>>())
        .unwrap();
    assert_eq!(
        norm.statistics.as_ref().unwrap().mean,
        *model.layers().2.running_mean.value()
    );
    assert_eq!(norm.epsilon, 1e-5);
    let linear: Vec<_> = records
        .iter()
        .filter_map(|record| record.operation::<ops::Linear>())
        .collect();
    assert_eq!(linear.len(), 2);
    assert!(
        records
            .iter()
            .any(|record| record.operation::<ops::Elementwise>().is_some())
    );
    // The line is this program's, not one of the tape.
    assert!(
        records
            .iter()
            .all(|record| !record.location.file().contains("autodiff")),
        "{records:#?}"
    );
    // What is kept does not keep the tape, nor change what else is read of it.
    drop(tape);
    assert_eq!(records.clone(), records);
    assert_eq!(summary(&model, [2, 4]).unwrap().parameters, 30 + 12 + 12 + 21);
}

/// An operation of another type in every respect.
#[derive(Debug)]
struct Shift {
    by: f32,
}

impl Op<f32> for Shift {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor]) -> backprop_tensor::Result<(Tensor, ())> {
        let [x] = backprop_autodiff::operands(inputs)?;
        Ok((x.try_add(&Tensor::scalar(self.by))?, ()))
    }

    fn backward(
        &self,
        (): (),
        gradient: Tensor,
        inputs: &mut InputGradients<'_, f32>,
    ) -> backprop_tensor::Result<()> {
        inputs.add(0, gradient)
    }
}

#[test]
fn other_tapes_keep_no_operations_constants_or_values() {
    for tape in [
        Tape::new(),
        Tape::training(1),
        Tape::higher_order(),
        Tape::tracing(),
    ] {
        let weight = Param::new(Tensor::from([1.0, 2.0]));
        let x = tape.param(&weight) * tape.constant(Tensor::from([3.0, 4.0]));
        let _ = x.apply(Shift { by: 0.5 });
        let records = tape.records();
        let last = records.last().unwrap();
        let by = last.operation::<Shift>().map(|shift| shift.by);
        assert!(last.operation::<ops::Mul>().is_none());
        let constants = records
            .iter()
            .filter(|record| matches!(record.source, Source::Constant(_)));
        let is_known = matches!(&records[0].source, Source::Param { value: Some(value), is_trainable: true, .. } if value == weight.value());
        let found = (by, constants.count(), is_known, records.len());
        match records.len() {
            3 => assert_eq!(found, (None, 0, false, 3)),
            _ => assert_eq!(found, (Some(0.5), 1, true, 4)),
        }
    }
}

/// A graph is a value that threads share.
#[test]
fn records_are_plain_values() {
    fn is_plain<V: Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static>() {}
    is_plain::<Record<f32>>();
    is_plain::<Source<f64>>();
}
