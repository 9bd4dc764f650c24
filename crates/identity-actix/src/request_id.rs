//! The id of the current request.

use actix_web::http::header::HeaderName;
use uuid::Uuid;

/// The response header with the id of the request: the `request_id` in the service's log.
pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: Option<Uuid>;
}

/// Runs `future` with `id` as the id of the request: an [`ApiError`](crate::ApiError) that becomes a response inside it
/// has this `request_id`.
///
/// For middleware that wraps the app. Without it, `request_id` is `null`.
pub fn with_request_id<F: Future>(id: Option<Uuid>, future: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(id, future)
}

/// Returns the id of the request that this task responds to. A task-local, because `error_response` has no access to
/// the request.
pub(crate) fn current() -> Option<Uuid> {
    CURRENT.try_with(|id| *id).ok().flatten()
}
