//! What a list is of, where the address says it: `?of=tracks`.

use std::marker::PhantomData;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::parts::choice::Choosable;

/// Something that is chosen by a value of the address. The default is what odd values choose.
pub trait Kind: Copy + Default + PartialEq + 'static {
    /// What the value is called in the query.
    const KEY: &'static str;
    /// All of them, in the order in which they are shown.
    const ALL: &'static [Self];

    /// The value that chooses it.
    fn name(self) -> &'static str;

    /// What a person calls it.
    fn words(self) -> &'static str;
}

/// The one that the address chooses, now and whenever it changes. Copy it freely.
pub struct Chosen<K> {
    /// Its place among all of them, so that the program holds the code for one sort of signal.
    place: Memo<usize>,
    kind: PhantomData<fn() -> K>,
}

impl<K> Clone for Chosen<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Chosen<K> {}

/// Reads from the address which one is chosen.
pub fn use_kind<K: Kind>() -> Chosen<K> {
    let query = use_query_map();
    let place = Memo::new(move |_| {
        query.with(|query| place::<K>(query.get_str(K::KEY).unwrap_or_default()))
    });
    Chosen {
        place,
        kind: PhantomData,
    }
}

impl<K: Kind> Chosen<K> {
    /// Which one. Tracked.
    pub fn get(self) -> K {
        K::ALL.get(self.place.get()).copied().unwrap_or_default()
    }

    /// All of them to choose from, each `to` an address; what that tracks is followed.
    pub fn options(
        self,
        to: impl Fn(K) -> String + Send + Sync + 'static,
    ) -> Signal<Vec<Choosable>> {
        Signal::derive(move || {
            let here = self.place.get();
            let all = K::ALL.iter().enumerate();
            all.map(|(place, kind)| Choosable {
                words: kind.words(),
                to: to(*kind),
                here: place == here,
            })
            .collect()
        })
    }
}

/// The place of the one that `name` chooses.
fn place<K: Kind>(name: &str) -> usize {
    let mut all = K::ALL.iter();
    let chosen = all.position(|kind| kind.name() == name);
    let usual = || K::ALL.iter().position(|kind| *kind == K::default());
    chosen.or_else(usual).unwrap_or_default()
}

/// Each of them is chosen by its name alone, and `usual` by whatever is none.
#[cfg(test)]
#[track_caller]
pub fn assert_chosen_by_name<K: Kind + std::fmt::Debug>(usual: K) {
    let chosen = |name: &str| K::ALL[place::<K>(name)];
    for kind in K::ALL {
        assert_eq!(chosen(kind.name()), *kind);
        assert_ne!(kind.words(), "");
    }
    for odd in ["", "<b>", "Tracks", "ALL", "tracks "] {
        assert_eq!(chosen(odd), usual, "{odd}");
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, assert_chosen_by_name};

    #[derive(Debug, Clone, Copy, Default, PartialEq)]
    enum Of {
        Albums,
        #[default]
        Tracks,
    }

    impl Kind for Of {
        const KEY: &'static str = "of";
        const ALL: &'static [Self] = &[Self::Albums, Self::Tracks];

        fn name(self) -> &'static str {
            match self {
                Self::Albums => "albums",
                Self::Tracks => "tracks",
            }
        }

        fn words(self) -> &'static str {
            "Some"
        }
    }

    #[test]
    fn odd_value_chooses_the_usual_one_wherever_it_stands() {
        assert_chosen_by_name(Of::Tracks);
    }
}
