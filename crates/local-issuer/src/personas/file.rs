//! Reads `personas.toml` and checks it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Table;

use super::checks;
use super::problems::PersonasError;
use super::{
    Auth0Details, DescopeDetails, Obtained, Organization, Persona, PersonaKind, Personas, Profile,
    TenantRights,
};
use crate::provider::ProviderKind;
use crate::secret::Secret;

/// Whatever is not a member of a table; each of them is a fault, because a typing error must not take a right away in silence.
pub(super) type Unknown = BTreeMap<String, toml::Value>;

#[derive(Deserialize)]
struct FilePersona {
    name: String,
    #[serde(default)]
    description: String,
    kind: PersonaKind,
    #[serde(default)]
    profile: FileProfile,
    descope: Option<FileDescope>,
    auth0: Option<FileAuth0>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Clone, Default, Deserialize)]
struct FileProfile {
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    nickname: Option<String>,
    picture: Option<String>,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
    #[serde(flatten)]
    unknown: Unknown,
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
    tenants: BTreeMap<String, FileTenant>,
    #[serde(default)]
    attributes: Map<String, Value>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Deserialize)]
struct FileTenant {
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    permissions: Vec<String>,
    #[serde(flatten)]
    unknown: Unknown,
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
    organization: Option<FileOrganization>,
    #[serde(default)]
    attributes: Map<String, Value>,
    #[serde(flatten)]
    unknown: Unknown,
}

#[derive(Deserialize)]
struct FileOrganization {
    id: String,
    name: Option<String>,
    #[serde(flatten)]
    unknown: Unknown,
}

pub(super) fn read(text: &str) -> Result<Personas, PersonasError> {
    let mut table: Table = text
        .parse()
        .map_err(|error| PersonasError::one(format!("not TOML: {error}")))?;
    let mut problems = PersonasError::default();
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

    let mut personas = Personas {
        descope: Vec::new(),
        auth0: Vec::new(),
    };
    for (index, value) in listed.into_iter().enumerate() {
        let name = value
            .get("name")
            .and_then(toml::Value::as_str)
            .map_or_else(|| format!("number {}", index + 1), str::to_owned);
        match value.try_into::<FilePersona>() {
            Ok(persona) => split(persona, &mut personas, &mut problems),
            Err(error) => problems.add(&name, error.message()),
        }
    }
    checks::unique(&personas.descope, ProviderKind::Descope, &mut problems);
    checks::unique(&personas.auth0, ProviderKind::Auth0, &mut problems);
    problems.or(personas)
}

/// Makes one persona for each provider that knows it.
fn split(file: FilePersona, personas: &mut Personas, problems: &mut PersonasError) {
    let name = file.name.clone();
    checks::unknown(&name, "", &file.unknown, problems);
    checks::unknown(&name, "profile.", &file.profile.unknown, problems);
    if name.trim().is_empty() {
        problems.add("(without a name)", "name is empty");
    }
    if file.descope.is_none() && file.auth0.is_none() {
        problems.add(&name, "expected a descope table, an auth0 table, or both");
    }
    if let Some(descope) = &file.descope {
        checks::unknown(&name, "descope.", &descope.unknown, problems);
        for (id, tenant) in &descope.tenants {
            checks::unknown(
                &name,
                &format!("descope.tenants.{id}."),
                &tenant.unknown,
                problems,
            );
        }
        let persona = descope_persona(&file, descope);
        checks::values(&persona, ProviderKind::Descope, problems);
        personas.descope.push(persona);
    }
    if let Some(auth0) = &file.auth0 {
        checks::unknown(&name, "auth0.", &auth0.unknown, problems);
        if let Some(organization) = &auth0.organization {
            checks::unknown(
                &name,
                "auth0.organization.",
                &organization.unknown,
                problems,
            );
        }
        let persona = auth0_persona(&file, auth0);
        checks::values(&persona, ProviderKind::Auth0, problems);
        personas.auth0.push(persona);
    }
}

fn descope_persona(file: &FilePersona, descope: &FileDescope) -> Persona {
    let key_id = descope
        .key_id
        .clone()
        .unwrap_or_else(|| derived_id('K', &file.name));
    let subject = match file.kind {
        PersonaKind::User => derived_id('U', &file.name),
        // A machine is its access key.
        PersonaKind::Machine => key_id.clone(),
    };
    let tenant = |tenant: &FileTenant| TenantRights {
        roles: tenant.roles.clone(),
        permissions: tenant.permissions.clone(),
    };
    Persona {
        name: file.name.clone(),
        description: file.description.clone(),
        kind: file.kind,
        client_id: descope.client_id.clone(),
        secret: Secret::new(descope.access_key.as_str()),
        subject: descope.subject.clone().unwrap_or(subject),
        scopes: descope.scopes.clone(),
        roles: descope.roles.clone(),
        permissions: descope.permissions.clone(),
        attributes: descope.attributes.clone(),
        profile: file.profile.clone().into(),
        descope: DescopeDetails {
            key_id,
            obtained: descope.obtained,
            withheld_scopes: descope.withheld_scopes.clone(),
            session_scopes: descope.session_scopes.clone(),
            tenants: descope
                .tenants
                .iter()
                .map(|(id, rights)| (id.clone(), tenant(rights)))
                .collect(),
        },
        auth0: Auth0Details::default(),
    }
}

fn auth0_persona(file: &FilePersona, auth0: &FileAuth0) -> Persona {
    let subject = match file.kind {
        PersonaKind::User => format!("auth0|{}", auth0.client_id),
        PersonaKind::Machine => format!("{}@clients", auth0.client_id),
    };
    let organization = |file: &FileOrganization| Organization {
        id: file.id.clone(),
        name: file.name.clone(),
    };
    Persona {
        name: file.name.clone(),
        description: file.description.clone(),
        kind: file.kind,
        client_id: auth0.client_id.clone(),
        secret: Secret::new(auth0.client_secret.as_str()),
        subject: auth0.subject.clone().unwrap_or(subject),
        scopes: auth0.scopes.clone(),
        roles: auth0.roles.clone(),
        permissions: auth0.permissions.clone(),
        attributes: auth0.attributes.clone(),
        profile: file.profile.clone().into(),
        descope: DescopeDetails::default(),
        auth0: Auth0Details {
            organization: auth0.organization.as_ref().map(organization),
        },
    }
}

/// An id of Descope's form (a letter and 27 letters or digits) that is always the same for a name.
fn derived_id(letter: char, name: &str) -> String {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let id: String = format!("2Local{name}").chars().take(27).collect();
    format!("{letter}{id:0<27}")
}

impl From<FileProfile> for Profile {
    fn from(file: FileProfile) -> Self {
        Self {
            name: file.name,
            given_name: file.given_name,
            family_name: file.family_name,
            nickname: file.nickname,
            picture: file.picture,
            email: file.email,
            email_verified: file.email_verified,
        }
    }
}
