//! Adding to a playlist, moving within it, and taking out.

use thiserror::Error;

use super::{Item, Playlist};
use crate::catalogue::Catalogue;

/// The most that one playlist holds.
const MOST: usize = 11_000;

/// Why a playlist stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum EditRefusal {
    #[error("Index out of bounds")]
    OutOfBounds,
    #[error("Playlist size limit reached")]
    Full,
}

impl Playlist {
    /// Puts items in before this position, or at the end.
    pub(crate) fn add(
        &mut self,
        items: Vec<Item>,
        position: Option<usize>,
    ) -> Result<(), EditRefusal> {
        let position = position.unwrap_or(self.items.len());
        if position > self.items.len() {
            return Err(EditRefusal::OutOfBounds);
        }
        if self.items.len() + items.len() > MOST {
            return Err(EditRefusal::Full);
        }
        self.items.splice(position..position, items);
        self.touch();
        Ok(())
    }

    /// Has these items from now on and no others.
    pub(crate) fn replace(&mut self, items: Vec<Item>) {
        self.items = items;
        self.touch();
    }

    /// Moves `length` items from `start` to before what now stands at `before`.
    pub(crate) fn reorder(
        &mut self,
        start: usize,
        before: usize,
        length: usize,
    ) -> Result<(), EditRefusal> {
        let end = start.checked_add(length).ok_or(EditRefusal::OutOfBounds)?;
        if end > self.items.len() || before > self.items.len() {
            return Err(EditRefusal::OutOfBounds);
        }
        if before < start {
            self.items[before..end].rotate_right(length);
        } else if before > end {
            self.items[start..before].rotate_left(length);
        }
        self.touch();
        Ok(())
    }

    /// Takes out all that has one of these URIs, wherever it stands.
    pub(crate) fn remove(&mut self, uris: &[String], catalogue: &Catalogue) {
        self.items.retain(|item| {
            let uri = item.content.uri(catalogue);
            uri.is_none_or(|uri| !uris.contains(&uri))
        });
        self.touch();
    }
}

#[cfg(test)]
mod tests {
    use super::EditRefusal;
    use crate::catalogue::Catalogue;
    use crate::playlists::{Content, Draft, Item, Playlist, Playlists};

    fn playlist() -> Playlist {
        let mut playlists = Playlists::default();
        let draft = Draft {
            name: "x".to_owned(),
            description: None,
            public: true,
            collaborative: false,
        };
        let id = playlists.create("ada", draft, 0);
        let mut playlist = playlists.get(&id).expect("it was created").clone();
        playlist.add(items(0..6), None).expect("there is room");
        playlist
    }

    fn items(tracks: impl IntoIterator<Item = usize>) -> Vec<Item> {
        let tracks = tracks.into_iter();
        tracks
            .map(|index| Item {
                content: Content::Track(index),
                added_at: None,
                added_by: None,
            })
            .collect()
    }

    fn order(playlist: &Playlist) -> Vec<usize> {
        let items = playlist.items.iter();
        items
            .map(|item| match item.content {
                Content::Track(index) => index,
                _ => usize::MAX,
            })
            .collect()
    }

    #[test]
    fn ranges_are_moved_as_the_provider_counts() {
        for (start, before, length, wanted) in [
            (0, 6, 1, [1, 2, 3, 4, 5, 0]),
            (5, 0, 1, [5, 0, 1, 2, 3, 4]),
            (1, 5, 2, [0, 3, 4, 1, 2, 5]),
            (3, 1, 2, [0, 3, 4, 1, 2, 5]),
            (1, 1, 2, [0, 1, 2, 3, 4, 5]),
            (1, 2, 2, [0, 1, 2, 3, 4, 5]),
            (1, 3, 2, [0, 1, 2, 3, 4, 5]),
            (2, 6, 0, [0, 1, 2, 3, 4, 5]),
        ] {
            let mut playlist = playlist();
            playlist.reorder(start, before, length).expect("in bounds");
            assert_eq!(order(&playlist), wanted, "{start} {before} {length}");
        }
    }

    #[test]
    fn what_lies_outside_is_refused_and_changes_nothing() {
        let mut playlist = playlist();
        let before = playlist.snapshot_id();
        for (start, before, length) in [(6, 0, 1), (0, 7, 1), (5, 0, 2), (usize::MAX, 0, 2)] {
            let refused = playlist.reorder(start, before, length);
            assert_eq!(refused, Err(EditRefusal::OutOfBounds));
        }
        assert_eq!(
            playlist.add(items([9]), Some(7)),
            Err(EditRefusal::OutOfBounds)
        );
        let many = items((0..10_995).map(|_| 1));
        assert_eq!(playlist.add(many, None), Err(EditRefusal::Full));
        assert_eq!(
            (order(&playlist).len(), playlist.snapshot_id()),
            (6, before)
        );
    }

    #[test]
    fn all_of_one_uri_are_taken_out() {
        let catalogue = Catalogue::generate(1);
        let mut playlist = playlist();
        playlist.add(items([2, 4]), Some(0)).expect("in bounds");
        let uri = format!("spotify:track:{}", catalogue.tracks[2].id);
        playlist.remove(&[uri], &catalogue);
        assert_eq!(order(&playlist), [4, 0, 1, 3, 4, 5]);
    }
}
