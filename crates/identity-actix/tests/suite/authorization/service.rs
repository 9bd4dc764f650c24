//! A service with one protected route, and the checks that its responses must pass for any `Authorization` headers.
//!
//! The fuzz target `authorization` includes this file, so that both make the same checks.

use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use actix_web::rt::System;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};
use identity_actix::{Authenticate, Caller};
use identity_core::claims::ClaimsError;
use identity_core::testing::{StaticKeys, TestClock};
use identity_core::verification::{Algorithm, Algorithms, AudienceRule, VerificationRules};
use identity_core::{Authenticator, Principal, Provider, VerifiedToken};
use serde_json::{Value, json};

/// `Bearer` and the only token that is accepted: signed with the key of RFC 8037, appendix A. No other input has a
/// token of that key.
const GOOD: &str = include_str!("corpus/good");

/// Sends a request with the headers in `input`, one per line, and checks the response. Lines that are not valid header
/// values are left out.
///
/// Returns whether the caller is accepted.
pub fn check(input: &[u8]) -> bool {
    thread_local! {
        /// Leaked: what the service needs to shut down may be gone when a thread ends.
        static SERVICE: &'static Service = Box::leak(Box::new(Service::start()));
    }
    SERVICE.with(|service| service.check(input))
}

/// Sends a request with these headers.
struct Service(Box<Ask>);

type Ask = dyn Fn(&[HeaderValue]) -> Answer;

/// The parts of a response that are checked.
#[derive(Debug)]
struct Answer {
    status: u16,
    /// `code` in the body; `None` if the caller is accepted.
    code: Option<String>,
    challenges: Vec<String>,
    body: String,
}

#[derive(Debug)]
struct Plain;

impl Provider for Plain {
    fn keys(&self) -> identity_core::keys::KeyAddress {
        identity_core::keys::KeyAddress::Fixed(
            "https://issuer.example/jwks".parse().expect("an address"),
        )
    }

    fn verification(&self) -> VerificationRules {
        let audience = AudienceRule::Required(vec!["api".to_owned()]);
        let issuers = vec!["https://issuer.example/".to_owned()];
        let mut rules = VerificationRules::new(issuers, audience);
        rules.algorithms = Algorithms::new([Algorithm::EdDSA]).expect("it is asymmetric");
        rules
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        Ok(Principal::without_rights(token))
    }
}

impl Service {
    fn start() -> Self {
        let keys = StaticKeys::from_jwks(&json!({"keys": [{"kty": "OKP", "crv": "Ed25519",
            "kid": "rfc8037", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}));
        let clock = TestClock::at(1_700_000_000.0);
        let authenticator = Authenticator::builder(Plain)
            .keys(Arc::new(keys))
            .clock(Arc::new(clock));
        let authenticator = authenticator.build().expect("the keys are given");
        let api = web::scope("/api")
            .wrap(Authenticate::required(authenticator))
            .route(
                "/me",
                web::get().to(async |caller: Caller| caller.principal().subject.clone()),
            );
        let system = System::new();
        let app = system.block_on(init_service(App::new().service(api)));
        Self(Box::new(move |headers| {
            let request = TestRequest::get().uri("/api/me");
            let request = headers.iter().fold(request, |request, value| {
                request.append_header((AUTHORIZATION, value.clone()))
            });
            system.block_on(async {
                let response = call_service(&app, request.to_request()).await;
                let status = response.status().as_u16();
                let challenges = response.headers().get_all(WWW_AUTHENTICATE);
                let challenges = challenges.map(|value| value.to_str().expect("printable ASCII"));
                let challenges = challenges.map(str::to_owned).collect();
                let body = String::from_utf8(read_body(response).await.to_vec()).expect("UTF-8");
                let problem: Option<Value> = serde_json::from_str(&body).ok();
                Answer {
                    status,
                    code: problem.and_then(|problem| Some(problem["code"].as_str()?.to_owned())),
                    challenges,
                    body,
                }
            })
        }))
    }

    fn check(&self, input: &[u8]) -> bool {
        let lines = input.split(|byte| *byte == b'\n');
        let lines = lines.filter(|_| !input.is_empty());
        let headers: Vec<_> = lines
            .filter_map(|line| HeaderValue::from_bytes(line).ok())
            .collect();
        let token = match headers.as_slice() {
            [only] => token_in(only.as_bytes()),
            _ => None,
        };
        let answer = (self.0)(&headers);
        let is_good = token.is_some() && token == token_in(GOOD.as_bytes());
        assert_eq!(answer.code.is_none(), is_good, "{answer:?}");
        answer.check_form();
        match answer.code.as_deref() {
            None => assert_eq!(answer.status, 200, "{answer:?}"),
            Some("missing_token") => {
                assert!(token.is_none() && headers.len() < 2, "{answer:?}");
            }
            Some("invalid_request") => assert!(token.is_none(), "{answer:?}"),
            // This token was verified, and only a single token is.
            Some(_) => answer.is_silent_about(token.expect("there is one token")),
        }
        is_good
    }
}

impl Answer {
    /// Checks that there is one challenge, in the form of RFC 6750, section 3, with a matching status.
    fn check_form(&self) {
        let (status, parameters) = match self.code.as_deref() {
            None => {
                assert!(self.challenges.is_empty(), "{self:?}");
                return;
            }
            Some("missing_token") => (401, ""),
            Some("invalid_request") => (400, r#", error="invalid_request", error_description=""#),
            Some(_) => (401, r#", error="invalid_token", error_description=""#),
        };
        let [challenge] = self.challenges.as_slice() else {
            panic!("one challenge: {self:?}");
        };
        let rest = challenge.strip_prefix(r#"Bearer realm="api""#);
        let rest = rest.and_then(|rest| rest.strip_prefix(parameters));
        let rest = rest.unwrap_or_else(|| panic!("{self:?}"));
        let description = rest.strip_suffix('"').unwrap_or(rest);
        assert!(!description.contains(['"', '\\']), "{self:?}");
        assert_eq!(rest.is_empty(), parameters.is_empty(), "{self:?}");
        assert_eq!(self.status, status, "{self:?}");
    }

    /// Checks that the response does not repeat the token. Shorter tokens could be words of the response itself.
    fn is_silent_about(&self, token: &[u8]) {
        let token = std::str::from_utf8(token).expect("ASCII");
        let repeats = self.body.contains(token) || self.challenges.concat().contains(token);
        assert!(token.len() < 40 || !repeats, "{self:?}");
    }
}

/// RFC 6750, section 2.1, implemented a second time: the scheme in any case, spaces, one token, and optional spaces.
fn token_in(value: &[u8]) -> Option<&[u8]> {
    let (scheme, mut token) = value.split_at_checked("Bearer ".len())?;
    while let [b' ', rest @ ..] | [rest @ .., b' '] = token {
        token = rest;
    }
    let is_one = token
        .iter()
        .all(|byte| byte.is_ascii_graphic() && *byte != b',');
    (scheme.eq_ignore_ascii_case(b"Bearer ") && is_one && !token.is_empty()).then_some(token)
}
