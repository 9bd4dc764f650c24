//! The OpenAPI document, and the page that shows it.

mod docs;
mod document;
mod examples;
mod operations;
mod password_flow;
mod sign_in;

pub(crate) use docs::docs;
pub use document::operation;
pub(crate) use document::{below, describe, document};
#[cfg(any(test, feature = "testing"))]
pub(crate) use operations::operations;
pub use password_flow::{PasswordFlow, with_password_flow};
pub(crate) use sign_in::with_sign_in;
pub use sign_in::{SelectedScopes, SignIn};
