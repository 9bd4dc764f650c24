//! The invoices of the caller's organization.

mod input;

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, Responder, delete, get, patch, post, web};
use identity_actix::{ApiError, Problem, Require};
use identity_core::clock::Clock;
use serde::Serialize;
use service_kit::store::{ListQuery, Rows, api_error, page_response};
use utoipa::ToSchema;

use super::body::Body;
use crate::invoices::{ChangeError, CreateError, Invoice, Invoices, Status};
use crate::organization::Organization;
use crate::policies::{DeleteBilling, ReadBilling, WriteBilling};
use input::{ChangeBody, InvoiceQuery, NewInvoiceBody};

/// A page of the organization's invoices, in creation order.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvoiceList {
    invoices: Vec<Invoice>,
    /// The value of `after` for the next page; `null` on the last page.
    next: Option<String>,
}

/// Confirmation that an invoice was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deleted {
    #[schema(example = "Invoice 019a2f6e-0000-7000-8000-000000000000 deleted")]
    message: String,
}

/// List the organization's invoices
#[utoipa::path(tag = "invoices", params(ListQuery<Invoice>, ("status" = Option<Status>, Query, description = "Only invoices with this status.")), responses(
    (status = 200, description = "A page of invoices", body = InvoiceList,
        headers(("Link", description = "The next page, `rel=\"next\"`, if there is one"))),
    (status = 403, description = "`insufficient_scope`: the scope is missing; `access_denied`: the token is for no organization", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid_input`: each value that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[get("/invoices")]
pub async fn list(
    _caller: Require<ReadBilling>,
    organization: Organization,
    query: web::Query<InvoiceQuery>,
    request: HttpRequest,
    invoices: web::Data<Invoices>,
) -> Result<impl Responder, ApiError> {
    let (page, status) = query.into_inner().read()?;
    let found = invoices.list(&organization, status, &page).await;
    let Rows { rows, next } = found.map_err(|error| api_error(&error))?;
    let body = InvoiceList {
        invoices: rows,
        next: next.clone(),
    };
    let query = request.query_string();
    Ok(page_response::<Invoice, _>(query, next.as_ref(), body))
}

/// Create a draft invoice
///
/// The number is chosen by the organization and must be unique within it: repeating a request whose response was lost
/// creates no second invoice.
#[utoipa::path(tag = "invoices", request_body = NewInvoiceBody, responses(
    (status = 201, description = "The invoice; `Location` says where it is", body = Invoice),
    (status = 403, description = "`insufficient_scope`: the scope is missing; `access_denied`: the token is for no organization", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`conflict`: the organization has another invoice of this number", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "`payload_too_large`", body = Problem, content_type = "application/problem+json"),
    (status = 415, description = "`unsupported_media_type`: a body must be JSON", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid_input`: each field that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[post("/invoices")]
pub async fn create(
    _caller: Require<WriteBilling>,
    organization: Organization,
    body: Body<NewInvoiceBody>,
    invoices: web::Data<Invoices>,
    clock: web::Data<dyn Clock>,
) -> Result<HttpResponse, ApiError> {
    let new = body.0.read(clock.now())?;
    let number = new.number.clone();
    match invoices.create(&organization, new).await {
        Ok(invoice) => Ok(HttpResponse::Created()
            // Relative, so that it is right behind a proxy with a path of its own.
            .insert_header((LOCATION, format!("invoices/{}", invoice.id)))
            .json(invoice)),
        Err(CreateError::NumberTaken) => {
            Err(ApiError::conflict(format!("The number {number} is taken")))
        }
        Err(error) => Err(api_error(&error)),
    }
}

/// Get an invoice
#[utoipa::path(tag = "invoices", params(("invoice_id" = String, Path, description = "The invoice's id")), responses(
    (status = 200, description = "The invoice", body = Invoice),
    (status = 403, description = "`insufficient_scope`: the scope is missing; `access_denied`: the token is for no organization", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`: the organization has no such invoice", body = Problem, content_type = "application/problem+json"),
))]
#[get("/invoices/{invoice_id}")]
pub async fn get(
    _caller: Require<ReadBilling>,
    organization: Organization,
    id: web::Path<String>,
    invoices: web::Data<Invoices>,
) -> Result<web::Json<Invoice>, ApiError> {
    let found = invoices.get(&organization, &id).await;
    let found = found.map_err(|error| api_error(&error))?;
    found.map(web::Json).ok_or_else(|| not_found(&id))
}

/// Open, pay or void an invoice
///
/// A draft may be opened; an open invoice may be paid or voided. Setting the current status again is no error.
#[utoipa::path(tag = "invoices", params(("invoice_id" = String, Path, description = "The invoice's id")), request_body = ChangeBody, responses(
    (status = 200, description = "The invoice", body = Invoice),
    (status = 403, description = "`insufficient_scope`: the scope is missing; `access_denied`: the token is for no organization", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`: the organization has no such invoice", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`conflict`: the invoice cannot go from its status to this one", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "`payload_too_large`", body = Problem, content_type = "application/problem+json"),
    (status = 415, description = "`unsupported_media_type`: a body must be JSON", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid_input`: the status is none that there is", body = Problem, content_type = "application/problem+json"),
))]
#[patch("/invoices/{invoice_id}")]
pub async fn change(
    _caller: Require<WriteBilling>,
    organization: Organization,
    id: web::Path<String>,
    body: Body<ChangeBody>,
    invoices: web::Data<Invoices>,
) -> Result<web::Json<Invoice>, ApiError> {
    let next = body.0.read()?;
    match invoices.change(&organization, &id, next).await {
        Ok(invoice) => Ok(web::Json(invoice)),
        Err(ChangeError::NotFound) => Err(not_found(&id)),
        Err(ChangeError::NotAllowed(now)) => Err(ApiError::conflict(format!(
            "The status cannot become {next}: the invoice is {now}"
        ))),
        Err(error) => Err(api_error(&error)),
    }
}

/// Delete a draft
///
/// An issued invoice cannot be deleted, only voided.
#[utoipa::path(tag = "invoices", params(("invoice_id" = String, Path, description = "The invoice's id")), responses(
    (status = 200, description = "The draft is gone", body = Deleted),
    (status = 403, description = "`insufficient_scope`: the scope is missing; `access_denied`: the token is for no organization", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`: the organization has no such invoice", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`conflict`: the invoice is no draft any more", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/invoices/{invoice_id}")]
pub async fn delete(
    _caller: Require<DeleteBilling>,
    organization: Organization,
    id: web::Path<String>,
    invoices: web::Data<Invoices>,
) -> Result<web::Json<Deleted>, ApiError> {
    match invoices.delete(&organization, &id).await {
        Ok(()) => Ok(web::Json(Deleted {
            message: format!("Invoice {id} deleted"),
        })),
        Err(ChangeError::NotFound) => Err(not_found(&id)),
        Err(ChangeError::NotAllowed(now)) => Err(ApiError::conflict(format!(
            "Only a draft can be deleted: the invoice is {now}"
        ))),
        Err(error) => Err(api_error(&error)),
    }
}

/// Returns the same 404 for an unknown id and for an invoice of another organization.
fn not_found(id: &str) -> ApiError {
    ApiError::not_found(format!("There is no invoice {id}"))
}
