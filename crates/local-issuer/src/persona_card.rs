//! A persona on the sign-in page.

use crate::personas::Persona;

/// What the page says of a persona.
pub(crate) struct PersonaCard<'a> {
    /// The value that the form sends.
    pub(crate) name: &'a str,
    /// The person's name, or the persona's.
    pub(crate) title: &'a str,
    pub(crate) email: Option<&'a str>,
    pub(crate) description: &'a str,
    pub(crate) rights: Vec<Rights<'a>>,
    /// Whether the application named this one.
    pub(crate) is_expected: bool,
}

/// Rights of one kind.
pub(crate) struct Rights<'a> {
    pub(crate) kind: &'static str,
    /// Where they count, if not everywhere.
    pub(crate) place: Option<&'a str>,
    pub(crate) names: Vec<&'a str>,
}

impl<'a> PersonaCard<'a> {
    pub(crate) fn new(persona: &'a Persona, is_expected: bool) -> Self {
        let profile = &persona.profile;
        Self {
            name: &persona.name,
            title: profile.name.as_deref().unwrap_or(&persona.name),
            email: profile.email.as_deref(),
            description: &persona.description,
            rights: rights(persona),
            is_expected,
        }
    }
}

fn rights(persona: &Persona) -> Vec<Rights<'_>> {
    let mut listed = vec![
        list("Roles", &persona.roles),
        list("Permissions", &persona.permissions),
        list("Scopes", &persona.scopes),
    ];
    for (tenant, rights) in &persona.descope.tenants {
        let names = rights.roles.iter().chain(&rights.permissions);
        let mut names: Vec<_> = names.map(String::as_str).collect();
        if names.is_empty() {
            names.push("member");
        }
        listed.push(Rights {
            kind: "Tenant",
            place: Some(tenant),
            names,
        });
    }
    for organization in &persona.auth0.organizations {
        listed.push(Rights {
            kind: "Organization",
            place: None,
            names: vec![organization.name.as_deref().unwrap_or(&organization.id)],
        });
    }
    listed.retain(|rights| !rights.names.is_empty());
    listed
}

fn list<'a>(kind: &'static str, names: &'a [String]) -> Rights<'a> {
    Rights {
        kind,
        place: None,
        names: names.iter().map(String::as_str).collect(),
    }
}
