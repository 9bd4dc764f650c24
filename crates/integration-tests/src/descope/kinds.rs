//! Descope's kinds of tokens: what opens an API, and what does not.

use anyhow::{Result, ensure};
use local_issuer::{DescopeHandle, Mint, TokenKind};
use serde_json::json;

use crate::call::Call;
use crate::case::{Case, Needs};
use crate::contract::{denied, invalid_token};
use crate::target::Target;

const UNABLE: &str = "Unable to validate token";
const CLAIMS: &str = "Invalid claims. Please check the audience and issuer.";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = refused();
    cases.extend(accepted());
    cases.extend(rights());
    cases
}

fn refused() -> Vec<Case> {
    type Make = fn(&DescopeHandle) -> Result<Mint>;
    let rows: [(&str, &str, &str, Make); 11] = [
        (
            "typ_that_descope_never_writes",
            "token_type_not_allowed",
            UNABLE,
            |issuer| Ok(access(issuer)?.header("typ", "at+jwt")),
        ),
        ("id_token", "id_token", UNABLE, |issuer| {
            Ok(issuer.mint("admin", TokenKind::Id)?)
        }),
        (
            "refresh_token_of_an_app",
            "refresh_token",
            UNABLE,
            |issuer| Ok(issuer.mint("admin", TokenKind::Refresh)?),
        ),
        (
            "refresh_token_of_a_session",
            "refresh_token",
            UNABLE,
            |issuer| Ok(issuer.mint("admin", TokenKind::SessionRefresh)?),
        ),
        ("drn_DSR_alone", "refresh_token", UNABLE, |issuer| {
            Ok(issuer
                .mint("admin", TokenKind::Session)?
                .claim("drn", "DSR"))
        }),
        (
            "token_type_refresh_token_alone",
            "refresh_token",
            UNABLE,
            |issuer| Ok(access(issuer)?.claim("token_type", "refresh_token")),
        ),
        (
            "user_session_with_the_wrong_audience",
            "invalid_claims",
            CLAIMS,
            |issuer| {
                Ok(issuer
                    .mint("admin", TokenKind::Session)?
                    .claim("aud", "https://other.example"))
            },
        ),
        (
            "access_key_with_the_wrong_audience",
            "invalid_claims",
            CLAIMS,
            |issuer| {
                Ok(issuer
                    .mint("session", TokenKind::Session)?
                    .claim("aud", json!(["P2Other"])))
            },
        ),
        (
            "user_token_without_audience_and_drn",
            "invalid_claims",
            CLAIMS,
            |issuer| {
                Ok(issuer
                    .mint("admin", TokenKind::Session)?
                    .without_claim("drn"))
            },
        ),
        (
            "issuer_of_another_project",
            "invalid_claims",
            CLAIMS,
            |issuer| {
                let other = issuer
                    .issuer()
                    .replace(issuer.project_id(), "P2SomebodyElsesProject000000");
                Ok(access(issuer)?.claim("iss", other))
            },
        ),
        ("issuer_of_a_tenant", "invalid_claims", CLAIMS, |issuer| {
            let tenant = format!("{}/T2LocalAcme00000000000000000", issuer.session_issuer());
            Ok(access(issuer)?.claim("iss", tenant))
        }),
    ];
    let sentence = "Only access tokens and session tokens of this project open its API: the others have the same key, and often the same audience.";
    let cases = rows.map(|(name, code, detail, make)| {
        let name = format!("kinds::{name}_is_401");
        Case::new(name, sentence, Needs::AnyToken, async move |target| {
            let token = make(&target.issuer()?.descope)?.token()?;
            let expected = invalid_token(target.kind(), code, detail);
            let call = target.any_caller().bearer(&token);
            target.check(&call, &expected).await.map(drop)
        })
    });
    cases.into()
}

fn accepted() -> Vec<Case> {
    type Make = fn(&DescopeHandle) -> Result<Mint>;
    let rows: [(&str, Make); 7] = [
        ("access_token", access),
        ("user_session_without_audience", |issuer| {
            Ok(issuer
                .mint("admin", TokenKind::Session)?
                .without_claim("aud"))
        }),
        ("access_key_session_without_audience", |issuer| {
            Ok(issuer
                .mint("session", TokenKind::Session)?
                .without_claim("aud"))
        }),
        ("access_key_without_audience_and_drn", |issuer| {
            Ok(issuer
                .mint("session", TokenKind::Session)?
                .without_claim("drn"))
        }),
        ("issuer_that_is_the_bare_project_id", |issuer| {
            let id = issuer.project_id().to_owned();
            Ok(issuer.mint("admin", TokenKind::Session)?.claim("iss", id))
        }),
        ("issuer_of_inbound_apps", |issuer| {
            let apps = issuer.session_issuer();
            Ok(access(issuer)?.claim("iss", apps))
        }),
        ("issuer_of_the_oidc_app_in_a_session", |issuer| {
            let oidc = issuer.issuer();
            Ok(issuer.mint("admin", TokenKind::Session)?.claim("iss", oidc))
        }),
    ];
    let sentence = "A project signs under three names, and only session tokens and access keys may leave out the audience.";
    let cases = rows.map(|(name, make)| {
        let name = format!("kinds::{name}_is_200");
        Case::new(name, sentence, Needs::AnyToken, async move |target| {
            let token = make(&target.issuer()?.descope)?.token()?;
            let answer = target.send(&target.any_caller().bearer(&token)).await?;
            ensure!(answer.status == 200, "{answer:?}");
            Ok(())
        })
    });
    cases.into()
}

/// Rights that are not at the root of the token.
fn rights() -> Vec<Case> {
    vec![
        Case::new(
            "kinds::role_in_a_tenant_is_403_outside_of_it",
            "A role that is held in one tenant is not held everywhere.",
            Needs::Personas,
            async |target| {
                let detail = "Missing required role: admin";
                let expected = denied(target.kind(), "missing_role", detail, None);
                let call = Call::get("/api/admin/users");
                target.check_as("member", call, &expected).await.map(drop)
            },
        ),
        Case::new(
            "kinds::claims_of_the_clients_own_making_grant_nothing",
            "What is in nsec came from the client, not from Descope.",
            Needs::AnyToken,
            async |target| {
                let mint = target.mint("viewer", TokenKind::Session)?;
                let claims = json!({"roles": ["admin"], "permissions": ["users.create"], "scope": "read:messages"});
                let mint = mint.claim("nsec", claims);
                refused_everywhere(target, &mint.token()?).await?;
                // Not in the place of rights that are missing either.
                let mint = mint.without_claim("roles").without_claim("permissions");
                refused_everywhere(target, &mint.token()?).await
            },
        ),
    ]
}

async fn refused_everywhere(target: &Target, token: &str) -> Result<()> {
    let calls = [
        Call::get("/api/admin/users"),
        Call::post("/api/users?name=Nsec&email=nsec@example.com"),
        Call::get("/api/private-scoped/readonly"),
    ];
    for call in calls {
        let answer = target.send(&call.clone().bearer(token)).await?;
        ensure!(answer.status == 403, "{call:?}: {answer:?}");
    }
    Ok(())
}

fn access(issuer: &DescopeHandle) -> Result<Mint> {
    Ok(issuer.mint("admin", TokenKind::Access)?)
}
