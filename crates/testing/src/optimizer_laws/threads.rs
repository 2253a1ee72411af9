use backprop_optim::Optimizer;
use backprop_tensor::Float;
use rayon::ThreadPoolBuilder;

use super::{Model, of_shapes, same, steps};

/// So many elements that threads share the parameters, and one of them.
const SHAPES: &[&[usize]] = &[&[70_001], &[3], &[600, 501], &[1], &[0], &[40_000]];

pub(crate) fn check<T: Float, O: Optimizer<T>>(new: impl Fn() -> O + Sync, seed: u64) -> Result<(), String> {
    if seed > 0 {
        return Ok(());
    }
    let run = || -> Result<Model<T>, String> {
        let (mut model, mut optimizer) = (of_shapes(SHAPES, seed)?, new());
        steps(&mut optimizer, &mut model, 0..3)?;
        Ok(model)
    };
    let pool = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| format!("there are no {threads} threads: {error}"))?;
        pool.install(run)
    };
    let alone = pool(1)?;
    for (threads, shared) in [("all", run()?), ("3", pool(3)?)] {
        same(&alone, &shared).map_err(|message| format!("1 and {threads} threads: {message}"))?;
    }
    Ok(())
}
