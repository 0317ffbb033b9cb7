//! Groups without gap junctions advanced by a team of threads.
//!
//! They never look at each other during an epoch, so who advances which changes nothing.

use std::sync::{Mutex, PoisonError};

use crate::engine::Group;
use crate::error::RunError;

/// Advances every group to a stamp. Errors come with the number of their group, in no order.
pub(crate) fn advance(
    groups: &mut [Group],
    until: u64,
    threads: usize,
) -> Result<Vec<(usize, RunError)>, RunError> {
    let errors = Mutex::new(Vec::new());
    let apart = |(_, g): &(usize, &mut Group)| g.gaps.ends.is_empty();
    let work = Mutex::new(groups.iter_mut().enumerate().filter(apart));
    let worker = || {
        loop {
            let next = work.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((number, group)) = next else { break };
            if let Err(error) = group.advance_to(until) {
                errors.lock().unwrap_or_else(PoisonError::into_inner).push((number, error));
            }
        }
    };
    if threads <= 1 {
        worker();
    } else {
        std::thread::scope(|scope| {
            let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(worker)).collect();
            worker();
            let lost = helpers.into_iter().filter_map(|h| h.join().err()).count();
            if lost == 0 { Ok(()) } else { Err(RunError::Worker) }
        })?;
    }
    Ok(errors.into_inner().unwrap_or_else(PoisonError::into_inner))
}
