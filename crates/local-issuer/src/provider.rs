//! What differs between the providers, and what the endpoints and the handles of one provider share.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{HOST, X_FORWARDED_PROTO};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value};

use crate::claims::{ClaimsRequest, TokenKind};
use crate::clients::Client;
use crate::clock::Clock;
use crate::config::ControlLimits;
use crate::faults::{Endpoint, Faults};
use crate::form_key::FormKey;
use crate::jwt;
use crate::keys::{KeyError, KeyRing};
use crate::kind::ProviderKind;
use crate::personas::Persona;
use crate::refusal::Refusal;
use crate::requests::RequestCounter;
use crate::scopes;
use crate::secret::Secret;
use crate::services::Services;
use crate::sessions::Sessions;
use crate::sign_in::SignIns;

/// Everything that differs between the providers, besides the style of their keys.
pub(crate) trait Dialect: Send + Sync {
    /// Which provider this is.
    fn kind(&self) -> ProviderKind;

    /// The issuer in its access tokens.
    fn issuer(&self) -> String;

    /// The audience of its access tokens.
    fn audience(&self) -> &str;

    /// The lifetime of an access token unless it is configured, in seconds.
    fn default_lifetime(&self) -> i64;

    /// `typ` in the header of such a token.
    fn typ(&self, kind: TokenKind) -> &'static str;

    /// Returns the claims of a token, or `None` if the provider has no such tokens that are JWTs.
    fn claims(&self, request: &ClaimsRequest<'_>, kind: TokenKind) -> Option<Map<String, Value>>;

    /// Returns every route of the provider, each endpoint's usual one before its aliases.
    fn routes(self: Arc<Self>) -> Vec<Route>;

    /// Returns the response for a path that is no [`Route`]'s, or `None` if the provider has no such path.
    /// `body` is `None` if it is too large.
    fn other(
        &self,
        _request: &HttpRequest,
        _body: Option<&[u8]>,
        _provider: &Provider,
    ) -> Option<Result<HttpResponse, Refusal>> {
        None
    }

    /// Forgets what requests changed.
    fn reset(&self) {}

    /// Returns the response for a path that is not there, which says this.
    fn not_found(&self, message: &str) -> Refusal;
}

/// One path of a provider.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) path: String,
    pub(crate) endpoint: Endpoint,
    pub(crate) methods: Methods,
    pub(crate) respond: Respond,
}

/// The methods of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Methods {
    Get,
    Post,
    GetAndPost,
}

/// What responds to a request.
pub(crate) type Respond = Arc<dyn Fn(&Call<'_>) -> Result<HttpResponse, Refusal> + Send + Sync>;

/// One request to an endpoint.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a HttpRequest,
    pub(crate) body: &'a [u8],
    pub(crate) provider: &'a Provider,
}

/// One provider of a running issuer.
pub(crate) struct Provider {
    pub(crate) dialect: Arc<dyn Dialect>,
    pub(crate) routes: Vec<Route>,
    /// Where it listens, without a trailing slash.
    pub(crate) base_url: String,
    pub(crate) personas: Vec<Persona>,
    /// The applications that people sign in to.
    pub(crate) clients: Vec<Client>,
    pub(crate) keys: KeyRing,
    pub(crate) sign_ins: SignIns,
    pub(crate) sessions: Sessions,
    pub(crate) token_lifetime: Option<Duration>,
    pub(crate) form_key: FormKey,
    pub(crate) control_token: Option<Secret>,
    pub(crate) limits: ControlLimits,
    pub(crate) requests: RequestCounter,
    pub(crate) faults: Faults,
    pub(crate) clock: Clock,
    pub(crate) services: Arc<Services>,
}

impl Route {
    /// `POST` for tokens, `GET` for everything else.
    pub(crate) fn new(
        path: impl Into<String>,
        endpoint: Endpoint,
        respond: impl Fn(&Call<'_>) -> Result<HttpResponse, Refusal> + Send + Sync + 'static,
    ) -> Self {
        let methods = match endpoint {
            Endpoint::Token => Methods::Post,
            _ => Methods::Get,
        };
        Self {
            path: path.into(),
            endpoint,
            methods,
            respond: Arc::new(respond),
        }
    }

    /// The route with these methods instead.
    pub(crate) fn with(self, methods: Methods) -> Self {
        Self { methods, ..self }
    }
}

impl Call<'_> {
    /// The address that the client used: what the `Host` header says, with https if the listener speaks TLS, or a proxy on this
    /// machine or in its private network says so.
    pub(crate) fn base_url(&self) -> String {
        let header = |name| {
            let value = self.request.headers().get(name)?;
            value.to_str().ok()
        };
        let peer = self
            .request
            .peer_addr()
            .map(|peer| peer.ip().to_canonical());
        let is_forwarded = header(X_FORWARDED_PROTO) == Some("https");
        let is_https = self.provider.base_url.starts_with("https:")
            || (is_forwarded && peer.is_some_and(is_private));
        let scheme = if is_https { "https" } else { "http" };
        match header(HOST).filter(|host| is_authority(host)) {
            Some(host) => format!("{scheme}://{host}"),
            None => self.provider.base_url.clone(),
        }
    }
}

impl Provider {
    /// The endpoint that a path belongs to.
    pub(crate) fn endpoint(&self, path: &str) -> Option<Endpoint> {
        let route = self.routes.iter().find(|route| route.path == path)?;
        Some(route.endpoint)
    }

    /// The usual address of an endpoint.
    pub(crate) fn url(&self, endpoint: Endpoint) -> String {
        let route = self.routes.iter().find(|route| route.endpoint == endpoint);
        let path = route.map_or("", |route| route.path.as_str());
        format!("{}{path}", self.base_url)
    }

    /// What a token for `persona` with these scopes is made from.
    pub(crate) fn request<'a>(
        &self,
        persona: &'a Persona,
        scopes: &'a [String],
    ) -> ClaimsRequest<'a> {
        let lifetime = self.token_lifetime.map_or_else(
            || self.dialect.default_lifetime(),
            |lifetime| i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX),
        );
        ClaimsRequest {
            persona,
            scopes,
            issued_at: self.clock.now(),
            lifetime,
            signed_in: None,
        }
    }

    /// Returns the claims of a token that `persona` gets now if it asks for no scope, or `None` if there are no such tokens.
    pub(crate) fn claims(&self, persona: &Persona, kind: TokenKind) -> Option<Map<String, Value>> {
        let scopes = scopes::grant(persona, None, &[]);
        self.dialect.claims(&self.request(persona, &scopes), kind)
    }

    /// Returns the header of a token, its members in the provider's order.
    pub(crate) fn header(
        &self,
        alg: &str,
        kid: Option<&str>,
        kind: TokenKind,
    ) -> Map<String, Value> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), alg.into());
        header.insert("typ".to_owned(), self.dialect.typ(kind).into());
        if let Some(kid) = kid {
            header.insert("kid".to_owned(), kid.into());
        }
        self.keys.style().ordered(header)
    }

    /// Returns a token with these claims, signed by the current key.
    pub(crate) fn sign(
        &self,
        claims: Map<String, Value>,
        kind: TokenKind,
    ) -> Result<String, KeyError> {
        let key = self.keys.current();
        let algorithm = key.algorithm();
        let header = self.header(algorithm.name(), Some(key.kid()), kind);
        let input = jwt::signing_input(&Value::Object(header), &Value::Object(claims));
        let signature = key.sign(algorithm, input.as_bytes())?;
        Ok(jwt::with_signature(input, &signature))
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

fn is_authority(host: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || ".-_:[]".contains(character);
    !host.is_empty() && host.chars().all(plain)
}
