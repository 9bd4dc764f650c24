//! Who can get a token: users and machine clients, what each may do, and the applications that users sign in to.

mod checks;
mod clients;
mod error;
mod file;
mod persona;

use std::path::Path;

pub(crate) use checks::is_reserved_claim;

pub use error::PersonasError;
pub use persona::{
    Auth0Details, DescopeDetails, Obtained, Organization, Persona, PersonaKind, Profile,
    TenantRights,
};

use crate::clients::Client;

const BUILT_IN: &str = include_str!("../personas.toml");

/// The personas of both providers, and the clients that they sign in to.
#[derive(Clone, Debug)]
pub struct Personas {
    /// Those that Descope knows.
    pub descope: Vec<Persona>,
    /// Those that Auth0 knows.
    pub auth0: Vec<Persona>,
    /// The applications that users sign in to, at both.
    pub clients: Vec<Client>,
}

impl Personas {
    /// The personas that come with the issuer.
    #[expect(
        clippy::expect_used,
        reason = "the file is part of the program, and a test reads it"
    )]
    pub fn built_in() -> Self {
        Self::from_toml(BUILT_IN).expect("the built-in personas are valid")
    }

    /// Reads personas from TOML, in the form of the built-in `personas.toml`. Without a `[[client]]` it has the built-in clients.
    ///
    /// # Errors
    /// Names every fault of every persona at once.
    pub fn from_toml(text: &str) -> Result<Self, PersonasError> {
        let mut personas = file::read(text)?;
        if personas.clients.is_empty() && text != BUILT_IN {
            personas.clients = Self::built_in().clients;
        }
        Ok(personas)
    }

    /// Reads personas from a file.
    ///
    /// # Errors
    /// If the file cannot be read, and as [`Self::from_toml`].
    pub fn from_file(path: &Path) -> Result<Self, PersonasError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| PersonasError::one(format!("{}: {error}", path.display())))?;
        Self::from_toml(&text)
    }
}

impl Default for Personas {
    fn default() -> Self {
        Self::built_in()
    }
}

#[cfg(test)]
mod tests;
