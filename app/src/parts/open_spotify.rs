//! The way from what is shown here to where it comes from.

use leptos::prelude::*;

/// The address of a thing on Spotify, from what Spotify said or, failing that, from kind and id.
///
/// An address that is not on the web is not believed, whoever sent it.
pub fn spotify_address(said: Option<String>, kind: &str, id: Option<&str>) -> Option<String> {
    said.filter(|address| crate::page_life::is_web_address(address))
        .or_else(|| {
            let id = id?;
            let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            plain.then(|| format!("https://open.spotify.com/{kind}/{id}"))
        })
}

/// A link that opens Spotify in a tab of its own. Its words are those of the branding guidelines;
/// `of` tells a screen reader what is opened.
#[component]
pub fn OpenSpotify(
    /// Where to.
    address: String,
    /// The name of what is opened.
    #[prop(into)]
    of: String,
) -> impl IntoView {
    // One text: pieces beside each other would be read with spaces between.
    let label = "Open Spotify: ".to_owned() + &(of + " (opens in a new tab)");
    view! {
        <a
            class="open-spotify"
            href=address
            target="_blank"
            rel="external noopener noreferrer"
            aria-label=label
        >
            "Open Spotify"
        </a>
    }
}

/// Says where names and pictures on this page come from, as the guidelines ask of every page that
/// shows them.
#[component]
pub fn FromSpotify() -> impl IntoView {
    view! { <p class="from-spotify">"Names and pictures are provided by Spotify."</p> }
}

/// What stands at the foot of a list: where it comes from, and the way there.
#[component]
pub fn ListFoot(
    /// Where to.
    address: &'static str,
    /// The name of what is opened.
    of: &'static str,
) -> impl IntoView {
    view! {
        <footer class="search-foot">
            <FromSpotify />
            <OpenSpotify address=address.to_owned() of />
        </footer>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::spotify_address;

    #[test]
    fn said_address_is_used() {
        let said = Some("https://open.spotify.com/user/anna".to_owned());
        assert_eq!(spotify_address(said.clone(), "user", None), said);
    }

    #[test]
    fn script_address_is_refused() {
        let said = Some("javascript:alert(1)".to_owned());
        let made = spotify_address(said.clone(), "track", Some("4uLU6hMCjMI75M1A2tKUQC"));
        assert_eq!(
            made.as_deref(),
            Some("https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC")
        );
        assert_eq!(spotify_address(said, "track", Some("../x")), None);
    }
}
