//! Layers, loss and optimizer by name: the trainer has the loop.

use std::cell::RefCell;
use std::rc::Rc;

use backprop::prelude::*;

use super::{CLASSES, HIDDEN, PIXELS, Task};

/// The loss of every step.
pub(crate) fn train(task: &Task) -> Result<Vec<f64>, Box<dyn std::error::Error>> {
    let mut rng = Rng::seed(task.seed);
    let mut model = sequential![
        Linear::new(PIXELS, HIDDEN, &mut rng),
        Tanh,
        Linear::new(HIDDEN, CLASSES, &mut rng)
    ];
    // The weights that the other two begin with.
    let initial = task.initial.iter().flat_map(|(weight, bias)| [weight, bias]);
    for (param, value) in model.parameters_mut().into_iter().zip(initial) {
        param.set(value.clone())?;
    }
    let losses = Rc::new(RefCell::new(Vec::new()));
    let record = Rc::clone(&losses);
    Trainer::new(CrossEntropy, Sgd::new(f64::from(task.learning_rate)))
        .epochs(1)
        .batch_size(task.batch_size)
        .seed(task.seed)
        .callback(OnStep(move |step: &Step<'_>| record.borrow_mut().push(step.loss)))
        .progress(Progress::Silent)
        .fit(&mut model, &task.data, None)?;
    Ok(losses.take())
}
