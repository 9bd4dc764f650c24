//! The machine clients of an organization.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, Responder, delete, get, post, web};
use garde::Validate;
use identity_actix::{ApiError, Problem, Require};
use serde::{Deserialize, Serialize};
use serde_json::json;
use service_kit::store::{ListQuery, Rows, is_id};
use service_kit::validate;
use utoipa::ToSchema;
use uuid::Uuid;

use super::permissions::find_permission;
use crate::change::Event;
use crate::input;
use crate::policies::{ReadClients, WriteClients};
use crate::state::{Actor, Refused, State};
use crate::store::clients::Client;
use crate::store::lists::MOST;
use crate::tokens::{hash_of, secret};
use service_kit::ClientAddress;

/// The created machine client. It has no `Debug`.
#[derive(Serialize, ToSchema)]
pub struct CreatedClient {
    #[serde(flatten)]
    client: Client,
    /// Shown only once: the server stores only its hash.
    client_secret: String,
}

/// The machine client to create.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub struct NewClient {
    /// Not blank, no control characters; unique within the organization.
    #[schema(example = "nightly-report", min_length = 1, max_length = 200)]
    #[garde(custom(input::name))]
    name: String,
    /// The slugs of its permissions, each once and at most 1000.
    #[serde(default)]
    #[garde(length(max = 1000), custom(input::distinct))]
    #[schema(value_type = HashSet<String>, max_items = 1000)]
    #[schema(example = json!(["example_service.billing.read"]))]
    permissions: Vec<String>,
}

/// List the machine clients of the organization
///
/// A page with more than 10,000 permissions in all ends before `limit`.
#[utoipa::path(tag = "client", params(ListQuery<Client>), responses(
    (status = 200, description = "A page of clients, without their secrets, in the order in which they were created", body = Vec<Client>,
        headers(("Link", description = "The next page, `rel=\"next\"`, if there is one"))),
    (status = 422, description = "`invalid_input`: a value that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[get("/")]
pub async fn list(
    caller: Require<ReadClients>,
    list: ListQuery<Client>,
    state: web::Data<State>,
) -> Result<impl Responder, Refused> {
    let org = Actor::of(&caller).org;
    let Rows { rows, next } = state.store.clients(org, list.page()).await?;
    Ok(list.response(next.as_ref(), rows))
}

/// Create a machine client
///
/// The caller must have all of its permissions, or be an owner: else 403 `missing_permission`.
#[utoipa::path(tag = "client", responses(
    (status = 200, description = "The client and its secret", body = CreatedClient),
    (status = 404, description = "`not_found`: the organization has no such permission", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`conflict`: the name is taken", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid_input`: each field that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[post("/")]
pub async fn create(
    caller: Require<WriteClients>,
    new: web::Json<NewClient>,
    request: HttpRequest,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<HttpResponse, Refused> {
    validate(&*new)?;
    let org = Actor::of(&caller).org;
    let new = new.into_inner();
    let client = Client {
        id: Uuid::now_v7().to_string(),
        org: org.to_owned(),
        name: new.name.trim().to_owned(),
        permissions: new.permissions,
    };
    let secret = secret().map_err(|error| ApiError::internal(&error))?;
    let mut change = state.change(&caller, &address).await?;
    let (write, now) = (&mut change.write, change.now);
    if write.count_clients(org).await? >= MOST {
        return Err(ApiError::conflict("The organization has 1000 clients already").into());
    }
    let mut permissions = Vec::new();
    for slug in &client.permissions {
        permissions.push(find_permission(write, org, slug).await?.id);
    }
    let event = Event {
        action: "client.create",
        target: json!({
            "client": {"id": client.id, "name": client.name},
            "permissions": client.permissions,
        }),
    };
    let mut change = change
        .may_give(&request, &client.permissions, &event)
        .await?;
    let write = &mut change.write;
    write.create_client(&client, &hash_of(&secret), now).await?;
    for permission in permissions {
        write.permit(org, &client.id, permission).await?;
    }
    change.finish(event).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(CreatedClient {
            client,
            client_secret: secret,
        }))
}

/// Delete a machine client
///
/// It gets no new tokens. Other services accept its existing tokens until their `exp`.
#[utoipa::path(tag = "client", params(("client_id" = String, Path, description = "The client's id")), responses(
    (status = 204, description = "The client is gone"),
    (status = 404, description = "`not_found`: the organization has no such client", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/{client_id}")]
pub async fn delete(
    caller: Require<WriteClients>,
    id: web::Path<String>,
    request: HttpRequest,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<HttpResponse, Refused> {
    let no_client = || ApiError::not_found(format!("There is no client {:?}", id.as_str()));
    if !is_id(&id) {
        return Err(no_client().into());
    }
    let mut change = state.change(&caller, &address).await?;
    let (write, org) = (&mut change.write, change.actor.org);
    let name = write.client_name(org, &id).await?.ok_or_else(no_client)?;
    let rights = write.rights_of_client(org, &id).await?;
    let event = Event {
        action: "client.delete",
        target: json!({"client": {"id": *id, "name": name}, "permissions": rights.slugs}),
    };
    let mut change = change.may_take(&request, &rights.slugs, &event).await?;
    change.write.delete_client(org, &id).await?;
    change.finish(event).await?;
    Ok(HttpResponse::NoContent().finish())
}
