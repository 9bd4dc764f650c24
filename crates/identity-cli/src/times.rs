//! Times in words.

use time::OffsetDateTime;
use time::macros::format_description;

/// Returns a time (seconds since 1970) in words, such as `2026-11-28 13:00:00 UTC, 5 min ago`. Returns `None` if there is
/// no such time.
pub fn in_words(seconds: i64, now: i64) -> Option<String> {
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let date = time.format(format).ok()?;
    let distance = duration(seconds.abs_diff(now));
    Some(match seconds > now {
        true => format!("{date} UTC, in {distance}"),
        false => format!("{date} UTC, {distance} ago"),
    })
}

/// Returns a duration in its largest whole unit.
fn duration(seconds: u64) -> String {
    let units = [(86_400, "days"), (3600, "h"), (60, "min")];
    let unit = units.iter().find(|(length, _)| seconds >= 2 * length);
    let (length, name) = unit.unwrap_or(&(1, "s"));
    format!("{} {name}", seconds / length)
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn times_are_a_date_and_a_distance() {
        for (seconds, now, words) in [
            (0, 0, Some("1970-01-01 00:00:00 UTC, 0 s ago")),
            (90, 0, Some("1970-01-01 00:01:30 UTC, in 90 s")),
            (0, 3600, Some("1970-01-01 00:00:00 UTC, 60 min ago")),
            (0, 7200, Some("1970-01-01 00:00:00 UTC, 2 h ago")),
            (172_800, 0, Some("1970-01-03 00:00:00 UTC, in 2 days")),
            (i64::MAX, 0, None),
        ] {
            assert_eq!(in_words(seconds, now).as_deref(), words);
        }
    }
}
