//! Checkpoints: what is computed again has the bits it had.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use backprop_autodiff::{
    Anomaly, Buffer, Error, Leaf, LeafMut, Module, Param, Pass, Path, Source, Tape, Var,
};
use backprop_tensor::Tensor;
use proptest::prelude::*;

/// Weights of shape [3, 3], used wherever a part says so, and a running mean.
type Model = (Vec<Param>, Buffer);

#[derive(Debug, Clone)]
enum Part {
    Product(usize),
    Scale(usize),
    Tanh,
    Dropout,
    /// Adds what the part before the innermost checkpoint began with.
    Residual,
    /// Leaves a value for the buffer, and takes its present one away.
    Center,
    /// Computes something that is not used.
    Vain,
    Checkpoint(Vec<Part>),
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let part = prop_oneof![
        (0_usize..3).prop_map(Part::Product),
        (0_usize..3).prop_map(Part::Scale),
        Just(Part::Tanh),
        Just(Part::Dropout),
        Just(Part::Residual),
        Just(Part::Center),
        Just(Part::Vain),
    ];
    let part = part.prop_recursive(3, 40, 5, |inner| {
        prop::collection::vec(inner, 0..6).prop_map(Part::Checkpoint)
    });
    prop::collection::vec(part, 1..8)
}

fn run(parts: &[Part], model: &Model, x: &Var, residual: &Var, checkpoints: bool) -> Var {
    let tape = x.tape();
    let (weights, mean) = model;
    let mut x = x.clone();
    for part in parts {
        x = match part {
            Part::Product(index) => x.matmul(&tape.param(&weights[*index])),
            Part::Scale(index) => &x * tape.param(&weights[*index]),
            Part::Tanh => x.tanh(),
            Part::Dropout => x.dropout(0.4),
            Part::Residual => &x + residual,
            Part::Center => {
                tape.update(mean, x.value().unwrap().mean(0).unwrap());
                &x - tape.buffer(mean)
            }
            Part::Vain => {
                let _ = x.square().sum(..);
                x
            }
            Part::Checkpoint(parts) if checkpoints => {
                let parts = parts.clone();
                tape.checkpoint(model, [&x, residual], move |model, [x, residual]| {
                    run(&parts, model, x, residual, true)
                })
            }
            Part::Checkpoint(parts) => run(parts, model, &x, residual, false),
        };
    }
    x
}

fn bits(tensor: &Tensor) -> Vec<u32> {
    tensor.to_vec().into_iter().map(f32::to_bits).collect()
}

/// All that comes of a pass: the value, the gradients of weights and variables, what was left for the buffer, the random stream.
fn outcome(parts: &[Part], model: &Model, seed: u64, checkpoints: bool) -> Vec<Option<Vec<u32>>> {
    let tape = Tape::training(seed);
    let value = |factor: f32| {
        Tensor::from(
            [[1.0, -0.5, 0.25], [2.0, 0.1, -1.5], [0.3, -0.8, 1.2]].map(|row| row.map(|x| factor * x)),
        )
    };
    let (x, residual) = (tape.variable(value(1.0)), tape.variable(value(-0.7)));
    let y = run(parts, model, &x, &residual, checkpoints);
    // Weights are used outside, before and after.
    let y = (y * tape.param(&model.0[0]).mean(..)).sum(..);
    let mut all = vec![Some(bits(y.value().unwrap()))];
    let after_forward = tape.next_seed();
    let gradients = y.backward().unwrap();
    all.extend(model.0.iter().map(|weight| gradients.get(weight).map(bits)));
    all.extend([&x, &residual].map(|x| gradients.wrt(x).map(bits)));
    all.push(gradients.update(model.1.id()).map(bits));
    for seed in [after_forward, tape.next_seed()] {
        all.push(Some(vec![seed as u32, (seed >> 32) as u32]));
    }
    all
}

fn model(weights: &[[f32; 9]]) -> Model {
    let weights = weights
        .iter()
        .map(|weight| Tensor::from_slice(weight, [3, 3]).unwrap().into());
    (weights.collect(), Buffer::new(Tensor::from([0.1, -0.2, 0.3])))
}

proptest! {
    #[test]
    fn values_gradients_buffers_and_randomness_have_the_bits_they_have_without(
        parts in parts(),
        weights in prop::collection::vec(prop::array::uniform9(-1.0_f32..1.0), 3),
        seed in any::<u64>(),
    ) {
        let model = model(&weights);
        prop_assert_eq!(outcome(&parts, &model, seed, true), outcome(&parts, &model, seed, false));
    }
}

