//! What every optimizer must keep.

use backprop_autodiff::{Buffer, Gradients, Module, Param, Tape};
use backprop_optim::{Adagrad, Adam, AdamW, Error, Group, Optimizer, RmsProp, Sgd};
use backprop_tensor::{Float, Rng, Tensor};
use serde::Serialize;
use serde::de::DeserializeOwned;

type Model = Vec<(Param, Option<Param>)>;

fn model(seed: u64) -> Model {
    let rng = &mut Rng::seed(seed);
    let mut param = |shape: &[usize]| Param::new(Tensor::normal(shape, 0.0, 1.0, rng).unwrap());
    vec![
        (param(&[3, 2]), Some(param(&[3]))),
        (param(&[1, 3]), None),
        (param(&[0]), Some(param(&[]))),
    ]
}

/// The gradients of a loss that depends on all parameters, differently at each step.
fn gradients(model: &Model, step: u64) -> Gradients {
    let tape = Tape::training(step);
    let mut loss = tape.input(Tensor::scalar(0.0));
    for (index, param) in model
        .iter()
        .flat_map(|(a, b)| [Some(a), b.as_ref()])
        .flatten()
        .enumerate()
    {
        let factor = ((index as u64 + step) % 3) as f32 - 0.5;
        loss = loss + (tape.param(param) * factor).square().sum(..) + (tape.param(param) * factor).sum(..);
    }
    loss.backward().unwrap()
}

/// Calls a macro with a constructor of each optimizer.
macro_rules! for_each_optimizer {
    ($check:ident) => {
        $check(|| Sgd::new(0.1));
        $check(|| Sgd::new(0.1).momentum(0.9).weight_decay(0.1));
        $check(|| {
            Sgd::new(0.1)
                .momentum(0.9)
                .nesterov(true)
                .decoupled_weight_decay(0.1)
        });
        $check(|| Adam::new(0.01).weight_decay(0.1));
        $check(|| AdamW::new(0.01));
        $check(|| RmsProp::new(0.01).momentum(0.5).centered(true));
        $check(|| Adagrad::new(0.1).learning_rate_decay(0.1));
    };
}

/// A run that is saved with its model and read back goes on to the same bits.
#[test]
fn a_state_that_was_read_back_continues() {
    fn check<O: Optimizer + Serialize + DeserializeOwned>(new: impl Fn() -> O) {
        let (mut model, mut optimizer) = (model(1), new());
        for step in 0..3 {
            let gradients = self::gradients(&model, step);
            optimizer.step(&mut model, &gradients).unwrap();
        }
        let json = serde_json::to_string(&(&model, &optimizer)).unwrap();
        let (mut read, mut again): (Model, O) = serde_json::from_str(&json).unwrap();
        for step in 3..6 {
            let gradients = self::gradients(&model, step);
            optimizer.step(&mut model, &gradients).unwrap();
            let gradients = self::gradients(&read, step);
            again.step(&mut read, &gradients).unwrap();
        }
        assert_eq!(read, model);
    }
    for_each_optimizer!(check);
}

/// Which other parameters a model has, and whether they had gradients before, changes nothing for one of them.
#[test]
fn parameters_do_not_depend_on_each_other() {
    fn check<O: Optimizer>(new: impl Fn() -> O) {
        let mut together = (
            Param::new(Tensor::from([1.0_f32, -2.0])),
            Param::new(Tensor::from([3.0_f32])),
        );
        let (mut alone, mut late) = (together.0.clone(), together.1.clone());
        let (mut all, mut one, mut other) = (new(), new(), new());
        let loss = |param: &Param| {
            let tape = Tape::new();
            tape.param(param).square().sum(..).backward().unwrap()
        };
        for step in 0..5 {
            let mut gradients = loss(&together.0);
            if step >= 2 {
                gradients.accumulate(loss(&together.1)).unwrap();
                let gradients = loss(&late);
                other.step(&mut late, &gradients).unwrap();
            }
            all.step(&mut together, &gradients).unwrap();
            let gradients = loss(&alone);
            one.step(&mut alone, &gradients).unwrap();
        }
        assert_eq!(together, (alone, late));
    }
    for_each_optimizer!(check);
}

