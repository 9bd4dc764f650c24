//! What a person's client asks of a token endpoint. Each dialect writes its own tokens.

use super::client_auth::{ClientError, authenticate};
use super::code::{CodeError, Redeemed, Redemption};
use super::device::redeem_device;
use super::device_flow::DeviceError;
use super::grant::Grant;
use super::rules::SignInRules;
use crate::client_request::Parameters;
use crate::clients::Client;
use crate::provider::Call;
use crate::scopes;
use crate::sessions::{RefreshError, Session};

/// One token request of a person's client.
pub(crate) struct TokenRequest<'a> {
    pub(crate) call: &'a Call<'a>,
    pub(crate) rules: &'a dyn SignInRules,
    pub(crate) parameters: &'a Parameters,
    /// The lifetime of the session that it opens, in seconds.
    pub(crate) session_lifetime: i64,
}

/// A session that a refresh token goes on with.
pub(crate) struct Refresh<'a> {
    pub(crate) session: Session,
    /// With the scopes that were asked for, if there are any.
    pub(crate) grant: Grant,
    token: &'a str,
    client: Client,
}

/// Why there are no tokens.
pub(crate) enum GrantError {
    Client(ClientError),
    /// This parameter is missing.
    Missing(&'static str),
    Code(CodeError),
    Device(DeviceError),
    Refresh(RefreshError),
    /// These scopes were not granted.
    Scope(String),
}

impl<'a> TokenRequest<'a> {
    /// `grant_type=authorization_code`
    pub(crate) fn by_code(&self) -> Result<Redeemed, GrantError> {
        let client = self.client()?;
        let redemption = Redemption {
            code: self.required("code")?,
            client_id: &client.id,
            redirect_uri: self.parameters.get("redirect_uri"),
            verifier: self.parameters.get("code_verifier"),
            session_lifetime: self.session_lifetime,
        };
        let redeemed = redemption.redeem(self.call.provider);
        redeemed.map_err(GrantError::Code)
    }

    /// `grant_type=urn:ietf:params:oauth:grant-type:device_code`
    pub(crate) fn by_device_code(&self) -> Result<Redeemed, GrantError> {
        let client = self.client()?;
        let code = self.required("device_code")?;
        let (provider, lifetime) = (self.call.provider, self.session_lifetime);
        let redeemed = redeem_device(provider, code, &client.id, lifetime);
        redeemed.map_err(GrantError::Device)
    }

    /// `grant_type=refresh_token`. The token is good until [`Refresh::rotate`].
    pub(crate) fn by_refresh_token(&self) -> Result<Refresh<'a>, GrantError> {
        let client = self.client()?;
        let token = self.required("refresh_token")?;
        let provider = self.call.provider;
        let session = provider
            .sessions
            .of_token(token, Some(&client.id), provider.clock.now());
        let session = session.map_err(GrantError::Refresh)?;
        let mut grant = Grant::of_session(&session);
        let narrowed = scopes::narrow(&grant.scopes, self.parameters.get("scope"));
        grant.scopes = narrowed.map_err(GrantError::Scope)?;
        Ok(Refresh {
            session,
            grant,
            token,
            client,
        })
    }

    fn client(&self) -> Result<Client, GrantError> {
        let client = authenticate(self.call, self.rules, self.parameters);
        client.map_err(GrantError::Client)
    }

    fn required(&self, name: &'static str) -> Result<&'a str, GrantError> {
        let value = self.parameters.get(name);
        value.ok_or(GrantError::Missing(name))
    }
}

impl Refresh<'_> {
    /// Replaces the refresh token.
    pub(crate) fn rotate(&self, call: &Call<'_>, next: &str) -> Result<(), GrantError> {
        let (provider, client_id) = (call.provider, Some(&*self.client.id));
        let now = provider.clock.now();
        let rotated = provider.sessions.rotate(self.token, next, client_id, now);
        rotated.map(drop).map_err(GrantError::Refresh)
    }
}
