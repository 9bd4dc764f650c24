//! The requests and answers that the Python examples document (texts that name FastAPI, and ports, aside).

use anyhow::{Context, Result, ensure};
use local_issuer::TokenKind;
use serde_json::{Value, json};

use crate::call::Call;
use crate::case::{Case, Needs};
use crate::contract::{claims_of, denied, missing_token};
use crate::expectation::Expectation;
use crate::target::Target;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = public();
    cases.extend(starter());
    cases.extend(caller());
    cases.extend(exchanges());
    cases
}

fn public() -> Vec<Case> {
    vec![
        Case::new(
            "examples::root_tells_where_things_are",
            "The first look: the project, its discovery document, and the documentation.",
            Needs::AnyToken,
            async |target| {
                let issuer = &target.issuer()?.descope;
                let id = issuer.project_id();
                let discovery = format!(
                    "{}/{id}/.well-known/openid-configuration",
                    issuer.issuer_base()
                );
                let expected = Expectation::json(json!({
                    "descope_project_id": id, "discovery_url": discovery, "docs": "/docs",
                }));
                let answer = target.check(&Call::get("/"), &expected).await?;
                ensure!(answer.member("/message")?.is_string(), "{answer:?}");
                Ok(())
            },
        ),
        Case::new(
            "examples::public_route_needs_no_token",
            "curl http://localhost:8000/api/public",
            Needs::Service,
            async |target| {
                let expected = Expectation::json(json!({"status": "success"}));
                let answer = target.check(&Call::get("/api/public"), &expected).await?;
                ensure!(answer.member("/msg")?.is_string(), "{answer:?}");
                Ok(())
            },
        ),
        Case::new(
            "examples::health_names_the_provider",
            "curl http://localhost:8000/health",
            Needs::Service,
            async |target| {
                let expected = json!({"status": "healthy", "provider": "descope"});
                let call = Call::get("/health");
                target
                    .check(&call, &Expectation::json(expected))
                    .await
                    .map(drop)
            },
        ),
    ]
}

/// The starter: private and scoped routes, with a token whose JWT template sets `scope`.
fn starter() -> Vec<Case> {
    let mut cases = vec![Case::new(
        "examples::private_route_answers_the_claims",
        "Without a token 401; with one, everything that was verified.",
        Needs::Personas,
        async |target| {
            target
                .check(&target.any_caller(), &missing_token(target.kind()))
                .await?;
            let claims = claims_of(target, "viewer").await?;
            let call = target.any_caller().header("accept", "application/json");
            let answer = target
                .check_as("viewer", call, &Expectation::json(claims.clone()))
                .await?;
            ensure!(answer.json()? == claims, "no claim is added: {answer:?}");
            Ok(())
        },
    )];
    let rows: [(&str, &str, &str); 3] = [
        ("readonly", "read:messages", "read:messages"),
        (
            "write",
            "read:messages write:messages",
            "read:messages write:messages",
        ),
        ("delete", "delete:messages", "delete:messages"),
    ];
    for (route, template, scope) in rows {
        cases.push(Case::new(
            format!("examples::{route}_route_with_the_scope_of_a_jwt_template"),
            "A session token has the scopes that the project's JWT template says; without them 403.",
            Needs::AnyToken,
            async move |target| {
                let call = || Call::get(format!("/api/private-scoped/{route}"));
                let session = || target.mint("nobody", TokenKind::Session);
                let missing = scope.replace(' ', ", ");
                let detail = format!("Missing required scopes: {missing}");
                let refused = denied(target.kind(), "insufficient_scope", &detail, Some(scope));
                target.check(&call().bearer(&session()?.token()?), &refused).await?;

                let mint = session()?.claim("scope", template);
                let expected = Expectation::json(Value::Object(mint.claims().clone()));
                target.check(&call().bearer(&mint.token()?), &expected).await.map(drop)
            },
        ));
    }
    cases.push(Case::new(
        "examples::write_route_names_the_missing_scope_and_asks_for_both",
        "RFC 6750, section 3: the challenge has the scopes to ask for, the detail those that are missing.",
        Needs::Personas,
        async |target| {
            let detail = "Missing required scopes: write:messages";
            let scope = Some("read:messages write:messages");
            let expected = denied(target.kind(), "insufficient_scope", detail, scope);
            let call = Call::get("/api/private-scoped/write");
            target.check_as("viewer", call, &expected).await.map(drop)
        },
    ));
    cases
}

