use backprop_optim::Optimizer;
use backprop_tensor::Float;

use super::{model, same, steps};

pub(crate) fn check<T: Float, O: Optimizer<T>>(new: impl Fn() -> O, seed: u64) -> Result<(), String> {
    // Not clones, which an optimizer may take for the same model.
    let mut models = [model(seed)?, model(seed + 100)?];
    let mut expected = [model(seed)?, model(seed + 100)?];
    for model in &mut expected {
        steps(&mut new(), model, 0..6)?;
    }
    let mut optimizer = new();
    for round in 0..3 {
        for model in &mut models {
            steps(&mut optimizer, model, 2 * round..2 * round + 2)?;
        }
    }
    for (number, (model, expected)) in models.iter().zip(&expected).enumerate() {
        same(expected, model).map_err(|message| {
            format!("model {number}, with an optimizer of its own and by turns: {message}")
        })?;
    }
    Ok(())
}