/// The square of a weight's product with an input, [3, 3].
fn block(weight: &Param, x: &Var) -> Var {
    x.matmul(&x.tape().param(weight)).tanh().square()
}

fn weight() -> Param {
    Tensor::from([[0.5, -0.2, 0.1], [0.3, 0.9, -0.4], [-0.6, 0.7, 0.2]]).into()
}

#[test]
fn only_inputs_parameters_and_the_checkpoint_are_recorded() {
    let (weight, tape) = (weight(), Tape::new());
    let x = tape.variable(Tensor::ones([2, 3]).unwrap());
    let y = tape.checkpoint(&weight, [&x], |weight, [x]| {
        block(weight, &block(weight, x)).name("y")
    });
    assert!(y.is_tracked());
    let records = tape.records();
    assert_eq!(records.len(), 3);
    assert!(matches!(records[1].source, Source::Param { id, .. } if id == weight.id()));
    assert_eq!(records[2].inputs, [Some(0), Some(1)]);
    assert_eq!(records[2].name.as_deref(), Some("y"));
    assert!(
        matches!(&records[2].source, Source::Operation { name: "Checkpoint", settings, .. } if settings.contains("Param"))
    );
    assert_eq!(y.sum(..).backward().unwrap().len(), 1);
}

#[test]
fn tapes_that_have_no_use_for_it_apply_the_function() {
    let weight = weight();
    let value = Tensor::ones([2, 3]).unwrap();
    for tape in [Tape::inference(), Tape::tracing(), Tape::higher_order()] {
        let x = tape.variable(value.clone());
        let y = tape.checkpoint(&weight, [&x], |weight, [x]| block(weight, x));
        assert_eq!(tape.len(), if tape.is_recording() { 5 } else { 0 });
        if tape.is_higher_order() {
            assert_eq!(y.sum(..).gradients([&x]).unwrap()[0].shape(), &[2, 3]);
        }
    }
}

#[test]
fn what_the_function_only_passes_on_is_that() {
    let (weight, tape) = (weight(), Tape::new());
    let x = tape.variable(Tensor::ones([3, 3]).unwrap());
    let same = tape.checkpoint(&weight, [&x], |_, [x]| x.clone());
    let other = tape.checkpoint(&weight, [], |weight, []| Tape::new().param(weight).square());
    assert!(matches!(other.value(), Err(Error::DifferentTapes { .. })));
    let constant = tape.checkpoint(&weight, [&x], |_, [x]| x.detach().exp());
    assert!(!constant.is_tracked());
    assert_eq!(tape.len(), 1);
    let gradients = (same * constant).sum(..).backward().unwrap();
    let e = 1.0_f32.exp();
    assert!(
        gradients
            .wrt(&x)
            .unwrap()
            .all_close(&Tensor::full([3, 3], e).unwrap(), 1e-6, 0.0, false)
            .unwrap()
    );
}

#[test]
fn errors_inside_have_the_line_of_the_operation() {
    let (weight, tape) = (weight(), Tape::new());
    let x = tape.variable(Tensor::ones([2, 3]).unwrap()).name("pixels");
    let line = line!() + 1;
    let y = tape.checkpoint(&weight, [&x], |_, [x]| x.tanh().name("h") + x.sum(1));
    let error = y.sum(..).backward().unwrap_err();
    assert!(error.to_string().starts_with("Add(h [2, 3], [2]): "), "{error}");
    assert_eq!(error.location().map(|location| location.line()), Some(line));
}

#[test]
fn an_anomaly_in_the_second_pass_has_the_line_inside() {
    let (weight, tape) = (weight(), Tape::new().detect_anomaly());
    let x = tape.variable(Tensor::from([1.0, 0.0])).name("variance");
    let line = line!() + 1;
    let y = tape.checkpoint(&weight, [&x], |_, [x]| (x * 2.0).name("twice").sqrt());
    let error = y.sum(..).backward().unwrap_err();
    let Error::Anomaly(anomaly) = &error else {
        panic!("{error}")
    };
    let Anomaly {
        pass,
        operation,
        location,
        ..
    } = &**anomaly;
    assert_eq!(
        (*pass, *operation, location.line()),
        (Pass::Backward, "Sqrt", line)
    );
    assert!(
        error
            .to_string()
            .starts_with("Sqrt(twice [2]): the backward pass made an infinity"),
        "{error}"
    );
}

