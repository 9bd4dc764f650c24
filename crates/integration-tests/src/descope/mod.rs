//! The suite of `descope-api`.

mod audience;
mod examples;
mod fields;
mod grants;
mod input;
mod kinds;
mod matrix;
mod rights;
mod stores;
mod tenants;
mod users;

use crate::kind::ServiceKind;
use crate::suite::Suite;
use crate::{attacks, contract};

/// All cases.
pub fn suite() -> Suite {
    let kind = ServiceKind::DescopeApi;
    let mut cases = contract::cases(kind, &matrix::MATRIX);
    cases.extend(contract::telling(kind));
    cases.extend(attacks::cases(kind));
    cases.extend(examples::cases());
    cases.extend(rights::cases());
    cases.extend(users::cases());
    cases.extend(stores::cases());
    cases.extend(tenants::cases());
    cases.extend(input::cases());
    cases.extend(fields::cases());
    cases.extend(kinds::cases());
    cases.extend(audience::cases());
    cases.extend(grants::cases());
    Suite::new(kind, cases)
}
