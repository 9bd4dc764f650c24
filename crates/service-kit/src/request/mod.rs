//! Processing of every request, whatever its route.

mod body_deadline;
mod cors;
mod count;
mod input;
mod layers;
mod page_headers;
pub(crate) mod request_id;
mod validate;

pub use body_deadline::is_late;
pub(crate) use cors::cors;
pub(crate) use layers::{inside_cors, outside_cors};
pub use validate::{validate, validate_with};
