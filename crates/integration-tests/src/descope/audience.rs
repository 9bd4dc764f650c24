//! The settings that say whose tokens are accepted.

use anyhow::{Result, ensure};
use local_issuer::{Mint, TokenKind};
use serde_json::json;

use crate::case::{Case, Needs};
use crate::contract::invalid_token;
use crate::launch::{Environment, ServiceKind, World, start_issuer};
use crate::target::Target;

const OWN: &str = "https://api.example.com";

/// A persona, a kind of token, a change, and whether the token is accepted then.
type Row = (&'static str, TokenKind, fn(Mint) -> Mint, bool);

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "audience::discovery_url_alone_says_where_the_issuer_is",
            "The Python example sets DISCOVERY_URL: its origin is the base of the project's names.",
            Needs::OwnServers,
            async |_| discovered().await,
        ),
        Case::new(
            "audience::required_refuses_sessions_without_one",
            "DESCOPE_REQUIRE_AUDIENCE forbids what is otherwise allowed to session tokens alone.",
            Needs::OwnServers,
            async |_| {
                let rows: [Row; 4] = [
                    ("admin", TokenKind::Access, |mint| mint, true),
                    ("admin", TokenKind::Session, |mint| mint, false),
                    ("session", TokenKind::Session, |mint| mint, false),
                    (
                        "session",
                        TokenKind::Session,
                        |mint| mint.claim("aud", json!([local_issuer::DEFAULT_PROJECT_ID])),
                        true,
                    ),
                ];
                with_setting("DESCOPE_REQUIRE_AUDIENCE", "true", &rows).await
            },
        ),
        Case::new(
            "audience::of_its_own_replaces_the_project",
            "Every app's token of a project names the project: AUDIENCE is how one of them is told apart.",
            Needs::OwnServers,
            async |_| {
                let rows: [Row; 5] = [
                    ("admin", TokenKind::Access, |mint| mint, false),
                    (
                        "admin",
                        TokenKind::Access,
                        |mint| mint.claim("aud", OWN),
                        true,
                    ),
                    (
                        "admin",
                        TokenKind::Access,
                        |mint| mint.claim("aud", json!([local_issuer::DEFAULT_PROJECT_ID, OWN])),
                        true,
                    ),
                    ("admin", TokenKind::Session, |mint| mint, false),
                    ("session", TokenKind::Session, |mint| mint, false),
                ];
                with_setting("AUDIENCE", OWN, &rows).await
            },
        ),
        Case::new(
            "audience::that_is_the_project_changes_nothing",
            "The Python example sets AUDIENCE to the project id.",
            Needs::OwnServers,
            async |_| {
                let rows: [Row; 2] = [
                    ("admin", TokenKind::Access, |mint| mint, true),
                    ("session", TokenKind::Session, |mint| mint, true),
                ];
                with_setting("AUDIENCE", local_issuer::DEFAULT_PROJECT_ID, &rows).await
            },
        ),
    ]
}

async fn discovered() -> Result<()> {
    let issuer = start_issuer(ServiceKind::DescopeApi).await?;
    let environment = Environment::new(ServiceKind::DescopeApi)?
        // An empty value counts as unset.
        .with("DESCOPE_BASE_URL", "")
        .with("DISCOVERY_URL", &issuer.descope().discovery_url());
    let world = World::around(issuer, &environment).await?;
    let rows: [Row; 2] = [
        ("admin", TokenKind::Access, |mint| mint, true),
        ("session", TokenKind::Session, |mint| mint, true),
    ];
    let checked = check(&world.target(), &rows).await;
    world.stop().await?;
    checked
}

async fn with_setting(name: &'static str, value: &str, rows: &[Row]) -> Result<()> {
    let environment = Environment::new(ServiceKind::DescopeApi)?.with(name, value);
    let world = World::start(&environment).await?;
    let checked = check(&world.target(), rows).await;
    world.stop().await?;
    checked
}

async fn check(target: &Target, rows: &[Row]) -> Result<()> {
    for (index, (persona, kind, change, accepted)) in rows.iter().enumerate() {
        let token = change(target.mint(persona, *kind)?).token()?;
        let answer = target.send(&target.any_caller().bearer(&token)).await?;
        if *accepted {
            ensure!(answer.status == 200, "row {index}: {answer:?}");
        } else {
            let detail = "Invalid claims. Please check the audience and issuer.";
            invalid_token(target.kind(), "invalid_claims", detail).check(&answer)?;
        }
    }
    Ok(())
}
