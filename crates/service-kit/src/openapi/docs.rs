//! The page that shows the OpenAPI document.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::guard::Get;
use actix_web::http::header::{
    CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ContentEncoding, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use url::Url;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerFile};

use identity_actix::ApiError;

/// The page: its configuration, and the origins that its script may connect to.
struct Page {
    config: Arc<Config<'static>>,
    policy: String,
}

/// For `App::configure`: serves the document at `/openapi.json`, and Swagger UI, which is built into the program, at
/// `/docs`.
pub(crate) fn docs(document: OpenApi) -> impl FnOnce(&mut web::ServiceConfig) {
    let page = web::Data::new(Page::of(&document));
    let document = web::Data::new(document);
    move |app| {
        app.app_data(page).app_data(document);
        // The guards are on the resources, so that other methods reach `no_such_route`.
        app.service(web::resource("/docs").guard(Get()).to(to_docs));
        app.service(web::resource("/docs/{file:.*}").guard(Get()).to(file));
        app.service(web::resource("/openapi.json").guard(Get()).to(openapi_json));
    }
}

impl Page {
    fn of(document: &OpenApi) -> Self {
        let flows = flows(document);
        // The page stores the password with the token, in the browser's local storage and in plain text.
        let asks_for_password = flows.iter().any(|(name, _)| name == "password");
        // Relative to the page, so that it is found behind a proxy with a path of its own.
        let config = Config::from("../openapi.json")
            .persist_authorization(!asks_for_password)
            // The default sends the document's address to a public service.
            .validator_url("none")
            .display_request_duration(true)
            .try_it_out_enabled(true);
        let origins: BTreeSet<_> = flows.iter().filter_map(|(_, flow)| origin(flow)).collect();
        let mut connect = String::from("'self'");
        for origin in origins {
            connect.push(' ');
            connect.push_str(&origin);
        }
        Self {
            config: Arc::new(config),
            // Swagger UI sets styles inline, and its icons are `data:` images.
            policy: format!(
                "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                 connect-src {connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            ),
        }
    }
}

/// Returns the OAuth flows in the document, each with its name.
fn flows(document: &OpenApi) -> Vec<(String, Value)> {
    let document = serde_json::to_value(document).unwrap_or_default();
    let schemes = document.pointer("/components/securitySchemes");
    let schemes = schemes.and_then(Value::as_object).into_iter().flatten();
    schemes
        .filter_map(|(_, scheme)| scheme.get("flows")?.as_object())
        .flatten()
        .map(|(name, flow)| (name.clone(), flow.clone()))
        .collect()
}

/// Returns the origin of a flow's token URL. Returns `None` if it is the service's own.
fn origin(flow: &Value) -> Option<String> {
    let url = Url::parse(flow.get("tokenUrl")?.as_str()?).ok()?;
    let origin = url.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// The links of the page are relative to `/docs/`, and so is the redirect to it.
async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, "docs/"))
        .finish()
}

async fn openapi_json(document: web::Data<OpenApi>) -> HttpResponse {
    HttpResponse::Ok().json(document.get_ref())
}

async fn file(
    request: HttpRequest,
    path: web::Path<String>,
    page: web::Data<Page>,
) -> Result<HttpResponse, ApiError> {
    match utoipa_swagger_ui::serve(&path, Arc::clone(&page.config)) {
        Ok(Some(file)) => Ok(answer(file, &page.policy)),
        Ok(None) => Err(ApiError::not_found(format!(
            "There is no {}",
            request.path()
        ))),
        Err(error) => Err(ApiError::broken(&error.to_string())),
    }
}

fn answer(file: SwaggerFile<'static>, policy: &str) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .content_type(file.content_type)
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "no-referrer"));
    if file.gzpipped {
        response.insert_header((CONTENT_ENCODING, ContentEncoding::Gzip));
    }
    response.body(match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    })
}
