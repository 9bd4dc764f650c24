//! What a token says, and whether it holds.

use std::sync::Arc;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use identity_core::claims::{CLIENTS, names};
use identity_core::clock::{Clock, SystemClock};
use identity_core::keys::NoKeys;
use identity_core::providers::{Oidc, OidcConfig};
use identity_core::verification::{
    Algorithm, Algorithms, AudienceRule, VerificationRules, Verifier,
};
use identity_core::{TokenError, VerifyError};
use serde_json::{Map, Value};
use service_kit::settings::IssuerSettings;

use crate::report::{Fault, Report};
use crate::times;
use crate::token::{bare, read};

/// What the token has to be.
#[derive(Debug, Args)]
pub struct InspectArguments {
    /// The issuer that it has to be from, exactly; whichever it names if unset.
    #[arg(long)]
    issuer: Option<String>,
    /// The audience that it has to name; whichever it names if unset. May be repeated.
    #[arg(long)]
    audience: Vec<String>,
    /// Decodes it and asks no issuer for keys.
    #[arg(long)]
    offline: bool,
    #[arg(env = "TOKEN", hide = true, hide_env_values = true, long)]
    token: Option<String>,
}

/// The claims that are times, in seconds since 1970.
const TIMES: [&str; 4] = ["exp", "nbf", "iat", "auth_time"];

const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Decodes the token, and verifies it unless told not to.
pub async fn report(settings: &IssuerSettings, request: &InspectArguments) -> Result<Report> {
    let given = match &request.token {
        Some(token) => token.clone(),
        None => read("the token", "TOKEN")?,
    };
    let token = bare(&given);
    let mut report = Report::default();
    let Some((header, claims)) = decoded(token) else {
        report.fault(malformed(settings, token).await);
        return Ok(report);
    };
    report.add("kind", kind(&header, &claims));
    report.add_as("header", lines(&header, None), header.clone().into());
    let now = SystemClock.now().seconds() as i64;
    report.add_as("claims", lines(&claims, Some(now)), claims.clone().into());
    if request.offline {
        report.add("verified", "no: --offline");
        return Ok(report);
    }
    let issuer = request.issuer.as_deref();
    let issuer = issuer.or_else(|| claims.get("iss")?.as_str());
    let issuer =
        issuer.context("the token names no issuer, so nothing says whose keys verify it")?;
    match refusal(settings, request, token, issuer, &claims).await? {
        None => {
            let mut verdict = format!("yes, with a key of {issuer}");
            if request.issuer.is_none() {
                verdict.push_str(
                    "\nthe token itself names this issuer: --issuer checks that it is yours",
                );
            }
            if request.audience.is_empty() {
                verdict.push_str("\nthe audience was not checked: --audience does");
            }
            report.add_as("verified", verdict, true.into());
        }
        Some(fault) => {
            report.add("verified", false);
            report.fault(fault);
        }
    }
    Ok(report)
}

/// Returns what is wrong with a token that cannot be decoded. No issuer is asked.
async fn malformed(settings: &IssuerSettings, token: &str) -> Fault {
    let none = AudienceRule::Required(Vec::new());
    let rules = VerificationRules::new(Vec::new(), none);
    let verifier = Verifier::new(rules, Arc::new(NoKeys), Arc::new(SystemClock));
    match verifier.with_limits(settings.tokens).verify(token).await {
        Err(VerifyError::Token(error)) => fault(&error),
        _ => Fault {
            code: "malformed_token",
            what: "it cannot be decoded".to_owned(),
            remedy: String::new(),
        },
    }
}

