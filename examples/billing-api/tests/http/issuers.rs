//! The forms of the tokens of common issuers, one row each: with these settings the access token is accepted, and every
//! form of the ID token refused. The forms are those of the sources, signed with local keys: no issuer is asked.

use std::sync::Arc;

use billing_api::Settings;
use identity_core::clock::{Clock, SystemClock};
use identity_core::providers::Oidc;
use identity_core::testing::{StaticKeys, TestKey};
use identity_core::verification::Algorithm;
use identity_core::{Authenticated, Authenticator, VerifyError};
use serde_json::{Value, json};
use service_kit::settings::SettingsReader;

use crate::world::READ;

const TENANT: &str = "9122040d-6c67-4c5b-b112-36a304b66dad";

/// An issuer's tokens. Times are added to the claims.
struct Case {
    settings: &'static [(&'static str, &'static str)],
    /// The header's `typ`; empty if it has none.
    kind: &'static str,
    algorithm: Algorithm,
    access: Value,
    /// Forms of the ID token, each with the code of its refusal.
    ids: Vec<(Value, &'static str)>,
    organization: Option<&'static str>,
    roles: &'static [&'static str],
}

/// Returns the claims with others in their place; `null` leaves one out.
fn with(mut claims: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

/// keycloak/keycloak: AccessToken.java, IDToken.java and TokenUtil.java in core/src/main/java/org/keycloak. Mappers add the
/// audience and `org_id`; older releases, and a mapper in newer ones, copy the nonce.
fn keycloak() -> Case {
    let id = json!({
        "iss": "https://sso.example.com/realms/acme", "aud": "web", "azp": "web", "sub": "f1c4f64e", "typ": "ID",
        "auth_time": 1, "jti": "2a88", "nonce": "n", "sid": "4c0a", "at_hash": "x", "acr": "1", "org_id": "O1",
    });
    let for_the_api = json!({"at_hash": null, "nonce": null, "aud": ["web", "billing-api"]});
    Case {
        settings: &[
            ("ISSUER", "https://sso.example.com/realms/acme"),
            ("AUDIENCE", "billing-api"),
            ("SCOPES_CLAIM", "scope"),
            (
                "ROLES_CLAIM",
                "realm_access.roles,resource_access.billing-api.roles",
            ),
        ],
        kind: "JWT",
        algorithm: Algorithm::RS256,
        access: json!({
            "iss": "https://sso.example.com/realms/acme", "aud": ["billing-api", "account"], "azp": "web",
            "sub": "f1c4f64e", "typ": "Bearer", "jti": "d58f", "nonce": "n", "sid": "4c0a", "acr": "1",
            "allowed-origins": ["https://app.example.com"], "realm_access": {"roles": ["operator"]},
            "resource_access": {"billing-api": {"roles": ["editor"]}, "account": {"roles": ["view-profile"]}},
            "scope": format!("openid email {READ}"), "preferred_username": "ada", "org_id": "O1",
        }),
        ids: vec![
            (with(id.clone(), for_the_api), "id_token"),
            (id, "id_token"),
        ],
        organization: Some("O1"),
        roles: &["operator", "editor"],
    }
}

/// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference and id-token-claims-reference. The API
/// and its client are one registration here, so that both tokens have the same audience.
fn entra_v2() -> Case {
    let common = json!({
        "iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "aud": "6731de76", "sub": "AAAA", "oid": "690222be",
        "tid": TENANT, "uti": "zzzz", "rh": "0.A", "ver": "2.0", "name": "Ada", "preferred_username": "ada@example.com",
        "roles": ["Invoices.Admin"],
    });
    let nonce = with(common.clone(), json!({"nonce": "n"}));
    Case {
        settings: &[
            (
                "ISSUER",
                "https://login.microsoftonline.com/{tenantid}/v2.0",
            ),
            ("ISSUER_TENANTS", TENANT),
            ("AUDIENCE", "6731de76"),
            ("CLIENTS", "6731de76"),
            ("SCOPES_CLAIM", "scp"),
            ("ORGANIZATION_CLAIM", "tid"),
        ],
        kind: "JWT",
        algorithm: Algorithm::RS256,
        access: with(
            common.clone(),
            json!({"azp": "6731de76", "azpacr": "0", "scp": READ}),
        ),
        ids: vec![(nonce, "id_token"), (common, "invalid_claims")],
        organization: Some(TENANT),
        roles: &["Invoices.Admin"],
    }
}

/// The pages of Entra's v2, for `ver` = `1.0`. The audience is the API's identifier URI, that of an ID token the client.
fn entra_v1() -> Case {
    let common = json!({
        "iss": format!("https://sts.windows.net/{TENANT}/"), "sub": "AAAA", "oid": "690222be", "tid": TENANT, "uti": "zzzz",
        "rh": "0.A", "ver": "1.0", "amr": ["pwd"], "name": "Ada", "unique_name": "ada@example.com",
    });
    let id = with(common.clone(), json!({"aud": "e74d0a3a"}));
    Case {
        settings: &[
            ("ISSUER", "https://sts.windows.net/{tenantid}/"),
            ("ISSUER_TENANTS", TENANT),
            (
                "JWKS_URL",
                "https://login.microsoftonline.com/common/discovery/keys",
            ),
            ("AUDIENCE", "api://billing"),
            ("CLIENTS", "e74d0a3a"),
            ("SCOPES_CLAIM", "scp"),
            ("ORGANIZATION_CLAIM", "tid"),
        ],
        kind: "JWT",
        algorithm: Algorithm::RS256,
        access: with(
            common,
            json!({"aud": "api://billing", "appid": "e74d0a3a", "appidacr": "0", "acr": "1", "scp": READ}),
        ),
        ids: vec![
            (with(id.clone(), json!({"nonce": "n"})), "id_token"),
            (id, "invalid_claims"),
        ],
        organization: Some(TENANT),
        roles: &[],
    }
}

/// https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview, "Access token payload" and "ID token payload", of a
/// custom authorization server. `groups` and `org_id` are claims that its administrator adds.
fn okta() -> Case {
    let id = json!({
        "iss": "https://example.okta.com/oauth2/default", "aud": "0oa1", "sub": "00u1", "ver": 1, "jti": "ID.1",
        "amr": ["pwd"], "idp": "00o1", "nonce": "n", "auth_time": 1, "at_hash": "x", "name": "Ada",
    });
    let bare = json!({"nonce": null, "at_hash": null});
    Case {
        settings: &[
            ("ISSUER", "https://example.okta.com/oauth2/default"),
            ("AUDIENCE", "api://default"),
            ("CLIENTS", "0oa1"),
            ("SCOPES_CLAIM", "scp"),
            ("ROLES_CLAIM", "groups"),
        ],
        kind: "",
        algorithm: Algorithm::RS256,
        access: json!({
            "iss": "https://example.okta.com/oauth2/default", "aud": "api://default", "sub": "ada@example.com", "ver": 1,
            "jti": "AT.1", "cid": "0oa1", "uid": "00u1", "scp": ["openid", READ], "auth_time": 1, "groups": ["editors"],
            "org_id": "O1",
        }),
        ids: vec![(with(id.clone(), bare), "invalid_claims"), (id, "id_token")],
        organization: Some("O1"),
        roles: &["editors"],
    }
}

/// https://zitadel.com/docs/apis/openidoauth/claims, and /docs/guides/integrate/retrieve-user-roles for the roles. An ID token
/// has the project among its audiences too. An action on the access token adds the scopes (in `permissions`). The generic
/// claim has the roles of the client's own project, whichever that is.
fn zitadel() -> Case {
    let roles = "urn:zitadel:iam:org:project:1122:roles";
    let common = json!({
        "iss": "https://acme.zitadel.cloud", "aud": ["2233@billing", "1122"], "sub": "3344", "client_id": "2233@billing",
        roles: {"editor": {"5566": "acme.zitadel.cloud"}, "owner": {"9900": "other.zitadel.cloud"}},
        "urn:zitadel:iam:org:project:roles": {"admin": {"5566": "acme.zitadel.cloud"}}, "urn:zitadel:iam:user:resourceowner:id": "5566",
    });
    let id = json!({"azp": "2233@billing", "at_hash": "x", "amr": ["pwd"], "auth_time": 1, "nonce": "n"});
    Case {
        settings: &[
            ("ISSUER", "https://acme.zitadel.cloud"),
            ("AUDIENCE", "1122"),
            ("SCOPES_CLAIM", "permissions"),
            ("ROLES_CLAIM", "urn:zitadel:iam:org:project:1122:roles"),
            ("ROLES_BY_TENANT", "true"),
            (
                "ORGANIZATION_CLAIM",
                "urn:zitadel:iam:user:resourceowner:id",
            ),
        ],
        kind: "JWT",
        algorithm: Algorithm::RS256,
        access: with(
            common.clone(),
            json!({"jti": "7788", "permissions": [READ]}),
        ),
        ids: vec![(with(common, id), "id_token")],
        organization: Some("5566"),
        roles: &["editor"],
    }
}

/// goauthentik/authentik: authentik/providers/oauth2/id_token.py. Both tokens are made from the same claims, those of scope
/// mappings included; only the access token has `azp` and `uid`.
fn authentik() -> Case {
    let id = json!({
        "iss": "https://auth.example.com/application/o/billing/", "aud": "Cl1ent", "sub": "b1946ac9", "auth_time": 1,
        "acr": "goauthentik.io/providers/oauth2/default", "amr": ["pwd"], "nonce": "n", "sid": "2a88",
        "scope": format!("openid {READ}"), "groups": ["editors"], "org_id": "O1",
    });
    Case {
        settings: &[
            ("ISSUER", "https://auth.example.com/application/o/billing/"),
            ("AUDIENCE", "Cl1ent"),
            ("CLIENTS", "Cl1ent"),
            ("SCOPES_CLAIM", "scope"),
            ("ROLES_CLAIM", "groups"),
        ],
        kind: "JWT",
        algorithm: Algorithm::RS256,
        access: with(id.clone(), json!({"azp": "Cl1ent", "uid": "9f3f"})),
        ids: vec![
            (with(id.clone(), json!({"nonce": null})), "invalid_claims"),
            (with(id.clone(), json!({"scope": null})), "id_token"),
            (id, "id_token"),
        ],
        organization: Some("O1"),
        roles: &["editors"],
    }
}

/// https://clerk.com/docs/guides/sessions/session-tokens, version 2, with a custom claim `scopes`. The ID token is that of an
/// OAuth application.
fn clerk() -> Case {
    let id = json!({
        "iss": "https://clerk.example.com", "aud": "Cl1ent", "azp": "Cl1ent", "sub": "user_1", "jti": "1", "nonce": "n",
        "at_hash": "x", "email": "ada@example.com",
    });
    let bare = json!({"nonce": null, "at_hash": null, "azp": "https://app.example.com"});
    Case {
        settings: &[
            ("ISSUER", "https://clerk.example.com"),
            ("NO_AUDIENCE", "true"),
            ("CLIENTS", "https://app.example.com"),
            ("ROLES_CLAIM", "o.rol"),
            ("ORGANIZATION_CLAIM", "o.id"),
        ],
        kind: "JWT",
        algorithm: Algorithm::RS256,
        access: json!({
            "iss": "https://clerk.example.com", "azp": "https://app.example.com", "sub": "user_1", "sid": "sess_1", "v": 2,
            "jti": "1", "fva": [7, -1], "sts": "active", "pla": "u:free", "fea": "o:billing",
            "o": {"id": "org_1", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3"}, "scopes": [READ],
        }),
        ids: vec![(with(id.clone(), bare), "invalid_claims"), (id, "id_token")],
        organization: Some("org_1"),
        roles: &["admin"],
    }
}

/// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html and
/// -using-the-id-token.html. A trigger before the token generation adds the scope and `org_id`.
fn cognito() -> Case {
    let issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE";
    let id = json!({
        "iss": issuer, "aud": "xxx9", "sub": "aaaa", "token_use": "id", "cognito:groups": ["editors"], "nonce": "n",
        "cognito:username": "ada", "at_hash": "x", "origin_jti": "b", "event_id": "c", "auth_time": 1, "jti": "d",
    });
    let bare = json!({"nonce": null, "at_hash": null, "aud": null, "client_id": "xxx9"});
    Case {
        settings: &[
            (
                "ISSUER",
                "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE",
            ),
            ("NO_AUDIENCE", "true"),
            ("CLIENTS", "xxx9"),
            ("SCOPES_CLAIM", "scope"),
            ("ROLES_CLAIM", "cognito:groups"),
        ],
        kind: "",
        algorithm: Algorithm::RS256,
        access: json!({
            "iss": issuer, "client_id": "xxx9", "sub": "aaaa", "token_use": "access", "cognito:groups": ["editors"],
            "version": 2, "origin_jti": "b", "event_id": "c", "scope": format!("openid {READ}"), "auth_time": 1,
            "jti": "d", "username": "ada", "org_id": "O1",
        }),
        ids: vec![(with(id.clone(), bare), "id_token"), (id, "id_token")],
        organization: Some("O1"),
        roles: &["editors"],
    }
}

/// https://www.ory.com/docs/oauth2-oidc/jwt-access-token, with the strategy `jwt`: what the consent app adds is in `ext`.
fn hydra() -> Case {
    let id = json!({
        "iss": "https://hydra.example.com", "aud": ["Cl1ent"], "sub": "ada", "at_hash": "x", "auth_time": 1, "jti": "b",
        "nonce": "n", "rat": 1, "sid": "c", "acr": "",
    });
    let bare = json!({"nonce": null, "at_hash": null});
    Case {
        settings: &[
            ("ISSUER", "https://hydra.example.com"),
            ("AUDIENCE", "https://billing.example.com"),
            ("SCOPES_CLAIM", "scp"),
            ("ROLES_CLAIM", "ext.roles"),
            ("ORGANIZATION_CLAIM", "ext.org_id"),
        ],
        kind: "JWT",
        algorithm: Algorithm::RS256,
        access: json!({
            "iss": "https://hydra.example.com", "aud": ["https://billing.example.com"], "sub": "ada", "client_id": "Cl1ent",
            "jti": "a", "scp": ["openid", READ], "ext": {"roles": ["editor"], "org_id": "O1"},
        }),
        ids: vec![(with(id.clone(), bare), "invalid_claims"), (id, "id_token")],
        organization: Some("O1"),
        roles: &["editor"],
    }
}

/// https://docs.logto.io/authorization/organization-level-api-resources; logto-io/logto signs with ES384 by default.
fn logto() -> Case {
    let id = json!({
        "iss": "https://acme.logto.app/oidc", "aud": "Cl1ent", "sub": "ada", "at_hash": "x", "name": "Ada",
        "organizations": ["org_1"],
    });
    let bare = json!({"at_hash": null});
    Case {
        settings: &[
            ("ISSUER", "https://acme.logto.app/oidc"),
            ("AUDIENCE", "https://billing.example.com"),
            ("ALGORITHMS", "ES384"),
            ("SCOPES_CLAIM", "scope"),
            ("ORGANIZATION_CLAIM", "organization_id"),
        ],
        kind: "at+jwt",
        algorithm: Algorithm::ES384,
        access: json!({
            "iss": "https://acme.logto.app/oidc", "aud": "https://billing.example.com", "sub": "ada", "client_id": "Cl1ent",
            "jti": "a", "scope": READ, "organization_id": "org_1",
        }),
        ids: vec![(with(id.clone(), bare), "invalid_claims"), (id, "id_token")],
        organization: Some("org_1"),
        roles: &[],
    }
}

/// Returns an authenticator with these settings and this key.
fn authenticator(settings: &[(&str, &str)], key: &TestKey) -> Authenticator {
    let reader = SettingsReader::from_values("BILLING_API", settings.iter().copied());
    let Settings { issuer, oidc, .. } = Settings::read(reader).unwrap();
    let builder = Authenticator::builder(Oidc::new(oidc).unwrap());
    let builder = issuer.applied_to(builder.keys(Arc::new(StaticKeys::of(&[key]))));
    builder.build().unwrap()
}

/// Returns the token with times and this header's `typ`.
fn token(key: &TestKey, algorithm: Algorithm, kind: &str, claims: &Value) -> String {
    let now = SystemClock.now().seconds().floor();
    let claims = with(claims.clone(), json!({"iat": now, "exp": now + 600.0}));
    let mut header = json!({"alg": format!("{algorithm:?}"), "kid": key.id()});
    if !kind.is_empty() {
        header["typ"] = json!(kind);
    }
    key.token_with_header(&header, &claims)
}

fn code(outcome: Result<Arc<Authenticated>, VerifyError>) -> &'static str {
    outcome.map_or_else(|error| error.code(), |_| "accepted")
}

#[actix_web::test]
async fn each_issuer_s_access_token_is_accepted_and_its_id_token_refused() {
    for case in [
        keycloak(),
        entra_v2(),
        entra_v1(),
        okta(),
        zitadel(),
        authentik(),
        clerk(),
        cognito(),
        hydra(),
        logto(),
    ] {
        let (_, name) = case.settings[0];
        let key = match case.algorithm {
            Algorithm::RS256 => TestKey::fixed(),
            other => TestKey::fresh("k", other),
        };
        let authenticator = authenticator(case.settings, &key);
        for (id, expected) in &case.ids {
            let token = token(&key, case.algorithm, "JWT", id);
            let refused = authenticator.authenticate(&token).await;
            assert_eq!(code(refused), *expected, "{name}: ID token {id}");
        }
        let mut elsewhere = case.access.clone();
        elsewhere["aud"] = json!("https://other.example");
        let elsewhere = token(&key, case.algorithm, case.kind, &elsewhere);
        let refused = authenticator.authenticate(&elsewhere).await;
        assert_eq!(code(refused), "invalid_claims", "{name}: for another API");

        let access = token(&key, case.algorithm, case.kind, &case.access);
        let caller = authenticator.authenticate(&access).await;
        let caller = caller.unwrap_or_else(|error| panic!("{name}: {error}"));
        let principal = caller.principal();
        assert!(principal.has_scope(READ), "{name}: {principal:?}");
        assert_eq!(principal.roles, case.roles, "{name}");
        let organization = principal.current_tenant.as_deref();
        assert_eq!(organization, case.organization, "{name}");
    }
}

/// https://developers.google.com/identity/openid-connect/openid-connect: the access token is opaque, and the ID token the only
/// JWT. One that Google's button gets has neither `at_hash` nor, unless the page asks for it, a nonce.
#[actix_web::test]
async fn google_has_no_access_token_that_an_api_can_verify() {
    let key = TestKey::fixed();
    let settings = [
        ("ISSUER", "https://accounts.google.com,accounts.google.com"),
        ("AUDIENCE", "https://billing.example.com"),
    ];
    let google = authenticator(&settings, &key);
    let opaque = google.authenticate("ya29.a0AfB_byC-opaque").await;
    assert_eq!(code(opaque), "malformed_token");
    let id = json!({
        "iss": "https://accounts.google.com", "azp": "1.apps.googleusercontent.com", "aud": "1.apps.googleusercontent.com",
        "sub": "1076", "hd": "example.com", "email": "ada@example.com", "email_verified": true,
    });
    let marked = with(
        id.clone(),
        json!({"at_hash": "x", "iss": "accounts.google.com"}),
    );
    for (id, expected) in [(id, "invalid_claims"), (marked, "id_token")] {
        let token = token(&key, Algorithm::RS256, "JWT", &id);
        assert_eq!(code(google.authenticate(&token).await), expected, "{id}");
    }
}
