//! The tape: what is recorded, what sticks, what is freed.

use backprop_autodiff::{Buffer, Error, Gradients, Module, Param, Tape, Var};
use backprop_tensor::Tensor;
use proptest::prelude::*;

fn vector(elements: &[f32]) -> Tensor {
    Tensor::from(elements.to_vec())
}

#[test]
fn a_million_operations_walk_back_and_drop_without_recursion() {
    let tape = Tape::new();
    let x = tape.variable(vector(&[1.0]));
    let mut y = x.clone();
    for _ in 0..1_000_000 {
        y = -y;
    }
    assert_eq!(tape.len(), 1_000_001);
    let gradients = y.backward().unwrap();
    assert_eq!(gradients.wrt(&x), Some(&vector(&[1.0])));

    let tape = Tape::new();
    let mut y = tape.variable(vector(&[1.0]));
    for _ in 0..1_000_000 {
        y = -y;
    }
    drop((y, tape));
}

#[test]
fn the_first_error_sticks_with_the_line_that_made_it() {
    let tape = Tape::new();
    let (x, y) = (
        tape.variable(vector(&[1.0, 2.0])),
        tape.variable(vector(&[1.0, 2.0, 3.0])),
    );
    let line = line!() + 1;
    let failed = (&x + &y) * 2.0;
    let later = x.matmul(&y);
    assert!(failed.has_failed() && later.has_failed());
    let error = failed.tanh().value().unwrap_err();
    assert_eq!(
        error
            .location()
            .map(|location| (location.file(), location.line())),
        Some((file!(), line))
    );
    let expected = format!(
        "Add([2], [3]): add: shapes [2] and [3] do not broadcast: from the last axis on, lengths must be equal or 1, at {}:{line}:18",
        file!()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(later.sum(..).backward().unwrap_err(), error);
    // What does not depend on the failure goes on.
    assert_eq!((&x + 1.0).value().unwrap(), &vector(&[2.0, 3.0]));
}

#[test]
fn backward_says_what_is_missing() {
    let tape = Tape::new();
    let x = tape.variable(vector(&[1.0, 2.0]));
    assert!(matches!(x.backward(), Err(Error::NotScalar { .. })));
    assert!(matches!(
        tape.input(vector(&[1.0])).backward(),
        Err(Error::NotTracked { .. })
    ));
    assert!(x.backward_from(vector(&[1.0])).is_err());

    let y = x.sum(..);
    y.backward().unwrap();
    assert!(matches!(y.backward(), Err(Error::Spent { .. })));
    assert!(matches!((&y + 1.0).value(), Err(Error::Spent { .. })));
    assert!(matches!(
        tape.variable(vector(&[1.0])).value(),
        Err(Error::Spent { .. })
    ));

    let other = Tape::new().variable(vector(&[1.0, 2.0]));
    let tape = Tape::new();
    let x = tape.variable(vector(&[1.0, 2.0]));
    assert!(matches!((&x + &other).value(), Err(Error::DifferentTapes { .. })));
}

#[test]
fn inference_records_nothing() {
    let weight = Param::new(vector(&[1.0, 2.0]));
    let tape = Tape::inference();
    let y = tape.param(&weight) * tape.variable(vector(&[3.0, 4.0]));
    assert!(tape.is_empty() && !y.is_tracked());
    assert_eq!(y.into_value().unwrap(), vector(&[3.0, 8.0]));
}

#[test]
fn constants_are_not_recorded() {
    let tape = Tape::new();
    let x = tape.variable(vector(&[1.0, 2.0]));
    let before = tape.len();
    let constant = (tape.input(vector(&[1.0, 2.0])) + x.detach()).tanh();
    assert_eq!(tape.len(), before);
    let gradients = (constant * &x).sum(..).backward().unwrap();
    let expected: Vec<f32> = [2.0_f32, 4.0].iter().map(|x| x.tanh()).collect();
    let found = gradients.wrt(&x).unwrap().to_vec();
    assert!(
        found.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-6),
        "{found:?}"
    );
}

#[test]
fn a_frozen_parameter_has_no_gradient() {
    let (mut frozen, free) = (Param::new(vector(&[2.0])), Param::new(vector(&[3.0])));
    frozen.set_trainable(false);
    let tape = Tape::new();
    let gradients = (tape.param(&frozen) * tape.param(&free)).backward().unwrap();
    assert_eq!(gradients.get(&frozen), None);
    assert_eq!(gradients.get(&free), Some(&vector(&[2.0])));
}

