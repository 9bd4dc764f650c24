//! The suite of `billing-api`, whose issuer may be any: here it is the Auth0 side of the local one.
//!
//! What is its own, such as its invoices, it tests itself.

mod grants;
mod matrix;

use crate::kind::ServiceKind;
use crate::suite::Suite;
use crate::{attacks, contract};

/// All cases.
pub fn suite() -> Suite {
    let kind = ServiceKind::BillingApi;
    let mut cases = contract::cases(kind, &matrix::MATRIX);
    cases.extend(attacks::cases(kind));
    cases.extend(grants::cases());
    Suite::new(kind, cases)
}
