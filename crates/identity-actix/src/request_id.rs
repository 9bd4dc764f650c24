//! The id of the request that is being responded to.

use actix_web::http::header::HeaderName;
use uuid::Uuid;

/// The response header that carries the request's id: the `request_id` of the service's log.
pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: Option<Uuid>;
}

/// Runs `future` with `id` as the id of the request: an [`ApiError`](crate::ApiError) that becomes a response inside
/// of it has the id as its `request_id`.
///
/// For a middleware around the app. Without one, `request_id` is `null`.
pub fn with_request_id<F: Future>(id: Option<Uuid>, future: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(id, future)
}

/// The id of the request that this task responds to: an error response has no other way to know it.
pub(crate) fn current() -> Option<Uuid> {
    CURRENT.try_with(|id| *id).ok().flatten()
}
