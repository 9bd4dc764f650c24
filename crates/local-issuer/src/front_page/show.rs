//! The page itself.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::VARY;
use askama::Template;
use time::OffsetDateTime;

use super::attempt::{Asked, Attempt, Refused};
use super::faults::OFFERED;
use super::forms::{self, Forms};
use super::inspect::Inspected;
use super::keys::{self, KeyRow};
use super::services::{self, ServiceRow, Tokens};
use crate::clients::Client;
use crate::cookies::Cookie;
use crate::faults::{ActiveFault, Endpoint};
use crate::kind::ProviderKind;
use crate::page::{FormTarget, page};
use crate::persona_card::PersonaCard;
use crate::provider::{Call, Provider};
use crate::requests::SeenRequest;
use crate::same_origin::is_asked_as_loopback;
use crate::shell::is_plain_name;

/// Enough to see what a service does, and few enough for a page.
const MOST_REQUESTS: usize = 20;
/// A fault may have a whole document in it.
const LONGEST_FAULT: usize = 120;

/// What came of a form.
#[derive(Default)]
pub(super) struct Outcome {
    status: StatusCode,
    problem: Option<String>,
    minted: Option<(String, String)>,
    inspected: Option<Inspected>,
    asked: Option<Asked>,
    attempt: Option<Attempt>,
}

#[derive(Template)]
#[template(path = "front.html")]
struct Front<'a> {
    provider: &'static str,
    issuer: String,
    audience: &'a str,
    discovery: String,
    key_set: String,
    /// What to ask for a token like the one that was minted; `None` if a shell would not take it as it is.
    shell_address: Option<String>,
    other_side: (&'static str, String),
    services: Vec<ServiceRow>,
    /// Whether there is a request to try.
    has_requests: bool,
    /// The request that is selected in the form.
    selected: String,
    personas: Vec<PersonaCard<'a>>,
    clients: &'a [Client],
    keys: Vec<KeyRow>,
    faults: Vec<FaultRow>,
    endpoints: [&'static str; 9],
    offered: [(&'static str, &'static str); 8],
    clock_offset: i64,
    requests: Vec<RequestRow>,
    counted: u64,
    can_mint: bool,
    has_control: bool,
    is_unlocked: bool,
    outcome: Outcome,
    forms: Forms<'a>,
}

struct FaultRow {
    endpoint: &'static str,
    fault: String,
    requests: Option<u32>,
}

struct RequestRow {
    time: String,
    method: String,
    path: String,
    status: Option<u16>,
}

impl Outcome {
    pub(super) fn problem(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            problem: Some(text.into()),
            ..Self::default()
        }
    }

    pub(super) fn no_such_form() -> Self {
        Self::problem(StatusCode::NOT_FOUND, "There is no such form.")
    }

    pub(super) fn minted(persona: &str, token: String) -> Self {
        Self {
            minted: Some((persona.to_owned(), token)),
            ..Self::default()
        }
    }

    pub(super) fn inspected(inspected: Inspected) -> Self {
        Self {
            inspected: Some(inspected),
            ..Self::default()
        }
    }

    /// A request that a person tried, with its fields for the next one.
    pub(super) fn tried(asked: Asked, tried: Result<Attempt, Refused>) -> Self {
        let outcome = match tried {
            Ok(attempt) => Self {
                attempt: Some(attempt),
                ..Self::default()
            },
            Err((status, text)) => Self::problem(status, text),
        };
        Self {
            asked: Some(asked),
            ..outcome
        }
    }
}

/// The page, with what came of a form.
pub(super) async fn show(call: &Call<'_>, outcome: Outcome) -> HttpResponse {
    let forms = match Forms::new(call) {
        Ok(forms) => forms,
        Err(error) => {
            tracing::error!(error.code = error.code(), "could not respond: {error}");
            return HttpResponse::InternalServerError().finish();
        }
    };
    let (name, cookie) = Cookie::Form.header(call, &forms.browser);
    let status = outcome.status;
    let services = services::rows(call).await;
    let front = front(call, outcome, forms, services);
    let mut response = page(status, &front, FormTarget::Own);
    let headers = response.headers_mut();
    if let Ok(cookie) = cookie.parse() {
        headers.append(name, cookie);
    }
    headers.append(
        VARY,
        actix_web::http::header::HeaderValue::from_static("accept"),
    );
    response
}

