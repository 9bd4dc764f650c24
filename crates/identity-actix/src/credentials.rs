//! The bearer token of a request (RFC 6750, section 2.1).

use std::future::{Ready, ready};
use std::ops::Range;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpRequest};
use memchr::{memchr, memchr3};

/// The bearer token of a request, not verified, or the reason why there is none. All `Authorization` headers are read,
/// so that no two readers can disagree about which one counts. The scheme is compared case-insensitively (RFC 9110,
/// section 11.1).
pub struct Credentials(pub(crate) Result<BearerToken, CredentialsFault>);

/// A token that is not verified: its header and the byte range in it, so that nothing is copied.
#[derive(Clone)]
pub(crate) struct BearerToken {
    header: HeaderValue,
    place: Range<usize>,
}

/// Why a request has no token to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CredentialsFault {
    /// There is no `Authorization` header, or one of another scheme.
    Missing,
    /// The `Authorization` header cannot be used; the message is for the client.
    Invalid(&'static str),
}

impl BearerToken {
    pub(crate) fn as_str(&self) -> &str {
        let token = self.header.as_bytes().get(self.place.clone());
        // `Credentials::of` accepts only ASCII.
        token
            .and_then(|token| std::str::from_utf8(token).ok())
            .unwrap_or_default()
    }
}

impl Credentials {
    /// Returns whether there are no bearer credentials, valid or not.
    pub(crate) fn are_missing(&self) -> bool {
        matches!(self.0, Err(CredentialsFault::Missing))
    }

    pub(crate) fn of(headers: &HeaderMap) -> Result<BearerToken, CredentialsFault> {
        let invalid = |detail| Err(CredentialsFault::Invalid(detail));
        let mut values = headers.get_all(AUTHORIZATION);
        let header = values.next().ok_or(CredentialsFault::Missing)?;
        if values.next().is_some() {
            return invalid("There is more than one Authorization header");
        }
        let value = header.as_bytes();
        if !value.is_ascii() {
            return invalid("The Authorization header is not plain ASCII");
        }
        let scheme = memchr(b' ', value).unwrap_or(value.len());
        let (scheme, token) = value.split_at(scheme);
        if !scheme.eq_ignore_ascii_case(b"Bearer") {
            return Err(CredentialsFault::Missing);
        }
        let is_other = |byte: &u8| *byte != b' ';
        let (Some(start), Some(last)) = (
            token.iter().position(is_other),
            token.iter().rposition(is_other),
        ) else {
            return invalid("The Authorization header has no token after Bearer");
        };
        let place = scheme.len() + start..scheme.len() + last + 1;
        let token = value.get(place.clone()).unwrap_or_default();
        if memchr3(b' ', b'\t', b',', token).is_some() {
            return invalid("The Authorization header has more than one token after Bearer");
        }
        Ok(BearerToken {
            header: header.clone(),
            place,
        })
    }
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