#[test]
fn a_parameter_that_could_not_be_made_fails_on_the_tape() {
    let param = Param::<f32>::from_result(Tensor::zeros([usize::MAX, 2]));
    assert!(param.failure().is_some() && param.clone().failure().is_some());
    let error = (Tape::new().param(&param) * 2.0).value().unwrap_err();
    assert!(matches!(error, Error::Parameter { .. }), "{error}");
}

#[test]
fn new_values_of_buffers_travel_with_the_gradients() {
    let mut model = (Param::new(vector(&[2.0])), Buffer::new(vector(&[0.0])));
    let step = |tape: Tape, value: f32| -> Gradients {
        tape.update(&model.1, vector(&[value]));
        tape.param(&model.0).square().backward().unwrap()
    };
    let mut first = step(Tape::training(0), 1.0);
    let second = step(Tape::training(0), 3.0);
    let ignored = step(Tape::new(), 5.0);
    first.accumulate(second).unwrap();
    first.apply_state(&mut model).unwrap();
    assert_eq!(model.1.value(), &vector(&[3.0]));
    ignored.apply_state(&mut model).unwrap();
    assert_eq!(model.1.value(), &vector(&[3.0]));
}

#[test]
fn a_model_and_its_gradients_can_go_to_another_thread() {
    fn sendable<T: Send + Sync + Clone>() {}
    sendable::<(Param, Buffer)>();
    sendable::<Gradients>();
    sendable::<Error>();
}

#[test]
fn a_state_goes_into_an_equal_model_and_no_other() {
    let model = vec![(Param::new(vector(&[1.0, 2.0])), Buffer::new(vector(&[3.0]))); 2];
    let state = model.state();
    assert_eq!(state.keys().collect::<Vec<_>>(), ["0.0", "0.1", "1.0", "1.1"]);
    let mut other = vec![(Param::new(vector(&[0.0, 0.0])), Buffer::new(vector(&[0.0]))); 2];
    other.load_state(&state).unwrap();
    assert_eq!(other, model);

    let mut longer = vec![other[0].clone(), other[0].clone(), other[0].clone()];
    let before = longer.clone();
    let error = longer.load_state(&state).unwrap_err().to_string();
    assert_eq!(error, "2.0: the model has it, of shape [2], the state does not");
    assert_eq!(longer, before);
    let error = other[..1].to_vec().load_state(&state).unwrap_err().to_string();
    assert_eq!(error, "1.0: the state has it, the model does not");
    let mut narrow = vec![(Param::new(vector(&[0.0])), Buffer::new(vector(&[0.0]))); 2];
    let error = narrow.load_state(&state).unwrap_err().to_string();
    assert_eq!(error, "0.0: the model's shape is [1], the state's [2]");
}

#[test]
fn parameters_are_read_back_with_new_identities() {
    let param = Param::new(vector(&[1.0, -2.5]));
    let read: Param = serde_json::from_str(&serde_json::to_string(&param).unwrap()).unwrap();
    assert_eq!(read, param);
    assert_ne!(read.id(), param.id());
}

/// Loss: the sum of all the parameters, each as often as it is named.
fn sum_of<'a>(params: impl IntoIterator<Item = &'a Param>) -> Gradients {
    let tape = Tape::new();
    let used: Vec<_> = params.into_iter().map(|param| tape.param(param)).collect();
    let used: Vec<_> = used.iter().collect();
    Var::concat(&used, 0).unwrap().sum(..).backward().unwrap()
}

fn numbered(count: usize) -> Vec<Param> {
    (0..count).map(|i| Param::new(vector(&[i as f32]))).collect()
}

// In quadratic time each of the next three would take from ten seconds to a minute.

#[test]
fn many_parameters_in_reverse_order_take_linear_time() {
    let params = numbered(200_000);
    let gradients = sum_of(params.iter().rev());
    assert_eq!(gradients.len(), params.len());
    assert!(
        gradients
            .iter()
            .map(|(id, _)| id)
            .eq(params.iter().map(Param::id))
    );
}

#[test]
fn gradients_of_many_other_parameters_accumulate_in_linear_time() {
    let params = numbered(200_000);
    let (first, last) = params.split_at(100_000);
    let mut gradients = sum_of(last);
    gradients.accumulate(sum_of(first)).unwrap();
    gradients.accumulate(sum_of(&params)).unwrap();
    assert!(
        gradients
            .iter()
            .map(|(id, _)| id)
            .eq(params.iter().map(Param::id))
    );
    assert!(gradients.iter().all(|(_, gradient)| gradient == &vector(&[2.0])));
}

