//! The tokens of each provider, in the forms of the documentation that it names.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::providers::test_tokens::{NOW, changed};
use crate::providers::{Auth0, Descope, Oidc, OidcConfig, ProviderError};
use crate::testing::TestClaims;

pub(super) const TENANT: &str = "9122040d-6c67-4c5b-b112-36a304b66dad";

pub(super) struct Case {
    pub(super) provider: Arc<dyn TestClaims>,
    /// The claims of an access token; times are added.
    pub(super) access: Value,
    /// Changes that make another token of it, with the code of its refusal.
    pub(super) refused: Vec<(Value, &'static str)>,
    pub(super) scopes: &'static [&'static str],
    pub(super) roles: &'static [&'static str],
    pub(super) permissions: &'static [&'static str],
    pub(super) tenant: Option<&'static str>,
    /// Whether its tokens can have roles in a tenant.
    pub(super) has_roles_in_tenants: bool,
}

impl Case {
    fn of(provider: impl TestClaims, access: Value) -> Self {
        let times = json!({"iat": NOW, "exp": NOW + 600.0});
        Self {
            provider: Arc::new(provider),
            access: changed(access, &times),
            refused: Vec::new(),
            scopes: &[],
            roles: &[],
            permissions: &[],
            tenant: None,
            has_roles_in_tenants: true,
        }
    }

    fn oidc(config: Result<OidcConfig, ProviderError>, access: Value) -> Self {
        Self::of(Oidc::new(config.unwrap()).unwrap(), access)
    }
}

fn descope() -> Case {
    let project = "P2RFvFexVaxxNFK6rhP0ePtaGfTK";
    Case {
        refused: vec![
            (json!({"token_type": "id_token"}), "id_token"),
            (json!({"drn": "DSR"}), "refresh_token"),
            (
                json!({"iss": "P2OtherOtherOtherOtherOther"}),
                "invalid_claims",
            ),
        ],
        scopes: &["openid", "descope.claims"],
        roles: &["admin"],
        permissions: &["users.create"],
        tenant: Some("T1"),
        ..Case::of(
            Descope::project(project).unwrap(),
            json!({
                "iss": format!("https://api.descope.com/{project}"), "aud": [project], "azp": project, "sub": "U1",
                "token_type": "access_token", "scope": "openid descope.claims", "roles": ["admin"],
                "permissions": ["users.create"], "dct": "T1",
                "tenants": {"T1": {"roles": ["editor"], "permissions": ["pages.write"]}, "T2": {"roles": ["owner"]}},
            }),
        )
    }
}

fn auth0() -> Case {
    Case {
        refused: vec![
            (json!({"aud": "Cl1ent"}), "invalid_claims"),
            (json!({"nonce": "n"}), "id_token"),
            (
                json!({"iss": "https://other.us.auth0.com/"}),
                "invalid_claims",
            ),
        ],
        scopes: &["openid", "read:messages"],
        roles: &["editor"],
        permissions: &["read:messages"],
        tenant: Some("org_1"),
        ..Case::of(
            Auth0::tenant("dev-example.us.auth0.com", "https://api.example.com").unwrap(),
            json!({
                "iss": "https://dev-example.us.auth0.com/", "aud": ["https://api.example.com"], "sub": "auth0|1",
                "azp": "Cl1ent", "scope": "openid read:messages", "permissions": ["read:messages"], "org_id": "org_1",
                "https://example.com/roles": ["editor"],
            }),
        )
    }
}

fn oidc() -> Case {
    Case {
        scopes: &["read", "write"],
        roles: &["editor"],
        tenant: Some("O1"),
        ..Case::oidc(
            Ok(OidcConfig::new("https://id.example.com", "api")),
            json!({
                "iss": "https://id.example.com", "aud": "api", "sub": "1", "scope": "read write", "roles": "editor",
                "org_id": "O1",
            }),
        )
    }
}

pub(super) fn keycloak() -> Case {
    Case {
        has_roles_in_tenants: false,
        refused: vec![
            (json!({"typ": "ID", "at_hash": null}), "id_token"),
            (json!({"typ": "Refresh"}), "refresh_token"),
            (json!({"typ": null}), "token_type_not_allowed"),
            (
                json!({"iss": "https://sso.example.com/realms/other"}),
                "invalid_claims",
            ),
        ],
        scopes: &["openid", "organization"],
        roles: &["operator", "editor"],
        tenant: Some("acme"),
        ..Case::oidc(
            OidcConfig::keycloak("https://sso.example.com/realms/acme", "billing.api"),
            json!({
                "iss": "https://sso.example.com/realms/acme", "aud": ["billing.api", "account"], "azp": "web",
                "sub": "f1c4f64e", "typ": "Bearer", "jti": "d58f", "sid": "4c0a", "acr": "1",
                "realm_access": {"roles": ["operator"]},
                "resource_access": {"billing.api": {"roles": ["editor"]}, "account": {"roles": ["view-profile"]}},
                "scope": "openid organization", "organization": {"acme": {"id": "42c3e46f"}},
            }),
        )
    }
}

