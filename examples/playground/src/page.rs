//! The text that the playground prints: it fits on a screen of 80 columns and 24 rows.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use crate::demo;
use crate::services::Services;

/// A request to try.
struct Try {
    /// The status of its response, and why.
    what: &'static str,
    persona: &'static str,
    api: String,
    issuer: String,
}

/// Prints the page: addresses, and requests to try that fetch their own tokens.
///
/// `control_token` is that of the local issuer.
pub fn print(services: &Services, control_token: &str) -> anyhow::Result<()> {
    let text = page(services, control_token)?;
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn page(services: &Services, control_token: &str) -> anyhow::Result<String> {
    let (descope, auth0) = (services.issuer().descope(), services.issuer().auth0());
    let (name, password) = demo::credentials();
    let mut page = String::new();
    writeln!(
        page,
        "\nThe playground is running, on this machine only. Ctrl-C stops it.\n"
    )?;
    let account = format!("sign in as {name}, {password}");
    for (service, address, note) in [
        (
            "open this",
            descope.base_url().to_owned(),
            "services, requests to try, personas",
        ),
        ("", auth0.base_url().to_owned(), "the same as Auth0"),
        ("descope-api", docs(&services.descope_api()), ""),
        ("auth0-api", docs(&services.auth0_api()), ""),
        ("auth-server", docs(&services.auth_server()), ""),
        ("billing-api", docs(&services.billing_api()), &account),
    ] {
        let line = format!("  {service:<13} {address:<28} {note}");
        writeln!(page, "{}", line.trim_end())?;
    }
    writeln!(
        page,
        "  control token {control_token}   for faults, keys and clock\n"
    )?;
    for one in requests(services) {
        let Try {
            what,
            persona,
            api,
            issuer,
        } = one;
        writeln!(
            page,
            "  # {what}\n  curl -i {api} \\\n    -H \"Authorization: Bearer $(curl -s {issuer}/_token/{persona})\""
        )?;
    }
    writeln!(
        page,
        "\nA token for each of them, to paste into Authorize at /docs (NAME is a persona):\n  curl -s {}/_token/NAME\n",
        short(descope.base_url())
    )?;
    Ok(page)
}

fn requests(services: &Services) -> [Try; 3] {
    let (descope_api, auth0_api) = (services.descope_api(), services.auth0_api());
    let issuer = services.issuer();
    let request = |what, persona, api: &str, path: &str, issuer: &str| Try {
        what,
        persona,
        api: format!("{}{path}", short(api)),
        issuer: short(issuer).to_owned(),
    };
    let (descope, auth0) = (issuer.descope().base_url(), issuer.auth0().base_url());
    [
        request(
            "200: the persona admin has the role admin",
            "admin",
            &descope_api,
            "/api/admin/users",
            descope,
        ),
        request(
            "403: the persona viewer has read:messages only",
            "viewer",
            &descope_api,
            "/api/private-scoped/write",
            descope,
        ),
        request(
            "200: the persona admin has the permission admin:access",
            "admin",
            &auth0_api,
            "/api/admin",
            auth0,
        ),
    ]
}

fn docs(service: &str) -> String {
    format!("{service}/docs")
}

/// An address as `curl` takes it too.
fn short(address: &str) -> &str {
    address.strip_prefix("http://").unwrap_or(address)
}
