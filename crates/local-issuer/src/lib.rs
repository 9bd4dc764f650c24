#![doc = include_str!("../README.md")]

mod config;
mod handle;
mod issuer;
mod rotation;

pub mod mint;
pub mod personas;
pub mod settings;
pub mod tokens;

mod auth0;
mod bounded;
mod claims;
mod client_request;
mod clients;
mod control;
mod cookies;
mod descope;
mod faults;
mod form_key;
mod front_page;
mod jwt;
mod keys;
mod kind;
mod page;
mod persona_card;
mod provider;
mod refusal;
mod requests;
mod same_origin;
mod scopes;
mod server;
mod services;
mod sessions;
mod shell;
mod sign_in;
mod tls;
mod verified;

mod clock;
mod health;
mod http_client;
mod random;
mod secret;

pub use auth0::TokenDialect;
pub use claims::TokenKind;
pub use clients::{Client, RedirectUri};
pub use config::{
    Auth0Config, ControlLimits, DEFAULT_MANAGEMENT_KEY, DEFAULT_PROJECT_ID, DescopeConfig,
    IssuerConfig, KeyOrigin,
};
pub use faults::{ActiveFault, Endpoint, Fault, FaultError, Length};
pub use handle::{Auth0Handle, ControlState, DescopeHandle, ProviderHandle};
pub use health::{HealthError, healthcheck};
pub use issuer::{LocalIssuer, StartError};
pub use keys::{Algorithm, HostileCase, HostileKey, HostileKeyInfo, IssuerKeys, KeyError, Verdict};
pub use kind::ProviderKind;
pub use mint::{Mint, MintError, Minted, PublicKeyForm, Segment, SignatureFault, Signer};
pub use personas::{Persona, PersonaKind, Personas};
pub use requests::{RequestLog, SeenRequest};
pub use rotation::{KeyIds, Rotation};
pub use secret::Secret;
pub use services::{Service, ServiceError, ServiceLimits};
pub use sessions::SessionLimits;
pub use tls::{TlsError, TlsFiles};
pub use tokens::PersonaToken;
