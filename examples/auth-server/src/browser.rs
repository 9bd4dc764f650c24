//! The browser of a person who signs in: its cookies, and the proof that a form comes from this server's own page.

use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HOST, HeaderName, ORIGIN, SET_COOKIE};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use crate::tokens::secret;

/// How a browser reaches the server.
#[derive(Debug, Clone)]
pub struct PublicAddress {
    /// The origin of the issuer.
    origin: String,
    is_https: bool,
    /// The path before all paths of the server; empty if there is none.
    prefix: String,
}

/// A cookie: `HttpOnly`, `SameSite=Lax`, and with https `Secure`, until the browser is closed.
#[derive(Debug, Clone, Copy)]
pub enum Cookie {
    /// Binds a form to the browser that it was sent to.
    Form,
    /// Opens the browser session.
    Session,
}

/// The secret of a browser that its forms are bound to. It has no `Debug`.
pub struct FormKey {
    secret: String,
    /// Whether the browser does not have the cookie yet.
    is_new: bool,
}

impl PublicAddress {
    /// Returns the address of a server with this issuer, and with this `PATH_PREFIX` if the path is not the issuer's.
    pub fn of(issuer: &str, path_prefix: Option<&str>) -> Self {
        let url = Url::parse(issuer).ok();
        let path = url.as_ref().map(|url| url.path().trim_end_matches('/'));
        let prefix = path_prefix.or(path).unwrap_or_default().to_owned();
        Self {
            origin: url.map_or_else(String::new, |url| url.origin().ascii_serialization()),
            is_https: issuer.starts_with("https:"),
            prefix,
        }
    }

    /// Returns the value of a cookie.
    pub fn read(&self, cookie: Cookie, request: &HttpRequest) -> Option<String> {
        let name = self.name(cookie);
        let headers = request.headers().get_all(COOKIE);
        let mut pairs = headers
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(found, _)| *found == name)?;
        Some(value.to_owned())
    }

    /// Returns the header that sets a cookie.
    pub fn set(&self, cookie: Cookie, value: &str) -> (HeaderName, String) {
        let name = self.name(cookie);
        let (path, secure) = (
            self.cookie_path(),
            if self.is_https { "; Secure" } else { "" },
        );
        let header = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}");
        (SET_COOKIE, header)
    }

    /// Returns the header that removes a cookie.
    pub fn remove(&self, cookie: Cookie) -> (HeaderName, String) {
        let (header, value) = self.set(cookie, "");
        (header, format!("{value}; Max-Age=0"))
    }

    fn cookie_path(&self) -> String {
        format!("{}/", self.prefix)
    }

    /// Returns the name with the prefix that browsers enforce: `__Host-` is for the path `/` alone.
    fn name(&self, cookie: Cookie) -> String {
        let prefix = match (self.is_https, self.prefix.is_empty()) {
            (false, _) => "",
            (true, true) => "__Host-",
            (true, false) => "__Secure-",
        };
        let name = match cookie {
            Cookie::Form => "auth_server_form",
            Cookie::Session => "auth_server_session",
        };
        format!("{prefix}{name}")
    }

    /// Returns whether a page of this server may have sent the form, as far as the browser says: no page of another origin
    /// did. Browsers that say nothing are left to the token of the form.
    pub fn may_have_sent(&self, request: &HttpRequest) -> bool {
        let mut sites = request.headers().get_all("sec-fetch-site");
        let mut origins = request.headers().get_all(ORIGIN);
        sites.all(|site| site == "same-origin" || site == "none")
            && origins.all(|origin| origin.to_str().is_ok_and(|one| self.is_own(one, request)))
    }

    /// Returns whether an origin is the issuer's, or the one that the request was sent to.
    fn is_own(&self, origin: &str, request: &HttpRequest) -> bool {
        let host = request
            .headers()
            .get(HOST)
            .and_then(|host| host.to_str().ok());
        let is_asked = |host| {
            origin
                .split_once("://")
                .is_some_and(|(scheme, own)| ["http", "https"].contains(&scheme) && own == host)
        };
        origin == self.origin || host.is_some_and(is_asked)
    }
}

