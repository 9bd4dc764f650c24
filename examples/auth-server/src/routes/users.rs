//! The users of an organization.

use actix_web::{HttpRequest, HttpResponse, Responder, delete, get, post, web};
use garde::Validate;
use identity_actix::{ApiError, Problem, Require};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use service_kit::store::{ListQuery, Rows, is_id};
use service_kit::validate;
use utoipa::ToSchema;

use super::roles::find_role;
use super::signup::NewUser;
use crate::change::{Change, Event};
use crate::fair_queue::{Tenant, Waiter};
use crate::input;
use crate::policies::{ReadUsers, WriteUsers};
use crate::state::{Actor, Refused, State};
use crate::store::Write;
use crate::store::roles::{Role, Roles};
use crate::store::taken::taken;
use crate::store::users::User;
use service_kit::ClientAddress;

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserAnswer {
    #[schema(example = "019a2f6e-0000-7000-8000-000000000000")]
    user_id: String,
    #[schema(example = "test_user")]
    username: String,
    #[schema(example = "example@example.com")]
    primary_email: String,
    roles: Vec<RoleName>,
}

/// A role that a user has.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleName {
    #[schema(example = 1)]
    id: i64,
    #[schema(example = "owner")]
    name: String,
}

/// The user to create, with roles.
#[derive(Deserialize, Validate, ToSchema)]
pub struct NewMember {
    #[serde(flatten)]
    #[garde(skip)]
    user: NewUser,
    /// The ids of the roles, each once and at most 100; the role `user` if empty.
    #[serde(default)]
    #[garde(length(max = 100), custom(input::distinct))]
    #[schema(value_type = HashSet<i64>, max_items = 100)]
    role_ids: Vec<i64>,
}

/// List the users of the organization
///
/// A page with more than 10,000 roles in all ends before `limit`.
#[utoipa::path(tag = "user", params(ListQuery<User>), responses(
    (status = 200, description = "A page of users, in the order in which they were created", body = Vec<UserAnswer>,
        headers(("Link", description = "The next page, `rel=\"next\"`, if there is one"))),
    (status = 422, description = "`invalid_input`: a value that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[get("/")]
pub async fn list(
    caller: Require<ReadUsers>,
    list: ListQuery<User>,
    state: web::Data<State>,
) -> Result<impl Responder, Refused> {
    let org = Actor::of(&caller).org;
    let Rows { rows, next } = state.store.users(org, list.page()).await?;
    let users: Vec<_> = rows.into_iter().map(UserAnswer::from).collect();
    Ok(list.response(next.as_ref(), users))
}

/// Get a user of the organization
#[utoipa::path(tag = "user", params(("user_id" = String, Path, description = "The user's id")), responses(
    (status = 200, description = "The user", body = UserAnswer),
    (status = 404, description = "`not_found`: the organization has no such user", body = Problem, content_type = "application/problem+json"),
))]
#[get("/{user_id}")]
pub async fn get(
    caller: Require<ReadUsers>,
    id: web::Path<String>,
    state: web::Data<State>,
) -> Result<web::Json<UserAnswer>, Refused> {
    let org = Actor::of(&caller).org;
    let user = match is_id(&id) {
        true => state.store.user(org, &id).await?,
        false => None,
    };
    let user = user.ok_or_else(|| no_user(&id))?;
    Ok(web::Json(described(&state, user).await?))
}

async fn described(state: &State, user: User) -> Result<UserAnswer, sqlx::Error> {
    let roles = state.store.roles_of(&user.org, &user.id).await?;
    Ok((user, roles).into())
}

impl From<(User, Roles)> for UserAnswer {
    fn from((user, roles): (User, Roles)) -> Self {
        Self {
            user_id: user.id,
            username: user.username,
            primary_email: user.email,
            roles: roles
                .into_iter()
                .map(|(id, name)| RoleName { id, name })
                .collect(),
        }
    }
}

/// Returns a user of the organization. The error is the same 404 for an unknown user and for another organization's.
pub(super) async fn find_user(write: &mut Write, org: &str, id: &str) -> Result<User, Refused> {
    let user = match is_id(id) {
        true => write.user(org, id).await?,
        false => None,
    };
    Ok(user.ok_or_else(|| no_user(id))?)
}

fn no_user(id: &str) -> ApiError {
    ApiError::not_found(format!("There is no user {id:?}"))
}

