//! The words that names are made of.

/// A name of exactly so many characters, which reads like one; another for each salt.
pub(crate) fn long_name(length: usize, salt: usize) -> String {
    let mut name = String::new();
    let mut count = 0;
    for step in 0.. {
        if count >= length {
            break;
        }
        let turn = step + salt;
        let part = format!(
            "{}{} {} {}",
            if step == 0 { "" } else { ", " },
            OPENINGS[turn * 5 % OPENINGS.len()],
            NOUNS[turn * 7 % NOUNS.len()],
            ENDINGS[turn * 3 % ENDINGS.len()]
        );
        count += part.chars().count();
        name.push_str(&part);
    }
    let mut cut: Vec<char> = name.chars().take(length).collect();
    // It must not end with a space, which a page would not show.
    if let Some(last) = cut.last_mut().filter(|last| **last == ' ') {
        *last = '.';
    }
    cut.into_iter().collect()
}

/// Artists that are always there: one plain, the others hard to show.
pub(super) const FIXED_ARTISTS: [&str; 6] = [
    "Marlow Quill",
    "霧の灯台",
    "قافلة الملح",
    "<b>Bold</b> & the Ampersands",
    "Þrándur Öxl",
    "The Honourable Society of Unhurried Harbour Pilots, Lock-Keepers and Retired Lighthouse Men",
];

pub(super) const FIRST: [&str; 14] = [
    "Ilse", "Teodor", "Maribel", "Osric", "Noor", "Benedikt", "Saoirse", "Wendel", "Yara",
    "Casimir", "Linnea", "Ferran", "Ottilie", "Jory",
];

pub(super) const LAST: [&str; 14] = [
    "Marrowby",
    "Thistlecote",
    "Vantongeren",
    "Okkerholt",
    "Pellworm",
    "Saltmarsh",
    "Brandywell",
    "Kestrelby",
    "Quillfeather",
    "Underhay",
    "Zauberlin",
    "Ashgrove-Lind",
    "Tarnwick",
    "Dovecote",
];

pub(super) const ADJECTIVES: [&str; 16] = [
    "Brindle",
    "Copper",
    "Sundry",
    "Hollow",
    "Gingham",
    "Tidal",
    "Crooked",
    "Threadbare",
    "Lantern",
    "Saltwater",
    "Unhurried",
    "Marzipan",
    "Borrowed",
    "Velveteen",
    "Windfall",
    "Parchment",
];

pub(super) const THINGS: [&str; 16] = [
    "Almanacs",
    "Ferrymen",
    "Turnstiles",
    "Barometers",
    "Orchards",
    "Typewriters",
    "Foghorns",
    "Weathervanes",
    "Kettles",
    "Cartographers",
    "Marionettes",
    "Lanterns",
    "Hedgerows",
    "Semaphores",
    "Paperboats",
    "Greenhouses",
];

pub(super) const COINED: [&str; 12] = [
    "Ollivane",
    "Drumlark",
    "Novembrist",
    "Pterra",
    "Wexelhaus",
    "Kalimbrook",
    "Sintermoor",
    "Tuvalane",
    "Obelune",
    "Fjellpost",
    "Morrowhythe",
    "Quonset Bloom",
];

pub(super) const NOUNS: [&str; 24] = [
    "Harbour", "Lantern", "Winter", "Paper", "Salt", "Orchard", "Signal", "Window", "Ferry",
    "Copper", "Garden", "Tide", "Static", "Engine", "Sparrow", "Atlas", "Ember", "Thimble",
    "Meadow", "Glass", "Compass", "Kitchen", "Railway", "Velvet",
];

pub(super) const ENDINGS: [&str; 16] = [
    "in the Morning",
    "for Beginners",
    "at Low Tide",
    "Revisited",
    "and Other Rooms",
    "Without You",
    "by the Yard",
    "After Dark",
    "of the North",
    "on a Tuesday",
    "Unfolding",
    "Like Snow",
    "Past Midnight",
    "from Memory",
    "over Gravel",
    "Again",
];