impl FormKey {
    /// Returns the secret in the browser's cookie, or a new one. Fails if the system's random generator does.
    pub fn of(
        address: &PublicAddress,
        request: &HttpRequest,
    ) -> Result<Self, aws_lc_rs::error::Unspecified> {
        let known = address.read(Cookie::Form, request);
        // As long as one that this server made.
        match known.filter(|secret| secret.len() == 43) {
            Some(secret) => Ok(Self {
                secret,
                is_new: false,
            }),
            None => Ok(Self {
                secret: secret()?,
                is_new: true,
            }),
        }
    }

    /// Returns the token of a form for this request.
    pub fn token(&self, request: &str) -> String {
        let key = Key::new(HMAC_SHA256, self.secret.as_bytes());
        URL_SAFE_NO_PAD.encode(sign(&key, request.as_bytes()))
    }

    /// Returns whether this is the token of a form for this request, sent to this browser.
    pub fn made(&self, token: &str, request: &str) -> bool {
        let expected = self.token(request);
        !self.is_new && verify_slices_are_equal(token.as_bytes(), expected.as_bytes()).is_ok()
    }

    /// Returns the header that sets the cookie, if the browser does not have it yet.
    pub fn cookie(&self, address: &PublicAddress) -> Option<(HeaderName, String)> {
        self.is_new.then(|| address.set(Cookie::Form, &self.secret))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::{Cookie, FormKey, PublicAddress};

    #[test]
    fn a_cookie_is_as_narrow_as_the_address_lets_it_be() {
        for (issuer, prefix, expected) in [
            (
                "https://id.example",
                None,
                "__Host-auth_server_session=x; Path=/; HttpOnly; SameSite=Lax; Secure",
            ),
            (
                "https://id.example/id",
                None,
                "__Secure-auth_server_session=x; Path=/id/; HttpOnly; SameSite=Lax; Secure",
            ),
            (
                "http://localhost:8002",
                Some("/auth"),
                "auth_server_session=x; Path=/auth/; HttpOnly; SameSite=Lax",
            ),
        ] {
            let (_, header) = PublicAddress::of(issuer, prefix).set(Cookie::Session, "x");
            assert_eq!(header, expected);
        }
    }

    #[test]
    fn a_form_of_another_origin_is_not_ours() {
        let address = PublicAddress::of("https://id.example/id", None);
        for (header, value, is_own) in [
            ("sec-fetch-site", "cross-site", false),
            ("sec-fetch-site", "same-site", false),
            ("sec-fetch-site", "same-origin", true),
            ("origin", "https://evil.example", false),
            ("origin", "https://id.example.evil.example", false),
            ("origin", "null", false),
            ("origin", "ftp://10.0.0.1:8002", false),
            ("origin", "https://id.example", true),
            ("origin", "http://10.0.0.1:8002", true),
        ] {
            let request = TestRequest::default().insert_header(("host", "10.0.0.1:8002"));
            let request = request.insert_header((header, value)).to_http_request();
            assert_eq!(address.may_have_sent(&request), is_own, "{header} {value}");
        }
    }

    #[test]
    fn a_token_is_for_one_request_and_one_browser() {
        let address = PublicAddress::of("http://localhost:8002", None);
        let unknown = TestRequest::default().to_http_request();
        let new = FormKey::of(&address, &unknown).unwrap();
        let token = new.token("a=1");
        assert!(!new.made(&token, "a=1"), "the browser has no cookie");
        let known = |secret: &str| {
            let cookie = format!("x=y; auth_server_form={secret}");
            let request = TestRequest::default().insert_header(("cookie", cookie));
            FormKey::of(&address, &request.to_http_request()).unwrap()
        };
        let same = known(&new.secret);
        assert!(same.made(&token, "a=1"));
        assert!(!same.made(&token, "a=2"));
        assert!(!same.made("", "a=1"));
        assert!(!known(&"A".repeat(43)).made(&token, "a=1"));
        assert!(!known("").made(&token, "a=1"));
    }
}
