//! The authorization request (RFC 6749, section 4.1.1; OpenID Connect Core 1.0, section 3.1.2): what may be asked for, and
//! the way back to the client.

mod parameters;
mod pkce;
mod prompt;
mod request;
mod return_to;

pub use parameters::{Parameters, check_length};
pub use pkce::Challenge;
pub use prompt::Prompt;
pub use request::{AuthorizationRequest, RequestError};
pub use return_to::{AuthorizationError, ReturnTo, redirect, with_query};
