//! What every operation has: an id, and the errors of rate limits and of its body.

use actix_web::http::Method;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr, Schema};

use super::document::{add, operation};

const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// The response of the rate limits, which any service may have.
const TOO_MANY_REQUESTS: &str = "`too_many_requests`: over a limit of the client address or the subject, which `RateLimit` names; try again after `Retry-After`";

/// Gives each operation an id that is unique in the document, such as `getUserMe`, the error of the rate
/// limits, and those with a JSON body the errors of a body.
pub(crate) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for method in &METHODS {
            if let Some(operation) = operation(item, method) {
                // Handlers in different files share a name, which is the default.
                operation.operation_id = Some(id_of(method, path));
                if !path.starts_with("/health") {
                    add(operation, "429", TOO_MANY_REQUESTS);
                }
                if has_json_body(operation) {
                    without_null(operation);
                    add_errors_of_body(operation);
                }
            }
        }
    }
}

/// Returns each operation of the document, with its method and its path.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn operations(document: &mut OpenApi) -> Vec<(Method, String, Operation)> {
    let mut all = Vec::new();
    for (path, item) in &mut document.paths.paths {
        for method in &METHODS {
            if let Some(operation) = operation(item, method) {
                all.push((method.clone(), path.clone(), operation.clone()));
            }
        }
    }
    all
}

/// Returns a name of letters and digits: the method, and the words of the path, with `By` before a variable part.
fn id_of(method: &Method, path: &str) -> String {
    let mut id = method.as_str().to_ascii_lowercase();
    if path == "/" {
        id.push_str("Root");
    }
    for part in path.split('/') {
        if part.starts_with('{') {
            id.push_str("By");
        }
        for word in part.split(|character: char| !character.is_ascii_alphanumeric()) {
            let mut characters = word.chars();
            id.extend(characters.next().map(|first| first.to_ascii_uppercase()));
            id.push_str(characters.as_str());
        }
    }
    id
}

fn has_json_body(operation: &Operation) -> bool {
    let Some(RefOr::T(body)) = &operation.request_body else {
        return false;
    };
    body.content.contains_key("application/json")
}

/// Documents a body that may be missing (`Option<T>`) as `T`: a body that is `null` is not a missing one.
fn without_null(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else {
        return;
    };
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else {
            continue;
        };
        let Some(RefOr::T(Schema::OneOf(either))) = &mut content.schema else {
            continue;
        };
        either.items.retain(|schema| !is_null(schema));
        if let [only] = &*either.items {
            content.schema = Some(only.clone());
        }
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    let RefOr::T(Schema::Object(object)) = schema else {
        return false;
    };
    object.schema_type == SchemaType::Type(Type::Null)
}

fn add_errors_of_body(operation: &mut Operation) {
    for (status, description) in [
        ("400", "`bad_request`: the request does not parse"),
        ("408", "`request_timeout`: the body did not come in time"),
        ("413", "`payload_too_large`"),
        ("415", "`unsupported_media_type`: the body must be JSON"),
    ] {
        add(operation, status, description);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;
    use serde_json::json;
    use utoipa::openapi::content::ContentBuilder;
    use utoipa::openapi::path::OperationBuilder;
    use utoipa::openapi::request_body::RequestBodyBuilder;
    use utoipa::openapi::schema::{OneOfBuilder, Type};
    use utoipa::openapi::{ObjectBuilder, Ref};

    use super::{id_of, without_null};

    #[test]
    fn a_body_that_may_be_missing_is_not_null() {
        // As `Option<NewUser>` is collected.
        let null = ObjectBuilder::new().schema_type(Type::Null);
        let either = OneOfBuilder::new()
            .item(null)
            .item(Ref::from_schema_name("NewUser"));
        let content = ContentBuilder::new().schema(Some(either)).build();
        let body = RequestBodyBuilder::new().content("application/json", content);
        let mut operation = OperationBuilder::new()
            .request_body(Some(body.build()))
            .build();
        without_null(&mut operation);
        let body = serde_json::to_value(operation.request_body).unwrap();
        let schema = json!({"$ref": "#/components/schemas/NewUser"});
        assert_eq!(body["content"]["application/json"]["schema"], schema);
    }

    #[test]
    fn an_id_is_made_of_method_and_path() {
        for (method, path, id) in [
            (Method::GET, "/", "getRoot"),
            (Method::GET, "/user/me", "getUserMe"),
            (Method::DELETE, "/user/{user_id}", "deleteUserByUserId"),
            (
                Method::POST,
                "/role/attach-permission",
                "postRoleAttachPermission",
            ),
            (
                Method::GET,
                "/.well-known/jwks.json",
                "getWellKnownJwksJson",
            ),
        ] {
            assert_eq!(id_of(&method, path), id);
        }
    }
}