/// Returns why the token is refused, if it is. Errors: there are no keys to say so.
async fn refusal(
    settings: &IssuerSettings,
    request: &InspectArguments,
    token: &str,
    issuer: &str,
    claims: &Map<String, Value>,
) -> Result<Option<Fault>> {
    let audience = match request.audience.is_empty() {
        true => names(claims.get("aud")),
        false => request.audience.clone(),
    };
    let config = OidcConfig {
        algorithms: Algorithms::new(ALGORITHMS)?,
        ..OidcConfig::new(issuer, "")
    };
    let config = match audience.is_empty() {
        false => OidcConfig {
            audience: AudienceRule::Required(audience),
            ..config
        },
        // The client counts then. It is not what is asked about.
        true => OidcConfig {
            audience: AudienceRule::Absent,
            clients: CLIENTS
                .iter()
                .flat_map(|name| names(claims.get(*name)))
                .collect(),
            ..config
        },
    };
    let provider = Oidc::new(config).context(
        "the token names neither an audience nor a client: with --audience it can be verified",
    )?;
    let authenticator = settings.authenticator(provider)?;
    match authenticator.authenticate(token).await {
        Ok(_) => Ok(None),
        Err(VerifyError::Token(error)) => Ok(Some(fault(&error))),
        Err(error) => Err(error).context(format!("the keys of {issuer} cannot be had")),
    }
}

/// Returns why a token is refused, and what to do about it.
pub fn fault(error: &TokenError) -> Fault {
    let remedy = match error {
        TokenError::Expired => {
            "get a new one; if it is new, compare the clocks of this machine and the issuer"
        }
        TokenError::NotYetValid(_) => "compare the clocks of this machine and the issuer",
        TokenError::InvalidIssuer(_) => {
            "the setting of the issuer has to be exactly this: ISSUER, AUTH0_DOMAIN or AUTH0_ISSUER, DESCOPE_PROJECT_ID or DESCOPE_BASE_URL"
        }
        TokenError::InvalidAudience(_) => {
            "ask the issuer for a token for this API, or set AUDIENCE (AUTH0_API_AUDIENCE) to what the token names"
        }
        TokenError::KeyNotFound(_) => {
            "the issuer does not publish the key: it is of another issuer, or was revoked (identity keys lists them)"
        }
        TokenError::InvalidSignature => {
            "it was changed, or another issuer has a key with the same id"
        }
        TokenError::IdToken => "send the access token, which comes beside it",
        TokenError::RefreshToken => {
            "send the access token: a refresh token is for the token endpoint alone"
        }
        TokenError::SenderConstrained => {
            "it is bound to a key (cnf), and no bearer token: ask for one that is not"
        }
        TokenError::Malformed(_) => "send a JWT: Auth0 gives one if the request names an audience",
        TokenError::MissingKeyId => "KID_OPTIONAL=true accepts it from an issuer with one key",
        _ => "",
    };
    Fault {
        code: error.code(),
        what: error.to_string(),
        remedy: remedy.to_owned(),
    }
}

fn decoded(token: &str) -> Option<(Map<String, Value>, Map<String, Value>)> {
    let part = |text: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    match token.split('.').collect::<Vec<_>>()[..] {
        [header, claims, _] => Some((part(header)?, part(claims)?)),
        _ => None,
    }
}

/// Returns what kind of token it looks like.
fn kind(header: &Map<String, Value>, claims: &Map<String, Value>) -> &'static str {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let is_typed = header
        .get("typ")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("at+jwt"));
    match (text("drn"), text("token_use")) {
        (Some("DS"), _) => "Descope session token",
        (Some("DSR"), _) => "Descope refresh token: for Descope alone",
        (_, Some("id")) => "ID token: for the client alone",
        _ if is_typed => "access token (RFC 9068)",
        _ if claims.contains_key("at_hash") || claims.contains_key("c_hash") => {
            "ID token: for the client alone"
        }
        _ if claims.contains_key("events") => "logout or event token: opens nothing",
        _ => "access token",
    }
}

fn lines(members: &Map<String, Value>, now: Option<i64>) -> String {
    let line = |(name, value): (&String, &Value)| {
        let time = now.filter(|_| TIMES.contains(&name.as_str()));
        let words = time.and_then(|now| times::in_words(value.as_f64()? as i64, now));
        match words {
            Some(words) => format!("{name}: {value} ({words})"),
            None => format!("{name}: {value}"),
        }
    };
    members.iter().map(line).collect::<Vec<_>>().join("\n")
}
