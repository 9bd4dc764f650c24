//! The text that the playground prints.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use local_issuer::{PersonaToken, ProviderKind};

use crate::demo;
use crate::services::Services;

/// A request to try, and the status of its response.
struct Try {
    status: u16,
    persona: Option<&'static str>,
    path: &'static str,
    what: &'static str,
}

const DESCOPE: [Try; 3] = [
    Try {
        status: 200,
        persona: Some("admin"),
        path: "/api/admin/users",
        what: "the persona admin has the role admin",
    },
    Try {
        status: 401,
        persona: None,
        path: "/api/private",
        what: "no token",
    },
    Try {
        status: 403,
        persona: Some("viewer"),
        path: "/api/private-scoped/write",
        what: "the persona viewer has read:messages only",
    },
];

const AUTH0: [Try; 3] = [
    Try {
        status: 200,
        persona: Some("admin"),
        path: "/api/admin",
        what: "the persona admin has the permission admin:access",
    },
    Try {
        status: 401,
        persona: None,
        path: "/api/private",
        what: "no token",
    },
    Try {
        status: 403,
        persona: Some("viewer"),
        path: "/api/admin",
        what: "the persona viewer has only read:messages",
    },
];

/// Prints the page: addresses, requests to try, and the personas with tokens.
///
/// `owner` is the token of the demo organization's owner.
pub fn print(services: &Services, tokens: &[PersonaToken], owner: &str) -> anyhow::Result<()> {
    let text = page(services, tokens, owner)?;
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn page(services: &Services, tokens: &[PersonaToken], owner: &str) -> anyhow::Result<String> {
    let (descope_api, auth0_api) = (services.descope_api(), services.auth0_api());
    let (auth_server, billing_api) = (services.auth_server(), services.billing_api());
    let issuer = services.issuer();
    let mut page = String::new();
    writeln!(
        page,
        "\nThe playground is running, on this machine only. Ctrl-C stops it and forgets everything.\n"
    )?;
    writeln!(
        page,
        "  descope-api   {descope_api}   docs: {descope_api}/docs"
    )?;
    for (name, url) in [
        ("auth0-api", &auth0_api),
        ("auth-server", &auth_server),
        ("billing-api", &billing_api),
    ] {
        writeln!(page, "  {name:<13} {url}   docs: {url}/docs")?;
    }
    writeln!(
        page,
        "  local issuer  {}   as Descope, project {}",
        issuer.descope().base_url(),
        issuer.descope().project_id()
    )?;
    writeln!(
        page,
        "                {}   as Auth0, audience {}",
        issuer.auth0().base_url(),
        issuer.auth0().audience()
    )?;
    section(
        &mut page,
        "descope-api",
        &descope_api,
        &DESCOPE,
        of(tokens, ProviderKind::Descope),
    )?;
    section(
        &mut page,
        "auth0-api",
        &auth0_api,
        &AUTH0,
        of(tokens, ProviderKind::Auth0),
    )?;
    billing(&mut page, &billing_api, owner)?;
    personas(&mut page, services, tokens)?;
    Ok(page)
}

fn billing(page: &mut String, url: &str, owner: &str) -> anyhow::Result<()> {
    writeln!(page, "\nTry billing-api, with tokens of auth-server:")?;
    let rows = [
        (
            "200",
            "GET",
            "the owner of the organization demo has example_service.billing.read",
        ),
        (
            "403",
            "DELETE",
            "nobody in demo has example_service.billing.delete",
        ),
    ];
    for (status, method, what) in rows {
        writeln!(
            page,
            "\n  # {status}: {what}\n  curl -i -X {method} -H 'Authorization: Bearer {owner}' {url}/billing/"
        )?;
    }
    let (name, password) = demo::credentials();
    writeln!(
        page,
        "\n  In a browser: Authorize at {url}/docs takes the name {name} and the password {password}."
    )?;
    Ok(())
}

fn personas(page: &mut String, services: &Services, tokens: &[PersonaToken]) -> anyhow::Result<()> {
    let issuer = services.issuer();
    let sides = [
        (ProviderKind::Descope, "Descope"),
        (ProviderKind::Auth0, "Auth0"),
    ];
    writeln!(page, "\nWho else there is:\n")?;
    for (provider, name) in sides {
        for token in of(tokens, provider) {
            writeln!(
                page,
                "  {name:<8} {:<15} {}",
                token.persona, token.description
            )?;
        }
    }
    writeln!(
        page,
        "\nA token for each of them, for curl or to paste into Authorize at /docs:\n"
    )?;
    writeln!(
        page,
        "  cargo run --bin local-issuer -- tokens --descope-url {} --auth0-url {} --descope-api {}/api/me --auth0-api {}/api/profile",
        issuer.descope().base_url(),
        issuer.auth0().base_url(),
        services.descope_api(),
        services.auth0_api(),
    )?;
    writeln!(page, "\nAs a program gets its token from each provider:\n")?;
    for (provider, name) in sides {
        if let Some(token) = of(tokens, provider).find(|token| token.persona == "machine") {
            writeln!(page, "  # {name}\n  {}", token.request)?;
        }
    }
    writeln!(
        page,
        "  # auth-server\n  {}",
        demo::request(&services.auth_server())
    )?;
    writeln!(page)?;
    Ok(())
}

fn of(tokens: &[PersonaToken], provider: ProviderKind) -> impl Iterator<Item = &PersonaToken> {
    tokens
        .iter()
        .filter(move |token| token.provider == provider)
}

fn section<'t>(
    page: &mut String,
    name: &str,
    url: &str,
    requests: &[Try],
    tokens: impl Iterator<Item = &'t PersonaToken>,
) -> anyhow::Result<()> {
    let tokens: Vec<_> = tokens.collect();
    writeln!(page, "\nTry {name}:")?;
    for Try {
        status,
        persona,
        path,
        what,
    } in requests
    {
        let authorization = match persona {
            None => String::new(),
            Some(persona) => {
                let token = tokens.iter().find(|token| token.persona == *persona);
                let token = token
                    .ok_or_else(|| anyhow::anyhow!("there is no token of the persona {persona}"))?;
                format!("-H 'Authorization: Bearer {}' ", token.token)
            }
        };
        writeln!(
            page,
            "\n  # {status}: {what}\n  curl -i {authorization}{url}{path}"
        )?;
    }
    Ok(())
}
