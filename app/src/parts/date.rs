//! Days, as people read them.

use leptos::prelude::*;

use crate::effect::effect;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day, such as `22 May 2027`.
///
/// The server does not know the person's time zone, so the page arrives with the day in UTC; the
/// browser puts the local one in its place once it runs.
#[component]
pub fn Day(
    /// Unix seconds.
    at: i64,
) -> impl IntoView {
    let (year, month, day) = civil(at);
    let words = RwSignal::new(in_words(year, month, day));
    effect(move || {
        let date = js_date(at);
        let year = i64::from(date.get_full_year());
        words.set(in_words(year, date.get_month() + 1, date.get_date()));
    });
    view! { <time datetime=stamp(at)>{move || words.get()}</time> }
}

/// A moment, such as `22 May 2027, 14:05`.
///
/// It arrives in UTC and says so; the browser puts its own time in the place once it runs.
#[component]
pub fn Moment(
    /// Unix seconds.
    at: i64,
) -> impl IntoView {
    let (year, month, day) = civil(at);
    let (hour, minute) = (at.rem_euclid(86_400) / 3_600, at.rem_euclid(3_600) / 60);
    let iso = format!("{}T{hour:02}:{minute:02}Z", stamp(at));
    let words = RwSignal::new(format!(
        "{}, {hour:02}:{minute:02} UTC",
        in_words(year, month, day)
    ));
    effect(move || {
        let date = js_date(at);
        let year = i64::from(date.get_full_year());
        let day = in_words(year, date.get_month() + 1, date.get_date());
        let (hour, minute) = (date.get_hours(), date.get_minutes());
        words.set(format!("{day}, {hour:02}:{minute:02}"));
    });
    view! { <time datetime=iso>{move || words.get()}</time> }
}

/// A date of the catalogue in words: `2026-11-20`, `2026-11` and `2026` are `20 November 2026`,
/// `November 2026` and `2026`. What is none of these stays as it is.
pub fn date_in_words(date: &str) -> String {
    let parts: Vec<&str> = date.split('-').collect();
    let month = |text: &str| {
        let place = text.parse::<usize>().ok()?.checked_sub(1)?;
        MONTHS.get(place).copied()
    };
    let words = match parts.as_slice() {
        [year, which] => month(which).map(|month| format!("{month} {year}")),
        [year, which, day] => month(which)
            .zip(day.parse::<u8>().ok())
            .map(|(month, day)| format!("{day} {month} {year}")),
        _ => None,
    };
    words.unwrap_or_else(|| date.to_owned())
}

/// The day in UTC, such as `2027-05-22`.
pub fn stamp(at: i64) -> String {
    let (year, month, day) = civil(at);
    format!("{year:04}-{month:02}-{day:02}")
}

/// How long `seconds` are: `30 days`, `12 hours`, `10 minutes`.
pub fn span_in_words(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

fn js_date(at: i64) -> js_sys::Date {
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact for the next 280 million years"
    )]
    let milliseconds = at as f64 * 1_000.0;
    js_sys::Date::new(&milliseconds.into())
}

fn in_words(year: i64, month: u32, day: u32) -> String {
    let month = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
    format!("{day} {month} {year}")
}

/// Year, month and day in UTC of unix seconds: Howard Hinnant's `civil_from_days`.
fn civil(at: i64) -> (i64, u32, u32) {
    let days = at.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Years begin in March here, so that the leap day is the last one.
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let small = |value: i64| u32::try_from(value).unwrap_or_default();
    (year, small(month), small(day))
}

#[cfg(test)]
mod tests {
    use super::{civil, date_in_words, in_words, span_in_words, stamp};

    #[test]
    fn known_days_are_right() {
        let cases = [
            (0, (1970, 1, 1)),
            (86_399, (1970, 1, 1)),
            (86_400, (1970, 1, 2)),
            (-1, (1969, 12, 31)),
            (951_782_400, (2000, 2, 29)),
            (951_868_800, (2000, 3, 1)),
            (1_795_305_600, (2026, 11, 22)),
            (4_102_444_800, (2100, 1, 1)),
        ];
        for (at, day) in cases {
            assert_eq!(civil(at), day, "{at}");
        }
    }

    #[test]
    fn dates_of_the_catalogue_are_told_as_far_as_they_are_known() {
        let cases = [
            ("2026", "2026"),
            ("2026-11", "November 2026"),
            ("2011-02-08", "8 February 2011"),
            ("2026-13", "2026-13"),
            ("2026-00-01", "2026-00-01"),
            ("2026-01-xx", "2026-01-xx"),
            ("", ""),
        ];
        for (date, words) in cases {
            assert_eq!(date_in_words(date), words);
        }
    }

    #[test]
    fn spans_are_told_as_people_say_them() {
        let cases = [
            (1, "1 second"),
            (600, "10 minutes"),
            (43_200, "12 hours"),
            (2_592_000, "30 days"),
        ];
        for (seconds, words) in cases {
            assert_eq!(span_in_words(seconds), words);
        }
    }

    #[test]
    fn stamp_sorts_like_the_days() {
        assert_eq!(stamp(951_782_400), "2000-02-29");
    }

    #[test]
    fn day_is_told_in_words() {
        assert_eq!(in_words(2027, 5, 22), "22 May 2027");
    }
}
