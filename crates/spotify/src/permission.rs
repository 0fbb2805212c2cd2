//! What a person may allow this app: the one table of permissions.
//!
//! A *permission* is what people are asked for, by a name of ours; a *scope* is Spotify's word for a
//! part of it (<https://developer.spotify.com/documentation/web-api/concepts/scopes>). Signing in asks
//! for none. `docs/permissions.md` shows the same table, and a test holds the two equal.

use Visibility::{Private, Public};

use crate::ids::UriKind;
use crate::request::Method;

/// Something that a person may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Country and plan.
    Subscription,
    /// The e-mail address.
    Email,
    /// Top artists and tracks.
    Top,
    /// Whom the person follows.
    Following,
    /// To follow, and to follow no longer.
    Follow,
    /// What was played last.
    Recent,
    /// Private playlists, and those made with others.
    Playlists,
    /// To make and change playlists: all, or only those of one visibility.
    EditPlaylists(Option<Visibility>),
    /// To give a playlist a picture.
    Cover,
    /// Saved albums and tracks.
    Library,
    /// To save albums and tracks, and to take them out.
    EditLibrary,
}

/// Whether a playlist is listed on its owner's profile. Spotify has a scope for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// It is.
    Public,
    /// It is not.
    Private,
}

impl Permission {
    /// Every permission, in the order in which they are shown.
    pub const ALL: [Self; 11] = [
        Self::Subscription,
        Self::Email,
        Self::Top,
        Self::Following,
        Self::Follow,
        Self::Recent,
        Self::Playlists,
        Self::EditPlaylists(None),
        Self::Cover,
        Self::Library,
        Self::EditLibrary,
    ];

    /// Those that are a part of one in [`ALL`](Self::ALL): a playlist needs only one of them.
    pub const PARTS: [Self; 2] = [
        Self::EditPlaylists(Some(Public)),
        Self::EditPlaylists(Some(Private)),
    ];

