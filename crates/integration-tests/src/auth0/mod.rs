//! The suite of `auth0-api`.

mod examples;
mod grants;
mod kinds;
mod matrix;
mod rights;
mod settings;
mod stats;

use crate::contract;
use crate::launch::ServiceKind;
use crate::suite::Suite;

/// The tenant's domain that the service is told. Nothing is ever asked there: `AUTH0_ISSUER` says where the issuer is.
pub(crate) const DOMAIN: &str = "tenant.example.com";

/// All cases.
pub fn suite() -> Suite {
    let kind = ServiceKind::Auth0Api;
    let mut cases = contract::cases(kind, &matrix::MATRIX);
    cases.extend(contract::telling(kind));
    cases.extend(examples::cases());
    cases.extend(rights::cases());
    cases.extend(stats::cases());
    cases.extend(kinds::cases());
    cases.extend(grants::cases());
    cases.extend(settings::cases());
    Suite::new(kind, cases)
}
