//! The suite of `auth0-api`.

mod examples;
mod grants;
mod kinds;
mod matrix;
mod organizations;
mod rights;

use crate::kind::ServiceKind;
use crate::suite::Suite;
use crate::{attacks, contract};

/// All cases.
pub fn suite() -> Suite {
    let kind = ServiceKind::Auth0Api;
    let mut cases = contract::cases(kind, &matrix::MATRIX);
    cases.extend(contract::telling(kind));
    cases.extend(attacks::cases(kind));
    cases.extend(examples::cases());
    cases.extend(rights::cases());
    cases.extend(organizations::cases());
    cases.extend(kinds::cases());
    cases.extend(grants::cases());
    Suite::new(kind, cases)
}
