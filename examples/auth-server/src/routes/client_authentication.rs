//! The client that sends a token request (RFC 6749, sections 2.3 and 3.2.1).

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::json;
use service_kit::store::is_id;

use crate::oauth_error::OAuthError;
use crate::state::{Actor, State};
use crate::tokens::{FIRST_PARTY, hash_of};
use service_kit::ClientAddress;

/// The client that a request names, without proof. It has no `Debug`.
pub struct NamedClient {
    /// Empty if the request names none.
    id: String,
    /// Empty if the request has none.
    secret: String,
}

/// A machine client that has authenticated.
pub struct MachineClient {
    /// Assigned by the server.
    pub id: String,
    /// The organization of the client.
    pub org: String,
}

impl NamedClient {
    /// Returns the client from the header or the form, never both (RFC 6749, section 2.3). A parameter without a value
    /// counts as omitted (section 3.2).
    pub fn of(
        request: &HttpRequest,
        id: Option<&str>,
        secret: Option<&str>,
    ) -> Result<Self, OAuthError> {
        let secret = secret.unwrap_or_default();
        match request.headers().get(AUTHORIZATION) {
            None => Ok(Self {
                id: id.unwrap_or_default().to_owned(),
                secret: secret.to_owned(),
            }),
            Some(_) if !secret.is_empty() => Err(OAuthError::invalid_request(
                "The client proves itself in two ways at once",
            )),
            Some(header) => header
                .to_str()
                .ok()
                .and_then(Self::basic)
                .ok_or_else(OAuthError::invalid_client),
        }
    }

    fn basic(header: &str) -> Option<Self> {
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Basic") {
            return None;
        }
        let decoded = STANDARD.decode(encoded.trim()).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some(Self {
            id: form_decoded(id)?,
            secret: form_decoded(secret)?,
        })
    }

    /// Returns whether this is the client that sessions belong to, which is public: it has no secret, and need not be named.
    pub fn is_first_party(&self) -> bool {
        self.secret.is_empty() && ["", FIRST_PARTY].contains(&&*self.id)
    }

    /// Returns whether the request names a client at all.
    pub fn is_named(&self) -> bool {
        !self.id.is_empty()
    }

    /// Returns the id of the public client that the request names, without proof: it has no secret. Nothing is the client
    /// that sessions of passwords belong to. Returns `None` for any other client.
    pub fn public<'c>(&'c self, state: &State) -> Option<&'c str> {
        let id = if self.is_first_party() {
            FIRST_PARTY
        } else {
            &self.id
        };
        let is_public = id == FIRST_PARTY || state.public_clients.contain(id);
        (self.secret.is_empty() && is_public).then_some(id)
    }

    /// Authenticates a client that sends a secret, for a request that is refused anyway.
    pub async fn refused_unless_genuine(
        self,
        state: &State,
        address: &ClientAddress,
    ) -> Result<(), OAuthError> {
        if !self.secret.is_empty() {
            self.authenticated(state, address).await?;
        }
        Ok(())
    }

    /// Authenticates a machine client.
    pub async fn authenticated(
        self,
        state: &State,
        address: &ClientAddress,
    ) -> Result<MachineClient, OAuthError> {
        let Self { id, secret } = self;
        if secret.is_empty() {
            return Err(OAuthError::invalid_client());
        }
        let known = match is_id(&id) {
            true => state.store.client_secret(&id).await?,
            false => None,
        };
        let sent = hash_of(&secret);
        let stored = known.as_ref().map_or("", |known| known.hash.as_str());
        let is_right = verify_slices_are_equal(sent.as_bytes(), stored.as_bytes()).is_ok();
        match known {
            Some(known) if is_right => Ok(MachineClient { id, org: known.org }),
            known => {
                let attempt = state.throttles.wrong_secret(address).await?;
                attempt.count().await?;
                let org = known.map_or_else(String::new, |known| known.org);
                let id = if org.is_empty() { "" } else { &*id };
                let (actor, address) = (Actor { org: &org, id }, address.text());
                let record = actor.did("client.token_refused", json!({}), &address);
                state.store.record(record, state.now()).await?;
                Err(OAuthError::invalid_client())
            }
        }
    }
}

/// Returns what was form-encoded before it was put into the header (RFC 6749, section 2.3.1). Ids and secrets of this
/// server are the same without. Returns `None` if it is not UTF-8.
fn form_decoded(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}
