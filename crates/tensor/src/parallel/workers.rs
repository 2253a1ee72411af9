//! The threads that help with large operations.
//!
//! The thread that calls an operation always works on it itself, and can finish it alone: [`Workers::join`] offers one half to whoever is
//! idle, does the other, and then takes the first back if nobody has begun it. While it waits for a helper it does other parts
//! of the same operation and nothing else. So no thread ever runs foreign work while it holds a lock of the program's, none is
//! needed for the work of another, and nothing can hang that would not hang on one thread.
//!
//! # Why it is sound
//!
//! * **A job lives long enough.** It is on the stack of [`Workers::join`], which returns after [`Workers::finish`], and that after `done` is true. `done` is set
//!   once, by the one thread that took the job out of the queue, as the last thing that this thread does with the job.
//! * **A job is run once**, because its handle is in the queue once, and is taken out under the lock.
//! * **What a job has written is seen** by those who go on after it: `done` is stored with `Release` and loaded with `Acquire`. The lock would not do, for who
//!   sees `done` need not have had it since.
//! * **Nobody sleeps through a notification**: `done` is stored, jobs are put in the queue, and who is going to wait looks at both and counts itself, all under
//!   the lock, which waiting gives back.
//! * `offered` is `Relaxed`, for it is a hint: a helper that sees it too late or too early looks at the queue, under the lock, before it sleeps or works.

use std::any::Any;
use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How often a thread without work lets others have its core before it sleeps.
const ROUNDS: u32 = 25;

/// How often it looks for work between two of these. A pause takes 10 to 50 ns, letting go of the core 0.4 us, so that a thread without work goes on
/// looking for some 50 us. That bridges the gaps between the operations of a training step. A thread that is looking is at work
/// within 0.1 us; one that sleeps costs the one that wakes it 4 us (measured on two cores of a virtual machine, Zen 5).
const LOOKS: u32 = 64;

/// See [`Workers::are_worth`].
const WAKING: usize = 8;

/// Waiting without sleep.
#[derive(Debug)]
struct Patience {
    looks: u32,
    rounds: u32,
    looks_a_round: u32,
}

impl Patience {
    fn is_over(&self) -> bool {
        self.rounds == ROUNDS
    }

    /// Waits a moment, unless it is exhausted.
    fn wait(&mut self) -> bool {
        if self.is_over() {
            return false;
        }
        self.looks += 1;
        if self.looks < self.looks_a_round {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
            self.looks = 0;
            self.rounds += 1;
        }
        true
    }
}

/// So many threads work if they are asked for, whatever the number of cores: it costs next to nothing, and shows on a small machine what a larger one does.
const FEW: usize = 8;

thread_local! {
    /// The operation that this thread works on; 0 for none.
    static OPERATION: Cell<u64> = const { Cell::new(0) };
}

/// The helpers, and what there is for them to do.
#[derive(Debug)]
pub struct Workers {
    /// How many threads were asked for, those that call operations included.
    count: usize,
    /// How many work at the same time, unless more call: no more than the machine has cores, for others would only take turns.
    most: usize,
    state: Mutex<State>,
    /// [`LOOKS`], or 1 if there are more threads than cores, since who looks then keeps others from working.
    looks_a_round: u32,
    /// As many as there are jobs, to be looked at without the lock; a hint.
    offered: AtomicUsize,
    /// How many helpers are looking for work; a hint.
    looking: AtomicUsize,
    /// How much work was left to one thread since the helpers fell asleep; see [`Workers::are_worth`].
    left: AtomicUsize,
    /// For helpers: there is a job.
    work: Condvar,
    /// For those who wait for a job that another thread has begun: it is done, or there is something to help with.
    progress: Condvar,
}

#[derive(Debug, Default)]
struct State {
    jobs: VecDeque<Handle>,
    operations: Vec<Operation>,
    last: u64,
    /// Threads that work, of all operations together.
    working: usize,
    sleeping: usize,
    waiting: usize,
}

/// What one call of the library divides.
#[derive(Debug)]
struct Operation {
    id: u64,
    working: usize,
    limit: usize,
}

/// The half of a [`Workers::join`] that is offered; it lives on the stack of the thread that offers it.
struct Job {
    operation: u64,
    work: *mut (dyn FnMut() + Send),
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    done: AtomicBool,
}

