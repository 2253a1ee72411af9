use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Stops a training from outside: from another thread, a signal handler, a button.
///
/// Training ends after the step that it is in: every [`Checkpoint`](crate::Checkpoint) is written, the epoch that was not finished is left out of
/// the history, and `fit` returns. Clones are handles of the same thing. Setting it is safe in a signal handler.
///
/// ```
/// use backprop_datasets::synthetic::moons;
/// use backprop_layers::Linear;
/// use backprop_optim::Adam;
/// use backprop_tensor::Rng;
/// use backprop_train::{CrossEntropy, Ended, OnStep, Progress, Step, StopHandle, Trainer};
///
/// let stop = StopHandle::new();
/// let handle = stop.clone();
/// let mut trainer = Trainer::new(CrossEntropy, Adam::new(0.1))
///     .stop_handle(stop)
///     .callback(OnStep(move |step: &Step<'_>| {
///         if step.total == 12 {
///             handle.stop();
///         }
///     }))
///     .progress(Progress::Silent);
/// let data = moons(320, 0.1, &mut Rng::seed(0))?;
/// let history = trainer.fit(&mut Linear::new(2, 2, &mut Rng::seed(0)), &data, None)?;
/// assert_eq!((history.epochs.len(), history.ended), (1, Ended::Stopped));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct StopHandle(Arc<AtomicBool>);

impl StopHandle {
    /// One that has not been used.
    pub fn new() -> Self {
        Self::default()
    }

    /// Has training end after the step that it is in. Trainings that begin later end after their first step.
    pub fn stop(&self) {
        self.0.store(true, Relaxed);
    }

    /// Whether it was told to stop.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// Lets trainings go on again.
    pub fn reset(&self) {
        self.0.store(false, Relaxed);
    }

    /// A handle that Ctrl-C uses. The second time it ends the program, as it would without.
    ///
    /// # Errors
    /// If this was called before, or the crate `ctrlc` has a handler of the program's own: there can be one only.
    #[cfg(feature = "ctrlc")]
    pub fn on_ctrl_c() -> crate::Result<Self> {
        let handle = Self::new();
        let signalled = handle.clone();
        ctrlc::set_handler(move || {
            if signalled.is_stopped() {
                // As a shell reports a program that was interrupted.
                std::process::exit(130);
            }
            signalled.stop();
        })
        .map_err(crate::Error::other)?;
        Ok(handle)
    }
}
