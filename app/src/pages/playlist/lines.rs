//! The lines of a playlist that were read, in stretches.
//!
//! A playlist may hold 10,000 items. One more page of them makes one more stretch, and a line that is moved
//! changes the one or two that it stands in; the others are neither copied nor compared nor drawn anew.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;
use spotify::ids::ItemUri;
use spotify::model::PlaylistItem;

use crate::parts::stretches::STRETCH;

/// One line of the list. The key stays with it wherever it is moved.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its own, on this page.
    pub key: u32,
    /// What stands there.
    pub item: Arc<PlaylistItem>,
}

/// A stretch of them: [`STRETCH`] lines at most, but for what is moved into it. It is gone when its last line
/// is.
#[derive(Clone)]
struct Stretch {
    key: u32,
    lines: ArcRwSignal<Vec<Line>>,
}

impl Stretch {
    fn len(&self) -> usize {
        self.lines.with_untracked(Vec::len)
    }
}

/// All lines. Copy it freely; all copies are the same list.
#[derive(Clone, Copy)]
pub struct Lines {
    stretches: RwSignal<Vec<Stretch>>,
    count: RwSignal<usize>,
    desk: StoredValue<Desk>,
}

/// What is counted along.
#[derive(Debug, Default)]
struct Desk {
    keys: u32,
    /// How many lines there are of each item.
    times: HashMap<String, usize>,
}

impl Lines {
    /// None yet.
    pub fn none() -> Self {
        Self {
            stretches: RwSignal::new(Vec::new()),
            count: RwSignal::new(0),
            desk: StoredValue::new(Desk::default()),
        }
    }

    /// The keys of the stretches, in their order. Tracked.
    pub fn stretches(self) -> Vec<u32> {
        self.stretches
            .with(|all| all.iter().map(|stretch| stretch.key).collect())
    }

    /// The lines of one stretch. Untracked, but what it gives can be tracked.
    pub fn stretch(self, key: u32) -> Option<ArcRwSignal<Vec<Line>>> {
        let find = |all: &Vec<Stretch>| {
            let found = all.iter().rfind(|stretch| stretch.key == key)?;
            Some(found.lines.clone())
        };
        self.stretches.try_with_untracked(find).flatten()
    }

    /// How many lines there are. Tracked.
    pub fn count(self) -> usize {
        self.count.get()
    }

    /// Whether an item with this URI is among them. Tracked.
    pub fn holds(self, uri: &ItemUri) -> bool {
        self.count.track();
        self.times(uri) > 0
    }

    /// How many lines there are of an item. Untracked.
    pub fn times(self, uri: &ItemUri) -> usize {
        let times = |desk: &Desk| desk.times.get(uri.as_str()).copied();
        self.desk.try_with_value(times).flatten().unwrap_or(0)
    }

    /// The place of a line, from 0. Untracked.
    pub fn place_of(self, key: u32) -> Option<usize> {
        let find = |all: &Vec<Stretch>| {
            let mut before = 0;
            all.iter().find_map(|stretch| {
                stretch.lines.with_untracked(|lines| {
                    let found = lines.iter().position(|line| line.key == key);
                    let place = found.map(|found| before + found);
                    before += lines.len();
                    place
                })
            })
        };
        self.stretches.try_with_untracked(find).flatten()
    }

    /// The line at a place. Untracked.
    pub fn at(self, place: usize) -> Option<Line> {
        let (stretch, within) = self.find(place, |within, len| within < len)?;
        stretch
            .lines
            .with_untracked(|lines| lines.get(within).cloned())
    }

    /// The first stretch that a place lies in, as `lies` says from the place in it and its length; and
    /// the place in it.
    fn find(self, place: usize, lies: fn(usize, usize) -> bool) -> Option<(Stretch, usize)> {
        let find = |all: &Vec<Stretch>| {
            let mut within = place;
            for stretch in all {
                let len = stretch.len();
                if lies(within, len) {
                    return Some((stretch.clone(), within));
                }
                within -= len;
            }
            None
        };
        self.stretches.try_with_untracked(find).flatten()
    }

    /// What stands in all lines, in their order. Untracked.
    pub fn items(self) -> Vec<PlaylistItem> {
        let all = self.stretches.try_get_untracked().unwrap_or_default();
        let mut items = Vec::new();
        for stretch in all {
            let of =
                |lines: &Vec<Line>| items.extend(lines.iter().map(|line| (*line.item).clone()));
            stretch.lines.with_untracked(of);
        }
        items
    }

    /// Has these lines and no others.
    pub fn replace(self, items: Vec<PlaylistItem>) {
        self.desk.try_update_value(|desk| desk.times.clear());
        self.stretches.try_set(Vec::new());
        self.count.try_set(0);
        self.push(items);
    }

    /// Puts lines at the end.
    pub fn push(self, items: Vec<PlaylistItem>) {
        let count = items.len();
        let mut lines: Vec<_> = items
            .into_iter()
            .map(|item| self.line(Arc::new(item)))
            .collect();
        let last = self.stretches.try_with_untracked(|all| all.last().cloned());
        match last.flatten() {
            Some(last) if last.len() + count <= STRETCH => {
                last.lines.update(|last| last.append(&mut lines));
            }
            _ => self.open(lines),
        }
        self.count.try_update(|all| *all += count);
    }

