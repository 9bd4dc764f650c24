//! A small identity service: users, organizations, roles, permissions, tokens and their keys.
//!
//! [`Settings`] configures the server; [`server::build`] builds it; `policies` is the access model on one screen;
//! `store` is the database; `signing` has the signing keys; `routes` has the resources.
//!
//! All data belongs to an organization, and every organization can create any slug: the scopes of a token mean nothing
//! without its `org_id`.

mod argon;
mod authorization;
mod banner;
mod browser;
mod change;
mod cross_site;
mod docs;
mod encryption;
mod fair_queue;
mod id_token;
mod in_order;
mod input;
mod limits;
mod oauth_error;
mod pages;
mod password_text;
mod passwords;
mod policies;
mod provider;
mod public_clients;
mod redirect_uri;
mod refresh_token;
mod routes;
pub mod server;
mod settings;
mod signing;
mod state;
mod still_valid;
mod store;
mod throttle;
mod tokens;
mod turns;
mod upkeep;

pub use banner::banner;
pub use encryption::EncryptionKey;
pub use limits::Limits;
pub use passwords::PasswordLimits;
pub use policies::access;
pub use public_clients::PublicClients;
pub use settings::{Settings, TokenSettings};
pub use signing::{Rotation, SigningAlgorithm};
pub use store::AuditSettings;
pub use throttle::SteadyClock;
