//! The sandbox's own time: the system's plus an offset that a test sets.

use std::time::{SystemTime, UNIX_EPOCH};

/// A clock that can be moved.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_s: i64,
}

impl Clock {
    /// Now, in unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Now, in unix milliseconds.
    pub(crate) fn now_ms(&self) -> i64 {
        system_ms().saturating_add(self.offset_s.saturating_mul(1000))
    }

    /// The seconds that are added to the system's time.
    pub(crate) fn offset_s(&self) -> i64 {
        self.offset_s
    }

    /// Sets the offset; it does not add to the one before.
    pub(crate) fn set_offset_s(&mut self, offset_s: i64) {
        self.offset_s = offset_s;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the sandbox reads the system clock"
)]
fn system_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|age| i64::try_from(age.as_millis()).ok())
        .unwrap_or_default()
}

/// Unix seconds as ISO 8601 in UTC: `2026-06-30T21:14:05Z`.
pub(crate) fn iso(unix_s: i64) -> String {
    format!("{}Z", date_time(unix_s))
}

/// Unix milliseconds as ISO 8601 in UTC: `2026-06-30T21:14:05.007Z`.
pub(crate) fn iso_ms(unix_ms: i64) -> String {
    let ms = unix_ms.rem_euclid(1000);
    format!("{}.{ms:03}Z", date_time(unix_ms.div_euclid(1000)))
}

fn date_time(unix_s: i64) -> String {
    let (year, month, day) = date(unix_s);
    let second = unix_s.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// Year, month and day in UTC.
///
/// The algorithm is `civil_from_days` of Howard Hinnant's *chrono-Compatible Low-Level Date
/// Algorithms*.
pub(crate) fn date(unix_s: i64) -> (i64, i64, i64) {
    let days = unix_s.div_euclid(86_400);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::{iso, iso_ms};

    #[test]
    fn seconds_are_written_as_dates() {
        for (unix_s, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_827_696, "2000-02-29T12:34:56Z"),
            (1_782_854_045, "2026-06-30T21:14:05Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(iso(unix_s), text);
        }
        assert_eq!(iso_ms(-1), "1969-12-31T23:59:59.999Z");
    }
}
