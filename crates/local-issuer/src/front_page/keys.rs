//! The keys, as the page lists them.

use crate::keys::SigningKey;
use crate::provider::Provider;

/// One key.
pub(super) struct KeyRow {
    pub(super) kid: String,
    pub(super) algorithm: String,
    /// What it is for, in words.
    pub(super) what: &'static str,
    /// Whether it is in the key set, in words.
    pub(super) published: &'static str,
    /// Which forms it has.
    pub(super) can: &'static [(&'static str, &'static str)],
}

const WITHHOLD: (&str, &str) = ("withhold", "Withhold");
const REVOKE: (&str, &str) = ("withdraw", "Revoke");
const RESTORE: (&str, &str) = ("restore", "Restore");

pub(super) fn rows(provider: &Provider) -> Vec<KeyRow> {
    let keys = provider.keys.snapshot();
    let used = std::iter::once((&keys.current, "signs"))
        .chain(keys.next.iter().map(|key| (key, "signs next")))
        .chain(keys.previous.iter().map(|key| (key, "signed before")))
        .chain(keys.published.iter().map(|key| (key, "published besides")));
    let mut rows: Vec<_> = used
        .map(|(key, what)| {
            let is_current = what == "signs";
            let (published, can): (_, &[_]) = match keys.withheld.contains(key.kid()) {
                true if is_current => ("withheld", &[RESTORE]),
                true => ("withheld", &[RESTORE, REVOKE]),
                false if is_current => ("published", &[WITHHOLD]),
                false => ("published", &[WITHHOLD, REVOKE]),
            };
            row(key, what, published, can)
        })
        .collect();
    let gone = keys.withdrawn.iter();
    rows.extend(gone.map(|key| row(key, "signed before", "revoked", &[RESTORE])));
    rows.extend(keys.hostile.iter().map(|hostile| {
        let info = hostile.info();
        KeyRow {
            kid: info.kid.unwrap_or(info.id),
            algorithm: String::new(),
            what: "wrong on purpose",
            published: "published",
            can: &[],
        }
    }));
    rows
}

fn row(
    key: &SigningKey,
    what: &'static str,
    published: &'static str,
    can: &'static [(&'static str, &'static str)],
) -> KeyRow {
    KeyRow {
        kid: key.kid().to_owned(),
        algorithm: key.algorithm().to_string(),
        what,
        published,
        can,
    }
}
