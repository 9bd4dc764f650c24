//! A persona on the sign-in page.

use crate::personas::Persona;

/// What the page says of a persona.
pub(super) struct PersonaCard<'a> {
    /// The value that the form sends.
    pub(super) name: &'a str,
    /// The person's name, or the persona's.
    pub(super) title: &'a str,
    pub(super) email: Option<&'a str>,
    pub(super) description: &'a str,
    pub(super) rights: Vec<Rights<'a>>,
    /// Whether the application named this one.
    pub(super) is_expected: bool,
}

/// Rights of one kind.
pub(super) struct Rights<'a> {
    pub(super) kind: String,
    pub(super) names: Vec<&'a str>,
}

impl<'a> PersonaCard<'a> {
    pub(super) fn new(persona: &'a Persona, is_expected: bool) -> Self {
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
        list("Roles".to_owned(), &persona.roles),
        list("Permissions".to_owned(), &persona.permissions),
        list("Scopes".to_owned(), &persona.scopes),
    ];
    for (tenant, rights) in &persona.descope.tenants {
        let names = rights.roles.iter().chain(&rights.permissions);
        let mut names: Vec<_> = names.map(String::as_str).collect();
        if names.is_empty() {
            names.push("member");
        }
        let kind = format!("In tenant {tenant}");
        listed.push(Rights { kind, names });
    }
    if let Some(organization) = &persona.auth0.organization {
        let names = vec![organization.name.as_deref().unwrap_or(&organization.id)];
        let kind = "Organization".to_owned();
        listed.push(Rights { kind, names });
    }
    listed.retain(|rights| !rights.names.is_empty());
    listed
}

fn list(kind: String, names: &[String]) -> Rights<'_> {
    let names = names.iter().map(String::as_str).collect();
    Rights { kind, names }
}
