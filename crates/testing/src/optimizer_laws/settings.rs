use backprop_optim::{Error, Optimizer};
use backprop_tensor::Float;

use super::{gradients, model, same, state, steps};

pub(crate) fn check<T: Float, O: Optimizer<T>>(new: impl Fn() -> O, seed: u64) -> Result<(), String> {
    let rate = new().learning_rate();
    if !(rate > 0.0 && rate.is_finite()) {
        return Err(format!(
            "its learning rate is {rate}: the check needs one above 0"
        ));
    }
    for wrong in [f64::NAN, f64::INFINITY, -0.1] {
        let (mut model, mut optimizer) = (model(seed)?, new());
        steps(&mut optimizer, &mut model, 0..2)?;
        optimizer.set_learning_rate(wrong);
        refused(&mut optimizer, model).map_err(|message| format!("a learning rate of {wrong}: {message}"))?;
    }
    Ok(())
}

/// Whether an optimizer with wrong settings refuses its first step.
pub(crate) fn check_refused<T: Float>(mut optimizer: impl Optimizer<T>) -> Result<(), String> {
    refused(&mut optimizer, model(0)?)
}

fn refused<T: Float>(optimizer: &mut impl Optimizer<T>, mut model: super::Model<T>) -> Result<(), String> {
    let (before, gathered) = (model.clone(), state(optimizer)?);
    let gradients = gradients(&model, 2, |_| true)?;
    match optimizer.step(&mut model, &gradients) {
        Ok(()) => return Err("it was accepted".into()),
        Err(Error::Setting { .. }) => {}
        Err(error) => return Err(format!("the error is no `Error::Setting`: {error}")),
    }
    same(&before, &model).map_err(|message| format!("before and after: {message}"))?;
    match state(optimizer)? == gathered {
        true => Ok(()),
        false => Err("its state has changed".into()),
    }
}
