//! What an attack is answered: each has one code from the closed list, one sentence, and one reason in the log.

use crate::contract::{invalid_request, invalid_token, missing_token};
use crate::expectation::Expectation;
use crate::launch::ServiceKind;

/// Every code that an error answer may have, as ARCHITECTURE.md lists them, with its status.
pub(super) const CLOSED_LIST: [(u16, &[&str]); 11] = [
    (400, &["invalid_request", "bad_request"]),
    (
        401,
        &[
            "missing_token",
            "malformed_token",
            "token_too_large",
            "token_expired",
            "token_not_yet_valid",
            "key_not_found",
            "missing_key_id",
            "invalid_claims",
            "invalid_claim_type",
            "missing_claim",
            "invalid_signature",
            "algorithm_not_allowed",
            "token_type_not_allowed",
            "critical_header",
            "embedded_key",
            "id_token",
            "refresh_token",
            "sender_constrained_token",
        ],
    ),
    (
        403,
        &[
            "insufficient_scope",
            "missing_role",
            "missing_permission",
            "access_denied",
        ],
    ),
    (404, &["not_found"]),
    (405, &["method_not_allowed"]),
    (409, &["conflict"]),
    (413, &["payload_too_large"]),
    (415, &["unsupported_media_type"]),
    (422, &["invalid_input"]),
    (429, &["too_many_requests"]),
    // 500 and 503 are in the list too, and are no answer to an attack.
    (431, &[]),
];

/// A refusal: the code, and the sentence, which tells the ways of being no JWT apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    detail: &'static str,
    /// `token.reason` in the log, which is the code; none where there is no token that could be verified.
    reason: Option<&'static str>,
}

const UNABLE: &str = "Unable to validate token";

pub(super) const ALGORITHM: Refusal = unable("algorithm_not_allowed");
pub(super) const SIGNATURE: Refusal = unable("invalid_signature");
pub(super) const TYPE: Refusal = unable("token_type_not_allowed");
pub(super) const CRITICAL: Refusal = unable("critical_header");
pub(super) const EMBEDDED: Refusal = unable("embedded_key");
pub(super) const NO_KEY_ID: Refusal = unable("missing_key_id");
pub(super) const CLAIM_TYPE: Refusal = unable("invalid_claim_type");
pub(super) const CONSTRAINED: Refusal = unable("sender_constrained_token");
pub(super) const ID_TOKEN: Refusal = unable("id_token");
pub(super) const REFRESH_TOKEN: Refusal = unable("refresh_token");

pub(super) const UNKNOWN_KEY: Refusal = refusal("key_not_found", "Unable to find appropriate key");
pub(super) const CLAIMS: Refusal = refusal(
    "invalid_claims",
    "Invalid claims. Please check the audience and issuer.",
);
pub(super) const EXPIRED: Refusal = refusal("token_expired", "Token has expired");
pub(super) const NOT_YET: Refusal = refusal("token_not_yet_valid", "Token is not yet valid");

pub(super) const TOO_FEW: Refusal = malformed("Unable to validate token: Not enough segments");
pub(super) const TOO_MANY: Refusal = malformed("Unable to validate token: Too many segments");
pub(super) const HEADER_ENCODING: Refusal =
    malformed("Unable to validate token: Invalid header encoding");
pub(super) const HEADER: Refusal = malformed("Unable to validate token: Invalid header");
pub(super) const PAYLOAD_ENCODING: Refusal =
    malformed("Unable to validate token: Invalid payload encoding");
pub(super) const PAYLOAD: Refusal = malformed("Unable to validate token: Invalid payload");
pub(super) const SIGNATURE_ENCODING: Refusal =
    malformed("Unable to validate token: Invalid signature encoding");

pub(super) const NO_TOKEN: Refusal = without_a_token("missing_token", "Not authenticated");
pub(super) const NOTHING_AFTER_BEARER: Refusal =
    request("The Authorization header has no token after Bearer");
pub(super) const SEVERAL_TOKENS: Refusal =
    request("The Authorization header has more than one token after Bearer");
pub(super) const SEVERAL_HEADERS: Refusal = request("There is more than one Authorization header");
pub(super) const NOT_ASCII: Refusal = request("The Authorization header is not plain ASCII");

const fn refusal(code: &'static str, detail: &'static str) -> Refusal {
    Refusal {
        code,
        detail,
        reason: Some(code),
    }
}

const fn without_a_token(code: &'static str, detail: &'static str) -> Refusal {
    Refusal {
        code,
        detail,
        reason: None,
    }
}

const fn unable(code: &'static str) -> Refusal {
    refusal(code, UNABLE)
}

const fn malformed(detail: &'static str) -> Refusal {
    refusal("malformed_token", detail)
}

const fn request(detail: &'static str) -> Refusal {
    without_a_token("invalid_request", detail)
}

impl Refusal {
    /// The whole answer, word for word (status, challenge and body), and the reason in the log.
    pub(super) fn expected(self, kind: ServiceKind) -> Expectation {
        let answer = match self.code {
            "missing_token" => missing_token(kind),
            "invalid_request" => invalid_request(kind, self.detail),
            code => invalid_token(kind, code, self.detail),
        };
        answer.logged(self.reason.map(|reason| ("token.reason", reason)))
    }
}
