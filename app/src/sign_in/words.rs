//! The services on offer, in words: the sentences of the pages follow from them.

use crate::session::ProviderView;

/// `Spotify`, `Spotify or Google`, `Spotify, Google or Work`; nothing where there is none.
pub fn any_of<'a>(labels: impl IntoIterator<Item = &'a str>) -> String {
    joined(labels, "or")
}

/// `Spotify`, `Spotify and Google`, `Spotify, Google and Work`; nothing where there is none.
pub fn all_of<'a>(labels: impl IntoIterator<Item = &'a str>) -> String {
    joined(labels, "and")
}

fn joined<'a>(labels: impl IntoIterator<Item = &'a str>, word: &str) -> String {
    let mut labels: Vec<_> = labels.into_iter().collect();
    match labels.pop() {
        None => String::new(),
        Some(only) if labels.is_empty() => only.to_owned(),
        Some(last) => format!("{} {word} {last}", labels.join(", ")),
    }
}

/// The labels of `providers`, in their order.
pub fn labels(providers: &[ProviderView]) -> Vec<&str> {
    providers
        .iter()
        .map(|provider| provider.label.as_str())
        .collect()
}

/// Where a person takes back what they granted at the provider: the address the server names, or
/// Spotify's own, which never changes.
pub fn manage_url(provider: &ProviderView) -> Option<String> {
    let spotify = || (provider.id == "spotify").then(|| SPOTIFY_APPS.to_owned());
    provider.manage_url.clone().or_else(spotify)
}

/// The id of the provider whose music is shown.
pub const SPOTIFY: &str = "spotify";

/// Spotify's page of the apps a person let in.
pub const SPOTIFY_APPS: &str = "https://www.spotify.com/account/apps/";

#[cfg(test)]
mod tests {
    use super::{all_of, any_of, manage_url};
    use crate::session::ProviderView;

    #[test]
    fn services_are_named_as_people_name_them() {
        assert_eq!(any_of([]), "");
        assert_eq!(any_of(["Google"]), "Google");
        assert_eq!(any_of(["Spotify", "Google"]), "Spotify or Google");
        assert_eq!(
            all_of(["Spotify", "Google", "Work"]),
            "Spotify, Google and Work"
        );
    }

    #[test]
    fn address_of_the_server_goes_first() {
        let mut provider = ProviderView {
            id: "spotify".to_owned(),
            ..ProviderView::default()
        };
        assert!(manage_url(&provider).is_some_and(|url| url.contains("spotify.com")));
        provider.manage_url = Some("https://a.example/".to_owned());
        assert_eq!(manage_url(&provider).as_deref(), Some("https://a.example/"));
        provider = ProviderView {
            id: "work".to_owned(),
            ..ProviderView::default()
        };
        assert_eq!(manage_url(&provider), None);
    }
}
