//! Each link between a service and its issuer, one after the other, until one fails.

use std::io::{self, IsTerminal};

use anyhow::{Result, bail};
use clap::Args;
use identity_actix::{Access, ErrorCode};
use identity_core::client::{ClientAuthentication, TokenClient, TokenClientConfig};
use identity_core::discovery::{Discovery, DiscoveryConfig, DiscoveryError};
use identity_core::http::{FetchError, HttpClient};
use identity_core::keys::{KeyAddress, KeySet};
use identity_core::verification::AudienceRule;
use identity_core::{Authenticated, Denial, Rule, VerifyError};
use service_kit::settings::SettingsError;
use url::Url;

use crate::clocks;
use crate::discover;
use crate::inspect;
use crate::report::{Fault, Report};
use crate::services::{Service, ServiceName};
use crate::token::{bare, read_if_there};

/// Which service, and for whom.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// The service whose settings are read: from the environment, `.env` in this folder, and CONFIG_FILE.
    #[arg(long, default_value = "descope-api")]
    service: ServiceName,
    #[arg(env = "TOKEN", hide = true, hide_env_values = true, long)]
    token: Option<String>,
    /// A client to get a token for, if there is no other. Its secret is CLIENT_SECRET.
    #[arg(long, env = "CLIENT_ID")]
    client_id: Option<String>,
    #[arg(env = "CLIENT_SECRET", hide = true, hide_env_values = true, long)]
    client_secret: Option<String>,
    /// The scopes to ask for.
    #[arg(long, env = "SCOPE")]
    scope: Option<String>,
}

/// Checks the settings, the metadata, the keys, the clock, and a token if there is one.
pub async fn report(request: &DoctorArguments) -> Result<Report> {
    let mut report = Report::default();
    report.add("service", request.service.to_string());
    let service = match request.service.read() {
        Ok(service) => service,
        Err(error) => {
            let error = error.downcast::<SettingsError>()?;
            for problem in error.problems() {
                report.fault(Fault {
                    code: "settings",
                    what: problem.clone(),
                    remedy: String::new(),
                });
            }
            return Ok(report);
        }
    };
    report.add("settings", "can be used");
    if let Err(error) = examine(&service, request, &mut report).await {
        report.fault(error.downcast()?);
    }
    Ok(report)
}

