use backprop_optim::{Optimizer, OptimizerState};
use backprop_tensor::Float;

use super::{model, same, state, steps};

pub(crate) fn check<T: Float, O: Optimizer<T>>(new: impl Fn() -> O, seed: u64) -> Result<(), String> {
    let (mut model, mut optimizer) = (model(seed)?, new());
    steps(&mut optimizer, &mut model, 0..3)?;
    let saved = state(&optimizer)?;
    let text =
        serde_json::to_string(&saved).map_err(|error| format!("its state cannot be written: {error}"))?;
    let read: OptimizerState<T> =
        serde_json::from_str(&text).map_err(|error| format!("its state cannot be read: {error}"))?;
    if read != saved {
        return Err("its state, written and read back, is another".into());
    }
    // As in another process: of the same values, and not the same parameters.
    let mut other = super::model(seed)?;
    for (to, from) in other.0.iter_mut().zip(&model.0) {
        to.set(from.value().clone()).map_err(super::failed)?;
    }
    let mut resumed = new();
    { resumed.load_state(read) }.map_err(|error| format!("its own state does not load: {error}"))?;
    steps(&mut optimizer, &mut model, 3..6)?;
    steps(&mut resumed, &mut other, 3..6)?;
    same(&model, &other).map_err(|message| format!("going on, and after loading: {message}"))
}
