//! The issuer's cookies. Cookies know no port, so each provider has names of its own.

use actix_web::http::header::{COOKIE, HeaderName, SET_COOKIE};

use crate::keys::KeyError;
use crate::provider::Call;
use crate::random;

const BROWSER_LETTERS: usize = 43;

/// A cookie: `HttpOnly`, `SameSite=Lax`, `Secure` with https, until the browser is closed.
#[derive(Clone, Copy)]
pub(crate) enum Cookie {
    /// Ties a form to the browser that it was sent to.
    Form,
    /// Names the session of a browser.
    Session,
    /// Says that the browser has shown the control token.
    Control,
}

impl Cookie {
    pub(crate) fn read(self, call: &Call<'_>) -> Option<String> {
        let name = self.name(call);
        let headers = call.request.headers().get_all(COOKIE);
        let mut pairs = headers
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(found, _)| *found == name)?;
        Some(value.to_owned())
    }

    pub(crate) fn header(self, call: &Call<'_>, value: &str) -> (HeaderName, String) {
        let secure = if call.base_url().starts_with("https:") {
            "; Secure"
        } else {
            ""
        };
        let name = self.name(call);
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}");
        (SET_COOKIE, cookie)
    }

    pub(crate) fn removal(self, call: &Call<'_>) -> (HeaderName, String) {
        let (header, cookie) = self.header(call, "");
        (header, format!("{cookie}; Max-Age=0"))
    }

    fn name(self, call: &Call<'_>) -> String {
        let provider = call.provider.dialect.kind().name();
        let what = match self {
            Self::Form => "form",
            Self::Session => "session",
            Self::Control => "control",
        };
        format!("local_issuer_{provider}_{what}")
    }
}

/// The browser that a form is shown to, by its [`Cookie::Form`], which pages in several tabs share.
pub(crate) fn known_browser(call: &Call<'_>) -> Option<String> {
    Cookie::Form.read(call).filter(|value| is_ours(value))
}

/// As [`known_browser`], or a new name.
pub(crate) fn browser(call: &Call<'_>) -> Result<String, KeyError> {
    known_browser(call).map_or_else(|| random::alphanumeric(BROWSER_LETTERS), Ok)
}

fn is_ours(value: &str) -> bool {
    value.len() == BROWSER_LETTERS && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
