//! A refusal as an HTTP response.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::Value;

/// A status, a JSON body and at most one header.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    body: Box<Value>,
    header: Option<(&'static str, &'static str)>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            body: Box::new(body),
            header: None,
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.status, self.body)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(header) = self.header {
            response.insert_header(header);
        }
        response.json(&self.body)
    }
}
