//! Creating and deleting users.

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::{FromRequest, HttpRequest, delete, post, web};
use garde::Validate;
use identity_actix::{ApiError, Require};
use serde::{Deserialize, Serialize};
use service_kit::store::api_error;
use service_kit::validate;
use utoipa::{IntoParams, ToSchema};

use crate::policies::{CreateUsers, DeleteUsers};
use crate::users::{CreateError, User, Users};

/// The user to create, from the query or a JSON body.
#[derive(Debug, Deserialize, Validate, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub struct NewUser {
    /// Not blank, no control characters, at most 200 characters.
    #[garde(length(chars, max = 200), custom(is_readable))]
    #[schema(example = "Ada Lovelace", min_length = 1, max_length = 200)]
    pub(super) name: String,
    /// At most 254 characters, and unique, ignoring case.
    #[garde(email, length(max = 254))]
    #[schema(example = "ada@example.com", format = Email, max_length = 254)]
    pub(super) email: String,
}

fn is_readable(text: &str, (): &()) -> garde::Result {
    if text.trim().is_empty() {
        Err(garde::Error::new("must not be blank"))
    } else if text.contains(char::is_control) {
        // PostgreSQL cannot store NUL.
        Err(garde::Error::new("must not hold control characters"))
    } else {
        Ok(())
    }
}

/// The created user, or the one that was created before with the same name and email.
#[derive(Debug, Serialize, ToSchema)]
pub struct Created {
    #[schema(example = "User created")]
    message: &'static str,
    user: User,
}

/// Confirmation that a user was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deleted {
    #[schema(example = "User 019a2f6e-0000-7000-8000-000000000000 deleted")]
    message: String,
}

impl Created {
    pub(super) fn response(
        created: Result<User, CreateError>,
    ) -> Result<web::Json<Self>, ApiError> {
        match created {
            Ok(user) => Ok(web::Json(Self {
                message: "User created",
                user,
            })),
            Err(CreateError::EmailTaken) => Err(ApiError::conflict("The email is taken")),
            Err(error) => Err(api_error(&error)),
        }
    }
}

impl Deleted {
    pub(super) fn response(
        id: &str,
        deleted: Result<bool, sqlx::Error>,
    ) -> Result<web::Json<Self>, ApiError> {
        match deleted.map_err(|error| api_error(&error))? {
            true => Ok(web::Json(Self {
                message: format!("User {id} deleted"),
            })),
            false => Err(ApiError::not_found(format!("There is no user {id}"))),
        }
    }
}

/// Extractor for the new user, from the query or the body of the request.
pub struct Input(pub(super) NewUser);

impl FromRequest for Input {
    type Error = actix_web::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if request.headers().contains_key(CONTENT_ENCODING) {
            // A small compressed body could expand to a large one.
            let refused = ApiError::unsupported_media_type("application/json, not compressed");
            return Box::pin(async { Err(refused.into()) });
        }
        if has_body(request) {
            let body = web::Json::<NewUser>::from_request(request, payload);
            Box::pin(async { Ok(Self(body.await?.into_inner())) })
        } else {
            let query = web::Query::<NewUser>::extract(request);
            Box::pin(async { Ok(Self(query.await?.into_inner())) })
        }
    }
}

fn has_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let length = headers.get(CONTENT_LENGTH);
    let empty = length.is_some_and(|length| length == "0");
    // A client may always send a `Content-Type`; only `Content-Length` or `Transfer-Encoding` announces a body (RFC
    // 9112, section 6.3).
    !empty && (length.is_some() || headers.contains_key(TRANSFER_ENCODING))
}

/// Create a user
///
/// A repeated request, with the same name and the same email ignoring case, creates nothing and has the user that is there
/// in its response. So a client may repeat a request whose response it did not get.
#[utoipa::path(
    tag = "users",
    params(("name" = Option<String>, Query, description = "As in the body"), ("email" = Option<String>, Query, description = "As in the body")),
    request_body(content = Option<NewUser>, description = "Instead of the query"),
    responses(
        (status = 200, description = "The user, new or as created before", body = Created),
        (status = 409, description = "`conflict`: a user with another name has the email", body = identity_actix::Problem, content_type = "application/problem+json"),
        (status = 413, description = "`payload_too_large`", body = identity_actix::Problem, content_type = "application/problem+json"),
        (status = 415, description = "`unsupported_media_type`: a body must be JSON", body = identity_actix::Problem, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_input`: each field that is not allowed is named", body = identity_actix::Problem, content_type = "application/problem+json"),
    )
)]
#[post("/users")]
pub async fn create(
    _caller: Require<CreateUsers>,
    new: Input,
    users: web::Data<Users>,
) -> Result<web::Json<Created>, ApiError> {
    let Input(new) = new;
    validate(&new)?;
    Created::response(users.create(new.name.trim(), &new.email).await)
}

/// Delete a user
#[utoipa::path(
    tag = "users",
    params(("user_id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The user is gone", body = Deleted),
        (status = 404, description = "`not_found`: there is no such user", body = identity_actix::Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/users/{user_id}")]
pub async fn delete(
    _caller: Require<DeleteUsers>,
    id: web::Path<String>,
    users: web::Data<Users>,
) -> Result<web::Json<Deleted>, ApiError> {
    Deleted::response(&id, users.delete(&id).await)
}

#[cfg(test)]
mod tests {
    use garde::Validate;

    use super::NewUser;

    fn refused(name: &str, email: &str) -> Vec<String> {
        let new = NewUser {
            name: name.to_owned(),
            email: email.to_owned(),
        };
        let faults = new
            .validate()
            .map_or_else(garde::Report::into_inner, |()| Vec::new());
        faults.iter().map(|(path, _)| path.to_string()).collect()
    }

    #[test]
    fn each_field_that_is_not_allowed_is_named() {
        assert!(refused("Ada Ü. O'Neill", "ada@example.com").is_empty());
        let long = "ü".repeat(201);
        for name in ["", "  ", "a\0b", "a\nb", "\u{1b}[31m", &long] {
            assert_eq!(refused(name, "ada@example.com"), ["name"], "{name:?}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for email in [
            "",
            "ada",
            "a@b@c",
            "a\0@example.com",
            "a @example.com",
            &long,
        ] {
            assert!(
                refused("Ada", email).contains(&"email".to_owned()),
                "{email:?}"
            );
        }
        assert_eq!(refused("", "ada"), ["email", "name"], "both at once");
    }
}
