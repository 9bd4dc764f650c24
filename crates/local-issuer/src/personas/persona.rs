//! A persona, as one provider knows it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::secret::Secret;

/// One user or machine client, as one provider knows it.
#[derive(Clone, Debug)]
pub struct Persona {
    /// Its name in the file.
    pub name: String,
    /// What it is there to show.
    pub description: String,
    /// A user or a machine.
    pub kind: PersonaKind,
    /// The `client_id` it authenticates with.
    pub client_id: String,
    /// Its client secret; for Descope this is an access key, which can also be exchanged for a session token.
    pub secret: Secret,
    /// `sub` in its tokens.
    pub subject: String,
    /// What it gets when it asks for no scope; it holds no other application scope.
    pub scopes: Vec<String>,
    /// Its roles.
    pub roles: Vec<String>,
    /// Its permissions.
    pub permissions: Vec<String>,
    /// Custom claims.
    pub attributes: Map<String, Value>,
    /// The claims of the scopes `profile` and `email`.
    pub profile: Profile,
    /// What only Descope knows; the default for a persona of Auth0.
    pub descope: DescopeDetails,
    /// What only Auth0 knows; the default for a persona of Descope.
    pub auth0: Auth0Details,
}

/// Whether a persona stands for a person or for a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PersonaKind {
    /// A person, who signs in on a page; for tests its tokens also come from the token endpoint, with `client_credentials`.
    User,
    /// A program that calls an API for itself.
    Machine,
}

/// How [`tokens::fetch`](crate::tokens::fetch) gets a persona's token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Obtained {
    /// From the token endpoint, with `client_credentials`.
    #[default]
    ClientCredentials,
    /// From Descope's access-key exchange: a session token.
    AccessKey,
}

/// Standard claims of [OpenID Connect Core, 5.1](https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// `name`
    pub name: Option<String>,
    /// `given_name`
    pub given_name: Option<String>,
    /// `family_name`
    pub family_name: Option<String>,
    /// `nickname`
    pub nickname: Option<String>,
    /// `picture`
    pub picture: Option<String>,
    /// `email`
    pub email: Option<String>,
    /// `email_verified`
    pub email_verified: bool,
}

/// What only Descope knows about a persona.
#[derive(Clone, Debug, Default)]
pub struct DescopeDetails {
    /// The id of its access key, `sub` of the session token the key is exchanged for.
    pub key_id: String,
    /// How `local-issuer tokens` gets its token.
    pub obtained: Obtained,
    /// Standard scopes it never gets.
    pub withheld_scopes: Vec<String>,
    /// The `scope` claim of its session tokens, as a JWT template would add it; `None` is no such claim.
    pub session_scopes: Option<Vec<String>>,
    /// Its tenants, by id.
    pub tenants: BTreeMap<String, TenantRights>,
}

/// What only Auth0 knows about a persona.
#[derive(Clone, Debug, Default)]
pub struct Auth0Details {
    /// Its organizations. Its tokens are for the only one, or for the one that is asked for.
    pub organizations: Vec<Organization>,
}

impl Auth0Details {
    /// Returns the organization that a token is for: the one with this id or name, or the only one if none is asked for.
    pub(crate) fn organization(&self, asked: Option<&str>) -> Option<&Organization> {
        match (asked, self.organizations.as_slice()) {
            (Some(asked), all) => all.iter().find(|one| one.is_called(asked)),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }
}

/// What a persona may do in one tenant of Descope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TenantRights {
    /// Its roles there.
    pub roles: Vec<String>,
    /// Its permissions there.
    pub permissions: Vec<String>,
}

/// An organization of Auth0.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Organization {
    /// `org_id`
    pub id: String,
    /// `org_name`; in tokens only if the tenant wants it there.
    pub name: Option<String>,
}

impl Organization {
    /// Returns whether this is its id or its name.
    fn is_called(&self, asked: &str) -> bool {
        self.id == asked || self.name.as_deref() == Some(asked)
    }
}
