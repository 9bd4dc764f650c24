//! The Descope dialect: addresses, tokens and errors as a Descope project has them.

mod access_key;
mod claims;
mod discovery;
mod error;
mod key_set;
mod token;

use std::sync::Arc;

use actix_web::web;

pub(crate) use discovery::paths as discovery_paths;
pub(crate) use error::Refusal;
pub(crate) use key_set::paths as key_paths;
pub(crate) use token::paths as token_paths;

pub(crate) const TOKEN_PATH: &str = "/oauth2/v1/token";
pub(crate) const EXCHANGE_PATH: &str = "/v1/auth/accesskey/exchange";

/// Scopes that need not be held to be granted.
pub(crate) const STANDARD_SCOPES: &[&str] = &[
    "openid",
    "profile",
    "email",
    "phone",
    "descope.claims",
    "descope.custom_claims",
];

/// Names that a custom claim cannot take: Descope drops such a claim in silence.
pub(crate) const RESERVED_CLAIMS: &[&str] = &[
    "amr",
    "aud",
    "azp",
    "cnf",
    "dcl",
    "dct",
    "drn",
    "dsub",
    "dv",
    "email",
    "email_verified",
    "exp",
    "iat",
    "iss",
    "jti",
    "name",
    "nbf",
    "nsec",
    "permissions",
    "rexp",
    "roles",
    "scope",
    "sub",
    "tenants",
    "token_type",
];

/// A Descope project.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) id: String,
    /// What its issuers start with, without a trailing slash.
    pub(crate) issuer_base: String,
}

impl Project {
    /// The issuer of the default OpenID application.
    pub(crate) fn issuer(&self) -> String {
        format!("{}/{}", self.issuer_base, self.id)
    }

    /// The issuer of inbound applications and of session tokens.
    pub(crate) fn apps_issuer(&self) -> String {
        format!("{}/v1/apps/{}", self.issuer_base, self.id)
    }
}

/// Adds the project's endpoints.
pub(crate) fn routes(project: &Arc<Project>, app: &mut web::ServiceConfig) {
    app.app_data(web::Data::from(Arc::clone(project)));
    discovery::routes(project, app);
    key_set::routes(project, app);
    token::routes(project, app);
    access_key::routes(app);
}
