//! W3C Trace Context: the headers `traceparent` and `tracestate`.

use std::fmt::{self, Display};

use actix_web::http::header::HeaderMap;
use uuid::Uuid;

use super::state;

/// The name of a request's span.
pub(crate) const REQUEST: &str = "request";

/// The trace that a request belongs to, and the span that is its parent there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TraceContext {
    pub(crate) trace_id: TraceId,
    pub(crate) parent_id: u64,
    /// Whether the parent may have been exported.
    pub(crate) is_sampled: bool,
    /// Whether the caller of the request named the trace.
    pub(crate) is_remote: bool,
    pub(crate) state: Option<String>,
}

/// The id of a trace: never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceId(pub(crate) u128);

impl Display for TraceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

impl TraceContext {
    /// Returns the trace of a request with these headers: its caller's, or a new one if the caller names none. Headers that
    /// the recommendation does not allow are ignored.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self::received(headers).unwrap_or_else(Self::new)
    }

    fn received(headers: &HeaderMap) -> Option<Self> {
        let mut parents = headers.get_all("traceparent");
        let parent = parents.next()?;
        if parents.next().is_some() {
            return None;
        }
        let context = Self::parse(parent.as_bytes())?;
        let states = headers.get_all("tracestate").map(|value| value.to_str());
        let states = states.collect::<Result<Vec<_>, _>>().unwrap_or_default();
        Some(Self {
            state: state::read(&states),
            ..context
        })
    }

    /// Parses `traceparent` (W3C Trace Context, section 3.2). Of the flags only `sampled` is read, as in version 00.
    fn parse(text: &[u8]) -> Option<Self> {
        let (known, rest) = text.split_at_checked(55)?;
        let mut fields = known.split(|byte| *byte == b'-');
        let mut field = |length: usize| fields.next().filter(|field| field.len() == length);
        let version = hex(field(2)?)?;
        let trace_id = TraceId(hex(field(32)?)?);
        let parent_id = u64::try_from(hex(field(16)?)?).ok()?;
        let flags = hex(field(2)?)?;
        let is_whole = match version {
            0 => rest.is_empty(),
            0xff => false,
            // A later version may add fields.
            _ => rest.first().is_none_or(|next| *next == b'-'),
        };
        let context = Self {
            trace_id,
            parent_id,
            is_sampled: flags & 1 == 1,
            is_remote: true,
            state: None,
        };
        let is_valid = is_whole && context.trace_id.0 != 0 && context.parent_id != 0;
        is_valid.then_some(context)
    }

    /// Begins a trace. No span of it is exported, unless the export decides otherwise.
    fn new() -> Self {
        // A few bits of such an id are always the same: those that a ratio of traces is decided by are not among them.
        let (high, low) = Uuid::new_v4().as_u64_pair();
        Self {
            trace_id: TraceId(u128::from(low) << 64 | u128::from(high)),
            parent_id: Uuid::new_v4().as_u64_pair().1,
            is_sampled: false,
            is_remote: false,
            state: None,
        }
    }

    /// Returns the value of `traceparent`, in version 00.
    pub(crate) fn traceparent(&self) -> String {
        let Self {
            trace_id,
            parent_id,
            ..
        } = self;
        let flags = u8::from(self.is_sampled);
        format!("00-{trace_id}-{parent_id:016x}-{flags:02x}")
    }

    /// Returns the value of `tracestate`.
    pub(crate) fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// Parses lower-case hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number: u128, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::TraceContext;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";

    fn received(parents: &[&str]) -> Option<String> {
        let request = parents.iter().fold(TestRequest::get(), |request, parent| {
            request.append_header(("traceparent", *parent))
        });
        let request = request.to_srv_request();
        let context = TraceContext::received(request.headers());
        context.map(|context| context.traceparent())
    }

    #[test]
    fn a_traceparent_that_is_not_allowed_is_ignored() {
        for (why, parent) in [
            ("empty", String::new()),
            ("no fields", TRACE.to_owned()),
            ("version ff", format!("ff-{TRACE}-{PARENT}-01")),
            ("version of one digit", format!("0-{TRACE}-{PARENT}-01")),
            (
                "version that is no number",
                format!("0g-{TRACE}-{PARENT}-01"),
            ),
            (
                "a trace id of zeros",
                format!("00-{}-{PARENT}-01", "0".repeat(32)),
            ),
            (
                "a parent id of zeros",
                format!("00-{TRACE}-{}-01", "0".repeat(16)),
            ),
            (
                "upper case",
                format!("00-{}-{PARENT}-01", TRACE.to_uppercase()),
            ),
            (
                "a short trace id",
                format!("00-{}-{PARENT}-01", &TRACE[1..]),
            ),
            ("a long trace id", format!("00-{TRACE}0-{PARENT}-01")),
            (
                "a short parent id",
                format!("00-{TRACE}-{}-01", &PARENT[1..]),
            ),
            ("no flags", format!("00-{TRACE}-{PARENT}")),
            ("flags of one digit", format!("00-{TRACE}-{PARENT}-1")),
            (
                "flags that are no number",
                format!("00-{TRACE}-{PARENT}-0x"),
            ),
            (
                "more than version 00 has",
                format!("00-{TRACE}-{PARENT}-01-00"),
            ),
            (
                "a later version, without a dash",
                format!("01-{TRACE}-{PARENT}-0100"),
            ),
            ("other separators", format!("00_{TRACE}_{PARENT}_01")),
            ("a space before it", format!("00 -{TRACE}-{PARENT}-01")),
            ("not ASCII", format!("00-{TRACE}-{PARENT}-é")),
        ] {
            assert_eq!(received(&[&parent]), None, "{why}: {parent}");
        }
        let one = format!("00-{TRACE}-{PARENT}-01");
        assert_eq!(received(&[&one, &one]), None, "two headers");
        assert_eq!(received(&[]), None);
    }

    #[test]
    fn a_traceparent_is_read_and_written_in_version_00() {
        for (flags, sampled) in [("00", "00"), ("01", "01"), ("03", "01"), ("fe", "00")] {
            let read = received(&[&format!("00-{TRACE}-{PARENT}-{flags}")]);
            assert_eq!(read.unwrap(), format!("00-{TRACE}-{PARENT}-{sampled}"));
        }
        for later in ["cc-{}-01", "01-{}-01-", "01-{}-01-what-comes-later"] {
            let later = later.replace("{}", &format!("{TRACE}-{PARENT}"));
            let read = received(&[&later]);
            assert_eq!(read.unwrap(), format!("00-{TRACE}-{PARENT}-01"), "{later}");
        }
    }

    #[test]
    fn a_request_without_a_trace_begins_one() {
        let request = TestRequest::get().to_srv_request();
        let (one, other) = (
            TraceContext::of(request.headers()),
            TraceContext::of(request.headers()),
        );
        assert_ne!(one.trace_id, other.trace_id);
        let written = TraceContext::parse(one.traceparent().as_bytes()).unwrap();
        assert!(!written.is_sampled);
        assert_eq!(written.trace_id, one.trace_id);
    }
}
