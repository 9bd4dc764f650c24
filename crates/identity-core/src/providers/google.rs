//! Google, as a value of the configuration of any OpenID Connect issuer.

use super::ProviderError;
use super::oidc::OidcConfig;

impl OidcConfig {
    /// Returns the configuration for the ID tokens that Google's service accounts get for an API of yours: calls between
    /// services, Cloud Tasks, Cloud Scheduler, Pub/Sub.
    ///
    /// Google's access tokens are opaque and for its own APIs, and its only JWTs are ID tokens. A service account gets one for any
    /// `audience` that it names, here the address of the API, and *every* service account in the world can: so only those in
    /// `service_accounts` are accepted, by `azp`, which is the account's unique id, or its e-mail address if it signs with a key of
    /// its own.
    ///
    /// ID tokens of people are refused: they say who signed in to a client, and its audience is that client. To let people in,
    /// verify such a token once, at your sign-in page, and issue a session or a token of your own. There are no scopes and no
    /// roles: compare [`Principal::subject`](crate::Principal::subject), or use [`Rule::claim`](crate::Rule::claim) on `email`.
    /// Google's documentation: "Token types", "Get an ID token", "Verify the Google ID token on your server side".
    ///
    /// ```
    /// use identity_core::providers::{Oidc, OidcConfig};
    ///
    /// let google = OidcConfig::google("https://api.example.com", &["103456789012345678901"])?;
    /// let provider = Oidc::new(google)?;
    /// # Ok::<(), identity_core::providers::ProviderError>(())
    /// ```
    ///
    /// Errors: the audience or an account is an OAuth client, or there is no account.
    pub fn google(audience: &str, service_accounts: &[&str]) -> Result<Self, ProviderError> {
        let is_client = |name: &str| name.ends_with(".apps.googleusercontent.com");
        ProviderError::unless(
            !is_client(audience),
            "the address of your API, such as https://api.example.com: an ID token for a client describes a sign-in",
            audience,
        )?;
        ProviderError::unless(
            !service_accounts.is_empty() && !service_accounts.iter().any(|name| is_client(name)),
            "unique ids of service accounts, such as 103456789012345678901",
            &service_accounts.join(", "),
        )?;
        Ok(Self {
            other_issuers: vec!["accounts.google.com".to_owned()],
            // It is on another host than the discovery document.
            jwks_url: "https://www.googleapis.com/oauth2/v3/certs".parse().ok(),
            clients: service_accounts.iter().map(|&id| id.to_owned()).collect(),
            scope_claims: Vec::new(),
            role_claims: Vec::new(),
            ..Self::new("https://accounts.google.com", audience)
        })
    }
}
