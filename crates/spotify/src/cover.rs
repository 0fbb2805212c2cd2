//! The picture that a person gives a playlist.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A JPEG that the Web API can take as the cover of a playlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    encoded: String,
}

impl Cover {
    /// The largest JPEG, in bytes. It is sent as base64, of which Spotify takes 256 kB; larger
    /// ones it has refused and taken by turns.
    pub const MAX_BYTES: usize = 192_000;

    /// The same after the encoding, in bytes: what a proxy must let through.
    pub const MAX_ENCODED_BYTES: usize = 256_000;

    /// Whether these bytes may be a cover, and what will be sent of them. Only the beginning is
    /// looked at: a broken picture Spotify refuses.
    ///
    /// # Errors
    /// They are no JPEG, or too many.
    pub fn read(jpeg: &[u8]) -> Result<Self, CoverError> {
        // "Start of image", and the first byte of the marker after it (ITU-T T.81 B.1.1.3).
        if !jpeg.starts_with(&[0xff, 0xd8, 0xff]) {
            return Err(CoverError::NotJpeg);
        }
        if jpeg.len() > Self::MAX_BYTES {
            return Err(CoverError::TooLarge);
        }
        // Neither a line end nor a `data:` prefix, which Spotify refuses.
        let encoded = STANDARD.encode(jpeg);
        Ok(Self { encoded })
    }

    /// The base64 text that is sent.
    pub fn as_base64(&self) -> &str {
        &self.encoded
    }
}

/// Why bytes cannot be the cover of a playlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoverError {
    /// They do not begin like a JPEG.
    #[error("this is no JPEG")]
    NotJpeg,
    /// They are more than [`Cover::MAX_BYTES`].
    #[error("the picture is too large")]
    TooLarge,
}