    /// The permission with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .chain(Self::PARTS)
            .find(|permission| permission.name() == name)
    }

    /// The name on the wire. A part carries the name of the whole, a colon, and which part it is.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::Email => "email",
            Self::Top => "top",
            Self::Following => "following",
            Self::Follow => "follow",
            Self::Recent => "recent",
            Self::Playlists => "playlists",
            Self::EditPlaylists(None) => "edit-playlists",
            Self::EditPlaylists(Some(Public)) => "edit-playlists:public",
            Self::EditPlaylists(Some(Private)) => "edit-playlists:private",
            Self::Cover => "cover",
            Self::Library => "library",
            Self::EditLibrary => "edit-library",
        }
    }

    /// The scopes it stands for.
    pub const fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Subscription => &["user-read-private"],
            Self::Email => &["user-read-email"],
            Self::Top => &["user-top-read"],
            Self::Following => &["user-follow-read"],
            Self::Follow => &["user-follow-modify"],
            Self::Recent => &["user-read-recently-played"],
            Self::Playlists => &["playlist-read-private", "playlist-read-collaborative"],
            Self::EditPlaylists(None) => &["playlist-modify-public", "playlist-modify-private"],
            Self::EditPlaylists(Some(Public)) => &["playlist-modify-public"],
            Self::EditPlaylists(Some(Private)) => &["playlist-modify-private"],
            Self::Cover => &["ugc-image-upload"],
            Self::Library => &["user-library-read"],
            Self::EditLibrary => &["user-library-modify"],
        }
    }

    /// What people call it, in a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Subscription => "Your country and your plan",
            Self::Email => "Your e-mail address",
            Self::Top => "Your top artists and tracks",
            Self::Following => "Whom you follow",
            Self::Follow => "Follow artists for you",
            Self::Recent => "What you played last",
            Self::Playlists => "Your private playlists",
            Self::EditPlaylists(None) => "Make and change your playlists",
            Self::EditPlaylists(Some(Public)) => "Make and change your public playlists",
            Self::EditPlaylists(Some(Private)) => "Make and change your private playlists",
            Self::Cover => "Give your playlists a picture",
            Self::Library => "Your saved albums and tracks",
            Self::EditLibrary => "Save albums and tracks for you",
        }
    }

    /// What it lets this app do, and why, in one sentence for the person.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Subscription => {
                "Lets this app read your country and your plan at Spotify, to show them on your \
                 profile."
            }
            Self::Email => {
                "Lets this app read the e-mail address of your Spotify account, to show it on your \
                 profile; nothing is sent to it."
            }
            Self::Top => {
                "Lets this app read the artists and tracks that Spotify says you play most, to show \
                 you the lists."
            }
            Self::Following => {
                "Lets this app read which artists you follow, so that a page can tell you whom you \
                 follow already."
            }
            Self::Follow => {
                "Lets this app follow an artist for you, and stop following, each time you press \
                 the button for it."
            }
            Self::Recent => {
                "Lets this app read what you played last, to show you the list; it is not written \
                 down here."
            }
            Self::Playlists => {
                "Lets this app read your private playlists and those you make with others, to show \
                 them beside the public ones."
            }
            Self::EditPlaylists(None) => {
                "Lets this app make playlists and change yours, public and private, when you say so."
            }
            Self::EditPlaylists(Some(Public)) => {
                "Lets this app make public playlists and change yours, when you say so."
            }
            Self::EditPlaylists(Some(Private)) => {
                "Lets this app make private playlists and change yours, when you say so."
            }
            Self::Cover => {
                "Lets this app give one of your playlists the picture that you choose for it."
            }
            Self::Library => {
                "Lets this app read which albums and tracks you saved, so that a page can tell you \
                 what you have already."
            }
            Self::EditLibrary => {
                "Lets this app save an album or a track for you, and take it out again, each time \
                 you press the button for it."
            }
        }
    }

    /// The pages that use it. What no page uses is not offered.
    pub const fn pages(self) -> &'static [&'static str] {
        match self {
            Self::Subscription | Self::Email => &["/profile"],
            Self::Top => &["/top"],
            Self::Following => &["/artists", "/search"],
            Self::Follow => &["/artists", "/search", "/top"],
            Self::Library => &["/saved", "/search"],
            Self::EditLibrary => &["/saved", "/search", "/top"],
            Self::Recent => &["/recent"],
            Self::Playlists | Self::EditPlaylists(_) | Self::Cover => &["/playlists"],
        }
    }

    /// Whether `scopes` cover it.
    pub fn is_covered(self, scopes: &[impl AsRef<str>]) -> bool {
        self.scopes()
            .iter()
            .all(|needed| scopes.iter().any(|scope| scope.as_ref() == *needed))
    }

    /// What `scopes` cover: whole permissions, and a part where the whole is not covered.
    pub fn covered(scopes: &[impl AsRef<str>]) -> Vec<Self> {
        let whole = Self::ALL
            .into_iter()
            .filter(|permission| permission.is_covered(scopes));
        let part = Self::PARTS.into_iter().filter(|permission| {
            permission.is_covered(scopes) && !Self::EditPlaylists(None).is_covered(scopes)
        });
        whole.chain(part).collect()
    }

    /// Whether having `held` means having it: the whole of what it is a part of will do, too.
    pub fn is_among(self, held: &[impl AsRef<str>]) -> bool {
        let whole = match self {
            Self::EditPlaylists(_) => Self::EditPlaylists(None),
            other => other,
        };
        held.iter()
            .any(|name| name.as_ref() == self.name() || name.as_ref() == whole.name())
    }

    /// The permission to hold a thing of this kind in the library, and to let it go.
    pub const fn to_keep(kind: UriKind) -> Self {
        match kind {
            UriKind::Artist => Self::Follow,
            UriKind::Album | UriKind::Track => Self::EditLibrary,
            UriKind::Playlist => Self::EditPlaylists(None),
        }
    }

    /// The permission to see whether the library holds a thing of this kind.
    pub const fn to_see(kind: UriKind) -> Self {
        match kind {
            UriKind::Artist => Self::Following,
            UriKind::Album | UriKind::Track => Self::Library,
            UriKind::Playlist => Self::Playlists,
        }
    }

    /// The permission to make or change a playlist that is public or not; where that is unknown,
    /// for one that others may add to, and to make one public that was not, it is both.
    pub const fn to_edit_playlist(public: Option<bool>, collaborative: bool) -> Self {
        match public {
            _ if collaborative => Self::EditPlaylists(None),
            Some(true) => Self::EditPlaylists(Some(Public)),
            Some(false) => Self::EditPlaylists(Some(Private)),
            None => Self::EditPlaylists(None),
        }
    }

    /// The permission that a call lacks which Spotify refused for want of a scope. `None` where
    /// the call needs none, or it cannot be told from the call which. What changes a playlist does
    /// not say of what visibility that is, so it is the whole there. A picture needs the permission
    /// for the change besides.
    pub fn needed(method: Method, path: &str, query: &str) -> Option<Self> {
        let reads = method == Method::Get;
        match path {
            "/me/top/artists" | "/me/top/tracks" => Some(Self::Top),
            "/me/following" | "/me/following/contains" if reads => Some(Self::Following),
            "/me/following" => Some(Self::Follow),
            "/me/albums" | "/me/tracks" | "/me/albums/contains" | "/me/tracks/contains"
                if reads =>
            {
                Some(Self::Library)
            }
            "/me/albums" | "/me/tracks" => Some(Self::EditLibrary),
            "/me/player/recently-played" => Some(Self::Recent),
            "/me/playlists" if reads => Some(Self::Playlists),
            "/me/playlists" => Some(Self::EditPlaylists(None)),
            "/me/library" | "/me/library/contains" => {
                let kind = first_kind(query)?;
                Some(if reads {
                    Self::to_see(kind)
                } else {
                    Self::to_keep(kind)
                })
            }
            path if path.starts_with("/playlists/") => Some(if reads {
                Self::Playlists
            } else if path.ends_with("/images") {
                Self::Cover
            } else {
                Self::EditPlaylists(None)
            }),
            _ => None,
        }
    }
}

/// The kind of the first thing that the query of a library call names.
fn first_kind(query: &str) -> Option<UriKind> {
    let uris = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "uris")?;
    let kind = uris.1.strip_prefix("spotify:")?.split(':').next()?;
    UriKind::ALL
        .into_iter()
        .find(|known| known.as_str() == kind)
}