/// The API and its client are one registration here, so that both tokens have the same audience.
fn entra() -> Case {
    let other = "https://login.microsoftonline.com/11111111-6c67-4c5b-b112-36a304b66dad/v2.0";
    Case {
        refused: vec![
            (
                json!({"azp": null, "azpacr": null, "scp": null}),
                "token_type_not_allowed",
            ),
            (json!({"azp": null, "scp": null, "nonce": "n"}), "id_token"),
            (json!({"iss": other}), "invalid_claims"),
            (
                json!({"iss": format!("https://sts.windows.net/{TENANT}/")}),
                "invalid_claims",
            ),
        ],
        scopes: &["Invoices.Read"],
        roles: &["Invoices.Admin"],
        tenant: Some(TENANT),
        ..Case::oidc(
            OidcConfig::entra(&[TENANT], "6731de76-14a6-49ae-97bc-6eba6914391e"),
            json!({
                "iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
                "aud": "6731de76-14a6-49ae-97bc-6eba6914391e", "sub": "AAAA", "oid": "690222be", "tid": TENANT,
                "azp": "6731de76-14a6-49ae-97bc-6eba6914391e", "azpacr": "0", "ver": "2.0", "scp": "Invoices.Read",
                "roles": ["Invoices.Admin"],
            }),
        )
    }
}

fn cognito() -> Case {
    let issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE";
    Case {
        refused: vec![
            (
                json!({"token_use": "id", "aud": "xxx9", "client_id": null}),
                "id_token",
            ),
            (json!({"token_use": null}), "token_type_not_allowed"),
            (json!({"client_id": "yyy8"}), "invalid_claims"),
            (
                json!({"iss": issuer.replace("EXAMPLE", "OTHER")}),
                "invalid_claims",
            ),
        ],
        scopes: &["openid", "invoices/read"],
        roles: &["editors"],
        tenant: Some("O1"),
        ..Case::oidc(
            OidcConfig::cognito("eu-central-1_EXAMPLE", &["xxx9"]),
            json!({
                "iss": issuer, "client_id": "xxx9", "sub": "aaaa", "token_use": "access", "cognito:groups": ["editors"],
                "version": 2, "scope": "openid invoices/read", "jti": "d", "username": "ada", "org_id": "O1",
            }),
        )
    }
}

fn okta() -> Case {
    Case {
        refused: vec![
            (
                json!({"aud": "0oa1", "cid": null}),
                "token_type_not_allowed",
            ),
            (json!({"cid": null, "at_hash": "x"}), "id_token"),
            (
                json!({"iss": "https://other.okta.com/oauth2/default"}),
                "invalid_claims",
            ),
            (json!({"iss": "https://example.okta.com"}), "invalid_claims"),
        ],
        scopes: &["openid", "invoices.read"],
        roles: &["editors"],
        tenant: Some("O1"),
        ..Case::oidc(
            OidcConfig::okta("https://example.okta.com/oauth2/default", "api://default"),
            json!({
                "iss": "https://example.okta.com/oauth2/default", "aud": "api://default", "sub": "ada@example.com",
                "ver": 1, "jti": "AT.1", "cid": "0oa1", "uid": "00u1", "scp": ["openid", "invoices.read"],
                "groups": ["editors"], "org_id": "O1",
            }),
        )
    }
}

/// The ID token of a service account is the one that is accepted; those of people are refused.
fn google() -> Case {
    let client = "1.apps.googleusercontent.com";
    Case {
        refused: vec![
            (
                json!({"aud": client, "azp": client, "at_hash": "x"}),
                "id_token",
            ),
            (json!({"aud": client, "azp": client}), "invalid_claims"),
            (json!({"azp": client}), "invalid_claims"),
            (
                json!({"azp": "199999999999999999999", "sub": "199999999999999999999"}),
                "invalid_claims",
            ),
        ],
        ..Case::oidc(
            OidcConfig::google("https://api.example.com", &["103456789012345678901"]),
            json!({
                "iss": "https://accounts.google.com", "aud": "https://api.example.com", "azp": "103456789012345678901",
                "sub": "103456789012345678901", "email": "caller@project.iam.gserviceaccount.com", "email_verified": true,
            }),
        )
    }
}

/// An ID token has the same audience.
pub(super) fn zitadel() -> Case {
    Case {
        refused: vec![
            (
                json!({"jti": null, "azp": "2233@billing"}),
                "token_type_not_allowed",
            ),
            (json!({"at_hash": "x"}), "id_token"),
            (
                json!({"iss": "https://other.zitadel.cloud"}),
                "invalid_claims",
            ),
        ],
        scopes: &["openid"],
        roles: &["editor"],
        tenant: Some("5566"),
        ..Case::oidc(
            OidcConfig::zitadel("https://acme.zitadel.cloud", "1122"),
            json!({
                "iss": "https://acme.zitadel.cloud", "aud": ["2233@billing", "1122"], "sub": "3344", "jti": "7788",
                "client_id": "2233@billing", "scope": "openid", "urn:zitadel:iam:user:resourceowner:id": "5566",
                "urn:zitadel:iam:org:project:roles": {"root": {"5566": "acme.example"}},
                "urn:zitadel:iam:org:project:1122:roles": {
                    "editor": {"5566": "acme.example"}, "owner": {"7788": "other.example"},
                },
            }),
        )
    }
}

pub(super) fn cases() -> [Case; 9] {
    [
        descope(),
        auth0(),
        oidc(),
        keycloak(),
        entra(),
        cognito(),
        okta(),
        google(),
        zitadel(),
    ]
}
