//! The address of the metadata in challenges (RFC 9728, section 5.1).

use anyhow::{Context, Result};

/// The path of the metadata.
pub(crate) const METADATA: &str = "/.well-known/oauth-protected-resource";

/// Returns a challenge without the address of the metadata, which ends each of them. Errors: it does not.
///
/// The address has the host of the request, which some requests of the suites write by hand: that it is the right one is a
/// case of its own.
pub(crate) fn without_metadata(challenge: &str) -> Result<&str> {
    let rest = challenge.strip_suffix(METADATA_END);
    let split = rest.and_then(|rest| rest.rsplit_once(", resource_metadata=\"http://"));
    let (challenge, host) = split.with_context(|| format!("no metadata: {challenge}"))?;
    let is_host = !host.is_empty() && !host.contains(['"', '/', ' ']);
    is_host.then_some(challenge).context("no host")
}

const METADATA_END: &str = "/.well-known/oauth-protected-resource\"";

#[cfg(test)]
mod tests {
    use super::without_metadata;

    #[test]
    fn only_a_challenge_with_the_address_of_the_metadata_passes() {
        let good = r#"Bearer realm="a", resource_metadata="http://h:1/.well-known/oauth-protected-resource""#;
        assert_eq!(without_metadata(good).unwrap(), r#"Bearer realm="a""#);
        for bad in [
            r#"Bearer realm="a""#.to_owned(),
            good.replace("h:1", ""),
            good.replace("h:1", "h/x"),
            good.replace("-resource", ""),
            format!("{good}, error=\"x\""),
        ] {
            assert!(without_metadata(&bad).is_err(), "{bad}");
        }
    }
}
