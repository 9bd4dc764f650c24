//! The access model: the policies, and which route has which.
//!
//! A scope here is a slug, `{service}.{resource}.{action}`, and any organization can give itself any slug: it means
//! nothing without the `org_id` of its token. Routes without data ask for the scope alone. A route with data also takes an
//! [`Organization`](crate::Organization), and sees and changes what is that organization's, and nothing else.

use actix_web::http::Method;
use identity_actix::{AccessTable, AnyCaller};
use identity_core::{Policy, Rule};

// {service}.{resource}.{action}
const READ: &str = "example_service.billing.read";
const WRITE: &str = "example_service.billing.write";
const DELETE: &str = "example_service.billing.delete";

/// Every scope that a route asks for, and what it is for: the Authorize dialog offers them.
pub const SCOPES: [(&str, &str); 3] = [
    (READ, "Read billing"),
    (WRITE, "Write billing"),
    (DELETE, "Delete billing"),
];

/// What whoever lacks a scope is told.
const NOT_ENOUGH: Option<&str> = Some("Not enough permissions");

/// Reads billing: the invoices of the caller's organization.
pub struct ReadBilling;

impl Policy for ReadBilling {
    const RULE: Rule = Rule::scope(READ);
    const DENIED: Option<&'static str> = NOT_ENOUGH;
}

/// Writes billing: makes invoices, and opens, settles and voids them.
pub struct WriteBilling;

impl Policy for WriteBilling {
    const RULE: Rule = Rule::scope(WRITE);
    const DENIED: Option<&'static str> = NOT_ENOUGH;
}

/// Deletes billing: drafts of invoices.
pub struct DeleteBilling;

impl Policy for DeleteBilling {
    const RULE: Rule = Rule::scope(DELETE);
    const DENIED: Option<&'static str> = NOT_ENOUGH;
}

/// Which route has which policy. All under `/billing/invoices` need a token with an `org_id` besides.
pub fn access() -> AccessTable {
    use Method as M;
    AccessTable::new()
        .public(M::GET, "/")
        .public(M::GET, "/health")
        .public(M::GET, "/health/ready")
        .public(M::GET, "/docs/")
        .public(M::GET, "/openapi.json")
        .protected::<ReadBilling>(M::GET, "/billing/")
        .protected::<WriteBilling>(M::POST, "/billing/")
        .protected::<DeleteBilling>(M::DELETE, "/billing/")
        .protected::<ReadBilling>(M::GET, "/billing")
        .protected::<WriteBilling>(M::POST, "/billing")
        .protected::<DeleteBilling>(M::DELETE, "/billing")
        .protected::<AnyCaller>(M::GET, "/billing/me")
        .protected::<ReadBilling>(M::GET, "/billing/invoices")
        .protected::<WriteBilling>(M::POST, "/billing/invoices")
        .protected::<ReadBilling>(M::GET, "/billing/invoices/{invoice_id}")
        .protected::<WriteBilling>(M::PATCH, "/billing/invoices/{invoice_id}")
        .protected::<DeleteBilling>(M::DELETE, "/billing/invoices/{invoice_id}")
}
