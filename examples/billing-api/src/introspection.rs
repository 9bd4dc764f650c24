//! The settings of introspection, for issuers whose tokens are opaque.

use std::time::Duration;

use identity_core::introspection::{
    IntrospectionConfig, IntrospectionEndpoint, IntrospectionLimits,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service_kit::settings::{IssuerSettings, SettingsReader, text};

/// What `INTROSPECTION_URL` is for the endpoint that the discovery document names.
const DISCOVER: &str = "discover";

/// How opaque tokens are introspected.
#[derive(Debug, Clone)]
pub struct Introspection {
    /// Whom the service asks, and how.
    pub config: IntrospectionConfig,
    /// Whether all tokens are opaque: no keys are fetched, and every JWT is refused.
    pub only: bool,
}

/// The settings of introspection, as they are written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-reload" = "tokens"))]
pub(crate) struct IntrospectionSettings {
    /// The address of the introspection endpoint of ISSUER (RFC 7662), which is asked about tokens that are not JWTs; discover
    /// for the one in its discovery document, on the same host. Such tokens are refused if unset.
    introspection_url: Option<String>,
    /// The client as which this service asks, with HTTP Basic authentication; required with INTROSPECTION_URL.
    introspection_client_id: Option<String>,
    /// The secret of that client; required with INTROSPECTION_URL.
    #[schemars(extend("x-secret" = true))]
    introspection_client_secret: Option<String>,
    /// Whether all tokens of ISSUER are opaque: no keys are fetched from it, and every JWT in its name is refused.
    introspection_only: bool,
    /// Whether username is the subject of an opaque token without sub, as of users at django-oauth-toolkit. Only for an issuer
    /// at which nobody can take the name that another user had, or the id of a client.
    username_as_subject: bool,
    /// Limits of introspection.
    #[serde(with = "Limits")]
    introspection: IntrospectionLimits,
}

/// How [`IntrospectionLimits`] are written. The defaults are their own.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(remote = "IntrospectionLimits")]
struct Limits {
    /// How long the issuer's response about a token is used, at most until the token expires; a token that is revoked is
    /// accepted for so long. 0 asks for every request.
    #[serde(rename = "max_age_seconds", with = "text::seconds")]
    #[schemars(with = "u64", range(min = 0, max = 3600))]
    max_age: Duration,
    /// How many of these responses are kept, approximately.
    #[schemars(range(min = 0, max = 1_000_000))]
    max_tokens: usize,
    /// How many requests to the endpoint there are at the same time; others wait.
    #[schemars(range(min = 1, max = 10_000))]
    max_concurrent: usize,
    /// How many requests may wait for the endpoint at the same time; the others get 503.
    #[schemars(range(min = 1, max = 1_048_576))]
    max_waiting: usize,
}

impl IntrospectionSettings {
    /// Reads the settings.
    pub(crate) fn read(reader: &mut SettingsReader) -> Self {
        reader.group(Self {
            introspection_url: None,
            introspection_client_id: None,
            introspection_client_secret: None,
            introspection_only: false,
            username_as_subject: false,
            introspection: IntrospectionLimits::default(),
        })
    }

    /// Returns how opaque tokens are introspected, and reports what cannot be used. `None` if they are not.
    pub(crate) fn introspection(
        self,
        reader: &mut SettingsReader,
        issuer: &IssuerSettings,
    ) -> Option<Introspection> {
        let Some(url) = self.introspection_url.as_deref() else {
            self.report_without_url(reader);
            return None;
        };
        self.report_beside(reader, url, issuer);
        let endpoint = match url {
            DISCOVER => IntrospectionEndpoint::Discovered,
            url => {
                let url = issuer.address(reader, "introspection_url", Some(url))?;
                IntrospectionEndpoint::Fixed(url)
            }
        };
        let (Some(id), Some(secret)) = (
            self.introspection_client_id,
            self.introspection_client_secret,
        ) else {
            let expected =
                "expected INTROSPECTION_CLIENT_ID and INTROSPECTION_CLIENT_SECRET beside it";
            reader.unusable("introspection_url", expected);
            return None;
        };
        Some(Introspection {
            config: IntrospectionConfig {
                username_as_subject: self.username_as_subject,
                limits: self.introspection,
                ..IntrospectionConfig::new(endpoint, &id, secret)
            },
            only: self.introspection_only,
        })
    }

    fn report_without_url(&self, reader: &mut SettingsReader) {
        let expected = "expected INTROSPECTION_URL beside it";
        for (path, is_set) in [
            (
                "introspection_client_id",
                self.introspection_client_id.is_some(),
            ),
            (
                "introspection_client_secret",
                self.introspection_client_secret.is_some(),
            ),
            ("introspection_only", self.introspection_only),
            ("username_as_subject", self.username_as_subject),
        ] {
            if is_set {
                reader.unusable(path, expected);
            }
        }
    }

    /// Reports settings that contradict each other.
    fn report_beside(&self, reader: &mut SettingsReader, url: &str, issuer: &IssuerSettings) {
        let has_jwks_url = reader.is_set("jwks_url");
        if issuer.rfc9068_only {
            let expected = "expected no RFC9068_ONLY beside it: opaque tokens are not of that form";
            reader.unusable("introspection_url", expected);
        }
        if url == DISCOVER && (has_jwks_url || self.introspection_only) {
            let expected = "expected an address: with JWKS_URL or INTROSPECTION_ONLY there is no discovery document";
            reader.unusable("introspection_url", expected);
        }
        if self.introspection_only && has_jwks_url {
            let expected = "expected no JWKS_URL beside it: no keys are fetched";
            reader.unusable("introspection_only", expected);
        }
        // They hold for the JWTs of others.
        if self.introspection_only && !reader.is_set("other_issuers") {
            for (path, name) in [
                ("kid_optional", "KID_OPTIONAL"),
                ("algorithms", "ALGORITHMS"),
            ] {
                if reader.is_set(path) {
                    let expected = format!("expected no {name} beside it: every JWT is refused");
                    reader.unusable("introspection_only", &expected);
                }
            }
        }
    }
}
