//! Libraries to measure, and how often they and all else may be asked for.

use std::sync::Arc;

use super::{Control, ControlError, refuse};
use crate::library::{Kind, Library, LibrarySettings, LibrarySize};
use crate::limits::{Calls, Limits};

/// An hour, in seconds.
const MAX_LIST_LAG_S: i64 = 3600;
/// As many artists as one listener may be made to follow.
const MAX_ARTISTS: usize = 5000;
/// As much as can be had of a top list.
const MAX_TOP: usize = 50;

impl Control {
    /// Makes the library of a listener anew, with so much in it. Where more artists are to be
    /// followed than there are, more come into being. The playlists stay.
    ///
    /// # Errors
    /// An unknown login, top lists of more than fifty, or more than 5000 artists.
    pub fn set_library(&self, login: &str, size: LibrarySize) -> Result<(), ControlError> {
        if size.top > MAX_TOP {
            return refuse("`top` must be at most 50");
        }
        if size.artists > MAX_ARTISTS {
            return refuse("`artists` must be at most 5000");
        }
        self.world.with(|data| {
            if !data.listeners.contains_key(login) {
                return refuse("there is no listener of this `login`");
            }
            // The playlists are the listener's own work: they stay.
            let playlists = data.library(login).list(Kind::Playlist, i64::MAX);
            if size.artists > data.catalogue.artists.len() {
                Arc::make_mut(&mut data.catalogue).grow_artists(size.artists);
            }
            let library = Library::new(login, size, &data.catalogue, &playlists);
            data.libraries.insert(login.to_owned(), library);
            Ok(())
        })
    }

    /// Sets the provider's habits with libraries.
    ///
    /// # Errors
    /// Lists that lag by less than nothing or more than an hour.
    pub fn set_library_settings(&self, settings: LibrarySettings) -> Result<(), ControlError> {
        if !(0..=MAX_LIST_LAG_S).contains(&settings.list_lag_s) {
            return refuse("`list_lag_s` must be between 0 and 3600");
        }
        self.world.with(|data| data.switches.library = settings);
        Ok(())
    }

    /// The provider's habits with libraries at the moment.
    pub(super) fn library_settings(&self) -> LibrarySettings {
        self.world.with(|data| data.switches.library)
    }

    /// Limits how often the Web API may be called, and begins to count anew.
    ///
    /// # Errors
    /// A limit that is too large or too small, or of a group of endpoints that is none.
    pub fn set_limits(&self, limits: Limits) -> Result<(), ControlError> {
        if let Some(mistake) = limits.mistake() {
            return refuse(&mistake);
        }
        self.world.with(|data| {
            data.switches.limits = limits;
            data.calls = Calls::default();
        });
        Ok(())
    }
}
