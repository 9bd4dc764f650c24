//! A small identity service: users, organizations, roles, permissions, tokens and their keys.
//!
//! [`Settings`] say where it listens and keeps its data; [`server::build`] makes the server; `policies` is the access
//! model on one screen; `store` is the database; `signing` are the keys; `routes` are the resources.
//!
//! Everything belongs to an organization, and every organization can give itself any slug: a token's scope means nothing
//! without its `org_id`.

mod address;
mod argon;
mod banner;
mod docs;
mod encryption;
mod input;
mod oauth_error;
mod passwords;
mod policies;
mod provider;
mod routes;
pub mod server;
mod settings;
mod signing;
mod state;
mod still_valid;
mod store;
mod throttle;
mod tokens;
mod upkeep;

pub use address::TrustedProxies;
pub use banner::banner;
pub use encryption::EncryptionKey;
pub use passwords::PasswordLimits;
pub use policies::access;
pub use settings::{Limits, Settings, TokenSettings};
pub use signing::{Rotation, SigningAlgorithm};
