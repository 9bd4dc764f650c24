//! The addresses of the pages, which are the same at both providers.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::decide::decide;
use super::pages;
use super::rules::SignInRules;
use crate::faults::Endpoint;
use crate::provider::{Methods, Route};

/// The form of every page, and the style sheet.
pub(crate) fn form_routes(rules: Arc<dyn SignInRules>) -> Vec<Route> {
    let form = Route::new(pages::FORM_PATH, Endpoint::Authorize, move |call| {
        Ok(decide(call, &*rules))
    });
    let style = Route::new(pages::STYLE_PATH, Endpoint::Authorize, |_| {
        Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/css; charset=utf-8"))
            .insert_header((CACHE_CONTROL, "no-cache"))
            .insert_header(("X-Content-Type-Options", "nosniff"))
            .body(pages::STYLE))
    });
    vec![form.with(Methods::Post), style]
}
