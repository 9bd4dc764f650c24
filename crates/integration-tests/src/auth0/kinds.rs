//! Auth0's kinds of tokens: what opens an API, and what does not.

use anyhow::{Result, ensure};
use local_issuer::{
    Auth0Handle, IssuerConfig, KeyOrigin, LocalIssuer, Mint, TokenDialect, TokenKind,
};
use serde_json::json;

use crate::call::Call;
use crate::case::{Case, Needs};
use crate::contract::{denied, invalid_token};
use crate::launch::{Environment, ServiceKind, World};
use crate::target::Target;

const UNABLE: &str = "Unable to validate token";
const CLAIMS: &str = "Invalid claims. Please check the audience and issuer.";

type Make = fn(&Auth0Handle) -> Result<Mint>;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = refused();
    cases.extend(accepted());
    cases.push(Case::new(
        "kinds::roles_that_are_not_namespaced_grant_nothing",
        "The claim that counts is the one that AUTH0_ROLES_CLAIM names, and no other.",
        Needs::AnyToken,
        async |target| {
            let mint = target.mint("nobody", TokenKind::Access)?;
            let mint = mint.claim("roles", json!(["admin"]));
            let token = mint
                .claim("https://other.example/roles", json!(["admin"]))
                .token()?;
            let expected = denied(
                target.kind(),
                "missing_role",
                "Missing required role: admin",
                None,
            );
            target
                .check(&stats().bearer(&token), &expected)
                .await
                .map(drop)
        },
    ));
    cases.push(Case::new(
        "kinds::roles_claim_is_a_setting",
        "AUTH0_ROLES_CLAIM says where roles are: there they count, and at the default they no longer do.",
        Needs::OwnServers,
        async |_| other_roles_claim().await,
    ));
    for (name, dialect) in [
        ("access_token", TokenDialect::AccessToken),
        ("access_token_authz", TokenDialect::AccessTokenAuthz),
        ("rfc9068_profile", TokenDialect::Rfc9068Profile),
        ("rfc9068_profile_authz", TokenDialect::Rfc9068ProfileAuthz),
    ] {
        cases.push(Case::new(
            format!("kinds::dialect_{name}_is_200"),
            "A tenant chooses what its access tokens look like; each form is read.",
            Needs::OwnServers,
            async move |_| in_dialect(dialect).await,
        ));
    }
    cases
}

fn refused() -> Vec<Case> {
    let rows: [(&str, &str, &str, Make); 7] = [
        ("id_token", "invalid_claims", CLAIMS, |issuer| {
            Ok(issuer.mint("admin", TokenKind::Id)?)
        }),
        (
            "id_token_for_this_audience_with_a_nonce",
            "id_token",
            UNABLE,
            |issuer| id_token(issuer, "nonce"),
        ),
        (
            "id_token_for_this_audience_with_at_hash",
            "id_token",
            UNABLE,
            |issuer| id_token(issuer, "at_hash"),
        ),
        (
            "id_token_for_this_audience_with_c_hash",
            "id_token",
            UNABLE,
            |issuer| id_token(issuer, "c_hash"),
        ),
        (
            "token_for_userinfo_alone",
            "invalid_claims",
            CLAIMS,
            |issuer| {
                let userinfo = format!("{}userinfo", issuer.issuer());
                Ok(access(issuer)?.claim("aud", json!([userinfo])))
            },
        ),
        (
            "token_for_the_management_api",
            "invalid_claims",
            CLAIMS,
            |issuer| {
                let management = format!("{}api/v2/", issuer.issuer());
                Ok(access(issuer)?.claim("aud", management))
            },
        ),
        (
            "machine_token_without_audience",
            "invalid_claims",
            CLAIMS,
            |issuer| {
                Ok(issuer
                    .mint("machine", TokenKind::Access)?
                    .without_claim("aud"))
            },
        ),
    ];
    let sentence =
        "Only access tokens for this API open it: the tenant's other tokens have the same key.";
    let cases = rows.map(|(name, code, detail, make)| {
        let name = format!("kinds::{name}_is_401");
        Case::new(name, sentence, Needs::AnyToken, async move |target| {
            let token = make(&target.issuer()?.auth0)?.token()?;
            let expected = invalid_token(target.kind(), code, detail);
            let call = target.any_caller().bearer(&token);
            target.check(&call, &expected).await.map(drop)
        })
    });
    cases.into()
}

