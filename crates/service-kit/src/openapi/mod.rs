//! The OpenAPI document, and the page that shows it.

mod docs;
mod document;
mod password_flow;

pub use docs::docs;
pub use document::{describe, document, operation};
pub use password_flow::{PasswordFlow, with_password_flow};