    /// Opens new stretches at the end.
    fn open(self, lines: Vec<Line>) {
        let mut lines = lines.into_iter().peekable();
        while lines.peek().is_some() {
            let stretch = Stretch {
                key: self.key(),
                lines: ArcRwSignal::new(lines.by_ref().take(STRETCH).collect()),
            };
            self.stretches.try_update(|all| all.push(stretch));
        }
    }

    fn line(self, item: Arc<PlaylistItem>) -> Line {
        if let Some(uri) = uri_of(&item) {
            self.desk.try_update_value(|desk| {
                *desk.times.entry(uri.to_owned()).or_default() += 1;
            });
        }
        Line {
            key: self.key(),
            item,
        }
    }

    fn key(self) -> u32 {
        let next = |desk: &mut Desk| {
            desk.keys = desk.keys.wrapping_add(1);
            desk.keys
        };
        self.desk.try_update_value(next).unwrap_or_default()
    }

    /// Puts a line at a place, or at the end where the list is shorter. Its key.
    pub fn insert(self, place: usize, item: Arc<PlaylistItem>) -> u32 {
        let line = self.line(item);
        let key = line.key;
        self.put(place, line);
        self.count.try_update(|all| *all += 1);
        key
    }

    fn put(self, place: usize, line: Line) {
        let place = place.min(self.count.try_get_untracked().unwrap_or(0));
        match self.find(place, |within, len| within <= len) {
            Some((stretch, within)) => stretch.lines.update(|lines| lines.insert(within, line)),
            None => self.open(vec![line]),
        }
    }

    /// Moves a line so that it stands at the place `to`. Whether it could be done.
    pub fn relocate(self, from: usize, to: usize) -> bool {
        let count = self.count.try_get_untracked().unwrap_or(0);
        if from >= count || to >= count {
            return false;
        }
        let Some((stretch, within)) = self.find(from, |within, len| within < len) else {
            return false;
        };
        // Where the stretch begins and ends in the list, without the line.
        let (start, end) = (from - within, from - within + stretch.len() - 1);
        if (start..=end).contains(&to) {
            stretch.lines.update(|lines| {
                let line = lines.remove(within);
                lines.insert(to - start, line);
            });
        } else {
            let line = stretch.lines.try_update(|lines| lines.remove(within));
            self.drop_empty(&stretch);
            if let Some(line) = line {
                self.put(to, line);
            }
        }
        true
    }

    /// Takes all lines of an item out: each with the place it had, in their order.
    pub fn take_out(self, uri: &ItemUri) -> Vec<(usize, Arc<PlaylistItem>)> {
        let mut out = Vec::new();
        let mut before = 0;
        let all = self.stretches.try_get_untracked().unwrap_or_default();
        for stretch in all {
            stretch.lines.maybe_update(|lines| {
                let (len, found) = (lines.len(), out.len());
                let mut place = before;
                lines.retain(|line| {
                    let is = uri_of(&line.item) == Some(uri.as_str());
                    if is {
                        out.push((place, Arc::clone(&line.item)));
                    }
                    place += 1;
                    !is
                });
                before += len;
                out.len() > found
            });
            self.drop_empty(&stretch);
        }
        self.desk
            .try_update_value(|desk| desk.times.remove(uri.as_str()));
        self.count.try_update(|all| *all -= out.len());
        out
    }

    fn drop_empty(self, stretch: &Stretch) {
        if stretch.len() == 0 {
            self.stretches
                .try_update(|all| all.retain(|one| one.key != stretch.key));
        }
    }
}

