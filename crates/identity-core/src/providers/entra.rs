//! Microsoft Entra ID, as a value of the configuration of any OpenID Connect issuer.

use super::ProviderError;
use super::oidc::OidcConfig;
use crate::access_mark::AccessMark;
use crate::claims::ClaimPath;

impl OidcConfig {
    /// Returns the configuration for the version 2 access tokens of these Entra tenants, by id, for the API with this
    /// application (client) id.
    ///
    /// Scopes are in `scp`, roles in `roles`: the app roles of a user, and the application permissions of a program that has no
    /// user, so give the two different names. The tenant is `tid`. Every access token names its client in `azp`, which marks it:
    /// an ID token may have the same audience, and has no `azp`.
    ///
    /// The API's manifest must have `requestedAccessTokenVersion` = 2; without it, tokens are of version 1, with another
    /// issuer. Not checked: which client asked ([`clients`](Self::clients)), what a user may see (`oid` identifies a user in
    /// all applications; `sub` in this one alone). Microsoft's documentation: "Access token claims reference", "Claims
    /// validation".
    ///
    /// ```
    /// use identity_core::providers::{Oidc, OidcConfig};
    ///
    /// let tenant = "9122040d-6c67-4c5b-b112-36a304b66dad";
    /// let provider = Oidc::new(OidcConfig::entra(&[tenant], "6731de76-14a6-49ae-97bc-6eba6914391e")?)?;
    /// # Ok::<(), identity_core::providers::ProviderError>(())
    /// ```
    ///
    /// Errors: there is no tenant, or one is not an id; `common` and `organizations` would be every tenant that there is.
    pub fn entra(tenants: &[&str], application_id: &str) -> Result<Self, ProviderError> {
        let is_id = |tenant: &&str| {
            let mut characters = tenant.chars();
            tenant.len() == 36 && characters.all(|one| matches!(one, '0'..='9' | 'a'..='f' | '-'))
        };
        ProviderError::unless(
            !tenants.is_empty() && tenants.iter().all(is_id),
            "ids of tenants in lower case, such as 9122040d-6c67-4c5b-b112-36a304b66dad",
            &tenants.join(", "),
        )?;
        let issuer = |tenant: &&str| format!("https://login.microsoftonline.com/{tenant}/v2.0");
        let mut issuers = tenants.iter().map(issuer);
        let first = issuers.next().unwrap_or_default();
        // One tenant's own set has keys for that tenant alone.
        let common = "https://login.microsoftonline.com/common/discovery/v2.0/keys";
        Ok(Self {
            other_issuers: issuers.collect(),
            jwks_url: (tenants.len() > 1).then(|| common.parse().ok()).flatten(),
            scope_claims: vec![ClaimPath::of_claim("scp")],
            tenant_claim: ClaimPath::of_claim("tid"),
            marks: vec![AccessMark::with_claim("azp")],
            ..Self::new(&first, application_id)
        })
    }
}
