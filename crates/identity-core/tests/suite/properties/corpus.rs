//! The seeds: one file each, valid and invalid, included at compile time.

macro_rules! seeds {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("corpus/", $name)))),*] };
}

/// Tokens for the issuer of these tests. The names of accepted ones start with `good`.
pub const TOKENS: &[(&str, &str)] = seeds![
    "tokens/good",
    "tokens/good_audiences",
    "tokens/good_fractions",
    "tokens/good_untyped",
    "tokens/bad_algorithm_none",
    "tokens/bad_critical",
    "tokens/bad_deep",
    "tokens/bad_duplicate_claim",
    "tokens/bad_duplicate_header",
    "tokens/bad_embedded_key",
    "tokens/bad_encrypted",
    "tokens/bad_expired",
    "tokens/bad_huge_number",
    "tokens/bad_padding",
    "tokens/bad_symmetric",
    "tokens/bad_unicode",
];

/// Key sets. The names of those with a usable key start with `good`.
pub const KEY_SETS: &[(&str, &str)] = seeds![
    "key_sets/good_every_type.json",
    "key_sets/good_same_id.json",
    "key_sets/good_with_unusable.json",
    "key_sets/bad_empty.json",
    "key_sets/bad_not_a_list.json",
    "key_sets/bad_private.json",
    "key_sets/bad_symmetric.json",
];

/// Discovery documents at `https://issuer.example/.well-known/openid-configuration`. The names of usable ones start
/// with `good`.
pub const DISCOVERY: &[(&str, &str)] = seeds![
    "discovery/good_auth0.json",
    "discovery/good_small.json",
    "discovery/bad_downgrade.json",
    "discovery/bad_foreign_host.json",
    "discovery/bad_issuer.json",
    "discovery/bad_list.json",
    "discovery/bad_user_in_url.json",
];

/// Returns whether a seed is accepted.
pub fn is_good(name: &str) -> bool {
    name.rsplit('/').next().unwrap().starts_with("good")
}
