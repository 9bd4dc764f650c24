//! What differs between the providers and needs no settings.

use serde_json::{Map, Value};

use crate::keys::KeyError;
use crate::{auth0, descope, random};

/// Which provider's dialect is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ProviderKind {
    /// [Descope](https://docs.descope.com/).
    Descope,
    /// [Auth0](https://auth0.com/docs).
    Auth0,
}

impl ProviderKind {
    /// Its name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Descope => "descope",
            Self::Auth0 => "auth0",
        }
    }

    /// The path of the token endpoint.
    pub(crate) fn token_path(self) -> &'static str {
        match self {
            Self::Descope => descope::TOKEN_PATH,
            Self::Auth0 => auth0::TOKEN_PATH,
        }
    }

    /// A key id of the provider's form.
    pub(crate) fn new_kid(self) -> Result<String, KeyError> {
        match self {
            Self::Descope => Ok(format!("SK{}", random::alphanumeric(27)?)),
            Self::Auth0 => random::nanoid(21),
        }
    }

    /// The members of a JWK in the provider's order.
    pub(crate) fn order_jwk(self, mut jwk: Map<String, Value>) -> Map<String, Value> {
        if self == Self::Descope {
            jwk.sort_keys();
        }
        jwk
    }

    /// A JWT header with its members in the provider's order.
    pub(crate) fn header(self, alg: &str, kid: Option<&str>, typ: &str) -> Map<String, Value> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), alg.into());
        header.insert("typ".to_owned(), typ.into());
        if let Some(kid) = kid {
            header.insert("kid".to_owned(), kid.into());
        }
        if self == Self::Descope {
            header.sort_keys();
        }
        header
    }

    /// Whether a custom claim of this name would replace one of the provider's own.
    pub(crate) fn reserves_claim(self, name: &str) -> bool {
        match self {
            Self::Descope => descope::RESERVED_CLAIMS.contains(&name),
            Self::Auth0 => auth0::RESERVED_CLAIMS.contains(&name),
        }
    }
}
