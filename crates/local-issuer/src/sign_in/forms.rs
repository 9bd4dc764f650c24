//! Forms that only the browser can send that they were shown to, from the issuer's own page.

use actix_web::http::header::HeaderName;

use super::kept::{Form, Kept};
use super::read;
use crate::client_request::Parameters;
use crate::cookies::{self, Cookie};
use crate::keys::KeyError;
use crate::provider::Call;
use crate::random;
use crate::same_origin::is_same_origin;
use crate::secret::Secret;

/// How long a page may stay open, in seconds.
const LIFETIME: i64 = 30 * 60;
const SECRET_LETTERS: usize = 43;

/// What a page writes into its form, and the cookie that goes with it.
pub(super) struct OpenForm {
    pub(super) id: String,
    pub(super) csrf: String,
    pub(super) cookie: (HeaderName, String),
}

/// A form that came back.
pub(super) struct Submitted {
    pub(super) id: String,
    pub(super) form: Form,
    pub(super) parameters: Parameters,
}

/// Why a form is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FormError {
    #[error("This form was sent from a page of another site.")]
    OtherOrigin,
    #[error("The form cannot be read. {0}.")]
    Unreadable(String),
    #[error(
        "This page has expired or was used already. Go back to the application and start again."
    )]
    Unknown,
    #[error(
        "This form was not sent by the browser that it was shown to. Allow cookies, go back to the application and start again."
    )]
    OtherBrowser,
}

/// Remembers a form that is about to be shown.
pub(super) fn open(call: &Call<'_>, form: Form) -> Result<OpenForm, KeyError> {
    let csrf = random::alphanumeric(SECRET_LETTERS)?;
    let browser = cookies::browser(call)?;
    let kept = Kept {
        csrf: Secret::new(csrf.as_str()),
        browser: Secret::new(browser.as_str()),
        form,
    };
    let expires_at = call.provider.clock.now().saturating_add(LIFETIME);
    Ok(OpenForm {
        id: call.provider.sign_ins.forms.put(kept, expires_at)?,
        csrf,
        cookie: Cookie::Form.header(call, &browser),
    })
}

/// Checks a form that came back. It can come back again until [`close`].
pub(super) fn submitted(call: &Call<'_>) -> Result<Submitted, FormError> {
    if !is_same_origin(call.request) {
        return Err(FormError::OtherOrigin);
    }
    let parameters = read::parameters(call).map_err(FormError::Unreadable)?;
    let id = parameters.get("request").unwrap_or_default().to_owned();
    let now = call.provider.clock.now();
    let kept = call.provider.sign_ins.forms.get(&id, now);
    let kept = kept.ok_or(FormError::Unknown)?;
    let csrf = parameters.get("csrf").unwrap_or_default();
    let browser = Cookie::Form.read(call).unwrap_or_default();
    if !kept.csrf.matches(csrf) || !kept.browser.matches(&browser) {
        return Err(FormError::OtherBrowser);
    }
    Ok(Submitted {
        id,
        form: kept.form,
        parameters,
    })
}

/// Forgets a form that did its work; an error if another request was first.
pub(super) fn close(call: &Call<'_>, id: &str) -> Result<(), FormError> {
    let now = call.provider.clock.now();
    let closed = call.provider.sign_ins.forms.take(id, now);
    closed.map(|_| ()).ok_or(FormError::Unknown)
}
