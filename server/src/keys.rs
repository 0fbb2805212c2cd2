//! The key ring: from `STAGEDOOR_KEYS`, or made once and kept in the data directory.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seal::KeyRing;

use crate::rng::Rng;

/// The ring could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The keys are not right.
    #[error("the keys are not right: {0}")]
    Ring(#[from] seal::KeyRingError),
    /// The development key could not be read or written.
    #[error("the development key in the data directory cannot be read or written")]
    File(#[from] io::Error),
}

/// The ring of `text`, or the development key of `data_dir`, which is made where there is none.
///
/// # Errors
/// [`KeysError`].
pub fn load(text: Option<&str>, data_dir: &Path, rng: &Rng) -> Result<KeyRing, KeysError> {
    if let Some(text) = text {
        return Ok(KeyRing::parse(text)?);
    }
    fs::create_dir_all(data_dir)?;
    let path = data_dir.join("development.key");
    // `create_new`, so that two processes that start at once end up with the same key.
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
    {
        Ok(mut file) => writeln!(file, "dev:{}", STANDARD.encode(rng.bytes::<32>()))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.into()),
    }
    Ok(KeyRing::parse(fs::read_to_string(path)?.trim())?)
}
