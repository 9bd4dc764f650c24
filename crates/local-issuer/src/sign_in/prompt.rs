//! `prompt` and `max_age`, [OpenID Connect Core, 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest).

use super::error::AuthorizationError;
use crate::client_request::Parameters;

/// What a client wants to be shown, and how long ago the person may have signed in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Prompt {
    /// No page, whatever happens.
    pub(super) none: bool,
    /// The sign-in page, even if the browser has a session.
    pub(super) login: bool,
    /// The consent page, even if the person has agreed before.
    pub(super) consent: bool,
    /// In seconds; an older session is not enough.
    max_age: Option<i64>,
}

impl Prompt {
    /// A device is let in on a page, whoever is signed in with that browser.
    pub(super) fn for_device() -> Self {
        Self {
            consent: true,
            ..Self::default()
        }
    }

    pub(super) fn read(parameters: &Parameters) -> Result<Self, AuthorizationError> {
        let mut prompt = Self::default();
        let asked = parameters.get("prompt").unwrap_or_default();
        for one in asked.split_ascii_whitespace() {
            match one {
                "none" => prompt.none = true,
                // Choosing another account is signing in again.
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => {
                    let expected = "prompt must be none, login, consent or select_account";
                    return Err(AuthorizationError::invalid(expected));
                }
            }
        }
        if prompt.none && asked.trim() != "none" {
            let fault = "prompt=none must not be combined with another value";
            return Err(AuthorizationError::invalid(fault));
        }
        if let Some(max_age) = parameters.get("max_age") {
            let seconds = max_age.parse().ok().filter(|seconds| *seconds >= 0);
            let fault = || AuthorizationError::invalid("max_age must be a number of seconds");
            prompt.max_age = Some(seconds.ok_or_else(fault)?);
        }
        Ok(prompt)
    }

    /// Whether a session of a person who signed in at `auth_time` is fresh enough.
    pub(super) fn allows(&self, auth_time: i64, now: i64) -> bool {
        let age = now.saturating_sub(auth_time);
        self.max_age.is_none_or(|max_age| age <= max_age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Prompt, AuthorizationError> {
        Prompt::read(&Parameters::from_form(query.as_bytes()).unwrap())
    }

    #[test]
    fn values_that_mean_nothing_are_refused() {
        for query in [
            "prompt=none+login",
            "prompt=create",
            "prompt=NONE",
            "max_age=-1",
            "max_age=soon",
        ] {
            assert_eq!(read(query).unwrap_err().error, "invalid_request", "{query}");
        }
        assert!(read("prompt=login+consent").unwrap().consent);
    }

    #[test]
    fn max_age_is_the_age_that_is_still_allowed() {
        let prompt = read("max_age=60").unwrap();
        assert!(prompt.allows(1000, 1060));
        assert!(!prompt.allows(1000, 1061));
        assert!(read("").unwrap().allows(0, i64::MAX));
    }
}
