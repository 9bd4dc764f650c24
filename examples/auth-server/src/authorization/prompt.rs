//! `prompt` and `max_age` (OpenID Connect Core 1.0, section 3.1.2.1).

use super::{AuthorizationError, Parameters};

/// Which page a client wants to be shown, and how long ago the user may have signed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prompt {
    /// No page, whatever happens.
    pub is_none: bool,
    /// The sign-in page, even if the browser is signed in.
    pub is_login: bool,
    /// In seconds; an older sign-in is not enough.
    max_age: Option<i64>,
}

impl Prompt {
    /// Reads `prompt` and `max_age`.
    pub fn read(parameters: &Parameters) -> Result<Self, AuthorizationError> {
        let (is_none, is_login) = match parameters.get("prompt").map(str::trim) {
            None => (false, false),
            Some("none") => (true, false),
            Some("login") => (false, true),
            Some(_) => return Err(AuthorizationError::invalid("prompt must be none or login")),
        };
        let max_age = parameters.get("max_age").map(|text| {
            let seconds = text.parse().ok().filter(|seconds: &i64| *seconds >= 0);
            seconds
                .ok_or_else(|| AuthorizationError::invalid("max_age must be a number of seconds"))
        });
        Ok(Self {
            is_none,
            is_login,
            max_age: max_age.transpose()?,
        })
    }

    /// Returns whether a sign-in at `auth_time` is recent enough.
    pub fn allows(&self, auth_time: i64, now: i64) -> bool {
        let age = now.saturating_sub(auth_time);
        self.max_age.is_none_or(|max_age| age <= max_age)
    }
}

#[cfg(test)]
mod tests {
    use super::Prompt;
    use crate::authorization::Parameters;

    #[test]
    fn values_that_mean_nothing_are_refused() {
        for query in [
            "prompt=none+login",
            "prompt=consent",
            "prompt=NONE",
            "max_age=-1",
            "max_age=soon",
        ] {
            let refused = Prompt::read(&Parameters::of(query)).unwrap_err();
            assert_eq!(refused.error, "invalid_request", "{query}");
        }
    }

    #[test]
    fn max_age_is_the_age_that_is_still_allowed() {
        let prompt = Prompt::read(&Parameters::of("max_age=60")).unwrap();
        assert!(prompt.allows(1000, 1060));
        assert!(!prompt.allows(1000, 1061));
        assert!(Prompt::default().allows(0, i64::MAX));
    }
}
