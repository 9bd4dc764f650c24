//! Every variable that the program reads, and what it sets.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use crate::auth0::TokenDialect;
use crate::config::{IssuerConfig, KeyOrigin, auth0_issuer, issuer_base, project_id, roles_claim};
use crate::personas::Personas;
use crate::secret::Secret;
use crate::services::Service;
use crate::tls;

/// A variable of the environment.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it sets and what holds when it is unset, in one line; `.env.example` has the same.
    pub meaning: &'static str,
    /// Sets the configuration; `None` if the variable is not about it.
    pub(super) apply: Option<Apply>,
}

/// Sets a value, or says what is wrong with it.
type Apply = fn(&mut IssuerConfig, &str) -> Result<(), Vec<String>>;

pub(super) const PREFIX: &str = "LOCAL_ISSUER_";
pub(crate) const DESCOPE_PORT: &str = "LOCAL_ISSUER_DESCOPE_PORT";
pub(crate) const AUTH0_PORT: &str = "LOCAL_ISSUER_AUTH0_PORT";
pub(super) const CONFIG_FILE: &str = "LOCAL_ISSUER_CONFIG_FILE";
pub(super) const LOG_FORMAT: &str = "LOG_FORMAT";

const A_PORT: &str = "a port from 0 to 65535";
const A_NUMBER: &str = "a whole number, 0 or more";
const ONE_YEAR: u64 = 365 * 24 * 60 * 60;

/// Every variable, in the order of `.env.example`.
pub const VARIABLES: &[Variable] = &[
    setting(
        "LOCAL_ISSUER_HOST",
        "The address to listen on, an IP address; 127.0.0.1 if unset.",
        |config, text| parse(&mut config.host, text, "an IP address"),
    ),
    setting(
        DESCOPE_PORT,
        "The port of the Descope side; 9000 if unset, 0 takes a free one.",
        |config, text| parse(&mut config.descope.port, text, A_PORT),
    ),
    setting(
        AUTH0_PORT,
        "The port of the Auth0 side; 9001 if unset, 0 takes a free one.",
        |config, text| parse(&mut config.auth0.port, text, A_PORT),
    ),
    setting(
        tls::CERTIFICATE_FILE,
        "The path of a PEM file with the certificate of both sides, and those of its intermediate authorities; plain HTTP if unset.",
        |config, text| {
            config.tls.get_or_insert_default().certificate = text.into();
            Ok(())
        },
    ),
    setting(
        tls::KEY_FILE,
        "The path of a PEM file with the key of that certificate, without a password; required with it.",
        |config, text| {
            config.tls.get_or_insert_default().key = text.into();
            Ok(())
        },
    ),
    setting(
        "LOCAL_ISSUER_DESCOPE_PROJECT_ID",
        "The Descope project id; P2LocalIssuerDevelopment0000 if unset.",
        |config, text| checked(&mut config.descope.project_id, text, project_id),
    ),
    setting(
        "LOCAL_ISSUER_DESCOPE_ISSUER_BASE",
        "What Descope issuers start with, no trailing slash; http://localhost:{port} if unset.",
        |config, text| some(&mut config.descope.issuer_base, text, issuer_base),
    ),
    setting(
        "LOCAL_ISSUER_DESCOPE_MANAGEMENT_KEY",
        "The key of Descope's management API; local-management-key if unset.",
        management_key,
    ),
    setting(
        "LOCAL_ISSUER_DESCOPE_ROTATE_REFRESH_TOKENS",
        "Whether each refresh of a Descope session gives a new refresh token: true or false (if unset).",
        |config, text| {
            parse(
                &mut config.descope.rotates_refresh_tokens,
                text,
                "true or false",
            )
        },
    ),
    setting(
        "LOCAL_ISSUER_DESCOPE_DIRECTORY_ENTRIES",
        "How many users, access keys, tenants, roles and permissions Descope's management API keeps, of each; 1000 if unset.",
        |config, text| parse(&mut config.descope.directory_entries, text, A_NUMBER),
    ),
    setting(
        "LOCAL_ISSUER_AUTH0_ISSUER",
        "The Auth0 issuer, with its trailing slash; http://localhost:{port}/ if unset.",
        |config, text| some(&mut config.auth0.issuer, text, auth0_issuer),
    ),
    setting(
        "LOCAL_ISSUER_AUTH0_AUDIENCE",
        "The identifier of the Auth0 API; https://api.example.com if unset.",
        |config, text| checked(&mut config.auth0.audience, text, |_| Ok(())),
    ),
    setting(
        "LOCAL_ISSUER_AUTH0_DIALECT",
        "The Auth0 token dialect: access_token, access_token_authz (if unset), rfc9068_profile or rfc9068_profile_authz.",
        dialect,
    ),
    setting(
        "LOCAL_ISSUER_ROLES_CLAIM",
        "The namespaced claim that carries Auth0 roles; https://example.com/roles if unset.",
        |config, text| checked(&mut config.auth0.roles_claim, text, roles_claim),
    ),
    setting(
        "LOCAL_ISSUER_PERSONAS",
        "The path of a TOML file of personas; the built-in ones if unset.",
        personas,
    ),
    setting(
        "LOCAL_ISSUER_KEYS_FILE",
        "The path of a file that keeps the signing keys, made with mode 0600; fresh keys at each start if unset.",
        keys_file,
    ),
    setting(
        "LOCAL_ISSUER_CONTROL_TOKEN",
        "The bearer token of the control plane under /_control; no control plane if unset.",
        control_token,
    ),
    setting(
        "LOCAL_ISSUER_CONTROL_BODY_BYTES",
        "The largest body of a call to the control plane; 1048576 if unset.",
        |config, text| parse(&mut config.control_limits.body_bytes, text, A_NUMBER),
    ),
    setting(
        "LOCAL_ISSUER_CONTROL_ANSWER_BYTES",
        "The largest response that a fault may grow to; 1073741824 if unset.",
        |config, text| parse(&mut config.control_limits.answer_bytes, text, A_NUMBER),
    ),
    setting(
        "LOCAL_ISSUER_CONTROL_KEYS",
        "How many keys a key set may have, the hostile ones among them; 10000 if unset.",
        |config, text| parse(&mut config.control_limits.keys, text, A_NUMBER),
    ),
    setting(
        "LOCAL_ISSUER_CONTROL_REQUESTS",
        "How many of the last requests each side remembers; 1000 if unset.",
        |config, text| parse(&mut config.control_limits.requests, text, A_NUMBER),
    ),
    setting(
        "LOCAL_ISSUER_TOKEN_LIFETIME_SECONDS",
        "How long access tokens are valid; Descope 600 and Auth0 86400 if unset.",
        token_lifetime,
    ),
    setting(
        "LOCAL_ISSUER_OPEN_SIGN_INS",
        "How many sign-in pages may be open at each side, and how many codes and browsers it remembers; 10000 if unset.",
        |config, text| parse(&mut config.open_sign_ins, text, A_NUMBER),
    ),
    setting(
        "LOCAL_ISSUER_SERVICES",
        "The services that the page lists, with commas between them: name, whose tokens (descope, auth0 or other), address, and the issuer's own way to it if it is another; none if unset.",
        services,
    ),
    other(
        CONFIG_FILE,
        "The path of a TOML file with these settings, in lower case and without the prefix; none if unset.",
    ),
    other(
        "RUST_LOG",
        "What is logged, such as info or local_issuer=debug; info if unset.",
    ),
    other(LOG_FORMAT, "How it is logged: human (if unset) or json."),
];

