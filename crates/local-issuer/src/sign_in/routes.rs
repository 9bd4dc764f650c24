//! The addresses of the pages, which are the same at both providers.

use std::sync::Arc;

use super::decide::decide;
use super::rules::SignInRules;
use super::{device, pages};
use crate::faults::Endpoint;
use crate::page::{STYLE, style};
use crate::provider::{Methods, Route};

/// The form of every page, the style sheet, and the page for devices.
pub(crate) fn form_routes(rules: Arc<dyn SignInRules>) -> Vec<Route> {
    let form = Route::new(pages::FORM_PATH, Endpoint::Authorize, move |call| {
        Ok(decide(call, &*rules))
    });
    let style = Route::new(pages::STYLE_PATH, Endpoint::Authorize, |_| Ok(style(STYLE)));
    let device = Route::new(device::PAGE_PATH, Endpoint::Authorize, |call| {
        Ok(device::page(call))
    });
    vec![form.with(Methods::Post), style, device]
}
