//! Descope's tokens for a person who signed in: by code, by device code, and by refresh token.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use serde_json::{Map, Value, json};

use super::claims::REFRESH_LIFETIME;
use super::project::Project;
use super::refusals;
use crate::claims::{ClaimsRequest, SignedIn, TokenKind};
use crate::client_request::Parameters;
use crate::provider::Call;
use crate::random;
use crate::refusal::Refusal;
use crate::sign_in::{Grant, Redeemed, TokenRequest};

/// One token request of a person's client.
pub(super) struct UserTokens<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) project: &'a Project,
    pub(super) parameters: &'a Parameters,
}

/// The tokens of a response.
struct Tokens {
    response: Map<String, Value>,
    refresh_token: String,
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
        let tokens = self.tokens(&refresh.grant, refresh.session.expires_at)?;
        let rotated = refresh.rotate(self.call, &tokens.refresh_token);
        rotated.map_err(refusals::grant)?;
        Ok(tokens.respond())
    }

    fn request(&self) -> TokenRequest<'_> {
        TokenRequest {
            call: self.call,
            rules: self.project,
            parameters: self.parameters,
            session_lifetime: REFRESH_LIFETIME,
        }
    }

    /// The first tokens of a session.
    fn redeemed(&self, redeemed: Redeemed) -> Result<HttpResponse, Refusal> {
        let tokens = self.tokens(&redeemed.grant, redeemed.session.expires_at)?;
        redeemed
            .open(self.call.provider, Some(&tokens.refresh_token))
            .map_err(refusals::code)?;
        Ok(tokens.respond())
    }

    /// `ends` is when the session and its refresh tokens expire.
    fn tokens(&self, grant: &Grant, ends: i64) -> Result<Tokens, Refusal> {
        let provider = self.call.provider;
        let persona = self.project.user(&grant.persona);
        let persona = persona.ok_or_else(refusals::unknown_code)?;
        let mut asked = ClaimsRequest {
            signed_in: Some(SignedIn::of(grant)),
            ..provider.request(&persona, &grant.scopes)
        };
        let access_token = self.sign(grant, &asked, TokenKind::Access)?;
        let refresh_token = self.refresh_token(grant, &asked, ends)?;
        let mut response = Map::new();
        response.insert("access_token".to_owned(), access_token.as_str().into());
        response.insert("token_type".to_owned(), "Bearer".into());
        response.insert("refresh_token".to_owned(), refresh_token.as_str().into());
        if asked.has_scope("openid") {
            asked.signed_in = asked.signed_in.map(|signed_in| SignedIn {
                access_token: Some(&access_token),
                ..signed_in
            });
            let id_token = self.sign(grant, &asked, TokenKind::Id)?;
            response.insert("id_token".to_owned(), id_token.into());
        }
        response.insert("expires_in".to_owned(), json!(asked.lifetime));
        response.insert("scope".to_owned(), asked.scope().into());
        tracing::info!(persona = %persona.name, "issued Descope tokens to {} at {}", persona.name, grant.client_id);
        Ok(Tokens {
            response,
            refresh_token,
        })
    }

    /// A JWT. A random `jti`, as a JWT template can add it, makes each one different, also within a second.
    fn refresh_token(
        &self,
        grant: &Grant,
        asked: &ClaimsRequest<'_>,
        ends: i64,
    ) -> Result<String, Refusal> {
        let mut claims = self.claims(grant, asked, TokenKind::Refresh);
        let jti = random::alphanumeric(27).map_err(refusals::cannot_sign)?;
        claims.insert("jti".to_owned(), jti.into());
        claims.insert("exp".to_owned(), ends.into());
        claims.sort_keys();
        let signed = self.call.provider.sign(claims, TokenKind::Refresh);
        signed.map_err(refusals::cannot_sign)
    }

    fn sign(
        &self,
        grant: &Grant,
        asked: &ClaimsRequest<'_>,
        kind: TokenKind,
    ) -> Result<String, Refusal> {
        let signed = self
            .call
            .provider
            .sign(self.claims(grant, asked, kind), kind);
        signed.map_err(refusals::cannot_sign)
    }

    fn claims(
        &self,
        grant: &Grant,
        asked: &ClaimsRequest<'_>,
        kind: TokenKind,
    ) -> Map<String, Value> {
        let mut claims = self.project.token_claims(asked, kind);
        let issuer = self.project.issuer_of(grant.target.third_party);
        claims.insert("iss".to_owned(), issuer.into());
        claims
    }
}

impl Tokens {
    fn respond(self) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(self.response)
    }
}