/// Errors: a [`Fault`], or what keeps it from being found.
async fn examine(service: &Service, request: &DoctorArguments, report: &mut Report) -> Result<()> {
    let http = crate::client(&service.issuer)?;
    let rules = service.provider.verification();
    report.add("issuers", rules.issuers.clone());
    report.add(
        "audience",
        match &rules.audience {
            AudienceRule::Required(names) | AudienceRule::RequiredUnless(names, _) => {
                names.join(", ")
            }
            _ => "none".to_owned(),
        },
    );
    let (keys, discovery) = match service.provider.keys() {
        KeyAddress::Fixed(url) => (url, None),
        KeyAddress::Discovered(config) => {
            let found = Discovery::fetch(&http, &config).await;
            let found = found.map_err(|error| of_discovery(&error, service.name))?;
            report.add("metadata", format!("of {}", found.issuer()));
            (found.jwks_uri().clone(), Some(config))
        }
        other => bail!("the keys are at an address of an unknown form: {other:?}"),
    };
    check_keys(service, &http, &keys, report).await?;
    clocks::check(service, &keys, report).await?;
    let Some(token) = token(request, service, discovery, http).await? else {
        let none = "none to check: set TOKEN, give one on the standard input (identity token | identity doctor), or set CLIENT_ID and CLIENT_SECRET";
        report.add("token", none);
        return Ok(());
    };
    match service.authenticator.authenticate(bare(&token)).await {
        Ok(caller) => {
            report.add(
                "token",
                format!("accepted, of {}", caller.principal().subject),
            );
            rights(service, &caller, report);
            Ok(())
        }
        Err(VerifyError::Token(error)) => {
            let fault = inspect::fault(&error);
            let remedy = format!("{} (here: {})", fault.remedy, service.name.settings());
            Err(Fault { remedy, ..fault }.into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn check_keys(
    service: &Service,
    http: &HttpClient,
    url: &Url,
    report: &mut Report,
) -> Result<(), Fault> {
    let document = http.get(url).await.map_err(|error| of_fetch(&error))?;
    let set =
        KeySet::from_json(&document, service.issuer.keys.max_keys).map_err(|error| Fault {
            code: "no_usable_key",
            what: format!("{url}: {error}"),
            remedy: "identity keys says why".to_owned(),
        })?;
    let skipped = match set.skipped().len() {
        0 => String::new(),
        count => format!(", and {count} that cannot"),
    };
    report.add(
        "keys",
        format!("{} that can be used{skipped}, at {url}", set.len()),
    );
    Ok(())
}

async fn token(
    request: &DoctorArguments,
    service: &Service,
    discovery: Option<DiscoveryConfig>,
    http: HttpClient,
) -> Result<Option<String>> {
    if let Some(token) = &request.token {
        return Ok(Some(token.clone()));
    }
    if !io::stdin().is_terminal()
        && let Some(token) = read_if_there("the token")?
    {
        return Ok(Some(token));
    }
    let (Some(id), Some(secret), Some(discovery)) =
        (&request.client_id, &request.client_secret, discovery)
    else {
        return Ok(None);
    };
    let client = TokenClient::new(
        TokenClientConfig {
            discovery,
            client_id: id.clone(),
            client_secret: secret.clone().into(),
            authentication: ClientAuthentication::Post,
            scope: request.scope.clone(),
            audience: service.audience(),
            renew_before: TokenClientConfig::DEFAULT_RENEW_BEFORE,
        },
        http,
    );
    let token = client.token().await.map_err(|error| Fault {
        code: error.code(),
        what: error.to_string(),
        remedy: format!(
            "CLIENT_ID and CLIENT_SECRET are those of {}",
            service.name.console()
        ),
    })?;
    Ok(Some(token.secret().to_owned()))
}

/// Says which routes of the service the caller may call.
fn rights(service: &Service, caller: &Authenticated, report: &mut Report) {
    for route in service.access.routes() {
        let Access::Protected { rule, .. } = &route.access else {
            continue;
        };
        let verdict = match rule.is_about_tenant() {
            true => in_tenants(rule, caller),
            false => of_check(rule.check(caller)),
        };
        report.item(
            "routes",
            format!("{} {}: {verdict}", route.method, route.path),
        );
    }
}

/// Says in which of their tenants the caller satisfies a rule about the tenant of the path.
fn in_tenants(rule: &Rule, caller: &Authenticated) -> String {
    let tenants = caller.principal().rights_by_tenant();
    let verdicts: Vec<_> = tenants
        .map(|(tenant, _)| format!("{} in {tenant}", of_check(rule.check_in(caller, tenant))))
        .collect();
    match verdicts.is_empty() {
        true => of_check(Err(Denial::NotAMember)),
        false => verdicts.join("; "),
    }
}

fn of_check(outcome: Result<(), Denial>) -> String {
    match outcome {
        Ok(()) => "allowed".to_owned(),
        Err(denial) => {
            let code = ErrorCode::from(&denial);
            format!("{} {}: {denial}", code.status().as_u16(), code.as_str())
        }
    }
}

fn of_discovery(error: &DiscoveryError, service: ServiceName) -> Fault {
    match error {
        DiscoveryError::Fetch(error) => of_fetch(error),
        other => {
            let fault = discover::fault(other);
            match other {
                DiscoveryError::IssuerMismatch { .. } => Fault {
                    remedy: format!("{}; it is set by {}", fault.remedy, service.settings()),
                    ..fault
                },
                _ => fault,
            }
        }
    }
}

fn of_fetch(error: &FetchError) -> Fault {
    let (code, remedy) = match error {
        FetchError::Insecure(_) => (
            "insecure",
            "use its https address, or name its host in ALLOW_HTTP_ISSUER",
        ),
        FetchError::Timeout { .. } => (
            "timeout",
            "is there a proxy? HTTPS_PROXY names it; FETCH__TIMEOUT_SECONDS waits longer",
        ),
        FetchError::Transport { reason, .. } if reason.contains("certificate") => (
            "certificate",
            "EXTRA_CA_FILE names a company's certificate authority; otherwise the certificate has expired or is another host's",
        ),
        FetchError::Transport { reason, .. } if reason.contains("lookup address") => (
            "name_not_found",
            "is the host spelled right? Where only a proxy knows it, HTTPS_PROXY names the proxy",
        ),
        FetchError::Transport { .. } => (
            "unreachable",
            "check the port and the network; HTTPS_PROXY names a proxy",
        ),
        FetchError::Status { .. } => (
            "status",
            "there is no such issuer at this address: is the project, tenant or domain spelled right?",
        ),
        FetchError::TooLarge { .. } => ("too_large", "FETCH__MAX_BYTES is the limit"),
        _ => ("fetch", ""),
    };
    Fault {
        code,
        what: error.to_string(),
        remedy: remedy.to_owned(),
    }
}
