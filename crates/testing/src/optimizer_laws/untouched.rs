use backprop_optim::Optimizer;
use backprop_tensor::{Float, Tensor};

use super::{LAST, gradients, model, same_tensor, steps};

/// The parameter that is frozen after its gradient is known.
const FROZEN: usize = 0;

pub(crate) fn check<T: Float, O: Optimizer<T>>(new: impl Fn() -> O, seed: u64) -> Result<(), String> {
    let (mut model, mut optimizer) = (model(seed)?, new());
    // All have momenta first, which must not move them either.
    steps(&mut optimizer, &mut model, 1..3)?;
    let gradients = gradients(&model, 3, |index| index != LAST)?;
    let before: Vec<_> = model.0.iter().map(|param| param.value().clone()).collect();
    model.0[FROZEN].set_trainable(false);
    { optimizer.step(&mut model, &gradients) }.map_err(|error| format!("a step failed: {error}"))?;
    for (index, what) in [(FROZEN, "is frozen"), (LAST, "has no gradient")] {
        same_tensor(&before[index], model.0[index].value())
            .map_err(|message| format!("parameter {index}, which {what}, before and after: {message}"))?;
    }
    let moved = |index: usize| same_tensor(&before[index], model.0[index].value()).is_err();
    if let Some(index) = (1..LAST).find(|&index| !before[index].is_empty() && !moved(index)) {
        return Err(format!(
            "parameter {index}, which has a gradient, has not changed"
        ));
    }
    same_tensor(&Tensor::from([T::from_f64(3.0)]), model.1.value())
        .map_err(|message| format!("what was left for the buffer is not written: {message}"))
}