fn uri_of(item: &PlaylistItem) -> Option<&str> {
    item.item.as_ref()?.uri()
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;
    use serde_json::json;
    use spotify::ids::ItemUri;
    use spotify::model::PlaylistItem;
    use spotify::request::Reorder;

    use super::{Lines, uri_of};
    use crate::parts::stretches::STRETCH;

    fn uri(number: usize) -> String {
        format!("spotify:track:{number:022}")
    }

    fn items(numbers: impl IntoIterator<Item = usize>) -> Vec<PlaylistItem> {
        let item = |number| json!({ "item": { "type": "track", "name": "x", "uri": uri(number) } });
        let items = numbers.into_iter().map(item);
        items
            .map(|item| serde_json::from_value(item).unwrap())
            .collect()
    }

    /// The numbers of the items, as the stretches hold them.
    fn shown(lines: Lines) -> Vec<usize> {
        let stretches = untrack(|| lines.stretches());
        let stretches = stretches
            .into_iter()
            .flat_map(|key| lines.stretch(key).unwrap().get_untracked());
        stretches
            .map(|line| uri_of(&line.item).unwrap()[14..].parse().unwrap())
            .collect()
    }

    /// Lines that are `pages` pages of different items.
    fn read(pages: usize) -> Lines {
        let lines = Lines::none();
        for page in 0..pages {
            lines.push(items(page * STRETCH..(page + 1) * STRETCH));
        }
        lines
    }

    fn holds_together(lines: Lines) {
        let shown = shown(lines);
        assert_eq!(untrack(|| lines.count()), shown.len());
        for (place, number) in shown.iter().enumerate() {
            let line = lines.at(place).unwrap();
            assert_eq!(uri_of(&line.item), Some(uri(*number).as_str()));
            assert_eq!(lines.place_of(line.key), Some(place));
        }
        assert!(lines.at(shown.len()).is_none());
        for key in untrack(|| lines.stretches()) {
            assert!(!lines.stretch(key).unwrap().with_untracked(Vec::is_empty));
        }
    }

    #[test]
    fn another_page_leaves_the_stretches_before_it_alone() {
        let owner = Owner::new();
        owner.with(|| {
            let lines = read(3);
            let before = untrack(|| lines.stretches());
            let first = lines.stretch(before[0]).unwrap();
            let told = Memo::new(move |times: Option<&u32>| {
                first.track();
                times.map_or(0, |times| times + 1)
            });
            assert_eq!(told.get_untracked(), 0);
            lines.push(items(150..200));
            let after = untrack(|| lines.stretches());
            assert_eq!(after[..3], before);
            assert_eq!(after.len(), 4);
            assert_eq!(told.get_untracked(), 0);
            assert_eq!(shown(lines), (0..200).collect::<Vec<_>>());
            holds_together(lines);
        });
    }

    #[test]
    fn first_page_is_cut_and_single_lines_fill_the_last_stretch() {
        let owner = Owner::new();
        owner.with(|| {
            let lines = Lines::none();
            lines.push(items(0..120));
            assert_eq!(untrack(|| lines.stretches()).len(), 3);
            lines.push(items(120..121));
            assert_eq!(untrack(|| lines.stretches()).len(), 3);
            assert_eq!(shown(lines), (0..121).collect::<Vec<_>>());
            lines.push(Vec::new());
            holds_together(lines);
            lines.replace(items(7..9));
            assert_eq!(shown(lines), [7, 8]);
            holds_together(lines);
        });
    }

    #[test]
    fn move_is_the_one_that_spotify_makes_from_anywhere_to_anywhere() {
        let owner = Owner::new();
        owner.with(|| {
            let places = [0, 1, 49, 50, 51, 99, 100, 148, 149];
            let lines = read(3);
            let mut expected: Vec<_> = (0..150).collect();
            for from in places {
                for to in places {
                    assert!(lines.relocate(from, to));
                    let (from, to) = (u32::try_from(from).unwrap(), u32::try_from(to).unwrap());
                    assert!(Reorder::one(from, to).apply(&mut expected));
                    assert_eq!(shown(lines), expected, "{from} {to}");
                }
            }
            holds_together(lines);
            assert!(!lines.relocate(150, 0));
            assert!(!lines.relocate(0, 150));
            assert_eq!(shown(lines), expected);
        });
    }

    #[test]
    fn line_that_is_moved_out_of_a_stretch_of_its_own_leaves_no_empty_one() {
        let owner = Owner::new();
        owner.with(|| {
            let lines = Lines::none();
            lines.push(items(0..51));
            assert!(lines.relocate(50, 49));
            assert_eq!(untrack(|| lines.stretches()).len(), 1);
            assert!(lines.relocate(49, 50));
            assert_eq!(shown(lines), (0..51).collect::<Vec<_>>());
            holds_together(lines);
        });
    }

    #[test]
    fn what_is_taken_out_goes_back_to_its_places() {
        let owner = Owner::new();
        owner.with(|| {
            let lines = Lines::none();
            let all: Vec<_> = (0..60).chain([3]).chain(60..120).chain([3]).collect();
            for page in all.chunks(STRETCH) {
                lines.push(items(page.iter().copied()));
            }
            let three = ItemUri::parse(&uri(3)).unwrap();
            assert_eq!(lines.times(&three), 3);
            let taken = lines.take_out(&three);
            let places: Vec<_> = taken.iter().map(|(place, _)| *place).collect();
            assert_eq!(places, [3, 60, 121]);
            assert!(untrack(|| !lines.holds(&three)));
            assert!(!shown(lines).contains(&3));
            holds_together(lines);
            for (place, item) in taken {
                lines.insert(place, item);
            }
            assert_eq!(shown(lines), all);
            assert!(untrack(|| lines.holds(&three)));
            holds_together(lines);
        });
    }

    #[test]
    fn only_line_is_taken_out_and_comes_back() {
        let owner = Owner::new();
        owner.with(|| {
            let lines = Lines::none();
            lines.push(items(0..1));
            let taken = lines.take_out(&ItemUri::parse(&uri(0)).unwrap());
            assert_eq!(untrack(|| lines.stretches()), [0_u32; 0]);
            for (place, item) in taken {
                lines.insert(place + 9, item);
            }
            assert_eq!(shown(lines), [0]);
            holds_together(lines);
        });
    }
}
