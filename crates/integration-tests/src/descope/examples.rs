//! The requests and responses that the Python examples document (texts that name FastAPI, and ports, aside).

use anyhow::{Context, Result, ensure};
use local_issuer::TokenKind;
use serde_json::{Value, json};

use crate::case::{Case, Needs};
use crate::contract::claims_of;
use crate::http::Call;
use crate::refusal::{NO_TOKEN, Refusal, no_scope};
use crate::target::Target;

const NO_READ: Refusal = no_scope("Missing required scopes: read:messages", "read:messages");
const NO_WRITE: Refusal = no_scope(
    "Missing required scopes: read:messages, write:messages",
    "read:messages write:messages",
);
const NO_DELETE: Refusal = no_scope(
    "Missing required scopes: delete:messages",
    "delete:messages",
);

pub(super) fn cases() -> Vec<Case> {
    let mut cases = starter();
    cases.extend(caller());
    cases
}

/// The starter: private and scoped routes, with a token whose JWT template sets `scope`.
fn starter() -> Vec<Case> {
    let mut cases = vec![
        Case::new(
            "examples::root_tells_where_things_are",
            "The first look: the project, its discovery document, and the documentation.",
            Needs::AnyToken,
            async |target| {
                let issuer = &target.issuer()?.descope;
                let (base, id) = (issuer.issuer_base(), issuer.project_id());
                let discovery = format!("{base}/{id}/.well-known/openid-configuration");
                let members =
                    json!({"descope_project_id": id, "discovery_url": discovery, "docs": "/docs"});
                let response = target.json(&Call::get("/"), members).await?;
                response.text_member("/message").map(drop)
            },
        ),
        Case::new(
            "examples::private_route_answers_the_claims",
            "Without a token 401; with one, everything that was verified.",
            Needs::Personas,
            async |target| {
                target.refused(&target.any_caller(), NO_TOKEN).await?;
                let claims = claims_of(target, "viewer").await?;
                let call = target.any_caller().header("accept", "application/json");
                let response = target.json_as("viewer", call, claims.clone()).await?;
                ensure!(
                    response.json()? == claims,
                    "no claim is added: {response:?}"
                );
                Ok(())
            },
        ),
        Case::new(
            "examples::write_route_names_the_missing_scope_and_asks_for_both",
            "RFC 6750, section 3: the challenge has the scopes to ask for, the detail those that are missing.",
            Needs::Personas,
            async |target| {
                let detail = "Missing required scopes: write:messages";
                let refusal = no_scope(detail, "read:messages write:messages");
                let call = Call::get("/api/private-scoped/write");
                target.refused_as("viewer", call, refusal).await
            },
        ),
    ];
    for (route, template, refusal) in [
        ("readonly", "read:messages", NO_READ),
        ("write", "read:messages write:messages", NO_WRITE),
        ("delete", "delete:messages", NO_DELETE),
    ] {
        cases.push(Case::new(
            format!("examples::{route}_route_with_the_scope_of_a_jwt_template"),
            "A session token has the scopes that the project's JWT template says; without them 403.",
            Needs::AnyToken,
            async move |target| {
                let call = Call::get(format!("/api/private-scoped/{route}"));
                let session = target.mint("nobody", TokenKind::Session)?;
                let without = call.clone().bearer(&session.token()?);
                target.refused(&without, refusal).await?;

                let mint = session.claim("scope", template);
                let claims = Value::Object(mint.claims().clone());
                let call = call.bearer(&mint.token()?);
                target.json(&call, claims).await.map(drop)
            },
        ));
    }
    cases
}

/// The routes that show the caller, and the documented exchanges.
fn caller() -> Vec<Case> {
    vec![
        Case::new(
            "examples::me_is_the_caller_in_short",
            "curl -H \"Authorization: Bearer $TOKEN\" http://localhost:8000/api/me",
            Needs::Personas,
            async |target| {
                let claims = claims_of(target, "admin").await?;
                let members = json!({
                    "authenticated": true, "authentication_type": "Bearer",
                    "name": "Ada Admin", "claims_count": claims.as_object().map(|claims| claims.len()),
                });
                target
                    .json_as("admin", Call::get("/api/me"), members)
                    .await?;
                // A caller without a name is called by the subject.
                let subject = claims_of(target, "machine").await?.get("sub").cloned();
                let members = json!({"name": subject});
                target
                    .json_as("machine", Call::get("/api/me"), members)
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
                let members = json!({
                    "user_id": claims.get("sub"), "name": "Ada Admin",
                    "email": "ada@example.com", "email_verified": true,
                });
                target
                    .json_as("admin", Call::get("/api/profile"), members)
                    .await
                    .map(drop)
            },
        ),
        Case::new(
            "examples::profile_knows_a_subject_that_a_template_replaced",
            "A JWT template may put something else into sub; the user's id is then in dsub.",
            Needs::AnyToken,
            async |target| {
                let mint = target.mint("admin", TokenKind::Session)?;
                let mint = mint.claim("sub", "somebody").claim("dsub", "U2Real");
                let call = Call::get("/api/profile").bearer(&mint.token()?);
                target
                    .json(&call, json!({"user_id": "U2Real"}))
                    .await
                    .map(drop)
            },
        ),
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
    let endpoint = found.text_member("/token_endpoint")?;
    let persona = issuer.persona("admin").context("no admin")?;
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=openid%20profile%20email%20descope.claims",
        persona.client_id,
        persona.secret.reveal()
    );
    let ask = Call::post("").body("application/x-www-form-urlencoded", form);
    let response = target.send_to(&endpoint, &ask).await?;
    ensure!(response.status == 200, "{response:?}");
    let token = response.text_member("/access_token")?;
    let call = Call::get("/api/descope/roles").bearer(&token);
    target.json(&call, json!({"roles": ["admin"]})).await?;

    // Only the requested scopes are in the token, whatever else the client holds.
    let call = Call::get("/api/private-scoped/readonly").bearer(&token);
    target.refused(&call, NO_READ).await
}

async fn access_key(target: &Target) -> Result<()> {
    let issuer = &target.issuer()?.descope;
    let persona = issuer.persona("session").context("no access key")?;
    let key = format!("{}:{}", issuer.project_id(), persona.secret.reveal());
    let ask = Call::post("/v1/auth/accesskey/exchange").json(&json!({}));
    let response = target.send_to(issuer.base_url(), &ask.bearer(&key)).await?;
    ensure!(response.status == 200, "{response:?}");
    let call = Call::get("/api/admin/users").bearer(&response.text_member("/sessionJwt")?);
    target.json(&call, json!({})).await.map(drop)
}
