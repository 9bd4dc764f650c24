//! Every variable the binary reads.

/// A variable of the environment.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it sets and what holds when it is unset, in one line; `.env.example` has the same.
    pub meaning: &'static str,
}

pub(crate) const PREFIX: &str = "LOCAL_ISSUER_";
pub(crate) const HOST: &str = "LOCAL_ISSUER_HOST";
pub(crate) const DESCOPE_PORT: &str = "LOCAL_ISSUER_DESCOPE_PORT";
pub(crate) const AUTH0_PORT: &str = "LOCAL_ISSUER_AUTH0_PORT";
pub(crate) const DESCOPE_PROJECT_ID: &str = "LOCAL_ISSUER_DESCOPE_PROJECT_ID";
pub(crate) const DESCOPE_ISSUER_BASE: &str = "LOCAL_ISSUER_DESCOPE_ISSUER_BASE";
pub(crate) const AUTH0_ISSUER: &str = "LOCAL_ISSUER_AUTH0_ISSUER";
pub(crate) const AUTH0_AUDIENCE: &str = "LOCAL_ISSUER_AUTH0_AUDIENCE";
pub(crate) const AUTH0_DIALECT: &str = "LOCAL_ISSUER_AUTH0_DIALECT";
pub(crate) const ROLES_CLAIM: &str = "LOCAL_ISSUER_ROLES_CLAIM";
pub(crate) const PERSONAS: &str = "LOCAL_ISSUER_PERSONAS";
pub(crate) const KEYS_FILE: &str = "LOCAL_ISSUER_KEYS_FILE";
pub(crate) const CONTROL_TOKEN: &str = "LOCAL_ISSUER_CONTROL_TOKEN";
pub(crate) const CONTROL_BODY_BYTES: &str = "LOCAL_ISSUER_CONTROL_BODY_BYTES";
pub(crate) const CONTROL_ANSWER_BYTES: &str = "LOCAL_ISSUER_CONTROL_ANSWER_BYTES";
pub(crate) const CONTROL_KEYS: &str = "LOCAL_ISSUER_CONTROL_KEYS";
pub(crate) const CONTROL_REQUESTS: &str = "LOCAL_ISSUER_CONTROL_REQUESTS";
pub(crate) const TOKEN_LIFETIME_SECONDS: &str = "LOCAL_ISSUER_TOKEN_LIFETIME_SECONDS";
pub(crate) const CONFIG_FILE: &str = "LOCAL_ISSUER_CONFIG_FILE";
pub(crate) const LOG_FORMAT: &str = "LOG_FORMAT";

/// Every variable, in the order of `.env.example`.
pub const VARIABLES: &[Variable] = &[
    variable(
        HOST,
        "The address to listen on, an IP address; 127.0.0.1 if unset.",
    ),
    variable(
        DESCOPE_PORT,
        "The port of the Descope side; 9000 if unset, 0 takes a free one.",
    ),
    variable(
        AUTH0_PORT,
        "The port of the Auth0 side; 9001 if unset, 0 takes a free one.",
    ),
    variable(
        DESCOPE_PROJECT_ID,
        "The Descope project id; P2LocalIssuerDevelopment0000 if unset.",
    ),
    variable(
        DESCOPE_ISSUER_BASE,
        "What Descope issuers start with, no trailing slash; http://localhost:{port} if unset.",
    ),
    variable(
        AUTH0_ISSUER,
        "The Auth0 issuer, with its trailing slash; http://localhost:{port}/ if unset.",
    ),
    variable(
        AUTH0_AUDIENCE,
        "The identifier of the Auth0 API; https://api.example.com if unset.",
    ),
    variable(
        AUTH0_DIALECT,
        "The Auth0 token dialect: access_token, access_token_authz (if unset), rfc9068_profile or rfc9068_profile_authz.",
    ),
    variable(
        ROLES_CLAIM,
        "The namespaced claim that carries Auth0 roles; https://example.com/roles if unset.",
    ),
    variable(
        PERSONAS,
        "The path of a TOML file of personas; the built-in ones if unset.",
    ),
    variable(
        KEYS_FILE,
        "The path of a file that keeps the signing keys, made with mode 0600; fresh keys at each start if unset.",
    ),
    variable(
        CONTROL_TOKEN,
        "The bearer token of the control plane under /_control; no control plane if unset.",
    ),
    variable(
        CONTROL_BODY_BYTES,
        "The largest body of a call to the control plane; 1048576 if unset.",
    ),
    variable(
        CONTROL_ANSWER_BYTES,
        "The largest answer that a fault may grow to; 1073741824 if unset.",
    ),
    variable(
        CONTROL_KEYS,
        "How many keys a key set may have, the hostile ones among them; 10000 if unset.",
    ),
    variable(
        CONTROL_REQUESTS,
        "How many of the last requests each side remembers; 1000 if unset.",
    ),
    variable(
        TOKEN_LIFETIME_SECONDS,
        "How long access tokens live; Descope 600 and Auth0 86400 if unset.",
    ),
    variable(
        CONFIG_FILE,
        "The path of a TOML file with these settings, in lower case and without the prefix; none if unset.",
    ),
    variable(
        "RUST_LOG",
        "What is logged, such as info or local_issuer=debug; info if unset.",
    ),
    variable(LOG_FORMAT, "How it is logged: human (if unset) or json."),
];

const fn variable(name: &'static str, meaning: &'static str) -> Variable {
    Variable { name, meaning }
}
