//! The refusals of all suites, word for word: each has one status, one code from the closed list, one sentence, one challenge
//! and one reason in the log.

use crate::expectation::Expectation;
use crate::kind::ServiceKind;

/// What a request is refused with.
#[derive(Debug, Clone, Copy)]
pub struct Refusal {
    status: u16,
    code: &'static str,
    detail: &'static str,
    /// `error` of the challenge; none where there are no credentials.
    error: Option<&'static str>,
    /// `scope` of the challenge: what a client should ask for.
    scope: Option<&'static str>,
    /// The member of the log whose value is the code; none where there is no token that could be verified.
    reason: Option<&'static str>,
}

const UNABLE: &str = "Unable to validate token";

/// The algorithm of the token is not on the allow-list, or not the key's.
pub const ALGORITHM: Refusal = token("algorithm_not_allowed", UNABLE);
/// The signature is not the key's.
pub const SIGNATURE: Refusal = token("invalid_signature", UNABLE);
pub(crate) const TYPE: Refusal = token("token_type_not_allowed", UNABLE);
pub(crate) const CRITICAL: Refusal = token("critical_header", UNABLE);
pub(crate) const EMBEDDED: Refusal = token("embedded_key", UNABLE);
pub(crate) const NO_KEY_ID: Refusal = token("missing_key_id", UNABLE);
pub(crate) const CLAIM_TYPE: Refusal = token("invalid_claim_type", UNABLE);
pub(crate) const NO_CLAIM: Refusal = token("missing_claim", UNABLE);
pub(crate) const CONSTRAINED: Refusal = token("sender_constrained_token", UNABLE);
pub(crate) const ID_TOKEN: Refusal = token("id_token", UNABLE);
pub(crate) const REFRESH_TOKEN: Refusal = token("refresh_token", UNABLE);

pub(crate) const UNKNOWN_KEY: Refusal = token("key_not_found", "Unable to find appropriate key");
pub(crate) const CLAIMS: Refusal = token(
    "invalid_claims",
    "Invalid claims. Please check the audience and issuer.",
);
pub(crate) const EXPIRED: Refusal = token("token_expired", "Token has expired");
pub(crate) const NOT_YET: Refusal = token("token_not_yet_valid", "Token is not yet valid");

pub(crate) const TOO_FEW: Refusal = malformed("Unable to validate token: Not enough segments");
pub(crate) const OPAQUE: Refusal = malformed(
    "Unable to validate token: Not enough segments: it looks like an opaque token, which is no JWT",
);
pub(crate) const ENCRYPTED: Refusal =
    malformed("Unable to validate token: Too many segments: the token is encrypted (JWE)");
pub(crate) const TOO_MANY: Refusal = malformed("Unable to validate token: Too many segments");
pub(crate) const HEADER_ENCODING: Refusal =
    malformed("Unable to validate token: Invalid header encoding");
pub(crate) const HEADER: Refusal = malformed("Unable to validate token: Invalid header");
pub(crate) const PAYLOAD_ENCODING: Refusal =
    malformed("Unable to validate token: Invalid payload encoding");
/// The claims are no JSON object.
pub const PAYLOAD: Refusal = malformed("Unable to validate token: Invalid payload");
pub(crate) const SIGNATURE_ENCODING: Refusal =
    malformed("Unable to validate token: Invalid signature encoding");

pub(crate) const NO_TOKEN: Refusal = Refusal {
    error: None,
    reason: None,
    ..token("missing_token", "Not authenticated")
};
pub(crate) const NOTHING_AFTER_BEARER: Refusal =
    request("The Authorization header has no token after Bearer");
pub(crate) const SEVERAL_TOKENS: Refusal =
    request("The Authorization header has more than one token after Bearer");
pub(crate) const SEVERAL_HEADERS: Refusal = request("There is more than one Authorization header");
pub(crate) const NOT_ASCII: Refusal = request("The Authorization header is not plain ASCII");

pub(crate) const NOT_ADMIN: Refusal = denied("missing_role", "Missing required role: admin", None);
pub(crate) const NO_CREATE: Refusal = denied(
    "missing_permission",
    "Missing required permission: users.create",
    None,
);

/// 401 for a token that is not good.
pub(crate) const fn token(code: &'static str, detail: &'static str) -> Refusal {
    Refusal {
        status: 401,
        code,
        detail,
        error: Some("invalid_token"),
        scope: None,
        reason: Some("token.reason"),
    }
}

const fn malformed(detail: &'static str) -> Refusal {
    token("malformed_token", detail)
}

/// 400 for credentials that could be read in more than one way, or in none; no token is verified.
const fn request(detail: &'static str) -> Refusal {
    Refusal {
        status: 400,
        error: Some("invalid_request"),
        reason: None,
        ..token("invalid_request", detail)
    }
}

/// 403 for a good token that lacks a right; `scope` is what a client should ask for.
pub(crate) const fn denied(
    code: &'static str,
    detail: &'static str,
    scope: Option<&'static str>,
) -> Refusal {
    Refusal {
        status: 403,
        error: Some("insufficient_scope"),
        scope,
        reason: Some("access.reason"),
        ..token(code, detail)
    }
}

/// 403 for a good token without these scopes.
pub(crate) const fn no_scope(detail: &'static str, scope: &'static str) -> Refusal {
    denied("insufficient_scope", detail, Some(scope))
}

impl Refusal {
    pub(crate) fn status(self) -> u16 {
        self.status
    }

    /// The whole response, and the reason in the log.
    pub(crate) fn expected(self, kind: ServiceKind) -> Expectation {
        let mut challenge = format!("Bearer realm=\"{}\"", kind.name());
        if let Some(error) = self.error {
            let detail = self.detail;
            challenge += &format!(", error=\"{error}\", error_description=\"{detail}\"");
        }
        if let Some(scope) = self.scope {
            challenge += &format!(", scope=\"{scope}\"");
        }
        Expectation::problem(self.status, self.code)
            .detail(self.detail)
            .challenge(challenge)
            .logged(self.reason.map(|name| (name, self.code)))
    }
}
