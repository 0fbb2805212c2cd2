//! Covers that listeners upload, and the time until they are shown.

use axum::body::Bytes;

use super::Playlist;

/// How many uploads of one playlist are kept.
const KEPT: usize = 5;

/// One uploaded JPEG.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    /// Counts the uploads of its playlist.
    pub(crate) number: u32,
    /// From when on it is shown, in unix milliseconds.
    pub(crate) shown_from_ms: i64,
    pub(crate) jpeg: Bytes,
}

impl Playlist {
    /// Takes a cover, which will be shown from this time on.
    pub(crate) fn upload(&mut self, jpeg: Bytes, shown_from_ms: i64) {
        let number = self.uploads.last().map_or(1, |last| last.number + 1);
        self.uploads.push(Upload {
            number,
            shown_from_ms,
            jpeg,
        });
        if self.uploads.len() > KEPT {
            self.uploads.remove(0);
        }
        self.touch();
    }

    /// The upload that is shown at this time.
    pub(crate) fn uploaded(&self, now_ms: i64) -> Option<&Upload> {
        let shown = self.uploads.iter().rev();
        shown.into_iter().find(|one| one.shown_from_ms <= now_ms)
    }
}
