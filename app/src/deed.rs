//! What a person wants done with something of the catalogue: to have it, or to have it no longer.
//!
//! It may have to wait until the person has allowed it at Spotify. Then it is kept in the tab and done
//! after the return, so it can be written down.

use serde::{Deserialize, Serialize};
use spotify::ids::{Base62Id, Batch, Uri, UriKind};
use spotify::{Done, Permission, Request};

use crate::error::{ApiError, Code};
use crate::music::send;
use crate::session::live::Session;

/// To follow an artist or to save an album or a track, or the opposite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Deed {
    /// Whether the person wants it from now on; else no longer.
    pub keep: bool,
    /// What.
    pub uri: Uri,
    /// Its name, as the page showed it. Any text.
    pub name: String,
}

impl Deed {
    /// The permission that it wants.
    pub const fn permission(&self) -> Permission {
        Permission::to_keep(self.uri.kind)
    }

    /// What takes it back.
    #[must_use]
    pub fn opposite(&self) -> Self {
        Self {
            keep: !self.keep,
            ..self.clone()
        }
    }

    /// It as a question, which is the heading over what stands in its way.
    pub fn question(&self) -> String {
        let name = &self.name;
        match (self.is_of_artist(), self.keep) {
            (true, true) => format!("Follow {name}?"),
            (true, false) => format!("Stop following {name}?"),
            (false, true) => format!("Save {name}?"),
            (false, false) => format!("Take {name} out of your library?"),
        }
    }

    /// That it is under way.
    pub fn doing(&self) -> String {
        let name = &self.name;
        match (self.is_of_artist(), self.keep) {
            (true, true) => format!("Following {name}…"),
            (true, false) => format!("Stopping to follow {name}…"),
            (false, true) => format!("Saving {name}…"),
            (false, false) => format!("Taking {name} out of your library…"),
        }
    }

    /// That it is done.
    pub fn done(&self) -> String {
        let name = &self.name;
        match (self.is_of_artist(), self.keep) {
            (true, true) => format!("You follow {name} now."),
            (true, false) => format!("You do not follow {name} any more."),
            (false, true) => format!("{name} is in your library now."),
            (false, false) => format!("{name} is not in your library any more."),
        }
    }

    /// Does it. Browser only.
    ///
    /// Apps of older kinds are refused at the library and have an address for each kind of thing.
    ///
    /// # Errors
    /// As [`send`].
    pub async fn perform(&self, session: Session) -> Result<(), ApiError> {
        let things = Batch::one(self.uri.clone());
        let request: Request<Done> = if self.keep {
            Request::save(&things)
        } else {
            Request::remove(&things)
        };
        let answer = send(session, &request, None).await;
        let older = if self.keep {
            Request::save_older(&self.uri)
        } else {
            Some(Request::remove_older(&self.uri))
        };
        match (answer, older) {
            (Err(error), Some(older)) if is_of_older_kind(&error) => {
                send(session, &older, None).await.map(|Done| ())
            }
            (answer, _) => answer.map(|Done| ()),
        }
    }

    const fn is_of_artist(&self) -> bool {
        matches!(self.uri.kind, UriKind::Artist)
    }
}

/// Whether the app may be of an older kind, which has other addresses.
pub fn is_of_older_kind(error: &ApiError) -> bool {
    matches!(error.code, Code::Forbidden | Code::BadRequest)
}

/// A deed as it is written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Written {
    keep: bool,
    uri: String,
    name: String,
}

impl From<Deed> for Written {
    fn from(deed: Deed) -> Self {
        Self {
            keep: deed.keep,
            uri: deed.uri.to_string(),
            name: deed.name,
        }
    }
}

impl TryFrom<Written> for Deed {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let uri = read_uri(&written.uri).ok_or("this is nothing that can be followed or saved")?;
        Ok(Self {
            keep: written.keep,
            uri,
            name: written.name,
        })
    }
}

/// Reads the URI of an artist, an album or a track.
fn read_uri(text: &str) -> Option<Uri> {
    let (kind, id) = text.strip_prefix("spotify:")?.split_once(':')?;
    let kind = [UriKind::Artist, UriKind::Album, UriKind::Track]
        .into_iter()
        .find(|known| known.as_str() == kind)?;
    let id = Base62Id::parse(id).ok()?;
    Some(Uri { kind, id })
}

#[cfg(test)]
mod tests {
    use spotify::Permission;
    use spotify::ids::{Base62Id, Uri};

    use super::Deed;

    const ID: &str = "0aV6DOiouImYTqrR5YlIqx";

    fn follow() -> Deed {
        Deed {
            keep: true,
            uri: Uri::artist(Base62Id::parse(ID).unwrap()),
            name: "Marlow Quill".to_owned(),
        }
    }

    #[test]
    fn deed_survives_the_way_to_the_provider_and_back() {
        let text = serde_json::to_string(&follow()).unwrap();
        assert_eq!(serde_json::from_str::<Deed>(&text).unwrap(), follow());
    }

    #[test]
    fn deed_that_was_tampered_with_is_none() {
        for uri in [
            "",
            "spotify:artist:../me",
            "spotify:user:ada",
            "spotify:playlist:0aV6DOiouImYTqrR5YlIqx",
            "artist:0aV6DOiouImYTqrR5YlIqx",
        ] {
            let text = format!(r#"{{"keep":true,"uri":"{uri}","name":"x"}}"#);
            assert!(serde_json::from_str::<Deed>(&text).is_err(), "{uri}");
        }
    }

    #[test]
    fn every_deed_has_words_and_a_permission() {
        let album = Deed {
            uri: Uri::album(Base62Id::parse(ID).unwrap()),
            keep: false,
            ..follow()
        };
        assert_eq!(follow().question(), "Follow Marlow Quill?");
        assert_eq!(follow().doing(), "Following Marlow Quill…");
        assert_eq!(follow().done(), "You follow Marlow Quill now.");
        assert_eq!(follow().permission(), Permission::Follow);
        assert_eq!(
            album.done(),
            "Marlow Quill is not in your library any more."
        );
        assert_eq!(album.permission(), Permission::EditLibrary);
    }
}
