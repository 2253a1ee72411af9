//! Many jobs of different length, as the updates of a model's parameters.

use super::{COPY, WORTH, grain, join};

/// The fewest bytes to divide, read and written, of work that does little else.
const LEAST: usize = WORTH as usize * 2 * size_of::<f32>() / COPY as usize;

/// Whether there may be something to gain from several threads for work that reads and writes so many bytes: less is not worth a list of jobs.
///
/// ```
/// assert!(!backprop_tensor::are_worth_sharing(1000) && backprop_tensor::are_worth_sharing(10_000_000));
/// ```
#[inline]
pub fn are_worth_sharing(bytes: usize) -> bool {
    bytes >= LEAST
}

/// Calls `work` with each of the jobs, on several threads if all of them together are worth it.
///
/// `bytes` says about how many bytes a job reads and writes, as the time of most work on tensors depends on these. They decide where the list
/// is cut: a job that is longer than the others should use the threads itself, as the operations on large tensors do. A job must do the same
/// on whatever thread and in whatever order; then results do not depend on the number of threads.
///
/// ```
/// let mut rows = vec![vec![1.0_f32; 100]; 10];
/// backprop_tensor::for_each_job(&mut rows, |row| 8 * row.len(), |row| row.iter_mut().for_each(|x| *x *= 2.0));
/// assert_eq!(rows, vec![vec![2.0; 100]; 10]);
/// ```
pub fn for_each_job<J: Send>(
    jobs: &mut [J],
    bytes: impl Fn(&J) -> usize + Sync,
    work: impl Fn(&mut J) + Sync,
) {
    let total = sum(jobs, &bytes);
    let grain = if jobs.len() > 1 {
        grain(total, LEAST)
    } else {
        usize::MAX
    };
    divide(jobs, total, grain, &bytes, &work);
}

fn sum<J>(jobs: &[J], bytes: &(impl Fn(&J) -> usize + ?Sized)) -> usize {
    jobs.iter().map(bytes).fold(0, usize::saturating_add)
}

/// Halves of halves, of about as many bytes, until they have `grain` or less.
fn divide<J: Send>(
    jobs: &mut [J],
    total: usize,
    grain: usize,
    bytes: &(dyn Fn(&J) -> usize + Sync),
    work: &(dyn Fn(&mut J) + Sync),
) {
    if total <= grain || jobs.len() < 2 {
        return jobs.iter_mut().for_each(work);
    }
    let (mut middle, mut before) = (0, 0_usize);
    // The job in the middle goes where more of it lies.
    while middle + 1 < jobs.len() {
        let next = bytes(&jobs[middle]);
        if middle > 0 && before.saturating_add(next / 2) > total / 2 {
            break;
        }
        before = before.saturating_add(next);
        middle += 1;
    }
    let (left, right) = jobs.split_at_mut(middle);
    join(&mut || divide(left, before, grain, bytes, work), &mut || {
        divide(right, total - before.min(total), grain, bytes, work);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each job once, whatever their lengths, and where they end in `usize`.
    #[test]
    fn every_job_is_done_once() {
        let long = 3 * LEAST;
        let lists: [&[usize]; 7] = [
            &[],
            &[long],
            &[0, 0, 0],
            &[long, 1, 1, 1],
            &[1, 1, 1, long],
            &[usize::MAX, usize::MAX, 0, 5],
            &[LEAST / 7; 100],
        ];
        for lengths in lists {
            for grain in [0, 1, LEAST, usize::MAX] {
                let mut jobs: Vec<_> = lengths.iter().map(|&length| (length, 0)).collect();
                let total = sum(&jobs, &|job: &(usize, i32)| job.0);
                divide(&mut jobs, total, grain, &|job| job.0, &|job| job.1 += 1);
                assert!(jobs.iter().all(|job| job.1 == 1), "{jobs:?}");
            }
            let mut jobs: Vec<_> = lengths.iter().map(|&length| (length, 0)).collect();
            for_each_job(&mut jobs, |job| job.0, |job| job.1 += 1);
            assert!(jobs.iter().all(|job| job.1 == 1), "{jobs:?}");
        }
    }
}