pub(super) const OPENINGS: [&str; 12] = [
    "Letters to the",
    "Under the",
    "A Field Guide to",
    "No",
    "Two Kinds of",
    "The Last",
    "Waiting for the",
    "Every",
    "My Father’s",
    "Half a",
    "Good Night,",
    "Where the",
];

pub(super) const GENRES: [&str; 10] = [
    "harbour folk",
    "slow static",
    "tin pop",
    "kitchen jazz",
    "night bus",
    "moss rock",
    "paper soul",
    "northern chamber",
    "soft machinery",
    "orchard blues",
];

pub(super) const PLAYLISTS: [&str; 30] = [
    "Slow Morning",
    "Harbour Walk",
    "Songs for Rain",
    "Kitchen Dancing",
    "Deep Static",
    "Night Train North",
    "Paper Lantern Party",
    "First Coffee",
    "Long Way Home",
    "Tin Pop Now",
    "Moss & Stone",
    "Letters Unsent",
    "Soft Machines",
    "Winter Light",
    "Ferry Crossing",
    "Sunday, Late",
    "Running on Gravel",
    "Orchard Evening",
    "Before the Storm",
    "Quiet Focus",
    "New in the Harbour",
    "Sleep Tide",
    "Songs with Bells",
    "Road Signs",
    "Velvet Hour",
    "Cleaning Day",
    "Garden Party",
    "Songs My Aunt Likes",
    "Window Seat",
    "Year’s End",
];

pub(super) const OWNERS: [(&str, Option<&str>); 4] = [
    ("sandbox", Some("Sandbox Editorial")),
    ("ada.lindqvist", Some("Ada Lindqvist")),
    ("11odd/owner+id", None),
    ("harbour radio", Some("Harbour Radio ☂")),
];

/// Podcasts and who makes them.
pub(super) const SHOWS: [(&str, &str); 2] = [
    ("The Lock-Keeper’s Hour", "Harbour Radio ☂"),
    ("Two Kettles", "Kitahama Records"),
];

/// Further artists that are always there: names in many scripts, and of every shape.
pub(super) const FURTHER_ARTISTS: [&str; 20] = [
    "!!!",
    "7",
    "É",
    "α β γ (τρίο)",
    "დილის ნისლი",
    "वर्षा के बाद",
    "สายฝนเดือนหก",
    "비 오는 부두",
    "צלילי המזח",
    "Ночной Трамвай № 6",
    "🌊🚢✨",
    "THE QUIET ONES WHO SHOUT",
    "the lower case society",
    "Zoë & Søren’s \u{201c}Unfinished\u{201d} Orchestra",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "A",
    "Llanfairpwllgwyngyll Male Voice Choir, Second Tenors Only, Recorded Live in a Disused Waiting Room, Vol. 2",
    "M̷a̷r̷r̷o̷w̷",
    "feat.",
    "100% &amp; More",
];

pub(super) const FURTHER_FIRST: [&str; 20] = [
    "Amaranth",
    "Bastion",
    "Cinder",
    "Dulcimer",
    "Eiderdown",
    "Filigree",
    "Gossamer",
    "Hickory",
    "Indigo",
    "Juniper",
    "Kerosene",
    "Lavender",
    "Magpie",
    "Nettle",
    "Obsidian",
    "Pewter",
    "Quartz",
    "Rosewood",
    "Tamarisk",
    "Vermilion",
];

pub(super) const FURTHER_LAST: [&str; 20] = [
    "Assembly",
    "Brothers",
    "Club",
    "Department",
    "Electric",
    "Five",
    "Gallery",
    "Heights",
    "Institute",
    "Junction",
    "Kin",
    "Lodge",
    "Mission",
    "Notary",
    "Ox",
    "Parade",
    "Quartet",
    "Review",
    "Sisters",
    "Trio",
];
