//! What an optimizer does around a custom rule.

use backprop_autodiff::{Buffer, Gradients, Param, Tape};
use backprop_optim::{
    Adam, Check, Error, Group, Optimizer, ParamStep, Result, RuleOptimizer, Sgd, UpdateRule,
};
use backprop_tensor::{Float, Kernel, Tensor, kernel};

/// Keeps what it is told: `rate` and `number` become visible in the parameter, two tensors of three are updated.
#[derive(Debug, Clone, Default)]
struct Told;

impl UpdateRule for Told {
    const NAME: &'static str = "Told";
    const WEIGHT_DECAY: f64 = 0.25;

    fn check(&self, _: Check) -> Result<()> {
        Ok(())
    }

    fn state(&self) -> &'static [&'static str] {
        &["first", "_unused", "last"]
    }

    fn initial(&self, state: &str) -> f64 {
        match state {
            "first" => 5.0,
            "unused" => 6.0,
            _ => 7.0,
        }
    }

    fn kernel<T: Float>(&self, step: &ParamStep<'_, T>) -> Result<Kernel> {
        let norm = step.parameter.norm(..)?.item()?.to_f64();
        let number = step.number as f64;
        let told = kernel!(mut w, first, last; g; rate: step.learning_rate, decay: step.weight_decay, number, norm => {
            first += g;
            last = norm;
            w = rate + decay + number;
        });
        assert_eq!(
            (step.state.len(), step.gradient.shape()),
            (3, step.parameter.shape())
        );
        Ok(told)
    }
}

fn ones<T: Float>(param: &Param<T>) -> Gradients<T> {
    Tape::new().param(param).sum(..).backward().unwrap()
}

#[test]
fn a_rule_is_told_rate_decay_and_number_and_its_state_begins_as_it_says() -> Result<()> {
    let mut w = Param::new(Tensor::from([3.0_f64, 4.0]));
    let mut optimizer = RuleOptimizer::<Told, f64>::new(10.0);
    let gradients = ones(&w);
    optimizer.step(&mut w, &gradients)?;
    assert_eq!(w.value(), &Tensor::from([10.0 + 0.25 + 1.0; 2]));
    let [first, unused, last] = [5.0 + 1.0, 6.0, 5.0].map(|x| Tensor::from([x; 2]));
    assert_eq!(optimizer.state()?.0[""], (1, vec![first, unused, last]));
    let mut optimizer = optimizer.group(Group::matching("*").learning_rate_factor(0.5).weight_decay(0.0));
    optimizer.step(&mut w, &gradients)?;
    assert_eq!(w.value(), &Tensor::from([5.0 + 2.0; 2]));
    // A step by an optimizer with fewer tensors makes those that are missing.
    let mut state = optimizer.state()?;
    state.0.get_mut("").unwrap().1.truncate(1);
    optimizer.load_state(state)?;
    optimizer.step(&mut w, &gradients)?;
    let [first, unused, last] = [5.0 + 3.0, 6.0, 98.0_f64.sqrt()].map(|x| Tensor::from([x; 2]));
    assert_eq!(optimizer.state()?.0[""], (3, vec![first, unused, last]));
    Ok(())
}

/// A kernel that updates so many values, whatever the state is.
#[derive(Debug, Clone)]
struct Misfit {
    state: &'static [&'static str],
}

impl UpdateRule for Misfit {
    const NAME: &'static str = "Misfit";

    fn check(&self, _: Check) -> Result<()> {
        Ok(())
    }

    fn state(&self) -> &'static [&'static str] {
        self.state
    }

    fn kernel<T: Float>(&self, _: &ParamStep<'_, T>) -> Result<Kernel> {
        Ok(kernel!(mut w, m; g; rate: 0.5 => {
            m += g;
            w -= rate * m;
        }))
    }
}

#[test]
fn a_kernel_that_does_not_fit_is_an_error_before_anything_changes() -> Result<()> {
    let step = |state| {
        let mut w = Param::new(Tensor::from([1.0_f32]));
        let gradients = ones(&w);
        let mut optimizer = RuleOptimizer::from_rule(Misfit { state }, 0.1);
        let result = optimizer.step(&mut w, &gradients);
        if result.is_err() {
            assert_eq!(w.value(), &Tensor::from([1.0]));
            assert!(optimizer.state()?.0.is_empty());
        }
        result
    };
    step(&["m"])?;
    step(&["_v", "m"])?;
    for state in [&[] as &[_], &["m", "v"], &["_m"]] {
        let error = step(state).unwrap_err();
        assert!(
            matches!(
                &error,
                Error::Kernel {
                    optimizer: "Misfit",
                    outputs: 2,
                    inputs: 1,
                    ..
                }
            ),
            "{error}"
        );
    }
    assert_eq!(
        step(&["m", "v"]).unwrap_err().to_string(),
        "Misfit: its kernel updates 2 values and reads 1; it is to update the parameter and [\"m\", \"v\"] (7 at most), and read the gradient"
    );
    Ok(())
}

/// Frozen between backward and step.
#[test]
fn a_frozen_parameter_stays_although_it_has_a_gradient() -> Result<()> {
    let mut model = [1.0_f32, 2.0, 3.0].map(|x| Param::new(Tensor::from([x])));
    let mut optimizer = Sgd::new(0.5).momentum(0.5);
    let tape = Tape::new();
    let loss = { model.iter().map(|param| tape.param(param).sum(..)) }
        .reduce(|a, b| a + b)
        .unwrap();
    let gradients = loss.backward()?;
    model[1].set_trainable(false);
    optimizer.step(&mut model, &gradients)?;
    let values = |model: &[Param; 3]| model.each_ref().map(|param| param.value().to_vec()[0]);
    assert_eq!(values(&model), [0.5, 2.0, 2.5]);
    assert_eq!(optimizer.state()?.0.into_keys().collect::<Vec<_>>(), ["0", "2"]);
    // Thawed, it begins with its first step.
    model[1].set_trainable(true);
    optimizer.step(&mut model, &gradients)?;
    assert_eq!(values(&model), [0.5 - 0.75, 1.5, 2.5 - 0.75]);
    Ok(())
}

#[test]
fn a_value_that_does_not_fit_its_buffer_is_found_before_anything_changes() -> Result<()> {
    let mut model = (
        Param::new(Tensor::from([1.0_f32])),
        Buffer::new(Tensor::from([0.0_f32])),
    );
    let tape = Tape::training(0);
    tape.update(&model.1, Tensor::from([7.0, 8.0]));
    let gradients = tape.param(&model.0).sum(..).backward()?;
    let mut optimizer = Adam::new(0.1);
    let error = optimizer.step(&mut model, &gradients).unwrap_err();
    assert_eq!(
        error.to_string(),
        "1: the new value has shape [2], the buffer [1]"
    );
    assert_eq!(
        (model.0.value(), model.1.value()),
        (&Tensor::from([1.0]), &Tensor::from([0.0]))
    );
    assert!(optimizer.state()?.0.is_empty());
    Ok(())
}
