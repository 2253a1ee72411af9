use backprop_optim::Optimizer;
use backprop_tensor::{Float, Tensor};

use super::{LAST, failed, gradients, model, same, state, steps};

pub(crate) fn check<T: Float, O: Optimizer<T>>(new: impl Fn() -> O, seed: u64) -> Result<(), String> {
    // Before the first step, and later.
    for taken in [0, 2] {
        let (mut model, mut optimizer) = (model(seed)?, new());
        steps(&mut optimizer, &mut model, 0..taken)?;
        let gradients = gradients(&model, taken, |_| true)?;
        let (mut expected, mut undisturbed) = (model.clone(), new());
        // The copy is of the same lineage, and its optimizer has seen the same.
        undisturbed.load_state(state(&optimizer)?).map_err(failed)?;
        let gathered = state(&optimizer)?;
        let right = model.0[LAST].value().clone();
        *model.0[LAST].value_mut() = Tensor::ones([7]).map_err(failed)?;
        let before = model.clone();
        if optimizer.step(&mut model, &gradients).is_ok() {
            return Err("a gradient of another shape than its parameter was accepted".into());
        }
        same(&before, &model)
            .map_err(|message| format!("after {taken} steps, before and after: {message}"))?;
        if state(&optimizer)? != gathered {
            return Err(format!("after {taken} steps, its state has changed"));
        }
        *model.0[LAST].value_mut() = right;
        steps(&mut optimizer, &mut model, taken..taken + 2)?;
        steps(&mut undisturbed, &mut expected, taken..taken + 2)?;
        same(&expected, &model)
            .map_err(|message| format!("steps without and with one that failed before: {message}"))?;
    }
    Ok(())
}
