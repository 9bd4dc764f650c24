//! What protects the forms: a token for each, bound to the browser, and whether the browser has shown the control token.

use super::action::Action;
use crate::cookies::{self, Cookie};
use crate::keys::KeyError;
use crate::provider::{Call, Provider};

/// The browser that the page is shown to.
pub(super) struct Forms<'a> {
    provider: &'a Provider,
    pub(super) browser: String,
}

impl<'a> Forms<'a> {
    /// The forms of the browser of this request, which may be a new one.
    pub(super) fn new(call: &Call<'a>) -> Result<Self, KeyError> {
        Ok(Self {
            provider: call.provider,
            browser: cookies::browser(call)?,
        })
    }

    /// What the form of this action sends along.
    pub(super) fn csrf(&self, action: &str) -> String {
        self.provider.form_key.tag(&["form", &self.browser, action])
    }
}

/// Whether the browser that sends `csrf` got it with the form of this action.
pub(super) fn is_own_form(call: &Call<'_>, action: Action, csrf: &str) -> bool {
    cookies::known_browser(call).is_some_and(|browser| {
        let parts = ["form", browser.as_str(), action.name()];
        call.provider.form_key.is_tag(&parts, csrf)
    })
}

/// Whether the browser has shown the control token, and it is still the same.
pub(super) fn is_unlocked(call: &Call<'_>) -> bool {
    let cookie = Cookie::Control.read(call).unwrap_or_default();
    let browser = cookies::known_browser(call);
    browser
        .zip(call.provider.control_token.as_ref())
        .is_some_and(|(browser, token)| {
            let parts = ["control", browser.as_str(), token.reveal()];
            call.provider.form_key.is_tag(&parts, &cookie)
        })
}

/// The value of the cookie of a browser that has shown the control token; `None` if `token` is another, or there is none.
pub(super) fn unlocked(call: &Call<'_>, token: &str) -> Option<String> {
    let own = call.provider.control_token.as_ref()?;
    let browser = cookies::known_browser(call).filter(|_| own.matches(token))?;
    let parts = ["control", browser.as_str(), own.reveal()];
    Some(call.provider.form_key.tag(&parts))
}
