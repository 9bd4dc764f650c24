//! Zitadel, as a value of the configuration of any OpenID Connect issuer.

use super::ProviderError;
use super::oidc::OidcConfig;
use crate::access_mark::AccessMark;
use crate::claims::ClaimPath;

impl OidcConfig {
    /// Returns the configuration for the access tokens of a Zitadel instance, for the API that is this project. The client
    /// must have the access token type JWT.
    ///
    /// Roles are those of the project (`urn:zitadel:iam:org:project:{id}:roles`), each with the organizations that granted it: a
    /// role counts in those organizations ([`Principal::has_role_in`](crate::Principal::has_role_in)), and outside of them if the
    /// user's own organization granted it. The tenant is that organization (`urn:zitadel:iam:user:resourceowner:id`). Every
    /// access token has a `jti`, and no ID token has, which marks it; both have the project as audience.
    ///
    /// The client has to ask for the scopes `urn:zitadel:iam:org:project:id:{id}:aud`, `urn:zitadel:iam:org:projects:roles` and
    /// `urn:zitadel:iam:user:resourceowner`; `scope` and permissions are in a token only if an action adds them. Not checked:
    /// whether the session has ended. Zitadel's documentation: "Claims", "Scopes", "Retrieve user roles".
    ///
    /// ```
    /// use identity_core::providers::{Oidc, OidcConfig};
    ///
    /// let zitadel = OidcConfig::zitadel("https://acme.zitadel.cloud", "275312345678901234")?;
    /// let provider = Oidc::new(zitadel)?;
    /// # Ok::<(), identity_core::providers::ProviderError>(())
    /// ```
    ///
    /// Errors: the address has a slash at its end, or `project_id` is not a number.
    pub fn zitadel(instance_url: &str, project_id: &str) -> Result<Self, ProviderError> {
        ProviderError::unless(
            !instance_url.ends_with('/'),
            "an instance without a slash at its end, such as https://acme.zitadel.cloud",
            instance_url,
        )?;
        let mut digits = project_id.chars();
        ProviderError::unless(
            !project_id.is_empty() && digits.all(|one| one.is_ascii_digit()),
            "the id of a project, such as 275312345678901234",
            project_id,
        )?;
        let roles = format!("urn:zitadel:iam:org:project:{project_id}:roles");
        Ok(Self {
            role_claims: vec![ClaimPath::of_claim(&roles)],
            roles_by_tenant: true,
            tenant_claim: ClaimPath::of_claim("urn:zitadel:iam:user:resourceowner:id"),
            marks: vec![AccessMark::with_claim("jti")],
            ..Self::new(instance_url, project_id)
        })
    }
}