fn front<'a>(
    call: &Call<'a>,
    outcome: Outcome,
    forms: Forms<'a>,
    services: Vec<ServiceRow>,
) -> Front<'a> {
    let provider = call.provider;
    let kind = provider.dialect.kind();
    let other = match kind {
        ProviderKind::Descope => ProviderKind::Auth0,
        ProviderKind::Auth0 => ProviderKind::Descope,
    };
    let log = provider.requests.log();
    let is_unlocked = forms::is_unlocked(call);
    Front {
        provider: kind.title(),
        issuer: provider.dialect.issuer(),
        audience: provider.dialect.audience(),
        discovery: path_of(provider, Endpoint::Discovery),
        key_set: path_of(provider, Endpoint::Jwks),
        shell_address: shell_address(call, &outcome),
        other_side: (
            other.title(),
            services::page_of(call, other).unwrap_or_default(),
        ),
        has_requests: services
            .iter()
            .any(|service| !service.operations.is_empty()),
        selected: selected(&outcome, &services),
        services,
        personas: provider
            .personas
            .iter()
            .map(|persona| PersonaCard::new(persona, false))
            .collect(),
        clients: &provider.clients,
        keys: keys::rows(provider),
        faults: provider.faults.list().iter().map(fault_row).collect(),
        endpoints: Endpoint::EACH.map(Endpoint::name),
        offered: OFFERED,
        clock_offset: provider.clock.offset(),
        requests: log
            .last
            .iter()
            .rev()
            .take(MOST_REQUESTS)
            .map(request_row)
            .collect(),
        counted: log.endpoints.values().sum(),
        can_mint: is_asked_as_loopback(call.request) || is_unlocked,
        has_control: provider.control_token.is_some(),
        is_unlocked,
        outcome,
        forms,
    }
}

/// The request that was tried, or the first one that needs a right.
fn selected(outcome: &Outcome, services: &[ServiceRow]) -> String {
    if let Some(asked) = &outcome.asked {
        return asked.request.clone();
    }
    let mut offered = services.iter().flat_map(|service| {
        let operations = service.operations.iter();
        operations.map(|operation| (&service.name, operation))
    });
    let needs_a_right = offered.find(|(_, operation)| operation.needs_a_right());
    needs_a_right.map_or_else(String::new, |(name, operation)| {
        format!("{name} {} {}", operation.method, operation.path)
    })
}

fn shell_address(call: &Call<'_>, outcome: &Outcome) -> Option<String> {
    let (persona, _) = outcome.minted.as_ref()?;
    let is_word = is_asked_as_loopback(call.request) && is_plain_name(persona);
    is_word.then(|| call.base_url())
}

fn path_of(provider: &Provider, endpoint: Endpoint) -> String {
    let route = provider
        .routes
        .iter()
        .find(|route| route.endpoint == endpoint);
    route.map(|route| route.path.clone()).unwrap_or_default()
}

fn fault_row(active: &ActiveFault) -> FaultRow {
    let fault = serde_json::to_string(&active.fault).unwrap_or_default();
    FaultRow {
        endpoint: active.endpoint.name(),
        fault: fault.chars().take(LONGEST_FAULT).collect(),
        requests: active.requests,
    }
}

fn request_row(seen: &SeenRequest) -> RequestRow {
    let seconds = i64::try_from(seen.at_milliseconds / 1000).unwrap_or_default();
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = time.to_hms();
    RequestRow {
        time: format!("{hour:02}:{minute:02}:{second:02}"),
        method: seen.method.clone(),
        path: seen.path.clone(),
        status: seen.status,
    }
}
