//! Who may call what.

use crate::contract::matrix::Demand::{Nothing, ScopeOfOrganization, Scopes, Token};
use crate::contract::matrix::{Matrix, get, route};

const READ: &str = "example_service.billing.read";
const WRITE: &str = "example_service.billing.write";
const DELETE: &str = "example_service.billing.delete";

/// Every route of the service, for every persona of this suite. Laid out by hand: it is a table.
#[rustfmt::skip]
pub(super) const MATRIX: Matrix = Matrix {
    personas: &["admin", "viewer", "writer", "deleter", "nobody", "machine", "pretender"],
    //                                                          a v w d n m p
    routes: &[
        get("/", Nothing,                                      "+ + + + + + +"),
        get("/health", Nothing,                                "+ + + + + + +"),
        get("/health/ready", Nothing,                          "+ + + + + + +"),
        get("/docs/", Nothing,                                 "+ + + + + + +").undescribed(),
        get("/openapi.json", Nothing,                          "+ + + + + + +").undescribed(),
        get("/.well-known/oauth-protected-resource", Nothing,  "+ + + + + + +"),
        // No service of the suite has a path in its address.
        route("GET", "/.well-known/oauth-protected-resource/{path}", Nothing,
                                                               "+ + + + + + +", 404),
        get("/billing/", Scopes(&[READ]),                      "+ + - - - + -"),
        route("POST", "/billing/", Scopes(&[WRITE]),           "+ - + - - + -", 200),
        route("DELETE", "/billing/", Scopes(&[DELETE]),        "+ - - + - - -", 200),
        // The document says of the three above that they are there without the slash as well.
        get("/billing", Scopes(&[READ]),                       "+ + - - - + -").undescribed(),
        route("POST", "/billing", Scopes(&[WRITE]),            "+ - + - - + -", 200).undescribed(),
        route("DELETE", "/billing", Scopes(&[DELETE]),         "+ - - + - - -", 200).undescribed(),
        get("/billing/me", Token,                              "+ + + + + + +"),
        get("/billing/invoices", ScopeOfOrganization(READ),    "+ + - - - o -"),
        route("POST", "/billing/invoices", ScopeOfOrganization(WRITE),
                                                               "+ - + - - o -", 201),
        // No invoice has this id: 404 for a caller who may ask.
        route("GET", "/billing/invoices/{invoice_id}", ScopeOfOrganization(READ),
                                                               "+ + - - - o -", 404),
        route("PATCH", "/billing/invoices/{invoice_id}", ScopeOfOrganization(WRITE),
                                                               "+ - + - - o -", 404),
        route("DELETE", "/billing/invoices/{invoice_id}", ScopeOfOrganization(DELETE),
                                                               "+ - - + - - -", 404),
    ],
};
