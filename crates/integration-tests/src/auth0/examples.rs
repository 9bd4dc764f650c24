//! The requests and answers that the Python example documents (texts that name FastAPI, and ports, aside).

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use local_issuer::TokenKind;
use serde_json::json;

use super::matrix::MATRIX;
use crate::answer::Answer;
use crate::call::Call;
use crate::case::{Case, Needs};
use crate::contract::{claims_of, invalid_token, missing_token};
use crate::expectation::Expectation;
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
                let expected = Expectation::json(json!({"status": "public"}));
                let answer = target.check(&Call::get("/"), &expected).await?;
                ensure!(answer.member("/message")?.is_string(), "{answer:?}");
                for (public, pointer) in
                    [(true, "/endpoints/public"), (false, "/endpoints/protected")]
                {
                    let routes = MATRIX
                        .routes
                        .iter()
                        .filter(|route| route.demand.is_public() == public);
                    let expected: BTreeSet<_> = routes.map(|route| route.path.to_owned()).collect();
                    let listed = texts(&answer, pointer)?;
                    ensure!(listed.len() == expected.len(), "each once: {listed:?}");
                    ensure!(
                        listed.into_iter().collect::<BTreeSet<_>>() == expected,
                        "{answer:?}"
                    );
                }
                Ok(())
            },
        ),
        Case::new(
            "examples::health_names_the_provider",
            "curl http://localhost:8001/health",
            Needs::Service,
            async |target| {
                let expected = json!({"status": "healthy", "provider": "auth0"});
                let call = Call::get("/health");
                target
                    .check(&call, &Expectation::json(expected))
                    .await
                    .map(drop)
            },
        ),
        Case::new(
            "examples::info_tells_domain_and_audience",
            "curl http://localhost:8001/public/info",
            Needs::AnyToken,
            async |target| {
                let audience = target.issuer()?.auth0.audience().to_owned();
                let expected = Expectation::json(json!({
                    "auth0_domain": super::DOMAIN, "required_audience": audience,
                }));
                let answer = target.check(&Call::get("/public/info"), &expected).await?;
                ensure!(answer.member("/message")?.is_string(), "{answer:?}");
                Ok(())
            },
        ),
        Case::new(
            "examples::token_structure_explains_the_three_parts",
            "curl http://localhost:8001/demo/token-structure",
            Needs::AnyToken,
            async |target| {
                let call = Call::get("/demo/token-structure");
                let answer = target.check(&call, &Expectation::json(json!({}))).await?;
                for part in ["header", "payload", "signature"] {
                    answer.member(&format!("/jwt_structure/{part}"))?;
                }
                let how = answer.member("/how_to_get_token")?.to_string();
                let issuer = &target.issuer()?.auth0;
                for text in ["/oauth/token", "client_credentials", issuer.audience()] {
                    ensure!(how.contains(text), "{text}: {how}");
                }
                Ok(())
            },
        ),
        Case::new(
            "examples::public_route_needs_no_token",
            "curl http://localhost:8001/api/public",
            Needs::Service,
            async |target| {
                let expected = Expectation::json(json!({"status": "success"}));
                let answer = target.check(&Call::get("/api/public"), &expected).await?;
                ensure!(answer.member("/msg")?.is_string(), "{answer:?}");
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
            async |target| {
                let expected = missing_token(target.kind());
                target
                    .check(&target.any_caller(), &expected)
                    .await
                    .map(drop)
            },
        ),
        Case::new(
            "examples::private_with_an_invalid_token",
            "curl -H \"Authorization: Bearer invalid_token_here\" http://localhost:8001/api/private",
            Needs::Service,
            async |target| {
                let detail = "Unable to validate token: Not enough segments";
                let expected = invalid_token(target.kind(), "malformed_token", detail);
                let call = target.any_caller().bearer("invalid_token_here");
                target.check(&call, &expected).await.map(drop)
            },
        ),
        Case::new(
            "examples::private_with_a_token_asked_for_in_json",
            "The documented exchange: client credentials as JSON, then the route with the token that came back.",
            Needs::AnyToken,
            async |target| private_after_an_exchange(target).await,
        ),
        Case::new(
            "examples::private_answers_subject_and_permissions",
            "The documented answer, for a user with permissions.",
            Needs::AnyToken,
            async |target| {
                let permissions = json!(["read:profile", "write:profile"]);
                let mint = target.mint("viewer", TokenKind::Access)?;
                let mint = mint.claim("sub", "auth0|abc123def456");
                let token = mint.claim("permissions", permissions.clone()).token()?;
                let info = json!({"sub": "auth0|abc123def456", "permissions": permissions});
                let expected = Expectation::json(json!({
                    "message": "This is a protected endpoint", "user_authenticated": true, "token_info": info,
                }));
                target
                    .check(&target.any_caller().bearer(&token), &expected)
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
                let expected = Expectation::json(json!({
                    "user_id": claims.get("sub"), "email": "ada@example.com", "email_verified": true,
                    "permissions": claims.get("permissions"), "scope": claims.get("scope"),
                }));
                target
                    .check_as("admin", Call::get("/api/profile"), &expected)
                    .await?;
                // A token that says less is no error.
                let expected = Expectation::json(json!({"email": null, "scope": ""}));
                target
                    .check_as("unscoped", Call::get("/api/profile"), &expected)
                    .await
                    .map(drop)
            },
        ),
        Case::new(
            "examples::profile_names_the_organization",
            "A token that was issued for an organization says which.",
            Needs::Personas,
            async |target| {
                let expected = Expectation::json(json!({"org_id": "org_2LocalAcme000000"}));
                target
                    .check_as("member", Call::get("/api/profile"), &expected)
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
    let answer = target.send_to(issuer.base_url(), &ask).await?;
    ensure!(answer.status == 200, "{answer:?}");
    ensure!(answer.member("/token_type")? == "Bearer", "{answer:?}");
    ensure!(answer.member("/expires_in")?.is_u64(), "{answer:?}");
    let token = answer.member("/access_token")?;
    let expected = Expectation::json(json!({
        "message": "This is a protected endpoint", "user_authenticated": true,
        "token_info": {"sub": persona.subject, "permissions": persona.permissions},
    }));
    let call = target
        .any_caller()
        .bearer(token.as_str().context("no token")?);
    target.check(&call, &expected).await.map(drop)
}

fn texts(answer: &Answer, pointer: &str) -> Result<Vec<String>> {
    Ok(serde_json::from_value(answer.member(pointer)?)?)
}
