//! Auth0's tokens for a person who signed in: by code, by device code, and by refresh token.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use serde_json::{Map, Value, json};

use super::refusals;
use super::sign_in::OFFLINE_ACCESS;
use super::tenant::Tenant;
use crate::claims::{ClaimsRequest, SignedIn, TokenKind};
use crate::client_request::Parameters;
use crate::provider::Call;
use crate::random;
use crate::refusal::Refusal;
use crate::sign_in::{Grant, OpaqueToken, Redeemed, TokenRequest};

/// A refresh token expires after 30 days, which rotation does not extend, in seconds.
const REFRESH_LIFETIME: i64 = 30 * 24 * 60 * 60;

/// One token request of a person's client.
pub(super) struct UserTokens<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) tenant: &'a Tenant,
    pub(super) parameters: &'a Parameters,
}

impl UserTokens<'_> {
    /// `grant_type=authorization_code`
    pub(super) fn by_code(&self) -> Result<HttpResponse, Refusal> {
        self.redeemed(self.request().by_code().map_err(refusals::grant)?)
    }

    /// `grant_type=urn:ietf:params:oauth:grant-type:device_code`
    pub(super) fn by_device_code(&self) -> Result<HttpResponse, Refusal> {
        self.redeemed(self.request().by_device_code().map_err(refusals::grant)?)
    }

    /// `grant_type=refresh_token`
    pub(super) fn by_refresh_token(&self) -> Result<HttpResponse, Refusal> {
        let refresh = self.request().by_refresh_token().map_err(refusals::grant)?;
        let mut response = self.tokens(&refresh.grant, &refresh.session.id)?;
        let next = new_refresh_token()?;
        refresh.rotate(self.call, &next).map_err(refusals::grant)?;
        response.insert("refresh_token".to_owned(), next.into());
        Ok(respond(response))
    }

    fn request(&self) -> TokenRequest<'_> {
        TokenRequest {
            call: self.call,
            rules: self.tenant,
            parameters: self.parameters,
            session_lifetime: REFRESH_LIFETIME,
        }
    }

    /// The first tokens of a session.
    fn redeemed(&self, redeemed: Redeemed) -> Result<HttpResponse, Refusal> {
        let mut response = self.tokens(&redeemed.grant, &redeemed.session.id)?;
        let mut scopes = redeemed.grant.scopes.iter();
        let is_offline = scopes.any(|scope| scope == OFFLINE_ACCESS);
        let refresh_token = is_offline.then(new_refresh_token).transpose()?;
        redeemed
            .open(self.call.provider, refresh_token.as_deref())
            .map_err(refusals::code)?;
        if let Some(refresh_token) = refresh_token {
            response.insert("refresh_token".to_owned(), refresh_token.into());
        }
        Ok(respond(response))
    }

    /// The response without a refresh token.
    fn tokens(&self, grant: &Grant, session_id: &str) -> Result<Map<String, Value>, Refusal> {
        let provider = self.call.provider;
        let mut personas = provider.personas.iter();
        let persona = personas.find(|persona| persona.name == grant.persona);
        let persona = persona.ok_or_else(refusals::unknown_code)?;
        let asked = ClaimsRequest {
            signed_in: Some(SignedIn::of(grant)),
            ..provider.request(persona, &grant.scopes)
        };
        let access_token = match &grant.target.audience {
            Some(_) => provider.sign(self.tenant.access_claims(&asked), TokenKind::Access),
            // For the userinfo endpoint alone.
            None => {
                let token = OpaqueToken {
                    session_id: session_id.to_owned(),
                    scopes: grant.scopes.clone(),
                };
                provider.sign_ins.put_opaque(token, asked.expires_at())
            }
        };
        let access_token = access_token.map_err(refusals::cannot_sign)?;
        let mut response = Map::new();
        if asked.has_scope("openid") {
            let id_token = self.id_token(&asked, &access_token)?;
            response.insert("id_token".to_owned(), id_token.into());
        }
        tracing::info!(persona = %persona.name, "issued Auth0 tokens to {} at {}", persona.name, grant.client_id);
        response.insert("access_token".to_owned(), access_token.into());
        response.insert("token_type".to_owned(), "Bearer".into());
        response.insert("expires_in".to_owned(), json!(asked.lifetime));
        response.insert("scope".to_owned(), asked.scope().into());
        Ok(response)
    }

    fn id_token(&self, asked: &ClaimsRequest<'_>, access_token: &str) -> Result<String, Refusal> {
        let signed_in = asked.signed_in.map(|signed_in| SignedIn {
            access_token: Some(access_token),
            ..signed_in
        });
        let asked = ClaimsRequest {
            signed_in,
            ..*asked
        };
        let claims = self.tenant.id_claims(&asked);
        let signed = self.call.provider.sign(claims, TokenKind::Id);
        signed.map_err(refusals::cannot_sign)
    }
}

/// Opaque, in the form of Auth0's.
fn new_refresh_token() -> Result<String, Refusal> {
    let random = random::nanoid(48).map_err(refusals::cannot_sign)?;
    Ok(format!("v1.M{random}"))
}

fn respond(response: Map<String, Value>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(response)
}
