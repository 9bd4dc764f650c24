//! Settings of the sign-in at `/docs`.

use identity_core::http::HttpConfig;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::SettingsReader;
use crate::openapi::SignIn;

/// How people sign in at `/docs`. They paste a token if no client is set.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-reload" = "requests"))]
pub struct DocsSettings {
    /// The public client at the issuer that the Authorize dialog at /docs signs in with (authorization code with PKCE), with
    /// /docs/oauth2-redirect.html of this service as its redirect URI; without it the dialog only takes a token.
    docs_client_id: Option<String>,
    /// The issuer's authorization endpoint as browsers reach it, with a query if it needs one, such as ?audience=..; that of the
    /// provider if unset and the provider has a known one.
    docs_authorization_url: Option<String>,
    /// The issuer's token endpoint as browsers reach it; that of the provider if unset and the provider has a known one.
    docs_token_url: Option<String>,
}

/// The settings of the endpoints, and what each of them is.
const ENDPOINTS: [(&str, &str); 2] = [
    ("docs_authorization_url", "authorization_endpoint"),
    ("docs_token_url", "token_endpoint"),
];

impl DocsSettings {
    /// Reads all of them, and reports addresses that a browser must not be sent to, and addresses without a client.
    pub fn read(reader: &mut SettingsReader) -> Self {
        reader.watch("DOCS_");
        let settings = reader.group(Self::default());
        for ((path, _), text) in ENDPOINTS.into_iter().zip(settings.endpoints()) {
            let Some(text) = text else { continue };
            if let Err(expected) = for_browsers(text) {
                reader.unusable(path, expected);
            } else if settings.docs_client_id.is_none() {
                reader.unusable(path, "expected DOCS_CLIENT_ID beside it");
            }
        }
        settings
    }

    /// Returns how people sign in, if a client is set. `known` are the provider's authorization endpoint and its token
    /// endpoint, for those that are not set. Reports a missing one, and one that a browser must not be sent to.
    pub fn sign_in(
        &self,
        reader: &mut SettingsReader,
        known: Option<[String; 2]>,
    ) -> Option<SignIn> {
        let client_id = self.docs_client_id.as_ref()?;
        let known = known.map_or([None, None], |known| known.map(Some));
        let mut urls = Vec::new();
        for (((path, member), text), known) in
            ENDPOINTS.into_iter().zip(self.endpoints()).zip(known)
        {
            match (text, known) {
                (Some(text), _) => urls.push(text.clone()),
                (None, Some(known)) => match for_browsers(&known) {
                    Ok(()) => urls.push(known),
                    Err(expected) => {
                        reader.unusable(path, &format!("{expected}; unset, it is {known}"))
                    }
                },
                (None, None) => {
                    let expected = format!("expected the issuer's {member}, with DOCS_CLIENT_ID");
                    reader.unusable(path, &expected);
                }
            }
        }
        let [authorization_url, token_url] = urls.try_into().ok()?;
        Some(SignIn::at(client_id, authorization_url, token_url))
    }

    fn endpoints(&self) -> [&Option<String>; 2] {
        [&self.docs_authorization_url, &self.docs_token_url]
    }
}

/// Checks that a browser may be sent to an address with a person's credentials. Errors: what is expected.
fn for_browsers(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).ok().filter(Url::has_host);
    let url = url.ok_or("expected an address, such as https://id.example.com/oauth/authorize")?;
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("expected an address without a user, a password and a fragment");
    }
    if !HttpConfig::default().allows(&url) {
        return Err(
            "expected an https address, or plain http at this machine, as a browser reaches it",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{DocsSettings, SignIn};
    use crate::settings::SettingsReader;

    const KNOWN: [&str; 2] = ["https://id.example/authorize", "https://id.example/token"];

    fn read(
        values: &[(&str, &str)],
        known: Option<[&str; 2]>,
    ) -> Result<Option<SignIn>, Vec<String>> {
        let mut reader = SettingsReader::from_values("AN_API", values.iter().copied());
        let settings = DocsSettings::read(&mut reader);
        let known = known.map(|known| known.map(str::to_owned));
        let sign_in = settings.sign_in(&mut reader, known);
        let outcome = reader.finish(Some(sign_in));
        outcome.map_err(|error| error.problems().to_vec())
    }

    #[test]
    fn what_a_browser_must_not_be_sent_to_is_refused() {
        let client = ("DOCS_CLIENT_ID", "docs");
        for (values, known, told) in [
            (
                vec![("DOCS_TOKEN_URL", KNOWN[1])],
                Some(KNOWN),
                "DOCS_TOKEN_URL cannot be used: expected DOCS_CLIENT_ID beside it",
            ),
            (
                vec![client, ("DOCS_TOKEN_URL", "http://id.example/token")],
                Some(KNOWN),
                "DOCS_TOKEN_URL cannot be used: expected an https address",
            ),
            (
                vec![client, ("DOCS_AUTHORIZATION_URL", "javascript:alert(1)")],
                Some(KNOWN),
                "DOCS_AUTHORIZATION_URL cannot be used: expected an address",
            ),
            (
                vec![
                    client,
                    ("DOCS_AUTHORIZATION_URL", "https://u:hunter2@id.example/"),
                ],
                Some(KNOWN),
                "without a user",
            ),
            (
                vec![client, ("DOCS_AUTHORIZATION_URL", KNOWN[0])],
                None,
                "DOCS_TOKEN_URL cannot be used: expected the issuer's token_endpoint",
            ),
            (
                vec![client],
                Some(["http://local-issuer:9000/authorize", KNOWN[1]]),
                "unset, it is http://local-issuer:9000/authorize",
            ),
            (
                vec![client, ("DOCS_TOKEN_UR", KNOWN[1])],
                Some(KNOWN),
                "did you mean DOCS_TOKEN_URL?",
            ),
        ] {
            let problems = read(&values, known).unwrap_err();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].contains(told), "{problems:?}");
            assert!(!problems[0].contains("hunter2"), "{problems:?}");
        }
    }

    #[test]
    fn a_client_is_enough_where_the_endpoints_are_known() {
        assert_eq!(read(&[], Some(KNOWN)), Ok(None), "nobody asked for it");
        let client = ("DOCS_CLIENT_ID", "docs");
        let expected = SignIn::at("docs", KNOWN[0], KNOWN[1]);
        assert_eq!(read(&[client], Some(KNOWN)), Ok(Some(expected)));
        let local = ["http://localhost:9000/authorize", "http://[::1]:9000/token"];
        let set = [
            client,
            ("DOCS_AUTHORIZATION_URL", local[0]),
            ("DOCS_TOKEN_URL", local[1]),
        ];
        let expected = SignIn::at("docs", local[0], local[1]);
        assert_eq!(
            read(&set, Some(KNOWN)),
            Ok(Some(expected)),
            "instead of what is known"
        );
    }
}