/// Some steps, of which the first has the number `from`.
fn steps<O: Optimizer>(optimizer: &mut O, model: &mut Model, from: u64) {
    for step in from..from + 3 {
        let gradients = gradients(model, step);
        optimizer.step(model, &gradients).unwrap();
    }
}

/// The model that steps with an optimizer of its own, which has seen nothing else, lead to.
fn alone<O: Optimizer>(new: impl Fn() -> O, mut model: Model, rounds: u64) -> Model {
    let mut optimizer = new();
    (0..rounds).for_each(|round| steps(&mut optimizer, &mut model, 3 * round));
    model
}

#[test]
fn a_second_model_begins_afresh_and_the_first_goes_on() {
    fn check<O: Optimizer>(new: impl Fn() -> O) {
        let (mut first, mut second, mut optimizer) = (model(1), model(2), new());
        // Clones made before the first step are others as well.
        let (expected, mut third) = (
            [alone(&new, first.clone(), 3), alone(&new, second.clone(), 3)],
            first.clone(),
        );
        for round in 0..3 {
            steps(&mut optimizer, &mut first, 3 * round);
            steps(&mut optimizer, &mut second, 3 * round);
        }
        assert_eq!([first, second], expected);
        steps(&mut optimizer, &mut third, 0);
        assert_eq!(third, alone(&new, model(1), 1));
    }
    for_each_optimizer!(check);
}

#[test]
fn a_clone_goes_on_and_so_does_a_model_that_is_given_its_values_back() {
    fn check<O: Optimizer>(new: impl Fn() -> O) {
        let (mut model, mut optimizer) = (model(1), new());
        let expected = alone(&new, model.clone(), 3);
        steps(&mut optimizer, &mut model, 0);
        let mut copy = model.clone();
        drop(model);
        steps(&mut optimizer, &mut copy, 3);
        let values = copy.state();
        copy.parameters_mut()
            .into_iter()
            .for_each(|param| *param.value_mut() = Tensor::zeros(param.shape()).unwrap());
        copy.load_state(&values).unwrap();
        steps(&mut optimizer, &mut copy, 6);
        assert_eq!(copy, expected);
    }
    for_each_optimizer!(check);
}

#[test]
fn what_was_gathered_goes_to_another_model_when_it_is_asked_for_and_is_forgotten_so_too() {
    fn check<O: Optimizer>(new: impl Fn() -> O) {
        let (mut first, mut optimizer) = (model(1), new());
        steps(&mut optimizer, &mut first, 0);
        let (mut other, mut same) = (model(2), first.clone());
        for (to, from) in other.parameters_mut().into_iter().zip(first.parameters()) {
            to.set(from.value().clone()).unwrap();
        }
        optimizer.load_state(optimizer.state().unwrap()).unwrap();
        steps(&mut optimizer, &mut other, 3);
        assert_eq!(other, alone(&new, model(1), 2));
        optimizer.reset().unwrap();
        assert!(optimizer.state().unwrap().0.is_empty());
        let expected = alone(&new, same.clone(), 1);
        steps(&mut optimizer, &mut same, 0);
        assert_eq!(same, expected);
    }
    for_each_optimizer!(check);
}

#[test]
fn an_optimizer_in_a_box_is_the_optimizer() {
    let mut model = model(1);
    let mut boxed: Box<dyn Optimizer> = Box::new(Adam::new(0.1));
    steps(&mut boxed, &mut model, 0);
    let state = boxed.state().unwrap();
    assert_eq!(state.0.len(), 5);
    boxed.set_learning_rate(0.2);
    assert_eq!(boxed.learning_rate(), 0.2);
    boxed.reset().unwrap();
    assert!(boxed.state().unwrap().0.is_empty());
    boxed.load_state(state.clone()).unwrap();
    assert_eq!(boxed.state().unwrap(), state);
}