/// Whoever takes it out of the queue runs it, once.
#[derive(Debug, PartialEq, Eq)]
struct Handle {
    job: *const Job,
    operation: u64,
}

// SAFETY: the work is `Send`, and no thread but the one that took the handle touches it; the rest of a job is `Sync`, and the job stays where it is until
// it is done.
unsafe impl Send for Handle {}

impl Workers {
    /// For `count` threads that work at the same time.
    pub(super) fn new(count: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            count,
            most: count.min(cores.max(FEW)),
            looks_a_round: if count > cores { 1 } else { LOOKS },
            state: Mutex::default(),
            offered: AtomicUsize::new(0),
            looking: AtomicUsize::new(0),
            left: AtomicUsize::new(0),
            work: Condvar::new(),
            progress: Condvar::new(),
        }
    }

    /// How many threads were asked for.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// How many threads work at the same time.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Whether helpers gain more than they cost for work of this size, in units of the least that gains from a helper which is awake.
    ///
    /// To wake one takes as long as [`WAKING`] of these units, half of which it would save. So work that is smaller wakes one when so much of it
    /// has been left to one thread: a helper then stays awake if more comes soon, and where it comes now and then little is lost.
    pub(super) fn are_worth(&self, size: usize) -> bool {
        if self.looking.load(Ordering::Relaxed) > 0 {
            return true;
        }
        let enough = self.left.fetch_add(size, Ordering::Relaxed) + size >= WAKING;
        if enough {
            self.left.store(0, Ordering::Relaxed);
        }
        enough
    }

    /// Starts the helpers; fewer than wanted only slow the work down.
    pub(super) fn start(&'static self) -> std::io::Result<()> {
        (1..self.most).try_for_each(|number| {
            let builder = std::thread::Builder::new().name(format!("backprop-{number}"));
            builder.spawn(|| self.help()).map(drop)
        })
    }

    /// Runs both, the second on another thread if one is idle before the first is done; `limit` is the most threads of the whole operation.
    pub(super) fn join(
        &self,
        limit: usize,
        first: &mut (dyn FnMut() + Send),
        second: &mut (dyn FnMut() + Send),
    ) {
        let mut state = self.lock();
        let ended = (OPERATION.get() == 0).then(|| {
            OPERATION.set(state.begin(limit));
            Ended(self)
        });
        let work: *mut (dyn FnMut() + Send + '_) = second;
        let job = Job {
            operation: OPERATION.get(),
            // SAFETY: only the lifetime is forgotten; `finish` returns when nobody has the pointer any more, also if `first` panics, and until
            // then nothing else uses `second`.
            work: unsafe {
                std::mem::transmute::<*mut (dyn FnMut() + Send + '_), *mut (dyn FnMut() + Send + 'static)>(
                    work,
                )
            },
            panic: Mutex::new(None),
            done: AtomicBool::new(false),
        };
        self.offer(state, &job);
        let result = catch_unwind(AssertUnwindSafe(first));
        self.finish(&job);
        drop(ended);
        let panic = job.panic.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(panic) = result.err().or(panic) {
            resume_unwind(panic);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code of others runs under the lock, so nothing panics there.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn offer(&self, mut state: MutexGuard<'_, State>, job: &Job) {
        state.jobs.push_back(Handle {
            job,
            operation: job.operation,
        });
        self.offered.store(state.jobs.len(), Ordering::Relaxed);
        let (helper, waiting) = (state.sleeping > 0 && state.working < self.most, state.waiting > 0);
        drop(state);
        if helper {
            self.work.notify_one();
        }
        if waiting {
            self.progress.notify_all();
        }
    }

    /// Returns when the job is done: by this thread, if no other one has begun it.
    fn finish(&self, job: &Job) {
        let mut patience = self.patience();
        while !job.done.load(Ordering::Acquire) {
            // This thread put the job into the queue, so that an empty one has it no more.
            if self.offered.load(Ordering::Relaxed) == 0 && patience.wait() {
                continue;
            }
            let mut state = self.lock();
            if let Some(handle) = state.take_back(job) {
                self.offered.store(state.jobs.len(), Ordering::Relaxed);
                drop(state);
                self.run(&handle, false);
                patience = self.patience();
            } else if !patience.is_over() {
                drop(state);
                patience.wait();
            } else if !job.done.load(Ordering::Acquire) {
                state.waiting += 1;
                let mut state = self.progress.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.waiting -= 1;
            }
        }
    }

    fn patience(&self) -> Patience {
        Patience {
            looks: 0,
            rounds: 0,
            looks_a_round: self.looks_a_round,
        }
    }

    /// Runs the job; a helper then leaves its operation.
    fn run(&self, handle: &Handle, helper: bool) {
        // SAFETY: the job was offered and not yet done, so `finish` has not returned; being out of the queue, it is run by this thread alone.
        let job = unsafe { &*handle.job };
        let before = OPERATION.replace(job.operation);
        // SAFETY: as above; the closure is this thread's alone, as `&mut` wants it, and may be run here, since it is `Send`.
        let result = catch_unwind(AssertUnwindSafe(|| unsafe { (*job.work)() }));
        OPERATION.set(before);
        if let Err(panic) = result {
            *job.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
        }
        let mut state = self.lock();
        if helper {
            state.leave(handle.operation);
        }
        // The job may be gone from here on, even before this returns: an atomic may.
        job.done.store(true, Ordering::Release);
        let waiting = state.waiting > 0;
        drop(state);
        if waiting {
            self.progress.notify_all();
        }
    }

    /// What a helper does for ever.
    fn help(&self) {
        loop {
            if let Some(handle) = self.look() {
                self.run(&handle, true);
                continue;
            }
            let mut state = self.lock();
            if let Some(handle) = state.take(self.most) {
                self.offered.store(state.jobs.len(), Ordering::Relaxed);
                drop(state);
                self.run(&handle, true);
            } else {
                state.sleeping += 1;
                let mut state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.sleeping -= 1;
            }
        }
    }

    /// A job for a helper, if there is one before its patience ends.
    fn look(&self) -> Option<Handle> {
        self.looking.fetch_add(1, Ordering::Relaxed);
        let mut patience = self.patience();
        let mut found = None;
        while found.is_none() && patience.wait() {
            // Where another thread has the lock it is taking the job, or there will be a moment later.
            if self.offered.load(Ordering::Relaxed) > 0
                && let Ok(mut state) = self.state.try_lock()
            {
                found = state.take(self.count);
                self.offered.store(state.jobs.len(), Ordering::Relaxed);
            }
        }
        self.looking.fetch_sub(1, Ordering::Relaxed);
        found
    }
}

impl State {
    /// Begins an operation, and says which.
    fn begin(&mut self, limit: usize) -> u64 {
        self.last += 1;
        self.working += 1;
        self.operations.push(Operation {
            id: self.last,
            working: 1,
            limit,
        });
        self.last
    }

    /// The job, if nobody has begun it, or another one of its operation.
    fn take_back(&mut self, job: &Job) -> Option<Handle> {
        let own = self.jobs.iter().rposition(|handle| std::ptr::eq(handle.job, job));
        let same = || {
            self.jobs
                .iter()
                .position(|handle| handle.operation == job.operation)
        };
        self.jobs.remove(own.or_else(same)?)
    }

    /// The oldest job of an operation that may have one more thread: the largest one.
    fn take(&mut self, most: usize) -> Option<Handle> {
        if self.working >= most {
            return None;
        }
        let operations = &mut self.operations;
        let index = self.jobs.iter().position(|handle| {
            let operation = operations
                .iter_mut()
                .find(|operation| operation.id == handle.operation);
            operation.is_some_and(|operation| {
                let free = operation.working < operation.limit;
                operation.working += usize::from(free);
                free
            })
        })?;
        self.working += 1;
        self.jobs.remove(index)
    }

    /// One thread fewer works on the operation.
    fn leave(&mut self, id: u64) {
        self.working -= 1;
        if let Some(operation) = { &mut self.operations }
            .iter_mut()
            .find(|operation| operation.id == id)
        {
            operation.working -= 1;
        }
    }
}

/// Ends the operation of this thread when it is dropped.
struct Ended<'a>(&'a Workers);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        let id = OPERATION.replace(0);
        let mut state = self.0.lock();
        state.leave(id);
        state.operations.retain(|operation| operation.id != id);
        let others = !state.jobs.is_empty() && state.sleeping > 0;
        drop(state);
        if others {
            self.0.work.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
