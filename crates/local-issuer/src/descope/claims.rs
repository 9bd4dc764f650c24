//! The claims of Descope's tokens.

use serde_json::{Map, Value, json};

use super::project::Project;
use crate::claims::{ClaimsRequest, TokenKind};
use crate::personas::{Obtained, Persona, PersonaKind};

/// A refresh token expires after four weeks, in seconds.
pub(super) const REFRESH_LIFETIME: i64 = 28 * 24 * 60 * 60;

/// What a session token is asked for besides, by the login options of the access-key exchange.
#[derive(Default)]
pub(super) struct SessionOptions {
    /// The tenant that was chosen.
    pub(super) tenant: Option<String>,
    /// Claims of the client's own making, which are worth nothing and say so.
    pub(super) client_claims: Option<Map<String, Value>>,
}

impl Project {
    /// The claims of a token of this kind; members are in Descope's (alphabetical) order.
    pub(super) fn token_claims(
        &self,
        request: &ClaimsRequest<'_>,
        kind: TokenKind,
    ) -> Map<String, Value> {
        let persona = request.persona;
        let mut claims = match kind {
            TokenKind::Id => {
                let mut claims = self.application_claims(request, "id_token");
                request.insert_sign_in(&mut claims);
                claims
            }
            TokenKind::Refresh => {
                let mut claims = self.application_claims(request, "refresh_token");
                make_refresh(&mut claims, request);
                claims
            }
            TokenKind::Session | TokenKind::SessionRefresh if is_access_key(persona) => {
                self.key_session_claims(request, SessionOptions::default())
            }
            TokenKind::Session | TokenKind::SessionRefresh => {
                let mut claims = self.session_claims(request, &persona.subject);
                claims.insert("amr".to_owned(), json!(["email"]));
                claims.insert(
                    "rexp".to_owned(),
                    request.date_after(REFRESH_LIFETIME).into(),
                );
                claims
            }
            TokenKind::Access => self.application_claims(request, "access_token"),
        };
        if kind == TokenKind::SessionRefresh {
            claims.insert("drn".to_owned(), "DSR".into());
            make_refresh(&mut claims, request);
        }
        claims.sort_keys();
        claims
    }

    /// The claims of the session token that an access key is exchanged for.
    pub(super) fn key_session_claims(
        &self,
        request: &ClaimsRequest<'_>,
        options: SessionOptions,
    ) -> Map<String, Value> {
        let mut claims = self.session_claims(request, &request.persona.descope.key_id);
        if let Some(tenant) = options.tenant {
            claims.insert("dct".to_owned(), tenant.into());
        }
        if let Some(client_claims) = options.client_claims {
            claims.insert("nsec".to_owned(), Value::Object(client_claims));
        }
        claims.sort_keys();
        claims
    }

    /// An access token of the inbound applications, which differs by its issuer.
    pub(super) fn inbound_claims(&self, request: &ClaimsRequest<'_>) -> Map<String, Value> {
        let mut claims = self.token_claims(request, TokenKind::Access);
        claims.insert("iss".to_owned(), self.apps_issuer().into());
        claims
    }

