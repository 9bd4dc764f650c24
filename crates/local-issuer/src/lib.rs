//! An identity provider for development and tests: it speaks the Descope dialect on one port and the Auth0 dialect on another,
//! with real signing keys and no account anywhere.
//!
//! It is an oracle that shares no code with the services under test: it uses none of the identity crates.
//! It signs with jsonwebtoken and aws-lc-rs, as the services verify; a fault of theirs is for the Wycheproof vectors to find.
//! **For development only**: its secrets are public, anyone can get a token, and it speaks plain HTTP unless it is given a certificate.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use local_issuer::{Endpoint, Fault, IssuerConfig, LocalIssuer, TokenKind};
//!
//! let issuer = LocalIssuer::start(IssuerConfig::default()).await?; // free ports on loopback, fresh keys
//! let good = issuer.descope().mint("admin", TokenKind::Access)?.token()?;
//! let expired = issuer.descope().mint("admin", TokenKind::Access)?.expires_in(-60).token()?;
//! println!("{} {good} {expired}", issuer.descope().discovery_url());
//! issuer.descope().fail_next(Endpoint::Jwks, Fault::Status(503), 3)?; // then it is well again
//! issuer.stop().await;
//! # Ok(())
//! # }
//! ```

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
mod sessions;
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
pub use sessions::SessionLimits;
pub use tls::{TlsError, TlsFiles};
pub use tokens::PersonaToken;
