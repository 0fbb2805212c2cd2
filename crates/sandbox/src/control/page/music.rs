//! The panels for music, playlists and limits.

use serde_json::json;

use super::{Snapshot, button, checked, escape};
use crate::limits::Limits;

/// What can be published, renamed and made.
pub(super) fn music_panel() -> String {
    r#"<section><h2>Music</h2>
<form data-post="/control/publish" class="fields"><label>Artist, by name or id<input name="artist" value="Marlow Quill" required></label>
<label>Name of the release<input name="name" required></label>
<label>Kind<select name="album_type"><option>album</option><option>single</option><option>compilation</option></select></label><button>Publish it now</button></form>
<form data-post="/control/rename" class="fields"><label>URI of an artist, album, track or playlist<input name="uri" placeholder="spotify:artist:…" required></label>
<label>New name<input name="name"></label><label>Or its length in characters<input name="length" data-kind="number" type="number" min="1" max="2000"></label><button>Rename it</button></form></section>"#
        .to_owned()
}

/// A new playlist, and the provider's habits with them.
pub(super) fn playlist_panel(snapshot: &Snapshot) -> String {
    format!(
        r#"<section><h2>Playlists</h2><form data-post="/control/playlist" class="fields">
<label>Login<input name="login" value="ada" required></label><label>Name<input name="name" required></label><label>Description<input name="description"></label>
<label>Items<input name="items" data-kind="number" type="number" min="0" max="11000" value="20"></label>
<label class="check"><input type="checkbox" name="public" checked>Public</label><label class="check"><input type="checkbox" name="collaborative">Collaborative</label><button>Make the playlist</button></form>
<form data-post="/control/playlist-settings" class="fields"><label class="check"><input type="checkbox" name="ignores_private"{}><span>Ignore <code>public: false</code> of new playlists</span></label>
<label>Covers are shown after, in seconds<input name="cover_delay_s" data-kind="number" type="number" min="0" max="3600" value="{}" required></label><button>Set the habits of playlists</button></form></section>"#,
        checked(snapshot.playlists.ignores_private),
        snapshot.playlists.cover_delay_s,
    )
}

/// How often the Web API may be called.
pub(super) fn limit_panel(limits: &Limits) -> String {
    let rate = limits.rate_per_30s.map(|rate| rate.to_string());
    format!(
        r#"<section><h2>Limits</h2><form data-post="/control/limits" class="fields">
<label>Calls of one app in thirty seconds<input name="rate_per_30s" data-kind="number" type="number" min="1" value="{}"></label>
<label>Calls of all apps in a day, by group (JSON)<textarea name="quota" data-kind="json" rows="2" placeholder='{{"artist-albums": 600}}'>{}</textarea></label><button>Set the limits</button></form>{}</section>"#,
        rate.unwrap_or_default(),
        if limits.quota.is_empty() {
            String::new()
        } else {
            escape(&json!(limits.quota).to_string()).into_owned()
        },
        button("/control/limits", &json!({}), "No limits"),
    )
}
