//! A fault, and the responses that it is for.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The responses of a provider that a fault is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Endpoint {
    /// The discovery documents.
    Discovery,
    /// The key set, at each of its addresses.
    Jwks,
    /// The token endpoints, Descope's access-key exchange among them.
    Token,
    /// The authorization endpoint, and the pages that it leads to.
    Authorize,
    /// The userinfo endpoint.
    Userinfo,
    /// The endpoint where a device asks for its codes.
    DeviceAuthorization,
    /// The revocation endpoint.
    Revocation,
    /// The addresses for signing out.
    Logout,
    /// Every response of the provider, unknown paths too; `/health` and the control plane are not the provider's.
    All,
}

/// One thing that is wrong with a response.
///
/// Faults of one endpoint add up, in the order in which they were set: a 503 with another body, late and byte by byte.
/// Of those that decide how the body is sent (`Drip`, `Truncate`, `Grow`, `Close`, `Reset`) the last one counts.
/// In JSON it is written as [serde](https://serde.rs/enum-representations.html) does it: `"close"`, `{"status": 503}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is sent for this long, or until the fault is cleared.
    #[serde(rename = "delay_milliseconds", with = "milliseconds")]
    Delay(Duration),
    /// The body comes in small pieces; what is left is sent at once when the fault is cleared.
    Drip {
        /// Bytes in a piece.
        bytes: usize,
        /// The time before each piece.
        #[serde(rename = "every_milliseconds", with = "milliseconds")]
        every: Duration,
    },
    /// Another status; the body stays, so that a client that looks at the body only is fooled.
    Status(u16),
    /// Another body; the content type stays.
    Body(String),
    /// A body that is neither JSON nor UTF-8.
    Garbage,
    /// No body.
    Empty,
    /// Another JSON document, of any shape.
    Json(Value),
    /// Members of the JSON document are set or left out; a body that is no JSON object stays as it is.
    Members {
        /// Members to set.
        #[serde(default)]
        set: Map<String, Value>,
        /// Members to leave out.
        #[serde(default)]
        remove: Vec<String>,
    },
    /// Headers are set or left out.
    Headers {
        /// Headers to set.
        #[serde(default)]
        set: std::collections::BTreeMap<String, String>,
        /// Headers to leave out.
        #[serde(default)]
        remove: Vec<String>,
    },
    /// A redirect without a body.
    Redirect {
        /// The status, from 300 to 399.
        #[serde(default = "found")]
        status: u16,
        /// Where to; the very address that was asked if there is none, which makes a loop.
        #[serde(default)]
        location: Option<String>,
    },
    /// This many bytes of the body are sent under the length of the whole, then the connection is closed.
    Truncate(usize),
    /// The body is followed by spaces, which no JSON reader minds, until it has this many bytes; they are made while they are sent.
    Grow {
        /// The size of the body.
        bytes: u64,
        /// Whether the size is declared.
        #[serde(default)]
        length: Length,
    },
    /// The connection is closed without a response.
    Close,
    /// The connection is reset (TCP RST) without a response.
    Reset,
}

/// Whether a client can know the size of a body before it has read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Length {
    /// By `Content-Length`.
    #[default]
    Declared,
    /// Not at all: `Transfer-Encoding: chunked`.
    Chunked,
}

/// Why a fault was not set; each names what is expected.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// A value cannot be sent, or is over a limit.
    #[error("{member}: {expected}")]
    Value {
        /// The member of the fault.
        member: &'static str,
        /// What it should be.
        expected: String,
    },
    /// Too many faults are active already.
    #[error("expected at most {0} faults at a time; clear some")]
    TooMany(usize),
}

impl FaultError {
    /// A stable name for this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Value { .. } => "bad_fault",
            Self::TooMany(_) => "too_many_faults",
        }
    }
}

impl Endpoint {
    /// Every endpoint.
    pub(crate) const EACH: [Self; 9] = [
        Self::Discovery,
        Self::Jwks,
        Self::Token,
        Self::Authorize,
        Self::Userinfo,
        Self::DeviceAuthorization,
        Self::Revocation,
        Self::Logout,
        Self::All,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Token => "token",
            Self::Authorize => "authorize",
            Self::Userinfo => "userinfo",
            Self::DeviceAuthorization => "device_authorization",
            Self::Revocation => "revocation",
            Self::Logout => "logout",
            Self::All => "all",
        }
    }

    /// Whether a fault of this endpoint is about responses of `asked`; `None` is a path that belongs to no endpoint.
    pub(super) fn covers(self, asked: Option<Self>) -> bool {
        self == Self::All || Some(self) == asked
    }
}

impl Fault {
    /// Sets one member of a JSON document: `Fault::member("issuer", "https://other.example")`.
    pub fn member(name: &str, value: impl Into<Value>) -> Self {
        Self::Members {
            set: Map::from_iter([(name.to_owned(), value.into())]),
            remove: Vec::new(),
        }
    }

    /// Leaves one member of a JSON document out.
    pub fn without_member(name: &str) -> Self {
        Self::Members {
            set: Map::new(),
            remove: vec![name.to_owned()],
        }
    }

    /// Sets one header: `Fault::header("content-type", "text/html")`.
    pub fn header(name: &str, value: &str) -> Self {
        Self::Headers {
            set: [(name.to_owned(), value.to_owned())].into(),
            remove: Vec::new(),
        }
    }

    /// A redirect (302) to this address.
    pub fn redirect(location: &str) -> Self {
        Self::Redirect {
            status: found(),
            location: Some(location.to_owned()),
        }
    }

    /// A redirect (302) to the address that was asked.
    pub fn redirect_loop() -> Self {
        Self::Redirect {
            status: found(),
            location: None,
        }
    }

    /// Whether the connection ends without a response.
    pub(crate) fn sends_nothing(&self) -> bool {
        matches!(self, Self::Close | Self::Reset)
    }

    /// A body of this size, which is declared.
    pub fn grow(bytes: u64) -> Self {
        Self::Grow {
            bytes,
            length: Length::Declared,
        }
    }
}

fn found() -> u16 {
    302
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        time.as_millis().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}
