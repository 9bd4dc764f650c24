//! The settings that say whose tokens are accepted.

use anyhow::{Context, Result};
use local_issuer::{DEFAULT_PROJECT_ID, Mint, TokenKind};
use serde_json::json;

use crate::case::{Case, Needs};
use crate::kind::ServiceKind;
use crate::launch::{Environment, World, start_issuer};
use crate::refusal::CLAIMS;

const OWN: &str = "https://api.example.com";
const ACCESS: (&str, TokenKind) = ("admin", TokenKind::Access);
const USER: (&str, TokenKind) = ("admin", TokenKind::Session);
const ACCESS_KEY: (&str, TokenKind) = ("session", TokenKind::Session);

/// A persona and a kind of token, a change, and whether the token is accepted then.
type Row = ((&'static str, TokenKind), fn(Mint) -> Mint, bool);

#[rustfmt::skip]
const REQUIRED: &[Row] = &[
    (ACCESS, |mint| mint, true),
    (USER, |mint| mint, false),
    (ACCESS_KEY, |mint| mint, false),
    (ACCESS_KEY, |mint| mint.claim("aud", json!([DEFAULT_PROJECT_ID])), true),
];

#[rustfmt::skip]
const REPLACED: &[Row] = &[
    (ACCESS, |mint| mint, false),
    (ACCESS, |mint| mint.claim("aud", OWN), true),
    (ACCESS, |mint| mint.claim("aud", json!([DEFAULT_PROJECT_ID, OWN])), true),
    (USER, |mint| mint, false),
    (ACCESS_KEY, |mint| mint, false),
];

const USUAL: &[Row] = &[(ACCESS, |mint| mint, true), (ACCESS_KEY, |mint| mint, true)];

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, sentence, setting: (&'static str, &'static str), rows| {
        let name = format!("audience::{name}");
        Case::new(name, sentence, Needs::OwnServers, async move |_| {
            let (name, value) = setting;
            let environment = Environment::new(ServiceKind::DescopeApi)?;
            check(World::start(&environment.with(name, value)).await?, rows).await
        })
    };
    vec![
        Case::new(
            "audience::discovery_url_alone_says_where_the_issuer_is",
            "The Python example sets DISCOVERY_URL: its origin is the base of the project's names.",
            Needs::OwnServers,
            async |_| {
                let issuer = start_issuer(ServiceKind::DescopeApi).await?;
                let environment = Environment::new(ServiceKind::DescopeApi)?
                    // An empty value counts as unset.
                    .with("DESCOPE_BASE_URL", "")
                    .with("DISCOVERY_URL", &issuer.descope().discovery_url());
                check(World::around(issuer, &environment).await?, USUAL).await
            },
        ),
        case(
            "required_refuses_sessions_without_one",
            "DESCOPE_REQUIRE_AUDIENCE forbids what is otherwise allowed to session tokens alone.",
            ("DESCOPE_REQUIRE_AUDIENCE", "true"),
            REQUIRED,
        ),
        case(
            "of_its_own_replaces_the_project",
            "Every app's token of a project names the project: AUDIENCE is how one of them is recognised.",
            ("AUDIENCE", OWN),
            REPLACED,
        ),
        case(
            "that_is_the_project_changes_nothing",
            "The Python example sets AUDIENCE to the project id.",
            ("AUDIENCE", DEFAULT_PROJECT_ID),
            USUAL,
        ),
    ]
}

async fn check(world: World, rows: &[Row]) -> Result<()> {
    let check = world.check(async |target| {
        for (index, ((persona, kind), change, accepted)) in rows.iter().enumerate() {
            let token = change(target.mint(persona, *kind)?).token()?;
            let outcome = match accepted {
                true => target.accepts(&token).await,
                false => target.refuses(&token, CLAIMS).await,
            };
            outcome.with_context(|| format!("row {index}"))?;
        }
        Ok(())
    });
    check.await
}
