//! Reads `personas.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Table;

use super::error::PersonasError;
use super::persona::{
    Auth0Details, DescopeDetails, Obtained, Organization, Persona, PersonaKind, Profile,
    TenantRights,
};
use super::{Personas, checks, clients};
use crate::kind::ProviderKind;
use crate::secret::Secret;

#[derive(Deserialize)]
struct FilePersona {
    name: String,
    #[serde(default)]
    description: String,
    kind: PersonaKind,
    #[serde(default)]
    profile: Profile,
    descope: Option<FileDescope>,
    auth0: Option<FileAuth0>,
}

#[derive(Deserialize)]
struct FileDescope {
    client_id: String,
    access_key: String,
    key_id: Option<String>,
    subject: Option<String>,
    #[serde(default)]
    obtained: Obtained,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    withheld_scopes: Vec<String>,
    session_scopes: Option<Vec<String>>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    permissions: Vec<String>,
    #[serde(default)]
    tenants: BTreeMap<String, TenantRights>,
    #[serde(default)]
    attributes: Map<String, Value>,
}

#[derive(Deserialize)]
struct FileAuth0 {
    client_id: String,
    client_secret: String,
    subject: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    permissions: Vec<String>,
    organization: Option<Organization>,
    #[serde(default)]
    organizations: Vec<Organization>,
    #[serde(default)]
    attributes: Map<String, Value>,
}

/// Returns the personas of Descope and those of Auth0, and the clients of both.
pub(super) fn read(text: &str) -> Result<Personas, PersonasError> {
    let mut table: Table = text
        .parse()
        .map_err(|error| PersonasError::one(format!("not TOML: {error}")))?;
    let mut problems = PersonasError::default();
    let clients = clients::read(table.remove("client"), &mut problems);
    let listed = match table.remove("persona") {
        Some(toml::Value::Array(listed)) if !listed.is_empty() => listed,
        _ => {
            return Err(PersonasError::one(
                "expected at least one [[persona]]".to_owned(),
            ));
        }
    };
    for member in table.keys() {
        problems.add("(top of the file)", format_args!("unknown member {member}"));
    }

    let (mut descope, mut auth0) = (Vec::new(), Vec::new());
    for (index, value) in listed.into_iter().enumerate() {
        let name = value.get("name").and_then(toml::Value::as_str);
        let name = name.map_or_else(|| format!("number {}", index + 1), str::to_owned);
        // Each unknown member is a fault, because a typing error must not take a right away in silence.
        let mut unknown = Vec::new();
        let persona: Result<FilePersona, _> =
            serde_ignored::deserialize(value, |path| unknown.push(path.to_string()));
        match persona {
            Ok(persona) => {
                for member in unknown {
                    // A member of an optional table has a question mark before it.
                    let member = member.replace("?.", "");
                    problems.add(&name, format_args!("unknown member {member}"));
                }
                split(persona, &mut descope, &mut auth0, &mut problems);
            }
            Err(error) => problems.add(&name, error.message()),
        }
    }
    checks::unique(&descope, ProviderKind::Descope, &mut problems);
    checks::unique(&auth0, ProviderKind::Auth0, &mut problems);
    clients::unlike(&clients, &descope, &mut problems);
    clients::unlike(&clients, &auth0, &mut problems);
    problems.or(Personas {
        descope,
        auth0,
        clients,
    })
}

/// Makes one persona for each provider that knows it.
fn split(
    mut file: FilePersona,
    descope: &mut Vec<Persona>,
    auth0: &mut Vec<Persona>,
    problems: &mut PersonasError,
) {
    if file.name.trim().is_empty() {
        problems.add("(without a name)", "name is empty");
    }
    let sides = (file.descope.take(), file.auth0.take());
    if let (None, None) = sides {
        problems.add(
            &file.name,
            "expected a descope table, an auth0 table, or both",
        );
    }
    if let Some(side) = sides.0 {
        let persona = descope_persona(&file, side);
        checks::values(&persona, ProviderKind::Descope, problems);
        descope.push(persona);
    }
    if let Some(side) = sides.1 {
        let persona = auth0_persona(&file, side);
        checks::values(&persona, ProviderKind::Auth0, problems);
        auth0.push(persona);
    }
}

fn descope_persona(file: &FilePersona, side: FileDescope) -> Persona {
    let key_id = side.key_id.unwrap_or_else(|| derived_id('K', &file.name));
    let subject = match file.kind {
        PersonaKind::User => derived_id('U', &file.name),
        // A machine is its access key.
        PersonaKind::Machine => key_id.clone(),
    };
    Persona {
        name: file.name.clone(),
        description: file.description.clone(),
        kind: file.kind,
        client_id: side.client_id,
        secret: Secret::new(side.access_key),
        subject: side.subject.unwrap_or(subject),
        scopes: side.scopes,
        roles: side.roles,
        permissions: side.permissions,
        attributes: side.attributes,
        profile: file.profile.clone(),
        descope: DescopeDetails {
            key_id,
            obtained: side.obtained,
            withheld_scopes: side.withheld_scopes,
            session_scopes: side.session_scopes,
            tenants: side.tenants,
        },
        auth0: Auth0Details::default(),
    }
}

fn auth0_persona(file: &FilePersona, side: FileAuth0) -> Persona {
    let subject = match file.kind {
        PersonaKind::User => format!("auth0|{}", side.client_id),
        PersonaKind::Machine => format!("{}@clients", side.client_id),
    };
    Persona {
        name: file.name.clone(),
        description: file.description.clone(),
        kind: file.kind,
        client_id: side.client_id,
        secret: Secret::new(side.client_secret),
        subject: side.subject.unwrap_or(subject),
        scopes: side.scopes,
        roles: side.roles,
        permissions: side.permissions,
        attributes: side.attributes,
        profile: file.profile.clone(),
        descope: DescopeDetails::default(),
        auth0: Auth0Details {
            organizations: side
                .organization
                .into_iter()
                .chain(side.organizations)
                .collect(),
        },
    }
}

/// Returns an id of Descope's form (a letter and 27 letters or digits) that is always the same for a name.
fn derived_id(letter: char, name: &str) -> String {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let id: String = format!("2Local{name}").chars().take(27).collect();
    format!("{letter}{id:0<27}")
}
