//! Keycloak, as a value of the configuration of any OpenID Connect issuer.

use super::ProviderError;
use super::oidc::{OidcConfig, TenantForm};
use crate::access_mark::AccessMark;
use crate::claims::ClaimPath;

impl OidcConfig {
    /// Returns the configuration for the access tokens of a Keycloak realm, for an API that is the client `client_id`.
    ///
    /// Roles are those of the realm (`realm_access.roles`) and of that client (`resource_access`); scopes are in `scope`; the
    /// tenant is the organization (`organization`) if the token has exactly one; roles are never those within it. Every access token has the claim `typ` =
    /// `Bearer`, which marks it. `realm_url` is the issuer as Keycloak writes it, without a slash at its end.
    ///
    /// A mapper has to add the audience: *Client scopes*, *Audience*, for that client; the scope `organization` adds the
    /// organization. Not checked: which client asked (`azp`; see [`clients`](Self::clients)), whether the session has ended.
    /// Keycloak's documentation: Server Administration Guide, "Audience support" and "Managing organizations".
    ///
    /// ```
    /// use identity_core::providers::{Oidc, OidcConfig};
    ///
    /// let keycloak = OidcConfig::keycloak("https://sso.example.com/realms/acme", "billing-api")?;
    /// let provider = Oidc::new(keycloak)?;
    /// # Ok::<(), identity_core::providers::ProviderError>(())
    /// ```
    ///
    /// Errors: `realm_url` is not that of a realm.
    pub fn keycloak(realm_url: &str, client_id: &str) -> Result<Self, ProviderError> {
        let realm = realm_url.rsplit_once("/realms/");
        ProviderError::unless(
            realm.is_some_and(|(_, name)| !name.is_empty() && !name.contains('/')),
            "a realm without a slash at its end, such as https://sso.example.com/realms/acme",
            realm_url,
        )?;
        Ok(Self {
            role_claims: vec![
                ClaimPath::of_members(["realm_access", "roles"]),
                ClaimPath::of_members(["resource_access", client_id, "roles"]),
            ],
            tenant_claim: ClaimPath::of_claim("organization"),
            tenant_form: TenantForm::OnlyOne,
            marks: vec![AccessMark::with_value("typ", "Bearer")],
            ..Self::new(realm_url, client_id)
        })
    }
}
