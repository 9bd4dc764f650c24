//! Which client sent a request to the token or revocation endpoint.

use super::rules::SignInRules;
use crate::client_request::Parameters;
use crate::clients::Client;
use crate::provider::Call;

/// Why a client could not be authenticated.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ClientError {
    /// There is no client id.
    Missing,
    /// There is no such client, or the secret is not its own.
    Wrong,
}

/// Authenticates a client: by its secret, or by its id alone if it is a public one.
pub(crate) fn authenticate(
    call: &Call<'_>,
    rules: &dyn SignInRules,
    parameters: &Parameters,
) -> Result<Client, ClientError> {
    let credentials = parameters.credentials(call.request);
    let id = credentials.id.ok_or(ClientError::Missing)?;
    let client = rules.client(call.provider, &id).ok_or(ClientError::Wrong)?;
    let secret = credentials.secret.as_deref();
    if rules.accepts(call.provider, &client, secret) {
        Ok(client)
    } else {
        Err(ClientError::Wrong)
    }
}
