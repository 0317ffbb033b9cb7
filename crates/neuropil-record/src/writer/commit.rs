//! The writing thread.

use std::time::Duration;

use super::shared::{Shared, Work};
use super::store::Store;
use crate::provenance::{Closing, Status};

/// Stores batch after batch until told to close, or until storing fails.
pub(super) fn run(mut store: Store, shared: &Shared, interval: Duration) {
    let mut batch = shared.empty_batch();
    loop {
        let work = shared.take(&mut batch, interval);
        let outcome = store.commit(&batch);
        batch.clear();
        let failed = outcome.is_err();
        if let (Err(fault), Work::Commit) = (&outcome, &work) {
            let failure = Some(fault.to_string());
            store.abandon(&Closing { failure, ..Closing::new(Status::Failed, 0.0) });
            return shared.stored(outcome);
        }
        if let Work::Close(closing) = work {
            let outcome = outcome.and_then(|()| store.close(&closing));
            if failed {
                store.abandon(&closing);
            }
            drop(store);
            return shared.stored(outcome);
        }
        shared.stored(outcome);
    }
}