/// The routes that show the caller.
fn caller() -> Vec<Case> {
    vec![
        Case::new(
            "examples::me_is_the_caller_in_short",
            "curl -H \"Authorization: Bearer $TOKEN\" http://localhost:8000/api/me",
            Needs::Personas,
            async |target| {
                let claims = claims_of(target, "admin").await?;
                let expected = Expectation::json(json!({
                    "authenticated": true, "authentication_type": "Bearer",
                    "name": "Ada Admin", "claims_count": claims.as_object().map(|claims| claims.len()),
                }));
                target
                    .check_as("admin", Call::get("/api/me"), &expected)
                    .await?;
                // Who has no name is called by the subject.
                let subject = claims_of(target, "machine").await?.get("sub").cloned();
                let expected = Expectation::json(json!({"name": subject}));
                target
                    .check_as("machine", Call::get("/api/me"), &expected)
                    .await
                    .map(drop)
            },
        ),
        Case::new(
            "examples::profile_is_what_the_token_says_of_the_person",
            "The user's id and address are those of the token.",
            Needs::Personas,
            async |target| {
                let claims = claims_of(target, "admin").await?;
                let expected = Expectation::json(json!({
                    "user_id": claims.get("sub"), "name": "Ada Admin",
                    "email": "ada@example.com", "email_verified": true,
                }));
                target
                    .check_as("admin", Call::get("/api/profile"), &expected)
                    .await
                    .map(drop)
            },
        ),
        Case::new(
            "examples::profile_knows_a_subject_that_a_template_replaced",
            "A JWT template may put something else into sub; the user's id is then in dsub.",
            Needs::AnyToken,
            async |target| {
                let mint = target
                    .mint("admin", TokenKind::Session)?
                    .claim("sub", "somebody");
                let call = Call::get("/api/profile").bearer(&mint.claim("dsub", "U2Real").token()?);
                let expected = Expectation::json(json!({"user_id": "U2Real"}));
                target.check(&call, &expected).await.map(drop)
            },
        ),
    ]
}

/// The documented exchanges, and the routes with the token that came back.
fn exchanges() -> Vec<Case> {
    vec![
        Case::new(
            "examples::token_of_the_discovered_endpoint_opens_the_routes",
            "The token utility of the Python example: discovery, client credentials as a form, then the routes.",
            Needs::AnyToken,
            async |target| client_credentials(target).await,
        ),
        Case::new(
            "examples::access_key_that_was_exchanged_opens_the_routes",
            "A Descope SDK exchanges an access key for a session token.",
            Needs::AnyToken,
            async |target| access_key(target).await,
        ),
    ]
}

async fn client_credentials(target: &Target) -> Result<()> {
    let issuer = &target.issuer()?.descope;
    let discovery = format!("/{}/.well-known/openid-configuration", issuer.project_id());
    let found = target
        .send_to(issuer.base_url(), &Call::get(discovery))
        .await?;
    let endpoint = found.member("/token_endpoint")?;
    let endpoint = endpoint.as_str().context("no token endpoint")?;
    let persona = issuer.persona("admin").context("no admin")?;
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=openid%20profile%20email%20descope.claims",
        persona.client_id,
        persona.secret.reveal()
    );
    let ask = Call::post("").body("application/x-www-form-urlencoded", form);
    let answer = target.send_to(endpoint, &ask).await?;
    ensure!(answer.status == 200, "{answer:?}");
    let token = answer.member("/access_token")?;
    let token = token.as_str().context("no token")?;
    let expected = Expectation::json(json!({"roles": ["admin"]}));
    let call = Call::get("/api/descope/roles").bearer(token);
    target.check(&call, &expected).await?;

    // Only the scopes that were asked for are in the token, whatever else the client holds.
    let detail = "Missing required scopes: read:messages";
    let expected = denied(
        target.kind(),
        "insufficient_scope",
        detail,
        Some("read:messages"),
    );
    let call = Call::get("/api/private-scoped/readonly").bearer(token);
    target.check(&call, &expected).await.map(drop)
}

async fn access_key(target: &Target) -> Result<()> {
    let issuer = &target.issuer()?.descope;
    let persona = issuer.persona("session").context("no access key")?;
    let key = format!("{}:{}", issuer.project_id(), persona.secret.reveal());
    let ask = Call::post("/v1/auth/accesskey/exchange").json(&json!({}));
    let answer = target.send_to(issuer.base_url(), &ask.bearer(&key)).await?;
    ensure!(answer.status == 200, "{answer:?}");
    let token = answer.member("/sessionJwt")?;
    let call = Call::get("/api/admin/users").bearer(token.as_str().context("no token")?);
    target
        .check(&call, &Expectation::json(json!({})))
        .await
        .map(drop)
}
