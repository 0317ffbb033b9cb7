//! What the operating system may ask of a running program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::SystemFault;

/// Lets a file that meets its size limit (`ulimit -f`, a quota of a batch system) be a failed write,
/// which is reported and keeps what was recorded, and not the silent end of the program.
pub fn survive_limits() {
    #[cfg(unix)]
    {
        // Where this signal cannot be caught, the program ends there as any other would.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    }
}

/// A flag that Ctrl-C, a request to end and the soft limit of processor time set. A second request
/// ends the program at once.
pub fn interrupt_flag() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if set.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .map_err(|error| SystemFault(anyhow::Error::new(error).context("cannot listen for Ctrl-C")))?;
    #[cfg(unix)]
    {
        // Without it the limit ends the program, and the result holds what was flushed.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXCPU, Arc::clone(&stop));
    }
    Ok(stop)
}
