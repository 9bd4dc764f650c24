//! The metadata of the service as a protected resource (RFC 9728): a client that is refused finds the issuer by itself.

use std::collections::BTreeSet;

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use actix_web::{HttpRequest, HttpResponse, get, web};
use identity_actix::{Access, AccessTable, ApiError, Problem};
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use crate::request::origin;
use crate::service::Service;

/// The path of the document. The path of a resource identifier that has one comes after it (RFC 9728, section 3.1).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// How long the document may be kept: as issuers and scopes, it changes with a new configuration only.
const MAX_AGE_SECONDS: u32 = 3600;

/// What the metadata is made from.
#[derive(Debug)]
pub(crate) struct ProtectedResource {
    /// `RESOURCE_IDENTIFIER`, if set.
    identifier: Option<String>,
    path_prefix: String,
    name: &'static str,
    authorization_servers: Vec<String>,
    scopes: Vec<String>,
}

/// What a client needs to know to get a token for this service (RFC 9728, section 2).
///
/// `jwks_uri` is missing because the service signs nothing: its tokens are verified with the keys of the authorization
/// server, which that one's own metadata names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResourceMetadata {
    /// The resource identifier: the address of the service. Reject the document if you asked another one.
    #[schema(example = "https://api.example.com")]
    resource: String,
    /// The issuers whose tokens are accepted; their metadata says how to get one. Missing if no issuer has an address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["https://issuer.example.com"]))]
    authorization_servers: Vec<String>,
    /// The scopes that routes require. Roles and permissions are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<String>,
    /// Always `header`: a token is read from the `Authorization` header alone (RFC 6750, section 2.1).
    bearer_methods_supported: [&'static str; 1],
    /// The name of the service.
    resource_name: &'static str,
    /// The page that describes every route.
    resource_documentation: String,
}

/// Get the metadata of this service as a protected resource
///
/// RFC 9728: the issuers, and the scopes that routes require. Every challenge names this document.
#[utoipa::path(tag = "discovery", responses(
    (status = 200, description = "What a client needs to get a token", body = ResourceMetadata),
    (status = 400, description = "`bad_request`: the request names no host, and RESOURCE_IDENTIFIER is not set", body = Problem, content_type = "application/problem+json"),
))]
#[get("/.well-known/oauth-protected-resource")]
pub(crate) async fn metadata(
    request: HttpRequest,
    resource: web::Data<ProtectedResource>,
) -> Result<HttpResponse, ApiError> {
    resource.document(&request)
}