fn accepted() -> Vec<Case> {
    let rows: [(&str, Make); 4] = [
        ("typ_at_jwt", |issuer| {
            Ok(access(issuer)?.header("typ", "at+jwt"))
        }),
        ("typ_application_at_jwt", |issuer| {
            Ok(access(issuer)?.header("typ", "application/at+jwt"))
        }),
        ("machine_token", |issuer| {
            Ok(issuer.mint("machine", TokenKind::Access)?)
        }),
        ("token_of_an_organization", |issuer| {
            Ok(issuer.mint("member", TokenKind::Access)?)
        }),
    ];
    let sentence = "These are access tokens for this API.";
    let cases = rows.map(|(name, make)| {
        let name = format!("kinds::{name}_is_200");
        Case::new(name, sentence, Needs::AnyToken, async move |target| {
            let token = make(&target.issuer()?.auth0)?.token()?;
            let answer = target.send(&target.any_caller().bearer(&token)).await?;
            ensure!(answer.status == 200, "{answer:?}");
            Ok(())
        })
    });
    cases.into()
}

async fn other_roles_claim() -> Result<()> {
    const OTHER: &str = "https://other.example/roles";
    let environment = Environment::new(ServiceKind::Auth0Api)?;
    let world = World::start(&environment.with("AUTH0_ROLES_CLAIM", OTHER)).await?;
    let checked = roles_at(&world.target(), OTHER).await;
    world.stop().await?;
    checked
}

async fn roles_at(target: &Target, claim: &str) -> Result<()> {
    let expected = denied(
        target.kind(),
        "missing_role",
        "Missing required role: admin",
        None,
    );
    target.check_as("admin", stats(), &expected).await?;
    let mint = target.mint("nobody", TokenKind::Access)?;
    let token = mint.claim(claim, json!(["admin"])).token()?;
    let answer = target.send(&stats().bearer(&token)).await?;
    ensure!(answer.status == 200, "{answer:?}");
    Ok(())
}

/// A token that came from the token endpoint of an issuer with this dialect.
async fn in_dialect(dialect: TokenDialect) -> Result<()> {
    let mut config = IssuerConfig {
        keys: KeyOrigin::Shared,
        ..IssuerConfig::default()
    };
    config.auth0.dialect = dialect;
    let issuer = LocalIssuer::start(config).await?;
    let world = World::around(issuer, &Environment::new(ServiceKind::Auth0Api)?).await?;
    let target = world.target();
    let scoped = Call::get("/api/private-scoped/readonly");
    let mut statuses = Vec::new();
    for call in [target.any_caller(), scoped, Call::get("/api/admin")] {
        let call = call.bearer(&target.token("admin").await?);
        statuses.push(target.send(&call).await?.status);
    }
    world.stop().await?;
    // Permissions are in the dialects whose names end in authz.
    let authz = matches!(
        dialect,
        TokenDialect::AccessTokenAuthz | TokenDialect::Rfc9068ProfileAuthz
    );
    let expected = [200, 200, if authz { 200 } else { 403 }];
    ensure!(statuses == expected, "{statuses:?}, not {expected:?}");
    Ok(())
}

/// An ID token of a client whose id is the API's identifier: the audience does not tell it apart.
fn id_token(issuer: &Auth0Handle, claim: &str) -> Result<Mint> {
    let mint = issuer.mint("admin", TokenKind::Id)?;
    Ok(mint.claim("aud", issuer.audience()).claim(claim, "x"))
}

fn access(issuer: &Auth0Handle) -> Result<Mint> {
    Ok(issuer.mint("admin", TokenKind::Access)?)
}

fn stats() -> Call {
    Call::get("/api/admin/stats")
}
