//! From the genuine response to the one that is sent.

use std::time::Duration;

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::error::ErrorInternalServerError;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use actix_web::web::Bytes;
use actix_web::{Error, HttpResponse};
use serde_json::{Map, Value};
use tokio::sync::watch;

use super::fault::{Fault, Length};
use super::{bodies, connection};

/// A response in the making.
struct Draft {
    delay: Duration,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    sending: Sending,
}

enum Sending {
    Whole,
    Drip(usize, Duration),
    Truncate(usize),
    Grow(u64, Length),
    Close,
    Reset,
}

/// Returns the response that the faults make of the genuine one. A delay ends as soon as `cleared` changes.
pub(crate) async fn spoil(
    genuine: ServiceResponse<BoxBody>,
    faults: Vec<Fault>,
    cleared: watch::Receiver<u64>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (request, response) = genuine.into_parts();
    let (head, body) = response.into_parts();
    let body = to_bytes(body)
        .await
        .map_err(|_| ErrorInternalServerError("the genuine response could not be read"))?;
    let mut draft = Draft {
        delay: Duration::ZERO,
        status: head.status(),
        headers: head.headers().clone(),
        body,
        sending: Sending::Whole,
    };
    for fault in faults {
        draft.apply(fault, &request.uri().to_string());
    }
    if matches!(draft.sending, Sending::Reset) {
        connection::reset_at_end(&request);
    }
    if !draft.delay.is_zero() {
        bodies::wait(draft.delay, cleared.clone()).await;
    }
    Ok(ServiceResponse::new(request, draft.send(cleared)))
}

impl Draft {
    fn apply(&mut self, fault: Fault, asked: &str) {
        match fault {
            Fault::Delay(delay) => self.delay = self.delay.saturating_add(delay),
            Fault::Status(status) => self.set_status(status),
            Fault::Body(body) => self.body = body.into(),
            Fault::Garbage => self.body = Bytes::from_static(b"\xff\xfe\x00{\"keys\":[\x80 <html>"),
            Fault::Empty => self.body = Bytes::new(),
            Fault::Json(document) => self.body = document.to_string().into(),
            Fault::Members { set, remove } => self.change_members(set, &remove),
            Fault::Headers { set, remove } => {
                for (name, value) in &set {
                    self.set_header(name, value);
                }
                for name in remove {
                    self.headers.remove(name);
                }
            }
            Fault::Redirect { status, location } => {
                self.set_status(status);
                self.set_header(LOCATION.as_str(), location.as_deref().unwrap_or(asked));
                self.body = Bytes::new();
            }
            Fault::Drip { bytes, every } => self.sending = Sending::Drip(bytes, every),
            Fault::Truncate(bytes) => self.sending = Sending::Truncate(bytes),
            Fault::Grow { bytes, length } => self.sending = Sending::Grow(bytes, length),
            Fault::Close => self.sending = Sending::Close,
            Fault::Reset => self.sending = Sending::Reset,
        }
    }

    // What cannot be parsed here was refused when the fault was set.
    fn set_status(&mut self, status: u16) {
        self.status = StatusCode::from_u16(status).unwrap_or(self.status);
    }

    fn set_header(&mut self, name: &str, value: &str) {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            self.headers.insert(name, value);
        }
    }

    fn change_members(&mut self, set: Map<String, Value>, remove: &[String]) {
        let Ok(mut members) = serde_json::from_slice::<Map<String, Value>>(&self.body) else {
            return;
        };
        members.extend(set);
        members.retain(|name, _| !remove.contains(name));
        self.body = Value::Object(members).to_string().into();
    }

    fn send(self, cleared: watch::Receiver<u64>) -> HttpResponse {
        let body = match self.sending {
            Sending::Whole => BoxBody::new(self.body),
            Sending::Drip(bytes, every) => bodies::dripped(self.body, bytes, every, cleared),
            Sending::Truncate(bytes) => bodies::truncated(self.body, bytes),
            Sending::Grow(bytes, length) => bodies::grown(self.body, bytes, length),
            Sending::Close | Sending::Reset => bodies::silent(),
        };
        let mut response = HttpResponse::with_body(self.status, body);
        *response.headers_mut() = self.headers;
        response
    }
}