#[test]
fn the_state_is_that_of_the_model_of_the_last_step() {
    let (mut first, mut second) = (model(1), model(2));
    let [mut both, mut one] = [Adam::new(0.1), Adam::new(0.1)];
    steps(&mut one, &mut second.clone(), 0);
    steps(&mut both, &mut first, 0);
    let of_first = both.state().unwrap();
    steps(&mut both, &mut second, 0);
    assert_eq!(both.state().unwrap(), one.state().unwrap());
    // A step that fails changes nothing, and no more does a model that is gone.
    let gradients = gradients(&first, 0);
    let mut broken = Adam::new(0.1).betas(2.0, 0.0);
    assert!(broken.step(&mut first, &gradients).is_err());
    *first[1].0.value_mut() = Tensor::zeros([7]).unwrap();
    assert!(both.step(&mut first, &gradients).is_err());
    drop(second);
    assert_eq!(both.state().unwrap(), one.state().unwrap());
    assert_ne!(both.state().unwrap(), of_first);
}

/// Its momenta would be kept for ever else.
#[test]
fn a_model_that_is_gone_leaves_nothing() {
    let mut optimizer = Sgd::new(0.1).momentum(0.9);
    let mut gone = vec![
        Param::new(Tensor::from([1.0_f32])),
        Param::new(Tensor::from([2.0])),
    ];
    let tape = Tape::new();
    let loss = tape.param(&gone[0]).sum(..) + tape.param(&gone[1]).sum(..);
    optimizer.step(&mut gone, &loss.backward().unwrap()).unwrap();
    assert_eq!(optimizer.state().unwrap().0.len(), 2);
    drop(gone);
    let mut other = Param::new(Tensor::from([1.0_f32]));
    let gradients = Tape::new().param(&other).sum(..).backward().unwrap();
    optimizer.step(&mut other, &gradients).unwrap();
    assert_eq!(optimizer.state().unwrap().0.into_keys().collect::<Vec<_>>(), [""]);
}

/// A part of a model that becomes part of a larger one keeps its momenta, and has the groups of its new path.
#[test]
fn a_parameter_that_moves_is_known_again() {
    let step = |optimizer: &mut Sgd, model: &mut Vec<Vec<Param>>| {
        let tape = Tape::new();
        let losses = model.iter().flatten().map(|param| tape.param(param).sum(..));
        let loss = losses.reduce(|a, b| a + b).unwrap();
        optimizer.step(model, &loss.backward().unwrap()).unwrap();
    };
    let group = Group::matching("1.*").learning_rate_factor(0.5);
    let mut optimizer = Sgd::new(1.0).momentum(0.5).group(group);
    let param = || Param::new(Tensor::from(0.0_f32));
    let mut model = vec![vec![param()]];
    step(&mut optimizer, &mut model);
    model.insert(0, vec![param()]);
    step(&mut optimizer, &mut model);
    assert_eq!(model[0][0].value(), &Tensor::from(-1.0));
    assert_eq!(model[1][0].value(), &Tensor::from(-1.0 - 0.5 * 1.5));
    let state = optimizer.state().unwrap().0;
    assert_eq!(
        state
            .into_iter()
            .map(|(path, (steps, _))| (path, steps))
            .collect::<Vec<_>>(),
        [("0.0".into(), 1), ("1.0".into(), 2)]
    );
}

#[test]
fn a_step_against_a_small_gradient_goes_down() {
    fn check<O: Optimizer>(new: impl Fn() -> O) {
        let (mut param, mut optimizer) = (Param::new(Tensor::from([5.0_f32, -4.0])), new());
        let loss = |param: &Param| (Tape::new().param(param).square() * 0.5).sum(..);
        let before = loss(&param).item().unwrap();
        for _ in 0..20 {
            let gradients = loss(&param).backward().unwrap();
            optimizer.step(&mut param, &gradients).unwrap();
        }
        assert!(loss(&param).item().unwrap() < before);
    }
    for_each_optimizer!(check);
}

#[test]
fn nothing_changes_if_a_gradient_does_not_fit() {
    fn check<O: Optimizer>(new: impl Fn() -> O) {
        let mut model = [
            Param::new(Tensor::from([1.0_f32, 2.0])),
            Param::new(Tensor::from([3.0_f32])),
        ];
        let tape = Tape::new();
        let loss = tape.param(&model[0]).sum(..) + tape.param(&model[1]).sum(..);
        let gradients = loss.backward().unwrap();
        *model[1].value_mut() = Tensor::from([4.0, 5.0]);
        let before = model.each_ref().map(|param| param.value().clone());
        let error = new().step(&mut model, &gradients).unwrap_err();
        assert_eq!(
            error.to_string(),
            "1: the gradient has shape [1], the parameter [2]"
        );
        assert_eq!(model.each_ref().map(|param| param.value().clone()), before);
    }
    for_each_optimizer!(check);
}

