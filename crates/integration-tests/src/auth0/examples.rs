//! The requests and responses that the Python example documents (texts that name FastAPI, and ports, aside).

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use local_issuer::TokenKind;
use serde_json::json;

use super::matrix::MATRIX;
use crate::case::{Case, Needs};
use crate::contract::claims_of;
use crate::http::Call;
use crate::launch::AUTH0_DOMAIN;
use crate::refusal::{NO_TOKEN, TOO_FEW};
use crate::target::Target;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = public();
    cases.extend(private());
    cases
}

fn public() -> Vec<Case> {
    vec![
        Case::new(
            "examples::root_lists_the_endpoints",
            "curl http://localhost:8001/",
            Needs::Service,
            async |target| {
                let response = target
                    .json(&Call::get("/"), json!({"status": "public"}))
                    .await?;
                response.text_member("/message")?;
                for (public, list) in [(true, "public"), (false, "protected")] {
                    let routes = MATRIX.routes.iter();
                    let routes = routes.filter(|route| route.demand.is_public() == public);
                    let expected: BTreeSet<_> = routes.map(|route| route.path.to_owned()).collect();
                    let listed = response.member(&format!("/endpoints/{list}"))?;
                    let listed: Vec<String> = serde_json::from_value(listed)?;
                    ensure!(listed.len() == expected.len(), "each once: {listed:?}");
                    ensure!(BTreeSet::from_iter(listed) == expected, "{response:?}");
                }
                Ok(())
            },
        ),
        Case::new(
            "examples::info_tells_domain_and_audience",
            "curl http://localhost:8001/public/info",
            Needs::AnyToken,
            async |target| {
                let audience = target.issuer()?.auth0.audience();
                let members = json!({"auth0_domain": AUTH0_DOMAIN, "required_audience": audience});
                let response = target.json(&Call::get("/public/info"), members).await?;
                response.text_member("/message").map(drop)
            },
        ),
        Case::new(
            "examples::token_structure_explains_the_three_parts",
            "curl http://localhost:8001/demo/token-structure",
            Needs::AnyToken,
            async |target| {
                let call = Call::get("/demo/token-structure");
                let response = target.json(&call, json!({})).await?;
                for part in ["header", "payload", "signature"] {
                    response.member(&format!("/jwt_structure/{part}"))?;
                }
                let how = response.member("/how_to_get_token")?.to_string();
                let audience = target.issuer()?.auth0.audience();
                for text in ["/oauth/token", "client_credentials", audience] {
                    ensure!(how.contains(text), "{text}: {how}");
                }
                Ok(())
            },
        ),
    ]
}

fn private() -> Vec<Case> {
    vec![
        Case::new(
            "examples::private_without_a_token",
            "curl http://localhost:8001/api/private",
            Needs::Service,
            async |target| target.refused(&target.any_caller(), NO_TOKEN).await,
        ),
        Case::new(
            "examples::private_with_an_invalid_token",
            "curl -H \"Authorization: Bearer invalid_token_here\" http://localhost:8001/api/private",
            Needs::Service,
            async |target| target.refuses("invalid_token_here", TOO_FEW).await,
        ),
        Case::new(
            "examples::private_with_a_token_asked_for_in_json",
            "The documented exchange: client credentials as JSON, then the route with the token that came back.",
            Needs::AnyToken,
            async |target| private_after_an_exchange(target).await,
        ),
        Case::new(
            "examples::private_answers_subject_and_permissions",
            "The documented response, for a user with permissions.",
            Needs::AnyToken,
            async |target| {
                let info = json!({"sub": "auth0|abc123def456", "permissions": ["read:profile", "write:profile"]});
                let mint = target.mint("viewer", TokenKind::Access)?;
                let mint = mint.claim("sub", "auth0|abc123def456");
                let token = mint
                    .claim("permissions", json!(["read:profile", "write:profile"]))
                    .token()?;
                let members = json!({
                    "message": "This is a protected endpoint", "user_authenticated": true, "token_info": info,
                });
                target
                    .json(&target.any_caller().bearer(&token), members)
                    .await
                    .map(drop)
            },
        ),
        Case::new(
            "examples::profile_is_what_the_token_says",
            "curl -H \"Authorization: Bearer $TOKEN\" http://localhost:8001/api/profile",
            Needs::Personas,
            async |target| {
                let claims = claims_of(target, "admin").await?;
                let members = json!({
                    "user_id": claims.get("sub"), "email": "ada@example.com", "email_verified": true,
                    "permissions": claims.get("permissions"), "scope": claims.get("scope"),
                });
                let call = Call::get("/api/profile");
                target.json_as("admin", call.clone(), members).await?;
                // A token that says less is no error.
                let members = json!({"email": null, "scope": ""});
                target.json_as("unscoped", call, members).await.map(drop)
            },
        ),
        Case::new(
            "examples::profile_names_the_organization",
            "A token that was issued for an organization says which.",
            Needs::Personas,
            async |target| {
                let members = json!({"org_id": "org_2LocalAcme000000"});
                target
                    .json_as("member", Call::get("/api/profile"), members)
                    .await
                    .map(drop)
            },
        ),
    ]
}

/// `POST /oauth/token` with a JSON body, then `GET /api/private`.
async fn private_after_an_exchange(target: &Target) -> Result<()> {
    let issuer = &target.issuer()?.auth0;
    let persona = issuer.persona("machine").context("no machine")?;
    let ask = Call::post("/oauth/token").json(&json!({
        "client_id": persona.client_id, "client_secret": persona.secret.reveal(),
        "audience": issuer.audience(), "grant_type": "client_credentials",
    }));
    let response = target.send_to(issuer.base_url(), &ask).await?;
    ensure!(response.status == 200, "{response:?}");
    ensure!(response.member("/token_type")? == "Bearer", "{response:?}");
    response.number("/expires_in")?;
    let members = json!({
        "message": "This is a protected endpoint", "user_authenticated": true,
        "token_info": {"sub": persona.subject, "permissions": persona.permissions},
    });
    let token = response.text_member("/access_token")?;
    target
        .json(&target.any_caller().bearer(&token), members)
        .await
        .map(drop)
}
