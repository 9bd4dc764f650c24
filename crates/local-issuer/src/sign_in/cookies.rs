//! The issuer's cookies. Cookies know no port, so each provider has names of its own.

use actix_web::http::header::{COOKIE, HeaderName, SET_COOKIE};

use crate::provider::Call;

/// A cookie: `HttpOnly`, `SameSite=Lax`, `Secure` with https, until the browser is closed.
#[derive(Clone, Copy)]
pub(super) enum Cookie {
    /// Ties a form to the browser that it was sent to.
    Form,
    /// Names the session of a browser.
    Session,
}

impl Cookie {
    pub(super) fn read(self, call: &Call<'_>) -> Option<String> {
        let name = self.name(call);
        let headers = call.request.headers().get_all(COOKIE);
        let mut pairs = headers
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(found, _)| *found == name)?;
        Some(value.to_owned())
    }

    pub(super) fn header(self, call: &Call<'_>, value: &str) -> (HeaderName, String) {
        let secure = if call.base_url().starts_with("https:") {
            "; Secure"
        } else {
            ""
        };
        let name = self.name(call);
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}");
        (SET_COOKIE, cookie)
    }

    pub(super) fn removal(self, call: &Call<'_>) -> (HeaderName, String) {
        let (header, cookie) = self.header(call, "");
        (header, format!("{cookie}; Max-Age=0"))
    }

    fn name(self, call: &Call<'_>) -> String {
        let provider = call.provider.dialect.kind().name();
        let what = match self {
            Self::Form => "form",
            Self::Session => "session",
        };
        format!("local_issuer_{provider}_{what}")
    }
}
