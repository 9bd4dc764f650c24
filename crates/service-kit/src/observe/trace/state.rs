//! `tracestate`: what each tracing system keeps about a trace (W3C Trace Context, section 3.3).

/// The most entries of a list.
const MOST_ENTRIES: usize = 32;
/// The longest list that is passed on: the recommendation asks for at least this many characters.
const MOST_BYTES: usize = 512;
/// Entries that are longer are left out first if the list is too long.
const LONG_ENTRY_BYTES: usize = 128;

/// Returns the list that these headers are, combined. Returns `None` if it is empty, or one entry is not allowed.
pub(super) fn read(headers: &[&str]) -> Option<String> {
    let entries = headers.iter().flat_map(|header| header.split(','));
    let entries = entries.map(|entry| entry.trim_matches([' ', '\t']));
    let mut entries: Vec<_> = entries.filter(|entry| !entry.is_empty()).collect();
    let keys = entries.iter().map(|entry| key(entry));
    let mut keys = keys.collect::<Option<Vec<_>>>()?;
    keys.sort_unstable();
    let is_unique = keys.windows(2).all(|pair| pair.first() != pair.last());
    if entries.is_empty() || entries.len() > MOST_ENTRIES || !is_unique {
        return None;
    }
    while length(&entries) > MOST_BYTES {
        let long = entries
            .iter()
            .rposition(|entry| entry.len() > LONG_ENTRY_BYTES);
        entries.remove(long.unwrap_or(entries.len() - 1));
    }
    Some(entries.join(",")).filter(|list| !list.is_empty())
}

fn length(entries: &[&str]) -> usize {
    let commas = entries.len().saturating_sub(1);
    entries.iter().map(|entry| entry.len()).sum::<usize>() + commas
}

/// Returns the key of an entry. Returns `None` if the entry is not allowed.
fn key(entry: &str) -> Option<&str> {
    let (key, value) = entry.split_once('=')?;
    let is_value = |byte: u8| (0x20..=0x7e).contains(&byte) && byte != b',' && byte != b'=';
    let is_allowed = is_key(key)
        && (1..=256).contains(&value.len())
        && value.bytes().all(is_value)
        && !value.ends_with(' ');
    is_allowed.then_some(key)
}

fn is_key(key: &str) -> bool {
    let is_rest = |text: &str| {
        text.bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/'))
    };
    let begins_with = |text: &str, is_first: fn(&u8) -> bool| {
        text.as_bytes().first().is_some_and(is_first) && is_rest(text)
    };
    match key.split_once('@') {
        None => key.len() <= 256 && begins_with(key, u8::is_ascii_lowercase),
        Some((tenant, system)) => {
            let is_tenant_first = |first: &u8| first.is_ascii_lowercase() || first.is_ascii_digit();
            tenant.len() <= 241
                && system.len() <= 14
                && begins_with(tenant, is_tenant_first)
                && begins_with(system, u8::is_ascii_lowercase)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_list_with_an_entry_that_is_not_allowed_is_dropped() {
        let long_key = format!("{}=1", "a".repeat(257));
        let long_value = format!("a={}", "1".repeat(257));
        let many: Vec<_> = (0..33).map(|number| format!("k{number}=1")).collect();
        for list in [
            "",
            " , ,",
            "a",
            "=1",
            "a=",
            "A=1",
            "1a=1",
            "a b=1",
            "a=1=2",
            "a=é",
            "a=1,a=2",
            "a=1,b",
            "@a=1",
            "a@=1",
            "a@1=1",
            "a@b@c=1",
            &long_key,
            &long_value,
            &many.join(","),
        ] {
            assert_eq!(read(&[list]), None, "{list:?}");
        }
    }

    #[test]
    fn lists_are_combined_in_their_order() {
        let headers = ["rojo=00f067aa0ba902b7, congo=t61rcWkgMzE", "", "1a@b=x y"];
        let list = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,1a@b=x y";
        assert_eq!(read(&headers).as_deref(), Some(list));
    }

    #[test]
    fn a_long_list_loses_long_entries_and_then_the_last_ones() {
        let long = format!("long={}", "1".repeat(200));
        let short: Vec<_> = (10..20)
            .map(|number| format!("k{number}={}", "1".repeat(40)))
            .collect();
        let list = format!("{long},{}", short.join(","));
        assert_eq!(read(&[&list]).unwrap(), short.join(","));
        let more: Vec<_> = (10..30)
            .map(|number| format!("k{number}={}", "1".repeat(40)))
            .collect();
        let kept = read(&[&more.join(",")]).unwrap();
        assert_eq!(kept, more[..11].join(","));
        assert!(kept.len() <= 512);
    }
}
