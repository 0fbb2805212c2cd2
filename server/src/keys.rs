//! The key ring: from `STAGEDOOR_KEYS`, or made once and kept in the data directory.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

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
    /// The development key is there, but is none.
    #[error("{path} is not a key ({error}); remove it and a new one is made, which signs everybody out", path = path.display())]
    Development {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: seal::KeyRingError,
    },
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
    if !path.exists() {
        // Written whole under another name and then linked: whoever comes second finds a whole key,
        // the first one's.
        let draft = data_dir.join(format!("development.key.{}", std::process::id()));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        writeln!(file, "dev:{}", STANDARD.encode(rng.bytes::<32>()))?;
        file.sync_all()?;
        let linked = fs::hard_link(&draft, &path);
        fs::remove_file(&draft)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
    }
    let text = fs::read_to_string(&path)?;
    KeyRing::parse(text.trim()).map_err(|error| KeysError::Development { path, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_development_key_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let label = |ring: &KeyRing| *ring.derive("a").first().1.secret();
        let first = load(None, folder.path(), &Rng::seeded(1)).unwrap();
        let second = load(None, folder.path(), &Rng::seeded(2)).unwrap();
        assert_eq!(label(&first), label(&second));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_empty_key_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("development.key"), "").unwrap();
        let error = load(None, folder.path(), &Rng::seeded(1)).unwrap_err();
        assert!(error.to_string().contains("development.key"), "{error}");
    }
}