    /// What the userinfo endpoint says.
    pub(super) fn user_claims(&self, request: &ClaimsRequest<'_>) -> Map<String, Value> {
        let persona = request.persona;
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), persona.subject.as_str().into());
        if request.has_scope("descope.custom_claims") {
            claims.extend(persona.attributes.clone());
        }
        insert_profile(&mut claims, request);
        if request.has_scope("descope.claims") {
            insert_rights(&mut claims, persona);
        }
        claims
    }

    /// The project is an audience of each of its tokens. Its default application has its id; a token without a person is taken
    /// for that application's.
    fn insert_client(&self, claims: &mut Map<String, Value>, request: &ClaimsRequest<'_>) {
        let signed_in = request.signed_in.as_ref();
        let client_id = signed_in.map_or(&*self.id, |signed_in| signed_in.client_id);
        let audience = if client_id == self.id {
            json!([self.id])
        } else {
            json!([client_id, self.id])
        };
        claims.insert("aud".to_owned(), audience);
        claims.insert("azp".to_owned(), client_id.into());
        if let Some(tenant) = signed_in.and_then(|signed_in| signed_in.tenant) {
            claims.insert("dct".to_owned(), tenant.into());
        }
    }

    /// A session token has no audience, and the persona's roles, permissions and attributes are at its root.
    fn session_claims(&self, request: &ClaimsRequest<'_>, subject: &str) -> Map<String, Value> {
        let persona = request.persona;
        let mut claims = persona.attributes.clone();
        claims.insert("drn".to_owned(), "DS".into());
        claims.insert("iss".to_owned(), self.apps_issuer().into());
        claims.insert("sub".to_owned(), subject.into());
        insert_times(&mut claims, request);
        insert_rights(&mut claims, persona);
        if let Some(scopes) = &persona.descope.session_scopes {
            claims.insert("scope".to_owned(), scopes.join(" ").into());
        }
        claims
    }

    /// What the access, ID and refresh tokens of an OpenID application have in common.
    fn application_claims(
        &self,
        request: &ClaimsRequest<'_>,
        token_type: &str,
    ) -> Map<String, Value> {
        let persona = request.persona;
        let mut claims = Map::new();
        if request.has_scope("descope.custom_claims") {
            claims.extend(persona.attributes.clone());
        }
        if persona.kind == PersonaKind::User && token_type != "id_token" {
            claims.insert("amr".to_owned(), json!(["email"]));
        }
        self.insert_client(&mut claims, request);
        claims.insert("iss".to_owned(), self.federated_issuer().into());
        claims.insert(
            "rexp".to_owned(),
            request.date_after(REFRESH_LIFETIME).into(),
        );
        // Always there, even if empty: a token without this claim is taken for a session token, which may do more.
        claims.insert("scope".to_owned(), request.scope().into());
        claims.insert("sub".to_owned(), persona.subject.as_str().into());
        claims.insert("token_type".to_owned(), token_type.into());
        insert_times(&mut claims, request);
        insert_profile(&mut claims, request);
        if request.has_scope("descope.claims") {
            insert_rights(&mut claims, persona);
        }
        claims
    }
}

/// Whether the persona's session is an access key's, not a person's.
fn is_access_key(persona: &Persona) -> bool {
    persona.kind == PersonaKind::Machine || persona.descope.obtained == Obtained::AccessKey
}

fn insert_times(claims: &mut Map<String, Value>, request: &ClaimsRequest<'_>) {
    claims.insert("iat".to_owned(), request.issued_at.into());
    claims.insert("exp".to_owned(), request.expires_at().into());
}

fn make_refresh(claims: &mut Map<String, Value>, request: &ClaimsRequest<'_>) {
    claims.insert(
        "exp".to_owned(),
        request.issued_at.saturating_add(REFRESH_LIFETIME).into(),
    );
    claims.insert("dv".to_owned(), 1.into());
    claims.remove("rexp");
}

fn insert_profile(claims: &mut Map<String, Value>, request: &ClaimsRequest<'_>) {
    let profile = &request.persona.profile;
    let told = [
        ("profile", "name", &profile.name),
        ("profile", "given_name", &profile.given_name),
        ("profile", "family_name", &profile.family_name),
        ("profile", "picture", &profile.picture),
        ("email", "email", &profile.email),
    ];
    request.insert_profile(claims, &told);
}

fn insert_rights(claims: &mut Map<String, Value>, persona: &Persona) {
    claims.insert("roles".to_owned(), json!(persona.roles));
    claims.insert("permissions".to_owned(), json!(persona.permissions));
    let tenants = &persona.descope.tenants;
    if tenants.is_empty() {
        return;
    }
    let rights = tenants.iter().map(|(id, rights)| {
        let mut members = Map::new();
        if !rights.permissions.is_empty() {
            members.insert("permissions".to_owned(), json!(rights.permissions));
        }
        if !rights.roles.is_empty() {
            members.insert("roles".to_owned(), json!(rights.roles));
        }
        (id.clone(), Value::Object(members))
    });
    claims.insert("tenants".to_owned(), Value::Object(rights.collect()));
}
