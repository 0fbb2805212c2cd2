//! What a search asks for: words and field filters.

use crate::catalogue::{Album, Artist, Catalogue, Track};

/// `tag:new` means released in the last two weeks.
const NEW_DAYS: i64 = 14;

/// A parsed `q`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    words: Vec<String>,
    artist: Vec<String>,
    album: Vec<String>,
    track: Vec<String>,
    genre: Option<String>,
    isrc: Option<String>,
    upc: Option<String>,
    year: Option<(i32, i32)>,
    tag_new: bool,
}

/// What of a playlist is searched.
#[derive(Debug)]
pub(crate) struct Headline {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
}

impl Query {
    /// Reads `q`: words, and `artist:`, `album:`, `track:`, `year:`, `genre:`, `isrc:`, `upc:`
    /// and `tag:new`, whose values may be quoted.
    pub(crate) fn parse(q: &str) -> Self {
        let mut query = Self::default();
        for part in parts(q) {
            match part.split_once(':') {
                Some(("artist", value)) => query.artist.extend(words(value)),
                Some(("album", value)) => query.album.extend(words(value)),
                Some(("track", value)) => query.track.extend(words(value)),
                Some(("genre", value)) => query.genre = Some(value.to_lowercase()),
                Some(("isrc", value)) => query.isrc = Some(value.to_uppercase()),
                Some(("upc", value)) => query.upc = Some(value.to_owned()),
                Some(("year", value)) => query.year = years(value),
                Some(("tag", "new")) => query.tag_new = true,
                _ => query.words.extend(words(&part)),
            }
        }
        query
    }

    /// How well an artist fits; `None` when it does not.
    pub(crate) fn artist(&self, artist: &Artist) -> Option<u32> {
        let of_something_else = !self.album.is_empty()
            || !self.track.is_empty()
            || self.isrc.is_some()
            || self.upc.is_some()
            || self.year.is_some()
            || self.tag_new;
        let genre = self
            .genre
            .as_ref()
            .is_none_or(|genre| artist.genres.iter().any(|g| g == genre));
        if of_something_else || !genre || !all_in(&self.artist, &words(&artist.name)) {
            return None;
        }
        self.rank(&artist.name, &[], artist.popularity)
    }

    /// How well an album fits, on this day since 1970.
    pub(crate) fn album(&self, album: &Album, catalogue: &Catalogue, today: i64) -> Option<u32> {
        let artist = &catalogue.artists[album.artist].name;
        let fits = self.track.is_empty()
            && self.isrc.is_none()
            && self.upc.as_ref().is_none_or(|upc| *upc == album.upc)
            && self.fits_album(album, catalogue, today);
        fits.then(|| self.rank(&album.name, &[artist], album.popularity))
            .flatten()
    }

    /// How well a track fits, on this day since 1970.
    pub(crate) fn track(&self, track: &Track, catalogue: &Catalogue, today: i64) -> Option<u32> {
        let album = &catalogue.albums[track.album];
        let artists: Vec<&str> = track
            .artists
            .iter()
            .map(|index| catalogue.artists[*index].name.as_str())
            .collect();
        let fits = all_in(&self.track, &words(&track.name))
            && self.isrc.as_ref().is_none_or(|isrc| *isrc == track.isrc)
            && self.upc.is_none()
            && self.fits_album(album, catalogue, today);
        let mut others = artists;
        others.push(&album.name);
        fits.then(|| self.rank(&track.name, &others, track.popularity))
            .flatten()
    }

    /// How well a playlist fits; field filters find none.
    pub(crate) fn playlist(&self, playlist: &Headline) -> Option<u32> {
        let filtered = *self
            != Self {
                words: self.words.clone(),
                ..Self::default()
            };
        if filtered {
            return None;
        }
        let description = playlist.description.as_deref().unwrap_or_default();
        self.rank(&playlist.name, &[description], 0)
    }

    fn fits_album(&self, album: &Album, catalogue: &Catalogue, today: i64) -> bool {
        let artist = &catalogue.artists[album.artist];
        let age = today - album.released.first_day();
        all_in(&self.artist, &words(&artist.name))
            && all_in(&self.album, &words(&album.name))
            && self
                .genre
                .as_ref()
                .is_none_or(|genre| artist.genres.iter().any(|g| g == genre))
            && self
                .year
                .is_none_or(|(from, to)| (from..=to).contains(&album.released.year))
            && (!self.tag_new || (0..=NEW_DAYS).contains(&age))
    }

    /// Names that begin with the words come before names that hold them, and those before names
    /// whose surroundings hold them; within that, what is popular.
    fn rank(&self, name: &str, others: &[&str], popularity: u32) -> Option<u32> {
        let own = words(name);
        let mut all = own.clone();
        all.extend(others.iter().flat_map(|other| words(other)));
        if !all_in(&self.words, &all) {
            return None;
        }
        let closeness = if own == self.words {
            3
        } else if own.starts_with(&self.words) {
            2
        } else {
            u32::from(all_in(&self.words, &own))
        };
        Some(closeness * 1000 + popularity)
    }
}

/// Splits at spaces that are not inside quotes; drops the quotes.
fn parts(q: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in q.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => parts.push(String::new()),
            c => {
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The words of a text, in lower case, without marks on Latin letters.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.to_lowercase().chars().map(plain).collect())
        .collect()
}

fn plain(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

/// Whether each wanted word begins one of these; in scripts without spaces, is part of one.
fn all_in(wanted: &[String], held: &[String]) -> bool {
    wanted.iter().all(|word| {
        held.iter()
            .any(|one| one.starts_with(word) || (!word.is_ascii() && one.contains(word)))
    })
}

fn years(value: &str) -> Option<(i32, i32)> {
    let (from, to) = value.split_once('-').unwrap_or((value, value));
    Some((from.parse().ok()?, to.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn words_and_filters_are_told_apart() {
        let query = Query::parse(r#"harbour artist:"Marlow Quill" year:1990-1999 Öxl"#);
        assert_eq!(query.words, ["harbour", "oxl"]);
        assert_eq!(query.artist, ["marlow", "quill"]);
        assert_eq!(query.year, Some((1990, 1999)));
    }
}