/// Create a user in the organization
///
/// The caller must have all permissions of the roles, or be an owner: else 403 `missing_permission`.
#[utoipa::path(tag = "user", request_body = NewMember, responses(
    (status = 200, description = "The user", body = UserAnswer),
    (status = 404, description = "`not_found`: the organization has no such role", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`conflict`: the username or e-mail is taken", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too_many_requests`: the organization has asked for too many taken names", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid_input`: each field that is not allowed is named", body = Problem, content_type = "application/problem+json"),
))]
#[post("/")]
pub async fn create(
    caller: Require<WriteUsers>,
    new: web::Json<NewMember>,
    request: HttpRequest,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<web::Json<UserAnswer>, Refused> {
    validate(&*new)?;
    let NewMember { user, role_ids } = new.into_inner();
    validate(&user)?;
    let actor = Actor::of(&caller);
    // Before the password is hashed and the names are compared with those of all organizations: a caller who could not
    // create this user does not learn who exists. Both are checked again, because they may change meanwhile.
    let named = json!({"username": user.username()});
    let change = state.change(&caller, &address).await?;
    let checked = roles_to_give(change, &request, &role_ids, named).await?;
    drop(checked);

    let attempt = state.throttles.new_name(actor.org).await?;
    let waiter = Waiter::of(&address, Tenant::Organization(actor.org.to_owned()));
    let login = user.into_login(&state, actor.org, waiter).await?;
    let change = state.change(&caller, &address).await?;
    let named = login.user.named();
    let (mut change, roles, event) = roles_to_give(change, &request, &role_ids, named).await?;
    let (write, user, now) = (&mut change.write, &login.user, change.now);
    if let Err(error) = write.create_user(&login, now).await {
        drop(change);
        if let Some(taken) = taken(&error) {
            // Names are unique across organizations, so the response says that a user has it.
            let value = match taken.field {
                "username" => json!({"username": user.username}),
                _ => json!({"primary_email": user.email}),
            };
            let (address, target) = (address.text(), event.target_with("taken", value));
            let record = actor.did("user.create_refused", target, &address);
            state.store.record(record, now).await?;
            attempt.count().await?;
        }
        return Err(error.into());
    }
    for role in roles {
        write.assign_role(actor.org, &user.id, role.id).await?;
    }
    change.finish(event).await?;
    Ok(web::Json(described(&state, login.user).await?))
}

/// Returns the roles with these ids, or the role `user` if there are none, and the event of creating the user. Errors:
/// 404 for a role that the organization does not have, 403 for one that the caller cannot give.
async fn roles_to_give<'a>(
    mut change: Change<'a>,
    request: &HttpRequest,
    ids: &[i64],
    user: Value,
) -> Result<(Change<'a>, Vec<Role>, Event), Refused> {
    let (write, org) = (&mut change.write, change.actor.org);
    let ids = match ids {
        [] => vec![write.role_named(org, Role::USER).await?],
        ids => ids.to_vec(),
    };
    let mut roles = Vec::new();
    for id in ids {
        roles.push(find_role(write, org, id).await?);
    }
    let with_permissions: Vec<_> = roles.iter().map(Role::with_permissions).collect();
    let event = Event {
        action: "user.create",
        target: json!({"user": user, "roles": with_permissions}),
    };
    let slugs: Vec<_> = roles.iter().flat_map(Role::rights).collect();
    let change = change.may_give(request, &slugs, &event).await?;
    Ok((change, roles, event))
}

/// Delete a user of the organization
///
/// Ends all sessions of the user.
#[utoipa::path(tag = "user", params(("user_id" = String, Path, description = "The user's id")), responses(
    (status = 204, description = "The user is gone"),
    (status = 404, description = "`not_found`: the organization has no such user", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`conflict`: the last owner", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/{user_id}")]
pub async fn delete(
    caller: Require<WriteUsers>,
    id: web::Path<String>,
    request: HttpRequest,
    address: ClientAddress,
    state: web::Data<State>,
) -> Result<HttpResponse, Refused> {
    let mut change = state.change(&caller, &address).await?;
    let (write, org) = (&mut change.write, change.actor.org);
    let user = find_user(write, org, &id).await?;
    let rights = write.rights_of_user(org, &id).await?;
    let event = Event {
        action: "user.delete",
        target: json!({"user": user.named(), "roles": rights.roles, "permissions": rights.slugs}),
    };
    let is_owner = rights.is_owner();
    let slugs = Role::with_ownership(rights.slugs, is_owner);
    let mut change = change.may_take(&request, &slugs, &event).await?;
    let write = &mut change.write;
    if !write.has_other_owner(org, &id).await? {
        return Err(ApiError::conflict("The last owner cannot be deleted").into());
    }
    write.delete_user(org, &id).await?;
    change.finish(event).await?;
    Ok(HttpResponse::NoContent().finish())
}
