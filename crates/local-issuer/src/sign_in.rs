//! How a person signs in: authorization requests with PKCE, the sign-in page, browser sessions, codes and signing out.
//!
//! It knows no dialect: what differs between the providers is behind [`SignInRules`], and each dialect writes its own tokens
//! and error bodies.
//!
//! `authorize` reads a request (`read`) and either sends the browser back at once (`return_to`) or shows a page (`pages`)
//! whose form (`forms`) comes back to `decide`; the code (`codes`) is redeemed at the dialect's token endpoint.

mod error;
mod grant;
mod pkce;
mod prompt;
mod return_to;

mod code;
mod device_flow;
mod kept;
mod request;
mod state;

mod rules;

mod authorize;
mod bearer;
mod browser;
mod client_auth;
mod codes;
mod decide;
mod device;
mod forms;
mod log_out;
mod pages;
mod read;
mod routes;
mod tenants;
mod token_request;

pub(crate) use authorize::authorize;
pub(crate) use bearer::bearer_token;
pub(crate) use client_auth::{ClientError, authenticate};
pub(crate) use code::{CodeError, Redeemed};
pub(crate) use device::start_device;
pub(crate) use device_flow::DeviceError;
pub(crate) use error::AuthorizationError;
pub(crate) use grant::{Grant, Target};
pub(crate) use log_out::{LogOutParameters, log_out};
pub(crate) use routes::form_routes;
pub(crate) use rules::{SignInRules, TenantChoice};
pub(crate) use state::{OpaqueToken, SignIns};
pub(crate) use token_request::{GrantError, TokenRequest};