#[test]
fn values_for_many_buffers_take_linear_time() {
    let mut model: Vec<Buffer> = (0..200_000).map(|_| Buffer::new(vector(&[0.0]))).collect();
    let tape = Tape::training(0);
    let x = tape.variable(vector(&[1.0]));
    for round in 1..3 {
        for buffer in model.iter().rev() {
            tape.update(buffer, vector(&[round as f32]));
        }
    }
    let mut gradients = x.sum(..).backward().unwrap();
    let tape = Tape::training(0);
    tape.update(&model[7], vector(&[9.0]));
    let other = tape.variable(vector(&[1.0])).sum(..).backward().unwrap();
    gradients.accumulate(other).unwrap();
    gradients.apply_state(&mut model).unwrap();
    for (place, buffer) in model.iter().enumerate() {
        let expected = if place == 7 { 9.0 } else { 2.0 };
        assert_eq!(buffer.value(), &vector(&[expected]));
    }
}

#[test]
fn a_constant_takes_no_gradient() {
    let tape = Tape::<f32>::new();
    let constant = tape.constant(vector(&[1.0, 2.0]));
    assert!(!constant.is_tracked() && !constant.exp().is_tracked() && tape.is_empty());
    let x = tape.variable(vector(&[3.0, 4.0]));
    let gradients = (&x * &constant).sum(..).backward().unwrap();
    assert_eq!(gradients.wrt(&x), Some(&vector(&[1.0, 2.0])));
    assert_eq!(gradients.wrt(&constant), None);
}

fn elements() -> impl Strategy<Value = Vec<f32>> {
    proptest::collection::vec(-10.0_f32..10.0, 1..6)
}

proptest! {
    #[test]
    fn a_parameter_is_one_in_whatever_order_it_is_used(uses in prop::collection::vec(0_usize..200, 1..600)) {
        let params = numbered(200);
        let gradients = sum_of(uses.iter().map(|&place| &params[place]));
        for (place, param) in params.iter().enumerate() {
            let count = uses.iter().filter(|&&used| used == place).count();
            let expected = vector(&[count as f32]);
            prop_assert_eq!(gradients.get(param), (count > 0).then_some(&expected));
        }
    }

    #[test]
    fn gradients_of_a_shared_parameter_add_up(elements in elements(), uses in 1..5_usize) {
        let param = Param::new(vector(&elements));
        let tape = Tape::new();
        let sum = (1..uses).fold(tape.param(&param), |sum, _| sum + tape.param(&param));
        let gradients = sum.sum(..).backward().unwrap();
        prop_assert_eq!(gradients.len(), 1);
        prop_assert_eq!(gradients.get(&param).unwrap(), &vector(&vec![uses as f32; elements.len()]));
    }

    #[test]
    fn accumulating_adds_what_several_tapes_found(elements in elements(), times in 1..4_usize) {
        let (shared, single) = (Param::new(vector(&elements)), Param::new(vector(&elements)));
        let step = |factor: f32| (Tape::new(), factor);
        let mut total: Option<Gradients> = None;
        for time in 0..times {
            let (tape, factor) = step((time + 1) as f32);
            let mut y = tape.param(&shared) * factor;
            if time == 0 {
                y = y + tape.param(&single);
            }
            let gradients = y.sum(..).backward().unwrap();
            total = Some(match total {
                None => gradients,
                Some(mut total) => {
                    total.accumulate(gradients).unwrap();
                    total
                }
            });
        }
        let total = total.unwrap();
        let expected = (times * (times + 1) / 2) as f32;
        prop_assert_eq!(total.get(&shared).unwrap(), &vector(&vec![expected; elements.len()]));
        prop_assert_eq!(total.get(&single).unwrap(), &vector(&vec![1.0; elements.len()]));
    }

    /// Whatever is done in whatever order, nothing panics, and a wrong shape is an error.
    #[test]
    fn random_programs_do_not_panic(program in proptest::collection::vec((0..7_u8, any::<usize>(), any::<usize>()), 1..30)) {
        let tape = Tape::new();
        let mut values: Vec<Var> = vec![
            tape.variable(vector(&[1.0, 2.0])),
            tape.variable(Tensor::zeros([2, 0]).unwrap()),
            tape.variable(Tensor::from([[1.0, 2.0], [3.0, f32::NAN]])),
            tape.input(Tensor::from(3.0)),
        ];
        for (operation, first, second) in program {
            let (x, y) = (&values[first % values.len()], &values[second % values.len()]);
            let next = match operation {
                0 => x + y,
                1 => x / y,
                2 => x.matmul(y),
                3 => x.linear(y, None),
                4 => x.sum((first % 5) as isize - 2),
                5 => x.cross_entropy(&Tensor::from([second as i64 % 3])),
                _ => x.tanh(),
            };
            values.push(next);
        }
        let last = values.pop().unwrap();
        let _ = last.sum(..).backward();
    }
}