/// Get the metadata of this service as a protected resource, if its identifier has this path
///
/// RFC 9728, section 3.1, puts the well-known path before the service's own. A proxy must send such a request here as it is.
#[utoipa::path(tag = "discovery", params(("path" = String, Path, description = "The path of the resource identifier")), responses(
    (status = 200, description = "What a client needs to get a token", body = ResourceMetadata),
    (status = 400, description = "`bad_request`: the request names no host, and RESOURCE_IDENTIFIER is not set", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`: the resource identifier has another path", body = Problem, content_type = "application/problem+json"),
))]
#[get("/.well-known/oauth-protected-resource/{path:.+}")]
pub(crate) async fn metadata_at_path(
    request: HttpRequest,
    resource: web::Data<ProtectedResource>,
) -> Result<HttpResponse, ApiError> {
    let asked = request.uri().path().strip_prefix(WELL_KNOWN);
    let identifier = resource.identifier(&request);
    let url = identifier.and_then(|identifier| Url::parse(&identifier).ok());
    if url.is_some_and(|url| asked == Some(url.path())) {
        return resource.document(&request);
    }
    let path = request.path();
    Err(ApiError::not_found(format!("There is no {path}")))
}

/// Returns the address of the metadata that challenges name. Returns `None` for a request that names no host, if
/// `RESOURCE_IDENTIFIER` is not set.
///
/// For challenges of a service's own; those of identity-actix have it.
pub fn resource_metadata(request: &HttpRequest) -> Option<String> {
    let resource = request.app_data::<web::Data<ProtectedResource>>()?;
    let identifier = resource.identifier(request)?;
    address_of(&identifier)
}

impl ProtectedResource {
    /// Returns what the metadata of this service is made from.
    pub(crate) fn of(service: &Service) -> Self {
        let settings = &service.settings;
        Self {
            identifier: settings.resource_identifier.clone(),
            path_prefix: settings.path_prefix.clone().unwrap_or_default(),
            name: service.info.name,
            authorization_servers: addresses(service.authenticator.issuers()),
            scopes: scopes(&service.access),
        }
    }

    /// Returns `RESOURCE_IDENTIFIER`, or else the origin that the client asked and the path prefix.
    ///
    /// A client that lies about the host gets a document about that host, and so misleads itself alone. A cache that keeps it for
    /// others would mislead them: so only a document with a configured identifier is for shared caches.
    fn identifier(&self, request: &HttpRequest) -> Option<String> {
        match &self.identifier {
            Some(identifier) => Some(identifier.clone()),
            None => origin::of(request).map(|origin| origin + &self.path_prefix),
        }
    }

    fn document(&self, request: &HttpRequest) -> Result<HttpResponse, ApiError> {
        let Some(resource) = self.identifier(request) else {
            return Err(ApiError::bad_request("The request names no host"));
        };
        let caches = if self.identifier.is_some() {
            "public"
        } else {
            "private"
        };
        let documentation = format!("{}/docs/", resource.trim_end_matches('/'));
        // Pages of any origin may read it: it is public, and a client in a browser does not know the issuer yet. A page
        // that sends headers of its own with the request needs CORS_ALLOWED_ORIGINS, as for every other route.
        Ok(HttpResponse::Ok()
            .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header((
                CACHE_CONTROL,
                format!("{caches}, max-age={MAX_AGE_SECONDS}"),
            ))
            .json(ResourceMetadata {
                resource,
                authorization_servers: self.authorization_servers.clone(),
                scopes_supported: self.scopes.clone(),
                bearer_methods_supported: ["header"],
                resource_name: self.name,
                resource_documentation: documentation,
            }))
    }
}

/// Returns the address of the metadata for an identifier (RFC 9728, section 3.1). Returns `None` if it is no URL.
fn address_of(identifier: &str) -> Option<String> {
    let url = Url::parse(identifier).ok()?;
    let origin = url.origin().ascii_serialization();
    let path = if url.path() == "/" { "" } else { url.path() };
    Some(format!("{origin}{WELL_KNOWN}{path}"))
}

/// Returns the issuers that are addresses: Descope's older tokens have the project id alone as issuer.
fn addresses(issuers: Vec<String>) -> Vec<String> {
    let is_address = |issuer: &String| {
        Url::parse(issuer).is_ok_and(|url| ["https", "http"].contains(&url.scheme()))
    };
    issuers.into_iter().filter(is_address).collect()
}

fn scopes(access: &AccessTable) -> Vec<String> {
    let rules = access
        .routes()
        .iter()
        .filter_map(|route| match &route.access {
            Access::Protected { rule, .. } => Some(rule.scopes()),
            _ => None,
        });
    let scopes: BTreeSet<_> = rules.flatten().collect();
    scopes.into_iter().map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use super::{address_of, addresses};

    #[test]
    fn the_path_of_the_identifier_comes_after_the_well_known_one() {
        for (identifier, expected) in [
            (
                "https://a.example",
                "https://a.example/.well-known/oauth-protected-resource",
            ),
            (
                "https://a.example/",
                "https://a.example/.well-known/oauth-protected-resource",
            ),
            (
                "http://localhost:8000/v1/billing",
                "http://localhost:8000/.well-known/oauth-protected-resource/v1/billing",
            ),
        ] {
            assert_eq!(address_of(identifier).as_deref(), Some(expected));
        }
    }

    #[test]
    fn an_issuer_without_an_address_is_no_authorization_server() {
        let issuers = ["P2abc", "https://a.example/", "http://localhost:9000/P2abc"];
        let found = addresses(issuers.map(str::to_owned).to_vec());
        assert_eq!(found, issuers[1..]);
    }
}
