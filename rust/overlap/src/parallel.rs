//! Jobs on threads: a list of jobs becomes the list of their results, in the order of the jobs,
//! whatever the number of threads.

use std::num::NonZero;
use std::ops::Range;

use rayon::prelude::*;

use crate::error::Error;

/// The most threads that a call may ask for.
pub const MAX_THREADS: usize = 1024;

/// How many threads a call may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Threads {
    /// As many as the system offers to this process.
    #[default]
    All,
    /// This many.
    Exactly(usize),
}

impl Threads {
    fn number(self) -> Result<usize, Error> {
        match self {
            Self::All => Ok(std::thread::available_parallelism()
                .map_or(1, NonZero::get)
                .min(MAX_THREADS)),
            Self::Exactly(threads @ 1..=MAX_THREADS) => Ok(threads),
            Self::Exactly(threads) => Err(Error::ThreadsOutOfRange {
                threads,
                limit: MAX_THREADS,
            }),
        }
    }
}

/// Less work than this, in ids to look at, is done before a thread has started.
const WORTH_A_THREAD: usize = 1 << 16;

/// Splits `0..items`, each of `work` ids to look at, into blocks: a few for each thread, so that a
/// thread that is held up does not hold up the others.
pub(crate) fn blocks(threads: Threads, items: usize, work: usize) -> Result<Vec<Range<usize>>, Error> {
    let worthwhile = items.saturating_mul(work) / WORTH_A_THREAD;
    let blocks = match threads.number()? {
        1 => 1,
        threads => (4 * threads).min(worthwhile).max(1),
    };
    let size = items.div_ceil(blocks).max(1);
    Ok((0..items)
        .step_by(size)
        .map(|start| start..(start + size).min(items))
        .collect())
}

/// Runs `job` for every item on at most `threads` threads.
///
/// Each call has a pool of its own: in a forked child the threads of a global pool do not exist, and
/// waiting for them would never end.
pub(crate) fn map<T: Send, R: Send>(
    threads: Threads,
    items: Vec<T>,
    job: impl Fn(T) -> R + Sync + Send,
) -> Result<Vec<R>, Error> {
    let threads = threads.number()?.min(items.len());
    if threads <= 1 {
        return Ok(items.into_iter().map(job).collect());
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Error::ThreadsUnavailable {
            threads,
            reason: error.to_string(),
        })?;
    Ok(pool.install(|| items.into_par_iter().map(job).collect()))
}
