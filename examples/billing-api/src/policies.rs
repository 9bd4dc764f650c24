//! The access model: the policies, and the table that maps each route to its policy.
//!
//! A scope here is a slug, `{service}.{resource}.{action}`, and any organization can create any slug: a scope means
//! nothing without the organization of its token. Routes without data require only the scope. Routes with data also take an
//! [`Organization`](crate::Organization), and read and change only the data of that organization.

use actix_web::http::Method;
use identity_actix::{AccessTable, AnyCaller};
use identity_core::{Rule, policies};

// {service}.{resource}.{action}
const READ: &str = "example_service.billing.read";
const WRITE: &str = "example_service.billing.write";
const DELETE: &str = "example_service.billing.delete";

/// All scopes that routes require, with their descriptions, as offered in the Authorize dialog.
pub const SCOPES: [(&str, &str); 3] = [
    (READ, "Read billing"),
    (WRITE, "Write billing"),
    (DELETE, "Delete billing"),
];

/// The error detail for a caller who lacks a scope.
const NOT_ENOUGH: &str = "Not enough permissions";

policies! {
    /// Allows reading billing: the invoices of the caller's organization.
    ReadBilling = Rule::scope(READ) => NOT_ENOUGH;
    /// Allows writing billing: creating, opening, paying and voiding invoices.
    WriteBilling = Rule::scope(WRITE) => NOT_ENOUGH;
    /// Allows deleting billing: draft invoices.
    DeleteBilling = Rule::scope(DELETE) => NOT_ENOUGH;
}

/// Returns the access table: the policy of each route. The routes under `/billing/invoices` also require a token with
/// an organization.
pub fn access() -> AccessTable {
    use Method as M;
    AccessTable::new()
        .public(M::GET, "/")
        .public(M::GET, "/health")
        .public(M::GET, "/health/ready")
        .public(M::GET, "/docs/")
        .public(M::GET, "/openapi.json")
        .public(M::GET, "/.well-known/oauth-protected-resource")
        .public(M::GET, "/.well-known/oauth-protected-resource/{path}")
        .protected::<ReadBilling>(M::GET, "/billing/")
        // example: left out by copy-crate
        .protected::<WriteBilling>(M::POST, "/billing/")
        .protected::<DeleteBilling>(M::DELETE, "/billing/")
        // end of example
        .protected::<ReadBilling>(M::GET, "/billing")
        // example: left out by copy-crate
        .protected::<WriteBilling>(M::POST, "/billing")
        .protected::<DeleteBilling>(M::DELETE, "/billing")
        // end of example
        .protected::<AnyCaller>(M::GET, "/billing/me")
        .protected::<ReadBilling>(M::GET, "/billing/invoices")
        .protected::<WriteBilling>(M::POST, "/billing/invoices")
        .protected::<ReadBilling>(M::GET, "/billing/invoices/{invoice_id}")
        .protected::<WriteBilling>(M::PATCH, "/billing/invoices/{invoice_id}")
        .protected::<DeleteBilling>(M::DELETE, "/billing/invoices/{invoice_id}")
}
