//! Descope's kinds of tokens: what opens an API, and what does not.

use anyhow::Result;
use local_issuer::TokenKind::{Id, Refresh, Session, SessionRefresh};
use serde_json::json;

use crate::case::{Case, Needs};
use crate::forge::{Row, accepted, changed};
use crate::http::Call;
use crate::refusal::{CLAIMS, ID_TOKEN, NOT_ADMIN, REFRESH_TOKEN, TYPE};
use crate::target::Target;

const OTHERS: &str = "Only access tokens and session tokens of this project open its API: the others have the same key, and often the same audience.";
const OURS: &str = "A project signs under three names, and only session tokens and access keys may leave out the audience.";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    changed("typ_that_descope_never_writes", TYPE, OTHERS, |m, _| m.header("typ", "at+jwt")),
    changed("id_token", ID_TOKEN, OTHERS, |m, _| m).of("admin", Id),
    changed("refresh_token_of_an_app", REFRESH_TOKEN, OTHERS, |m, _| m).of("admin", Refresh),
    changed("refresh_token_of_a_session", REFRESH_TOKEN, OTHERS, |m, _| m).of("admin", SessionRefresh),
    changed("drn_DSR_alone", REFRESH_TOKEN, OTHERS, |m, _| m.claim("drn", "DSR")).of("admin", Session),
    changed("token_type_refresh_token_alone", REFRESH_TOKEN, OTHERS, |m, _| m.claim("token_type", "refresh_token")),
    changed("user_session_with_the_wrong_audience", CLAIMS, OTHERS, |m, _| m.claim("aud", "https://other.example")).of("admin", Session),
    changed("access_key_with_the_wrong_audience", CLAIMS, OTHERS, |m, _| m.claim("aud", json!(["P2Other"]))).of("session", Session),
    changed("user_token_without_audience_and_drn", CLAIMS, OTHERS, |m, _| m.without_claim("drn")).of("admin", Session),
    changed("issuer_of_another_project", CLAIMS, OTHERS, |m, f| m.claim("iss", f.ours.issuer().replace(f.sides.descope.project_id(), "P2SomebodyElsesProject000000"))),
    changed("issuer_of_a_tenant", CLAIMS, OTHERS, |m, f| m.claim("iss", format!("{}/T2LocalAcme00000000000000000", f.sides.descope.session_issuer()))),

    accepted("access_token", OURS, |m, _| m),
    accepted("user_session_without_audience", OURS, |m, _| m.without_claim("aud")).of("admin", Session),
    accepted("access_key_session_without_audience", OURS, |m, _| m.without_claim("aud")).of("session", Session),
    accepted("access_key_without_audience_and_drn", OURS, |m, _| m.without_claim("drn")).of("session", Session),
    accepted("issuer_that_is_the_bare_project_id", OURS, |m, f| m.claim("iss", f.sides.descope.project_id())).of("admin", Session),
    accepted("issuer_of_inbound_apps", OURS, |m, f| m.claim("iss", f.sides.descope.session_issuer())),
    accepted("issuer_of_the_oidc_app_in_a_session", OURS, |m, f| m.claim("iss", f.ours.issuer())).of("admin", Session),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = ROWS.iter().map(|row| row.case("kinds")).collect();
    cases.push(Case::new(
        "kinds::role_in_a_tenant_is_403_outside_of_it",
        "A role that is held in one tenant is not held everywhere.",
        Needs::Personas,
        async |target| {
            let call = Call::get("/api/admin/users");
            target.refused_as("member", call, NOT_ADMIN).await
        },
    ));
    cases.push(Case::new(
        "kinds::claims_of_the_clients_own_making_grant_nothing",
        "What is in nsec came from the client, not from Descope.",
        Needs::AnyToken,
        async |target| {
            let mint = target.mint("viewer", Session)?;
            let claims = json!({"roles": ["admin"], "permissions": ["users.create"], "scope": "read:messages"});
            let mint = mint.claim("nsec", claims);
            refused_everywhere(target, &mint.token()?).await?;
            // Not instead of rights that are missing either.
            let mint = mint.without_claim("roles").without_claim("permissions");
            refused_everywhere(target, &mint.token()?).await
        },
    ));
    cases
}

async fn refused_everywhere(target: &Target, token: &str) -> Result<()> {
    for call in [
        Call::get("/api/admin/users"),
        Call::post("/api/users?name=Nsec&email=nsec@example.com"),
        Call::get("/api/private-scoped/readonly"),
    ] {
        target.status(&call.bearer(token), 403).await?;
    }
    Ok(())
}
