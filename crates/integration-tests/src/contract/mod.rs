//! What every service does alike (RFC 6750, RFC 9457): the same cases for each, written once.

mod access;
mod api_description;
mod caller;
mod consistency;
mod cors;
mod credentials;
mod docs;
mod health;
mod hostile_keys;
mod key_sets;
mod limits;
pub(crate) mod matrix;
mod outage;
mod people;
mod resource;
pub(crate) mod rights;
mod rotation;
mod routes;
mod security_headers;
mod side_by_side;
mod size;
mod stats;
mod tokens;

use crate::case::Case;
use crate::kind::ServiceKind;
use matrix::Matrix;

pub(crate) use caller::{claims_of, lists};

/// The cases that every service has.
pub(crate) fn cases(kind: ServiceKind, matrix: &Matrix) -> Vec<Case> {
    let mut cases = credentials::cases();
    cases.extend(tokens::ROWS.iter().map(|row| row.case("token")));
    cases.extend(size::cases());
    cases.extend(access::cases(*matrix));
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
    cases.extend(resource::cases(matrix));
    cases.extend(security_headers::cases(matrix));
    cases.extend(side_by_side::cases());
    cases
}

/// The cases of services that have routes which show a token, and what was counted.
pub(crate) fn telling(kind: ServiceKind) -> Vec<Case> {
    let mut cases = caller::cases();
    cases.extend(people::cases());
    cases.extend(side_by_side::counting(kind));
    cases.push(stats::case(kind));
    cases
}
