//! Tokens of people who signed in at the local issuer, with authorization code and PKCE (RFC 7636).

use anyhow::{Context, Result, ensure};
use local_issuer::ProviderKind;
use reqwest::Url;
use serde_json::Value;

use crate::case::{Case, Needs};
use crate::http::{Call, Response};
use crate::target::Target;

// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The public client that the local issuer has for pages on this machine, such as `/docs`.
const CLIENT: &str = "local-app";
const REDIRECT_URI: &str = "http://localhost:8000/docs/oauth2-redirect.html";

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "people::signed_in_person_is_let_in_by_their_rights",
            "Whoever signs in on the issuer's page gets what they may do, and a 403 for the rest.",
            Needs::AnyToken,
            async |target| {
                for (persona, status) in [("viewer", 403), ("admin", 200)] {
                    let tokens = sign_in(target, persona).await?;
                    let call = Call::get("/api/admin/stats");
                    let call = call.bearer(&tokens.text_member("/access_token")?);
                    let checked = target.status(&call, status).await;
                    checked.with_context(|| format!("as {persona}"))?;
                }
                Ok(())
            },
        ),
        Case::new(
            "people::refreshed_token_is_as_good",
            "A page that refreshes its token keeps its rights.",
            Needs::AnyToken,
            async |target| {
                let tokens = sign_in(target, "admin").await?;
                let form = [
                    ("grant_type", "refresh_token"),
                    ("client_id", CLIENT),
                    ("refresh_token", &tokens.text_member("/refresh_token")?),
                ];
                let tokens = token(target, &form).await?;
                let call = Call::get("/api/admin/stats");
                let call = call.bearer(&tokens.text_member("/access_token")?);
                target.status(&call, 200).await.map(drop)
            },
        ),
        Case::new(
            "people::other_tokens_of_a_sign_in_are_401",
            "The ID token and the refresh token are for the client, not for an API.",
            Needs::AnyToken,
            async |target| {
                let tokens = sign_in(target, "admin").await?;
                for name in ["id_token", "refresh_token"] {
                    let token = tokens.text_member(&format!("/{name}"))?;
                    let call = target.any_caller().bearer(&token);
                    let checked = target.status(&call, 401).await;
                    checked.context(name)?;
                }
                Ok(())
            },
        ),
    ]
}

/// Signs a persona in, without a click, and returns the response of the token endpoint.
async fn sign_in(target: &Target, persona: &str) -> Result<Response> {
    let provider = target.provider()?;
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT_URI),
        ("state", "state"),
        ("scope", "openid profile offline_access descope.claims"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("prompt", "none"),
        ("login_hint", persona),
    ];
    if provider.kind() == ProviderKind::Auth0 {
        parameters.push(("audience", provider.audience()));
    }
    let address = endpoint(target, "authorization_endpoint").await?;
    let address = Url::parse_with_params(&address, parameters)?;
    let response = target.send_to("", &Call::get(address)).await?;
    let location = response.header("location").context("no redirect")?;
    let location = Url::parse(location)?;
    let code = location.query_pairs().find(|(name, _)| name == "code");
    let (_, code) = code.with_context(|| format!("no code: {location}"))?;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
        ("code", &code),
    ];
    token(target, &form).await
}

async fn token(target: &Target, form: &[(&str, &str)]) -> Result<Response> {
    let address = endpoint(target, "token_endpoint").await?;
    // A query is written as a form is.
    let form = Url::parse_with_params(&address, form)?;
    let form = form.query().unwrap_or_default().to_owned();
    let call = Call::post(address).body("application/x-www-form-urlencoded", form);
    let response = target.send_to("", &call).await?;
    ensure!(response.status == 200, "no token: {response:?}");
    Ok(response)
}

/// An address of the discovery document.
async fn endpoint(target: &Target, name: &str) -> Result<String> {
    let discovery = target.provider()?.discovery_url();
    let document: Value = target.send_to("", &Call::get(discovery)).await?.json()?;
    let address = document.get(name).and_then(Value::as_str);
    Ok(address.with_context(|| format!("no {name}"))?.to_owned())
}