#[test]
fn variables_made_inside_do_not_take_the_places_of_others() {
    let (weight, tape) = (weight(), Tape::new());
    let x = tape.variable(Tensor::from([1.0, 2.0, 3.0]));
    let y = tape.checkpoint(&weight, [&x], |_, [x]| {
        let inner = x.tape().variable(Tensor::from([5.0, 6.0, 7.0]));
        (x * &inner).square() + x.tape().variable(Tensor::ones([3]).unwrap())
    });
    let later = [2.0, 3.0].map(|value| tape.variable(Tensor::from([value, value, value])));
    let gradients = (y * &later[0] * &later[1]).sum(..).backward().unwrap();
    // d/dx (5x)² · 2 · 3 = 300 x
    assert_eq!(gradients.wrt(&x), Some(&Tensor::from([300.0, 864.0, 1764.0])));
    let value = |other: f32| Tensor::from([26.0 * other, 145.0 * other, 442.0 * other]);
    assert_eq!(gradients.wrt(&later[0]), Some(&value(3.0)));
    assert_eq!(gradients.wrt(&later[1]), Some(&value(2.0)));
}

#[test]
fn a_value_from_inside_is_refused_outside() {
    let (weight, tape) = (weight(), Tape::new());
    let x = tape.variable(Tensor::ones([2, 3]).unwrap());
    let kept = Rc::new(RefCell::new(None));
    let inside = kept.clone();
    let y = tape.checkpoint(&weight, [&x], move |weight, [x]| {
        let y = block(weight, x);
        *inside.borrow_mut() = Some(y.clone());
        y.exp()
    });
    let kept = kept.take().unwrap();
    assert!(kept.is_tracked() && y.value().is_ok());
    assert!(matches!((&kept + 1.0).value(), Err(Error::Checkpoint { .. })));
    assert!(matches!(kept.sum(..).backward(), Err(Error::Checkpoint { .. })));
    let escaped = Rc::new(RefCell::new(None));
    let inside = escaped.clone();
    let z = Tape::new().variable(Tensor::from(1.0));
    let _ = z.tape().checkpoint(&weight, [&z], move |_, [z]| {
        *inside.borrow_mut() = Some(z.exp());
        z.exp()
    });
    assert!(matches!(
        escaped.take().unwrap().backward(),
        Err(Error::Checkpoint { .. })
    ));
}

#[test]
fn gradients_cannot_be_taken_inside_on_the_same_tape() {
    let (weight, tape) = (weight(), Tape::new());
    let x = tape.variable(Tensor::from(2.0));
    let calls = Rc::new(Cell::new(0));
    let inside = calls.clone();
    let y = tape.checkpoint(&weight, [&x], move |_, [x]| {
        for var in [x.clone(), x.exp()] {
            assert!(matches!(var.backward(), Err(Error::Checkpoint { .. })));
        }
        let other = Tape::new().variable(Tensor::from(3.0));
        assert!(other.square().backward().is_ok());
        inside.set(inside.get() + 1);
        x.square()
    });
    assert_eq!(y.backward().unwrap().wrt(&x), Some(&Tensor::from(4.0)));
    assert_eq!(calls.get(), 2);
}

/// A backward pass through a function that is told which time it is.
fn second_time(weight: &Param, function: impl Fn(bool, &Param, &Var) -> Var + 'static) -> Error {
    let tape = Tape::new();
    let x = tape.variable(Tensor::ones([3, 3]).unwrap());
    let again = Cell::new(false);
    let y = tape.checkpoint(weight, [&x], move |weight, [x]| {
        function(again.replace(true), weight, x)
    });
    assert!(y.value().is_ok());
    y.sum(..).backward().unwrap_err()
}

