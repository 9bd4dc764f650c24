//! Amazon Cognito, as a value of the configuration of any OpenID Connect issuer.

use super::ProviderError;
use super::oidc::OidcConfig;
use crate::access_mark::AccessMark;
use crate::claims::ClaimPath;
use crate::verification_rules::AudienceRule;

impl OidcConfig {
    /// Returns the configuration for the access tokens of a Cognito user pool, issued to these app clients.
    ///
    /// They have no `aud`, so that the clients (`client_id`) are what is checked instead; a token with an `aud` is refused.
    /// Roles are the groups (`cognito:groups`), scopes are in `scope` and begin with the resource server's name, and the tenant is
    /// `org_id`, if a trigger adds it. Every access token has `token_use` = `access`, which marks it.
    ///
    /// Not checked: for which API a token is (any API of these clients accepts it), whether it was revoked. Amazon's
    /// documentation: "Understanding the access token", "Verifying JSON web tokens", in the Cognito developer guide.
    ///
    /// ```
    /// use identity_core::providers::{Oidc, OidcConfig};
    ///
    /// let provider = Oidc::new(OidcConfig::cognito("eu-central-1_EXAMPLE", &["1example23456789"])?)?;
    /// # Ok::<(), identity_core::providers::ProviderError>(())
    /// ```
    ///
    /// Errors: `user_pool` is not the id of a user pool.
    pub fn cognito(user_pool: &str, clients: &[&str]) -> Result<Self, ProviderError> {
        let is_plain = |text: &str, other: char| {
            let mut characters = text.chars();
            !text.is_empty() && characters.all(|one| one.is_ascii_alphanumeric() || one == other)
        };
        let parts = user_pool.split_once('_');
        let parts = parts.filter(|(region, name)| is_plain(region, '-') && is_plain(name, '_'));
        ProviderError::unless(
            parts.is_some(),
            "the id of a user pool, such as eu-central-1_EXAMPLE",
            user_pool,
        )?;
        let (region, _) = parts.unwrap_or_default();
        let issuer = format!("https://cognito-idp.{region}.amazonaws.com/{user_pool}");
        Ok(Self {
            audience: AudienceRule::Absent,
            clients: clients.iter().map(|&client| client.to_owned()).collect(),
            role_claims: vec![ClaimPath::of_claim("cognito:groups")],
            marks: vec![AccessMark::with_value("token_use", "access")],
            ..Self::new(&issuer, "")
        })
    }
}
