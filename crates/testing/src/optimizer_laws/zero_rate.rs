use backprop_optim::Optimizer;
use backprop_tensor::Float;

use super::{model, same, steps};

pub(crate) fn check<T: Float, O: Optimizer<T>>(new: impl Fn() -> O, seed: u64) -> Result<(), String> {
    let (mut model, mut optimizer) = (model(seed)?, new());
    // With momenta, whose gradients were others.
    steps(&mut optimizer, &mut model, 0..2)?;
    optimizer.set_learning_rate(0.0);
    for number in 2..4 {
        let mut expected = model.clone();
        steps(&mut optimizer, &mut model, number..number + 1)?;
        // The buffer is not the learning rate's business.
        expected.1.clone_from(&model.1);
        same(&expected, &model).map_err(|message| format!("before and after: {message}"))?;
    }
    Ok(())
}
