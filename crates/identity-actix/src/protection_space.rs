//! What the challenges of a scope name: its realm, and where its metadata is (RFC 9110, section 11.5; RFC 9728, section 5.1).

use std::fmt;
use std::sync::Arc;

use actix_web::HttpRequest;

use crate::api_error::ApiError;

/// Returns the address of the protected resource metadata, as the client of this request can reach it. Returns `None` if
/// the request does not say.
pub(crate) type AddressOf = dyn Fn(&HttpRequest) -> Option<String> + Send + Sync;

/// The protection space of a scope.
#[derive(Clone)]
pub(crate) struct ProtectionSpace {
    pub(crate) realm: Arc<str>,
    pub(crate) metadata: Option<Arc<AddressOf>>,
}

impl ProtectionSpace {
    /// Returns a space with this realm and without metadata.
    pub(crate) fn new(realm: &str) -> Self {
        Self {
            realm: realm.into(),
            metadata: None,
        }
    }

    /// Returns the error of `make`, which gets the realm; its challenge, if it has one, names the metadata.
    pub(crate) fn error(
        &self,
        request: &HttpRequest,
        make: impl FnOnce(&str) -> ApiError,
    ) -> ApiError {
        let error = make(&self.realm);
        match &self.metadata {
            Some(address_of) => error.with_resource_metadata(|| address_of(request)),
            None => error,
        }
    }
}

impl fmt::Debug for ProtectionSpace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProtectionSpace")
            .field("realm", &self.realm)
            .field("has_metadata", &self.metadata.is_some())
            .finish()
    }
}