#[test]
fn a_function_that_does_something_else_the_second_time_is_found_out() {
    let weight = weight();
    let reason = |error: Error| match error {
        Error::Checkpoint { reason, location } => {
            assert_eq!(location.file(), file!());
            reason
        }
        error => panic!("{error}"),
    };
    let shape = second_time(&weight, |again, _, x| if again { x.sum(0) } else { x.exp() });
    assert!(reason(shape).contains("another shape"));
    let constant = second_time(&weight, |again, _, x| if again { x.detach() } else { x.exp() });
    assert!(reason(constant).contains("something else"));
    let input = second_time(&weight, |again, _, x| if again { x.clone() } else { x.exp() });
    assert!(reason(input).contains("something else"));
    let param = second_time(
        &weight,
        |again, weight, x| if again { block(weight, x) } else { x.exp() },
    );
    assert!(reason(param).contains("a parameter"));
    let failure = second_time(&weight, |again, _, x| if again { x.squeeze(7) } else { x.exp() });
    assert!(matches!(failure, Error::Operation { .. }), "{failure}");
}

#[test]
fn an_earlier_failure_on_the_tape_is_another_matter() {
    let (weight, tape) = (weight(), Tape::new());
    let x = tape.variable(Tensor::ones([3, 3]).unwrap());
    let y = tape.checkpoint(&weight, [&x], |weight, [x]| {
        let _ = x.squeeze(9);
        block(weight, x)
    });
    let first = tape.failure().unwrap();
    assert!(y.sum(..).backward().is_ok());
    assert_eq!(tape.failure(), Some(first));
}

#[test]
fn a_block_that_has_been_changed_meanwhile_is_computed_as_it_was() {
    let gradients = |checkpoint: bool| {
        let (mut block, tape) = (vec![weight(), weight()], Tape::new());
        let x = tape.variable(Tensor::ones([3, 3]).unwrap());
        let forward = |both: &Vec<Param>, [x]: &[Var; 1]| x.matmul(&x.tape().param(&both[0])).tanh();
        let y = match checkpoint {
            true => tape.checkpoint(&block, [&x], forward),
            false => forward(&block, std::array::from_ref(&x)),
        };
        for param in &mut block {
            param.set(Tensor::zeros([3, 3]).unwrap()).unwrap();
        }
        block.clear();
        y.square().sum(..).backward().unwrap().wrt(&x).map(bits)
    };
    assert_eq!(gradients(true), gradients(false));
}

/// A module that does not show one of its parameters.
#[derive(Clone)]
struct Secretive {
    shown: Param,
    hidden: Param,
}

impl Module for Secretive {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, f32>)) {
        self.shown.visit(path, visitor);
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, f32>)) {
        self.shown.visit_mut(path, visitor);
    }
}

#[test]
fn a_parameter_that_a_module_hides_is_refused_rather_than_lost() {
    let module = Secretive {
        shown: weight(),
        hidden: weight(),
    };
    let tape = Tape::new();
    let x = tape.variable(Tensor::ones([3, 3]).unwrap());
    let y = tape.checkpoint(&module, [&x], |module, [x]| {
        block(&module.shown, &block(&module.hidden, x))
    });
    assert!(matches!(y.sum(..).backward(), Err(Error::Checkpoint { .. })));
}

#[test]
fn nothing_holds_the_tape_that_holds_it() {
    let (weight, tape) = (weight(), Tape::new());
    let x = tape.variable(Tensor::ones([3, 3]).unwrap());
    let probe = Rc::new(());
    let inside = probe.clone();
    let y = tape.checkpoint(&weight, [&x], move |weight, [x]| {
        let _ = &inside;
        let nested = inside.clone();
        let x = x.tape().checkpoint(weight, [x], move |weight, [x]| {
            let _ = &nested;
            block(weight, x)
        });
        block(weight, &x)
    });
    assert_eq!(Rc::strong_count(&probe), 2);
    drop((x, y, tape));
    assert_eq!(Rc::strong_count(&probe), 1);
}

#[test]
fn a_hook_sees_each_parameter_once() {
    let (weight, other, tape) = (weight(), weight(), Tape::new());
    let both = vec![weight, other];
    let x = tape.variable(Tensor::ones([3, 3]).unwrap());
    let mut y = x.clone();
    for _ in 0..3 {
        y = tape.checkpoint(&both, [&y], |both, [x]| block(&both[1], &block(&both[0], x)));
    }
    let mut seen = Vec::new();
    let gradients = y.sum(..).backward_with(|id, gradient| {
        seen.push((id, gradient.clone()));
        Ok(())
    });
    let gradients = gradients.unwrap();
    assert_eq!(
        seen.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        [both[1].id(), both[0].id()]
    );
    assert!(
        seen.iter()
            .all(|(id, gradient)| gradients.get_by_id(*id) == Some(gradient))
    );
}