#[test]
fn a_step_writes_buffers() {
    fn check<O: Optimizer>(new: impl Fn() -> O) {
        let mut model = (
            Param::new(Tensor::from(1.0_f32)),
            Buffer::new(Tensor::from([0.0_f32])),
        );
        let tape = Tape::training(0);
        tape.update(&model.1, Tensor::from([7.0]));
        let gradients = tape.param(&model.0).square().backward().unwrap();
        new().step(&mut model, &gradients).unwrap();
        assert_eq!(model.1.value(), &Tensor::from([7.0]));
    }
    for_each_optimizer!(check);
}

#[test]
fn settings_out_of_range_are_errors() {
    let mut param = Param::new(Tensor::from(1.0_f32));
    let gradients = Tape::new().param(&param).square().backward().unwrap();
    let mut check = |mut optimizer: Box<dyn Optimizer>, expected: &str| {
        let error = optimizer.step(&mut param, &gradients).unwrap_err();
        assert!(matches!(error, Error::Setting { .. }), "{error}");
        assert_eq!(error.to_string(), expected);
        assert_eq!(param.value(), &Tensor::from(1.0));
    };
    check(
        Box::new(Sgd::new(f64::NAN)),
        "Sgd: learning_rate = NaN: a finite number, at least 0",
    );
    check(
        Box::new(Sgd::new(0.1).momentum(1.0)),
        "Sgd: momentum = 1: from 0 to below 1",
    );
    check(
        Box::new(Adam::new(0.1).betas(0.9, -0.1)),
        "Adam: beta2 = -0.1: from 0 to below 1",
    );
    check(
        Box::new(AdamW::new(-0.1)),
        "AdamW: learning_rate = -0.1: a finite number, at least 0",
    );
    check(
        Box::new(RmsProp::new(0.1).alpha(2.0)),
        "RmsProp: alpha = 2: from 0 to below 1",
    );
    let group = Group::matching("*").weight_decay(f64::INFINITY);
    check(
        Box::new(Adagrad::new(0.1).group(group)),
        "Adagrad: weight_decay = inf: a finite number, at least 0",
    );
}

#[test]
fn groups_have_settings_of_their_own() {
    let mut model = vec![
        (
            Param::new(Tensor::from(1.0_f32)),
            Param::new(Tensor::from(1.0_f32))
        );
        2
    ];
    let mut optimizer = Sgd::new(0.5)
        .weight_decay(1.0)
        .group(Group::matching("*.1").weight_decay(0.0))
        .group(Group::matching("1.*").learning_rate_factor(0.0));
    let tape = Tape::new();
    let zero = model
        .iter()
        .map(|(a, b)| tape.param(a) * 0.0 + tape.param(b) * 0.0);
    let loss = zero.reduce(|sum, term| sum + term).unwrap();
    optimizer.step(&mut model, &loss.backward().unwrap()).unwrap();
    let values: Vec<f32> = model
        .iter()
        .flat_map(|(a, b)| [a.value().item().unwrap(), b.value().item().unwrap()])
        .collect();
    assert_eq!(values, [0.5, 1.0, 1.0, 1.0]);
}

/// All numbers in a value.
fn numbers(value: &serde_json::Value) -> Vec<f64> {
    match value {
        serde_json::Value::Number(number) => number.as_f64().into_iter().collect(),
        serde_json::Value::Array(values) => values.iter().flat_map(numbers).collect(),
        serde_json::Value::Object(fields) => fields.values().flat_map(numbers).collect(),
        _ => Vec::new(),
    }
}

