//! The suite of `billing-api`, whose issuer may be any: here it is the Auth0 side of the local one.
//!
//! What is its own, such as its invoices, it tests itself.

mod grants;
mod matrix;

use anyhow::Result;
use local_issuer::Personas;

use crate::contract;
use crate::launch::ServiceKind;
use crate::suite::Suite;

/// The personas of this suite, as a file for an issuer that runs somewhere else.
pub const PERSONAS: &str = include_str!("personas.toml");

/// All cases.
pub fn suite() -> Suite {
    let kind = ServiceKind::BillingApi;
    let mut cases = contract::cases(kind, &matrix::MATRIX);
    cases.extend(grants::cases());
    Suite::new(kind, cases)
}

/// [`PERSONAS`], and the other provider's own: the suite has its tokens refused.
pub(crate) fn personas() -> Result<Personas> {
    Ok(Personas {
        auth0: Personas::from_toml(PERSONAS)?.auth0,
        ..Personas::built_in()
    })
}
