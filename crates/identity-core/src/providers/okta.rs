//! Okta, as a value of the configuration of any OpenID Connect issuer.

use super::ProviderError;
use super::oidc::OidcConfig;
use crate::access_mark::AccessMark;
use crate::claims::ClaimPath;

impl OidcConfig {
    /// Returns the configuration for the access tokens of a custom authorization server of Okta, such as
    /// `https://example.okta.com/oauth2/default`.
    ///
    /// Scopes are a list in `scp`; roles are the groups in `groups`, and the tenant is `org_id`, if the authorization server's
    /// claims add them. Every access token names its client in `cid`, which marks it.
    ///
    /// The tokens of the org authorization server (an issuer without `/oauth2/`) are for Okta's own APIs, and Okta says that
    /// no other API can verify them. Not checked: which client asked (`cid`), whether a token was revoked. Okta's documentation:
    /// "Validate access tokens", "Customize tokens returned from Okta with a groups claim".
    ///
    /// ```
    /// use identity_core::providers::{Oidc, OidcConfig};
    ///
    /// let okta = OidcConfig::okta("https://example.okta.com/oauth2/default", "api://default")?;
    /// let provider = Oidc::new(okta)?;
    /// # Ok::<(), identity_core::providers::ProviderError>(())
    /// ```
    ///
    /// Errors: `issuer` is not a custom authorization server.
    pub fn okta(issuer: &str, audience: &str) -> Result<Self, ProviderError> {
        let server = issuer.rsplit_once("/oauth2/");
        ProviderError::unless(
            server.is_some_and(|(_, id)| !id.is_empty() && !id.contains('/')),
            "a custom authorization server, such as https://example.okta.com/oauth2/default",
            issuer,
        )?;
        Ok(Self {
            scope_claims: vec![ClaimPath::of_claim("scp")],
            role_claims: vec![ClaimPath::of_claim("groups")],
            marks: vec![AccessMark::with_claim("cid")],
            ..Self::new(issuer, audience)
        })
    }
}
