//! The claims of Auth0's tokens.

use serde_json::{Map, Value, json};

use super::tenant::Tenant;
use crate::claims::ClaimsRequest;
use crate::personas::{Persona, PersonaKind};

/// An ID token expires after ten hours, in seconds.
const ID_LIFETIME: i64 = 36_000;

impl Tenant {
    /// The claims of an access token for the API, in the API's dialect.
    pub(super) fn access_claims(&self, request: &ClaimsRequest<'_>) -> Map<String, Value> {
        let persona = request.persona;
        let rfc9068 = self.dialect.is_rfc9068();
        let mut claims = self.custom_claims(request);
        let mut insert = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        insert("iss", self.issuer.as_str().into());
        insert("sub", persona.subject.as_str().into());
        insert("aud", self.access_audience(request));
        insert("iat", request.issued_at.into());
        insert("exp", request.expires_at().into());
        if rfc9068 {
            // A random id is enough: nothing here looks a token up by it.
            insert(
                "jti",
                crate::random::alphanumeric(22).unwrap_or_default().into(),
            );
        }
        if !request.scopes.is_empty() {
            insert("scope", request.scope().into());
        }
        insert_organization(&mut claims, persona, request.tenant());
        let mut insert = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        if persona.kind == PersonaKind::Machine && !rfc9068 {
            insert("gty", "client-credentials".into());
        }
        insert(
            if rfc9068 { "client_id" } else { "azp" },
            request.client_id().into(),
        );
        if self.dialect.has_permissions() {
            insert("permissions", json!(persona.permissions));
        }
        claims
    }

    pub(super) fn id_claims(&self, request: &ClaimsRequest<'_>) -> Map<String, Value> {
        let persona = request.persona;
        let mut claims = self.custom_claims(request);
        let mut insert = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        insert("updated_at", request.date_after(0).into());
        insert("iss", self.issuer.as_str().into());
        insert("sub", persona.subject.as_str().into());
        insert("aud", request.client_id().into());
        insert("iat", request.issued_at.into());
        insert("exp", request.issued_at.saturating_add(ID_LIFETIME).into());
        if request.signed_in.is_some() {
            insert_organization(&mut claims, persona, request.tenant());
        }
        request.insert_sign_in(&mut claims);
        claims
    }

    /// A user's token that was asked for with `openid` may also be sent to the userinfo endpoint.
    fn access_audience(&self, request: &ClaimsRequest<'_>) -> Value {
        if request.persona.kind == PersonaKind::User && request.has_scope("openid") {
            json!([self.audience, self.userinfo_audience()])
        } else {
            self.audience.as_str().into()
        }
    }

    /// What a tenant's post-login action would add: roles in the namespaced claim, attributes, and who the user is.
    pub(super) fn custom_claims(&self, request: &ClaimsRequest<'_>) -> Map<String, Value> {
        let persona = request.persona;
        let profile = &persona.profile;
        let mut claims = Map::new();
        if !persona.roles.is_empty() {
            claims.insert(self.roles_claim.clone(), json!(persona.roles));
        }
        claims.extend(persona.attributes.clone());
        let told = [
            ("profile", "given_name", &profile.given_name),
            ("profile", "family_name", &profile.family_name),
            ("profile", "nickname", &profile.nickname),
            ("profile", "name", &profile.name),
            ("profile", "picture", &profile.picture),
            ("email", "email", &profile.email),
        ];
        request.insert_profile(&mut claims, &told);
        claims
    }
}

/// `asked` is the organization that the token is asked for.
pub(super) fn insert_organization(
    claims: &mut Map<String, Value>,
    persona: &Persona,
    asked: Option<&str>,
) {
    if let Some(organization) = persona.auth0.organization(asked) {
        claims.insert("org_id".to_owned(), organization.id.as_str().into());
        if let Some(name) = &organization.name {
            claims.insert("org_name".to_owned(), name.as_str().into());
        }
    }
}
