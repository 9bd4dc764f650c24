//! What is done for every request, whatever its route.

mod around;
mod body_deadline;
mod cors;
mod count;
mod head;
mod input;
pub(crate) mod request_id;
mod validate;

pub use around::{around_cors, around_routes};
pub use body_deadline::is_late;
pub use cors::cors;
pub use input::InputLimits;
pub use validate::{validate, validate_with};