const fn setting(name: &'static str, meaning: &'static str, apply: Apply) -> Variable {
    let apply = Some(apply);
    Variable {
        name,
        meaning,
        apply,
    }
}

/// A variable that is read elsewhere.
const fn other(name: &'static str, meaning: &'static str) -> Variable {
    let apply = None;
    Variable {
        name,
        meaning,
        apply,
    }
}

impl Variable {
    /// Its name in the file, and for `config`.
    pub(super) fn key(&self) -> String {
        self.name.trim_start_matches(PREFIX).to_lowercase()
    }
}

fn parse<T: FromStr>(target: &mut T, text: &str, expected: &str) -> Result<(), Vec<String>> {
    let parsed = text.parse();
    *target = parsed.map_err(|_| vec![format!("expected {expected}, got {text:?}")])?;
    Ok(())
}

fn checked(
    target: &mut String,
    text: &str,
    check: fn(&str) -> Result<(), String>,
) -> Result<(), Vec<String>> {
    check(text).map_err(|fault| vec![fault])?;
    text.clone_into(target);
    Ok(())
}

fn some(
    target: &mut Option<String>,
    text: &str,
    check: fn(&str) -> Result<(), String>,
) -> Result<(), Vec<String>> {
    checked(target.get_or_insert_default(), text, check)
}

fn dialect(config: &mut IssuerConfig, text: &str) -> Result<(), Vec<String>> {
    let names = TokenDialect::ALL.map(TokenDialect::name).join(", ");
    let unknown = || vec![format!("expected one of {names}, got {text:?}")];
    config.auth0.dialect = TokenDialect::from_name(text).ok_or_else(unknown)?;
    Ok(())
}

fn personas(config: &mut IssuerConfig, text: &str) -> Result<(), Vec<String>> {
    let read = Personas::from_file(Path::new(text));
    config.personas = read.map_err(|error| error.problems().to_vec())?;
    Ok(())
}

fn keys_file(config: &mut IssuerConfig, text: &str) -> Result<(), Vec<String>> {
    config.keys = KeyOrigin::File(text.into());
    Ok(())
}

fn management_key(config: &mut IssuerConfig, text: &str) -> Result<(), Vec<String>> {
    config.descope.management_key = Secret::new(text);
    Ok(())
}

fn control_token(config: &mut IssuerConfig, text: &str) -> Result<(), Vec<String>> {
    config.control_token = Some(Secret::new(text));
    Ok(())
}

fn services(config: &mut IssuerConfig, text: &str) -> Result<(), Vec<String>> {
    let entries = text
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty());
    let (listed, faults): (Vec<_>, Vec<_>) =
        entries.map(str::parse::<Service>).partition(Result::is_ok);
    config.services = listed.into_iter().flatten().collect();
    let faults: Vec<_> = faults
        .into_iter()
        .filter_map(Result::err)
        .map(|fault| fault.to_string())
        .collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults),
    }
}

fn token_lifetime(config: &mut IssuerConfig, text: &str) -> Result<(), Vec<String>> {
    let seconds = text
        .parse()
        .ok()
        .filter(|seconds| (1..=ONE_YEAR).contains(seconds));
    let expected = || vec![format!("expected 1 to 31536000 seconds, got {text:?}")];
    config.token_lifetime = Some(Duration::from_secs(seconds.ok_or_else(expected)?));
    Ok(())
}
