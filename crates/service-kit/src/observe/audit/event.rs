//! One audit event: its fields, and how they are written.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use identity_actix::{AccessTable, Caller};
use identity_core::{Denial, printable};
use serde::{Deserialize, Serialize};
use serde_json::ser::{CompactFormatter, Formatter, Serializer};
use tracing::{Level, event};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

use super::TARGET;
use super::kind::Kind;
use crate::info::ServiceInfo;
use crate::request::{ClientAddress, request_id};

/// The longest text of a field, in characters. What is cut ends with `...`.
const MAX_TEXT: usize = 512;

/// An audit event. A field that does not apply is `None`, and is not written.
#[derive(Debug, Default, Serialize)]
pub(super) struct Event {
    time: String,
    #[serde(rename = "service.name")]
    service: &'static str,
    #[serde(rename = "audit.event")]
    kind: &'static str,
    #[serde(rename = "audit.outcome")]
    outcome: &'static str,
    #[serde(rename = "audit.code", skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(rename = "audit.policy", skip_serializing_if = "Option::is_none")]
    policy: Option<&'static str>,
    #[serde(rename = "audit.rule", skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(rename = "audit.missing", skip_serializing_if = "Option::is_none")]
    missing: Option<String>,
    #[serde(rename = "caller.issuer", skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(rename = "caller.subject", skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(rename = "caller.client", skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(rename = "caller.actor", skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    #[serde(
        rename = "caller.actor_issuer",
        skip_serializing_if = "Option::is_none"
    )]
    actor_issuer: Option<String>,
    #[serde(rename = "tenant.id", skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    #[serde(rename = "http.method")]
    method: String,
    #[serde(rename = "http.route", skip_serializing_if = "Option::is_none")]
    route: Option<String>,
    #[serde(rename = "http.path")]
    path: String,
    #[serde(rename = "http.status", skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(rename = "client.address", skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl Event {
    /// Returns an event about a request, without what became of it. Nothing of a token that was not verified is in it:
    /// such a request has no caller.
    pub(super) fn about(request: &HttpRequest, caller: Option<&Caller>) -> Self {
        let pattern = request.match_pattern();
        // The decoded path, as it is routed: an encoded letter does not hide a route.
        let path = pattern.as_deref().unwrap_or(request.match_info().as_str());
        let table = request.app_data::<web::Data<AccessTable>>();
        let row = table.and_then(|table| table.row(request.method(), path));
        let policy = row.and_then(|row| row.policy);
        let principal = caller.map(|caller| caller.principal());
        let actor = principal.and_then(|principal| principal.actor.as_ref());
        let address = ClientAddress::from_request(request, &mut Payload::None).into_inner();
        let info = request.app_data::<ServiceInfo>();
        Self {
            service: info.map(|info| info.name).unwrap_or_default(),
            policy,
            rule: row.and_then(|row| row.rule().map(|rule| cut(&rule.to_string()))),
            issuer: principal.map(|principal| cut(&principal.issuer)),
            subject: principal.map(|principal| cut(&principal.subject)),
            client: principal.and_then(|principal| principal.client.as_deref().map(cut)),
            actor: actor.map(|actor| cut(&actor.subject)),
            actor_issuer: actor.and_then(|actor| actor.issuer.as_deref().map(cut)),
            tenant: tenant_in(request)
                .as_deref()
                .or(principal.and_then(|principal| principal.current_tenant.as_deref()))
                .map(cut),
            method: cut(request.method().as_str()),
            route: row.map(|row| row.path.to_owned()).or(pattern),
            path: cut(request.path()),
            address: address
                .ok()
                .map(|address| address.text())
                .filter(|text| !text.is_empty()),
            request_id: request_id::of(request).map(|id| id.to_string()),
            ..Self::default()
        }
    }

    /// Adds what became of the request, and the time.
    pub(super) fn became(
        &mut self,
        kind: Kind,
        status: Option<StatusCode>,
        code: Option<&'static str>,
    ) {
        // The same clock and form as in the log. Writing to a string cannot fail.
        let _ = SystemTime.format_time(&mut Writer::new(&mut self.time));
        self.kind = kind.as_str();
        self.outcome = kind.outcome(status);
        self.status = status.map(|status| status.as_u16());
        self.code = code;
    }

    /// Adds what the caller lacks.
    pub(super) fn lacks(&mut self, denial: &Denial) {
        self.missing = Some(cut(&denial.to_string()));
    }

    /// Returns whether the route is a protected one of the access table.
    pub(super) fn has_policy(&self) -> bool {
        self.policy.is_some()
    }

    /// Logs the event. Its target is `audit`, and its time is the line's.
    pub(super) fn log(&self) {
        let shown =
            |text: &Option<String>| text.as_deref().map(|text| printable(text).into_owned());
        event!(
            target: TARGET,
            Level::INFO,
            {
            service.name = self.service,
            audit.event = self.kind,
            audit.outcome = self.outcome,
            audit.code = self.code,
            audit.policy = self.policy,
            audit.rule = shown(&self.rule),
            audit.missing = shown(&self.missing),
            caller.issuer = shown(&self.issuer),
            caller.subject = shown(&self.subject),
            caller.client = shown(&self.client),
            caller.actor = shown(&self.actor),
            caller.actor_issuer = shown(&self.actor_issuer),
            tenant.id = shown(&self.tenant),
            http.method = &*printable(&self.method),
            http.route = self.route.as_deref(),
            http.path = &*printable(&self.path),
            http.status = self.status,
            client.address = self.address.as_deref(),
            request_id = self.request_id.as_deref(),
            },
            "audit: {}",
            self.kind
        );
    }

    /// Returns the event as a line of JSON, with its line break. Every character that is not ASCII is escaped.
    pub(super) fn line(&self) -> Vec<u8> {
        let mut line = Vec::with_capacity(768);
        let mut serializer = Serializer::with_formatter(&mut line, Ascii(CompactFormatter));
        // Texts and numbers always serialize, and writing to a vector cannot fail.
        let _ = self.serialize(&mut serializer);
        line.push(b'\n');
        line
    }
}

#[derive(Deserialize)]
struct TenantParts {
    tenant_id: Option<String>,
    org_id: Option<String>,
}

/// Returns the tenant that the path names, decoded.
fn tenant_in(request: &HttpRequest) -> Option<String> {
    let parts = web::Path::<TenantParts>::extract(request).into_inner();
    let TenantParts { tenant_id, org_id } = parts.ok()?.into_inner();
    tenant_id.or(org_id)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Writes JSON in ASCII alone, so that no character of a text can change how a line looks.
struct Ascii(CompactFormatter);

impl Formatter for Ascii {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> std::io::Result<()>
    where
        W: ?Sized + std::io::Write,
    {
        let plain = |one: char| matches!(one, ' '..='~');
        if fragment.chars().all(plain) {
            return writer.write_all(fragment.as_bytes());
        }
        for one in fragment.chars() {
            let mut units = [0; 2];
            match plain(one) {
                true => write!(writer, "{one}")?,
                false => {
                    for unit in one.encode_utf16(&mut units) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }
}
