//! Auth0's kinds of tokens: what opens an API, and what does not.

use anyhow::Result;
use local_issuer::TokenKind::{Access, Id};
use local_issuer::{LocalIssuer, TokenDialect};
use serde_json::json;

use crate::case::{Case, Needs};
use crate::forge::{Row, accepted, changed};
use crate::http::Call;
use crate::kind::ServiceKind;
use crate::launch::{Environment, World, issuer_config};
use crate::refusal::{CLAIMS, ID_TOKEN, NOT_ADMIN};

const OTHERS: &str = "Only access tokens for this API open it: the tenant's other tokens have the same key, and an ID token may have the API's audience.";
const OURS: &str = "These are access tokens for this API.";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    changed("id_token", CLAIMS, OTHERS, |m, _| m).of("admin", Id),
    changed("id_token_for_this_audience_with_a_nonce", ID_TOKEN, OTHERS, |m, f| m.claim("aud", f.ours.audience()).claim("nonce", "x")).of("admin", Id),
    changed("id_token_for_this_audience_with_at_hash", ID_TOKEN, OTHERS, |m, f| m.claim("aud", f.ours.audience()).claim("at_hash", "x")).of("admin", Id),
    changed("id_token_for_this_audience_with_c_hash", ID_TOKEN, OTHERS, |m, f| m.claim("aud", f.ours.audience()).claim("c_hash", "x")).of("admin", Id),
    changed("token_for_userinfo_alone", CLAIMS, OTHERS, |m, f| m.claim("aud", json!([format!("{}userinfo", f.ours.issuer())]))),
    changed("token_for_the_management_api", CLAIMS, OTHERS, |m, f| m.claim("aud", format!("{}api/v2/", f.ours.issuer()))),
    changed("machine_token_without_audience", CLAIMS, OTHERS, |m, _| m.without_claim("aud")).of("machine", Access),

    accepted("typ_at_jwt", OURS, |m, _| m.header("typ", "at+jwt")),
    accepted("typ_application_at_jwt", OURS, |m, _| m.header("typ", "application/at+jwt")),
    accepted("machine_token", OURS, |m, _| m).of("machine", Access),
    accepted("token_of_an_organization", OURS, |m, _| m).of("member", Access),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = ROWS.iter().map(|row| row.case("kinds")).collect();
    cases.push(Case::new(
        "kinds::roles_that_are_not_namespaced_grant_nothing",
        "The claim that counts is the one that AUTH0_ROLES_CLAIM names, and no other.",
        Needs::AnyToken,
        async |target| {
            let mint = target
                .mint("nobody", Access)?
                .claim("roles", json!(["admin"]));
            let mint = mint.claim("https://other.example/roles", json!(["admin"]));
            target
                .refused(&stats().bearer(&mint.token()?), NOT_ADMIN)
                .await
        },
    ));
    cases.push(Case::new(
        "kinds::roles_claim_is_a_setting",
        "AUTH0_ROLES_CLAIM says where roles are: there they count, and at the default they no longer do.",
        Needs::OwnServers,
        async |_| {
            let claim = "https://other.example/roles";
            let environment = Environment::new(ServiceKind::Auth0Api)?;
            let world = World::start(&environment.with("AUTH0_ROLES_CLAIM", claim)).await?;
            let check = world.check(async |target| {
                target.refused_as("admin", stats(), NOT_ADMIN).await?;
                let token = target.mint("nobody", Access)?.claim(claim, json!(["admin"])).token()?;
                target.status(&stats().bearer(&token), 200).await.map(drop)
            });
            check.await
        },
    ));
    // Permissions are in the dialects whose names end in authz.
    for (name, dialect, admin) in [
        ("access_token", TokenDialect::AccessToken, 403),
        ("access_token_authz", TokenDialect::AccessTokenAuthz, 200),
        ("rfc9068_profile", TokenDialect::Rfc9068Profile, 403),
        (
            "rfc9068_profile_authz",
            TokenDialect::Rfc9068ProfileAuthz,
            200,
        ),
    ] {
        cases.push(Case::new(
            format!("kinds::dialect_{name}_is_200"),
            "A tenant chooses what its access tokens look like; each form is read.",
            Needs::OwnServers,
            async move |_| in_dialect(dialect, admin).await,
        ));
    }
    cases
}

/// A token that came from the token endpoint of an issuer with this dialect, and the status of `/api/admin`.
async fn in_dialect(dialect: TokenDialect, admin: u16) -> Result<()> {
    let mut config = issuer_config(ServiceKind::Auth0Api)?;
    config.auth0.dialect = dialect;
    let issuer = LocalIssuer::start(config).await?;
    let world = World::around(issuer, &Environment::new(ServiceKind::Auth0Api)?).await?;
    let check = world.check(async |target| {
        let token = target.token("admin").await?;
        target.accepts(&token).await?;
        for (path, status) in [("/api/private-scoped/readonly", 200), ("/api/admin", admin)] {
            target
                .status(&Call::get(path).bearer(&token), status)
                .await?;
        }
        Ok(())
    });
    check.await
}

fn stats() -> Call {
    Call::get("/api/admin/stats")
}