/// What an optimizer keeps in steps with gradients down to this one and then without any, which falls by a share each time.
fn kept<T: Float, O: Optimizer<T> + Serialize>(mut optimizer: O, gradient: f64) -> Vec<f64> {
    let mut param = Param::new(Tensor::from([T::ZERO]));
    let mut kept = Vec::new();
    for step in 0..400 {
        let gradient = if step < 50 { gradient } else { 0.0 };
        let tape = Tape::new();
        let loss = (tape.param(&param) * T::from_f64(gradient)).sum(..);
        optimizer.step(&mut param, &loss.backward().unwrap()).unwrap();
        kept.extend(numbers(&serde_json::to_value(&optimizer).unwrap()));
    }
    kept
}

/// Numbers below the smallest normal one take many times as long; none is kept, however small the gradients.
#[test]
fn what_is_kept_is_no_subnormal_number() {
    macro_rules! check {
        ($type:ty, $gradients:expr) => {
            for gradient in $gradients {
                let all = [
                    kept::<$type, _>(Sgd::new(0.1).momentum(0.5), gradient),
                    kept::<$type, _>(Adam::new(0.01).betas(0.5, 0.6), gradient),
                    kept::<$type, _>(AdamW::new(0.01), gradient),
                    kept::<$type, _>(RmsProp::new(0.01).alpha(0.5).momentum(0.5), gradient),
                    kept::<$type, _>(
                        RmsProp::new(0.01).alpha(0.7).momentum(0.5).centered(true),
                        gradient,
                    ),
                    kept::<$type, _>(Adagrad::new(0.1), gradient),
                ];
                for number in all.iter().flatten() {
                    let number = *number as $type;
                    assert!(!number.is_subnormal(), "{number:e} after {gradient:e}");
                }
            }
        };
    }
    check!(f32, [1e-10, 1e-17, 3e-18, 1e-19, 1e-22, 1e-30, 2e-38]);
    check!(
        f64,
        [1e-140, 1e-151, 3e-152, 3e-153, 1e-154, 1e-200, 1e-300, 3e-308]
    );
}

/// The velocity goes on down to the smallest normal numbers of its type, and not further: nothing above ten of them is dropped.
#[test]
fn what_is_kept_goes_down_to_the_smallest_normal_number() {
    fn check<T: Float>() {
        let least = T::MIN_NORMAL.to_f64();
        for optimizer in [
            Sgd::<T>::new(0.1).momentum(0.5),
            Sgd::new(0.1).momentum(0.5).nesterov(true),
        ] {
            let kept = kept(optimizer, 16.0 * least);
            let velocity = |times: f64| kept.contains(&(times * least));
            assert!(velocity(16.0) && velocity(24.0) && !velocity(4.0));
        }
    }
    check::<f32>();
    check::<f64>();
}

/// Steps with models by turns, among which some are gone: each goes on as with an optimizer of its own.
#[test]
fn many_models_take_turns() {
    let rng = &mut Rng::seed(5);
    let param = |rng: &mut Rng| vec![Param::new(Tensor::<f32>::normal([2], 0.0, 1.0, rng).unwrap())];
    let mut models: Vec<Vec<Param>> = (0..300).map(|_| param(rng)).collect();
    let mut own: Vec<(Adam, Vec<Param>)> = models
        .iter()
        .map(|model| (Adam::new(0.1), model.clone()))
        .collect();
    let mut optimizer = Adam::new(0.1);
    for step in 0..3000 {
        let place = rng.below(models.len());
        let gradient = Tensor::from([step as f32, -1.0]);
        let step = |optimizer: &mut Adam, model: &mut Vec<Param>| {
            let tape = Tape::new();
            let loss = (tape.param(&model[0]) * tape.input(gradient.clone())).sum(..);
            optimizer.step(model, &loss.backward().unwrap()).unwrap();
        };
        step(&mut optimizer, &mut models[place]);
        let (own_optimizer, own_model) = &mut own[place];
        step(own_optimizer, own_model);
        assert_eq!(&models[place], own_model);
        match rng.below(10) {
            // Another takes the place of a model that is gone.
            0 => {
                models[place] = param(rng);
                own[place] = (Adam::new(0.1), models[place].clone());
            }
            // A copy goes on.
            1 => models[place] = models[place].clone(),
            _ => {}
        }
    }
}
