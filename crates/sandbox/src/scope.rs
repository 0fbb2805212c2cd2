//! The provider's scopes and what a person reads about each.

use std::collections::BTreeSet;

/// Scopes in a fixed order that is not the order in which they were asked for.
pub(crate) type Scopes = BTreeSet<&'static str>;

/// Every scope and its sentence on the consent page.
const SENTENCES: [(&str, &str); 19] = [
    (
        "ugc-image-upload",
        "Upload images to Spotify on your behalf.",
    ),
    (
        "user-read-playback-state",
        "Read your currently playing content and Spotify Connect devices information.",
    ),
    (
        "user-modify-playback-state",
        "Control playback on your Spotify clients and Spotify Connect devices.",
    ),
    (
        "user-read-currently-playing",
        "Read your currently playing content.",
    ),
    (
        "app-remote-control",
        "Communicate with the Spotify app on your device.",
    ),
    (
        "streaming",
        "Play content and control playback on your other devices.",
    ),
    ("playlist-read-private", "Access your private playlists."),
    (
        "playlist-read-collaborative",
        "Access your collaborative playlists.",
    ),
    ("playlist-modify-private", "Manage your private playlists."),
    ("playlist-modify-public", "Manage your public playlists."),
    ("user-follow-modify", "Manage who you are following."),
    (
        "user-follow-read",
        "Access your followers and who you are following.",
    ),
    (
        "user-read-playback-position",
        "Read your position in content you have played.",
    ),
    ("user-top-read", "Read your top artists and content."),
    (
        "user-read-recently-played",
        "Access your recently played items.",
    ),
    ("user-library-modify", "Manage your saved content."),
    ("user-library-read", "Access your saved content."),
    ("user-read-email", "Get your real email address."),
    ("user-read-private", "Access your subscription details."),
];

/// Reads a space-separated list; `None` when one of them is unknown.
pub(crate) fn parse(list: &str) -> Option<Scopes> {
    list.split(' ')
        .filter(|name| !name.is_empty())
        .map(|name| {
            SENTENCES
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(known, _)| *known)
        })
        .collect()
}

/// The sentences of these scopes, in the order of the provider's own list.
pub(crate) fn sentences(scopes: &Scopes) -> impl Iterator<Item = &'static str> + '_ {
    SENTENCES
        .iter()
        .filter(|(name, _)| scopes.contains(name))
        .map(|(_, sentence)| *sentence)
}

/// The list as the token answer spells it.
pub(crate) fn join(scopes: &Scopes) -> String {
    scopes.iter().copied().collect::<Vec<_>>().join(" ")
}
