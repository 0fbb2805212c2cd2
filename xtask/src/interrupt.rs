//! Ctrl-C, SIGTERM and a closed terminal: noticed here, acted on by whoever waits.

use std::sync::atomic::{AtomicUsize, Ordering};

static REQUESTS: AtomicUsize = AtomicUsize::new(0);

/// Notices SIGINT, SIGTERM and SIGHUP from now on.
pub(crate) fn listen() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        REQUESTS.fetch_add(1, Ordering::SeqCst);
    })
}

/// Somebody asked to stop.
pub(crate) fn requested() -> bool {
    REQUESTS.load(Ordering::SeqCst) > 0
}

/// Somebody asked to stop more than once, and is tired of waiting.
pub(crate) fn insisted() -> bool {
    REQUESTS.load(Ordering::SeqCst) > 1
}
