//! What every service answers alike (RFC 6750, RFC 9457): the same cases for each, written once.

mod access;
mod algorithms;
mod api_description;
mod audience;
mod caller;
mod claims;
mod consistency;
mod cors;
mod credentials;
mod docs;
mod forgery;
mod form;
pub(crate) mod grant_forms;
pub(crate) mod grants;
mod head;
mod header;
mod health;
mod hostile_keys;
mod key_sets;
mod limits;
pub(crate) mod matrix;
mod outage;
mod problems;
mod rotation;
mod routes;
pub(crate) mod settings;
mod side_by_side;
mod size;

use crate::attacks;
use crate::case::Case;
use crate::launch::ServiceKind;
use matrix::Matrix;

pub(crate) use caller::claims_of;
pub(crate) use forgery::good;
pub(crate) use problems::{denied, invalid_request, invalid_token, missing_token};

/// The cases that every service has.
pub(crate) fn cases(kind: ServiceKind, matrix: &Matrix) -> Vec<Case> {
    let mut cases = credentials::cases();
    cases.extend(form::cases());
    cases.extend(size::cases());
    cases.extend(header::cases());
    cases.extend(head::cases());
    cases.extend(algorithms::cases());
    cases.extend(claims::cases());
    cases.extend(audience::cases());
    cases.extend(matrix.cases());
    cases.extend(consistency::cases(matrix));
    cases.extend(routes::cases(matrix));
    cases.extend(health::cases());
    cases.extend(api_description::cases(matrix));
    cases.extend(docs::cases());
    cases.extend(cors::cases(kind));
    cases.extend(outage::cases(kind, matrix));
    cases.extend(rotation::cases(kind));
    cases.extend(key_sets::cases(kind));
    cases.extend(hostile_keys::cases(kind));
    cases.extend(limits::cases(kind));
    cases.extend(side_by_side::cases());
    cases.extend(attacks::cases(kind));
    cases
}

/// The cases of services that have routes which show a token, and what was counted.
pub(crate) fn telling(kind: ServiceKind) -> Vec<Case> {
    let mut cases = caller::cases();
    cases.extend(side_by_side::counting(kind));
    cases
}
