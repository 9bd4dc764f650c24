//! The bearer token of a request (RFC 6750, section 2.1).

use std::future::{Ready, ready};
use std::ops::Range;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpRequest};

/// What the `Authorization` headers hold: all of them are looked at, so that no two readers can disagree about which
/// one counts. The scheme is compared without regard to case (RFC 9110, section 11.1).
pub struct Credentials(pub(crate) Result<BearerToken, CredentialsFault>);

/// A token as it came, not verified: where it stands in its header, so that nothing is copied.
#[derive(Clone)]
pub(crate) struct BearerToken {
    header: HeaderValue,
    place: Range<usize>,
}

/// Why there is no token to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CredentialsFault {
    /// There is no header, or one of another scheme.
    Missing,
    /// There is one that cannot be used; the sentence is for the client.
    Invalid(&'static str),
}

impl BearerToken {
    pub(crate) fn as_str(&self) -> &str {
        let token = self.header.as_bytes().get(self.place.clone());
        // It was a text when it was found.
        token
            .and_then(|token| std::str::from_utf8(token).ok())
            .unwrap_or_default()
    }
}

impl Credentials {
    fn of(headers: &HeaderMap) -> Result<BearerToken, CredentialsFault> {
        let mut values = headers.get_all(AUTHORIZATION);
        let header = values.next().ok_or(CredentialsFault::Missing)?;
        if values.next().is_some() {
            return Err(CredentialsFault::Invalid(
                "There is more than one Authorization header",
            ));
        }
        let value = plain_ascii(header).ok_or(CredentialsFault::Invalid(
            "The Authorization header is not plain ASCII",
        ))?;
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(CredentialsFault::Missing);
        }
        let token = token.trim_start_matches(' ');
        let start = value.len() - token.len();
        let token = token.trim_end_matches(' ');
        if token.is_empty() {
            return Err(CredentialsFault::Invalid(
                "The Authorization header has no token after Bearer",
            ));
        }
        let separates = |byte| matches!(byte, b' ' | b'\t' | b',');
        if any(token, separates) {
            return Err(CredentialsFault::Invalid(
                "The Authorization header has more than one token after Bearer",
            ));
        }
        Ok(BearerToken {
            header: header.clone(),
            place: start..start + token.len(),
        })
    }
}

/// The value, if it is of visible ASCII characters, spaces and tabs.
fn plain_ascii(header: &HeaderValue) -> Option<&str> {
    let value = std::str::from_utf8(header.as_bytes()).ok()?;
    let is_foreign = |byte| !matches!(byte, b' '..=b'~' | b'\t');
    (!any(value, is_foreign)).then_some(value)
}

/// Whether any byte is such a one. Looks at all of them, so that many are looked at at once.
fn any(text: &str, such: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(false, |found, byte| found | such(byte))
}

impl FromRequest for Credentials {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(Self::of(request.headers()))))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::AUTHORIZATION;
    use actix_web::test::TestRequest;

    use super::{Credentials, CredentialsFault};

    fn read(values: &[&[u8]]) -> Result<String, CredentialsFault> {
        let request = values
            .iter()
            .fold(TestRequest::default(), |request, value| {
                request.append_header((AUTHORIZATION, *value))
            });
        Credentials::of(request.to_http_request().headers()).map(|token| token.as_str().to_owned())
    }

    #[test]
    fn no_header_or_another_scheme_is_missing() {
        assert_eq!(read(&[]), Err(CredentialsFault::Missing));
        for value in [
            &b"Basic YTpi"[..],
            b"Bearertoken",
            b"",
            b"DPoP a.b.c",
            b"Token a.b.c",
        ] {
            assert_eq!(read(&[value]), Err(CredentialsFault::Missing), "{value:?}");
        }
    }

    #[test]
    fn a_header_that_could_be_read_in_two_ways_is_invalid() {
        let cases: &[&[&[u8]]] = &[
            &[b"Bearer a.b.c", b"Bearer a.b.c"],
            &[b"Basic YTpi", b"Bearer a.b.c"],
            &[b"Bearer"],
            &[b"Bearer   "],
            &[b"Bearer a.b.c d"],
            &[b"Bearer a.b.c, Bearer d.e.f"],
            &[b"Bearer a\tb"],
            &[b"Bearer \xff\xfe"],
        ];
        for values in cases {
            assert!(
                matches!(read(values), Err(CredentialsFault::Invalid(_))),
                "{values:?}"
            );
        }
    }

    #[test]
    fn the_scheme_is_read_without_regard_to_case() {
        for value in [&b"Bearer a.b.c"[..], b"bearer a.b.c", b"BEARER  a.b.c"] {
            assert_eq!(read(&[value]).as_deref(), Ok("a.b.c"), "{value:?}");
        }
    }
}
