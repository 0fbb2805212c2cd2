//! What people call their playlists.

/// Those of somebody who has many.
pub(super) const MANY: [&str; 21] = [
    "vinterlistan",
    "🚲",
    "Road trip 2019 (do not delete)",
    "songs mum might like",
    "untitled",
    "My Playlist #14",
    "DISCO DISCO DISCO",
    "köksdans",
    "2024",
    "asdf",
    "late & slow <3",
    "雨の日",
    "شتاء على الميناء",
    "Wedding: maybe / probably / no",
    "gym (old)",
    "Copy of Copy of Road trip 2019 (do not delete)",
    "Everything, shuffled",
    "for the dishes",
    ".",
    "Gute-Nacht-Lieder für sehr müde Donaudampfschifffahrtskapitäne",
    "<script>alert(\"mixtape\")</script>",
];

/// What they say of them; `None` where nothing was said, and the provider escapes the rest.
pub(super) const SAID: [Option<&str>; 7] = [
    None,
    Some("Tom & Ada's list: \"no skipping\", <b>ever</b>"),
    Some(""),
    Some("Started on a ferry in March, finished in a kitchen in May."),
    None,
    Some("1 song a day, 365/365"),
    Some("sånger för när det regnar på sidan 🌧"),
];

/// Those of somebody who has few.
pub(super) const FEW: [&str; 6] = [
    "お気に入り",
    "Morning",
    "Running, but slowly",
    "Играть дома",
    "My Playlist #1",
    "car",
];
