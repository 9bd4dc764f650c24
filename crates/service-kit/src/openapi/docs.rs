//! The page that shows the OpenAPI document.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::guard::Get;
use actix_web::http::header::{
    CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ContentEncoding, LOCATION,
};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::Value;
use url::Url;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerFile};

use super::sign_in::{SignIn, dialog};
use identity_actix::ApiError;

/// Swagger UI's own page, with the name of the service instead of "Swagger UI", so that its tab can be told from others,
/// and a shorter dialog.
const HTML: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{title}</title>
    <link rel="stylesheet" href="./swagger-ui.css">
    <link rel="stylesheet" href="index.css">
    <link rel="icon" type="image/png" href="./favicon-32x32.png" sizes="32x32">
    <link rel="stylesheet" href="service.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="./swagger-ui-bundle.js"></script>
    <script src="./swagger-ui-standalone-preset.js"></script>
    <script src="./swagger-initializer.js"></script>
  </body>
</html>
"#;

/// The page's own style sheet, after those of Swagger UI.
const STYLE: &str = "\
/* A public client has no secret, and the dialog fits on a screen. */
label[for='client_secret_authorizationCode'], label[for='client_secret_authorizationCode'] + * { display: none; }
.swagger-ui .dialog-ux .modal-ux-content { max-height: 80vh; }
.swagger-ui .dialog-ux .scope-def { display: none; }
.swagger-ui .scopes .checkbox { padding: 0; }
.swagger-ui .scopes .checkbox p { margin: 3px; }
";

/// The page, its configuration, and the origins that its script may connect to.
struct Page {
    html: String,
    config: Arc<Config<'static>>,
    policy: String,
}

/// For `App::configure`: serves the document at `/openapi.json`, and Swagger UI, which is built into the program, at
/// `/docs`. The Authorize dialog signs in as `sign_in` says.
pub(crate) fn docs(
    document: OpenApi,
    sign_in: Option<&SignIn>,
) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let page = web::Data::new(Page::of(&document, sign_in));
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
    fn of(document: &OpenApi, sign_in: Option<&SignIn>) -> Self {
        let flows = flows(document);
        // Relative to the page, so that it is found behind a proxy with a path of its own.
        let document_url = ["../openapi.json"];
        let config = match sign_in {
            Some(sign_in) => Config::with_oauth_config(document_url, dialog(document, sign_in)),
            None => Config::new(document_url),
        };
        let config = config
            // The browser's local storage would have passwords and tokens in plain text. A pasted token is kept: nothing in the
            // dialog gets it again.
            .persist_authorization(flows.is_empty())
            // Without the field for the address of another document.
            .use_base_layout()
            // The default sends the document's address to a public service.
            .validator_url("none")
            .display_request_duration(true)
            .try_it_out_enabled(true);
        let origins: BTreeSet<_> = flows.iter().filter_map(origin).collect();
        let mut connect = String::from("'self'");
        for origin in origins {
            connect.push(' ');
            connect.push_str(&origin);
        }
        Self {
            html: HTML.replace("{title}", &escaped(&document.info.title)),
            config: Arc::new(config),
            // The icons of Swagger UI are `data:` images. Its script sets styles one by one, which no policy forbids; only
            // attributes and elements with styles would need 'unsafe-inline'.
            policy: format!(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                 connect-src {connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            ),
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Returns the OAuth flows in the document.
fn flows(document: &OpenApi) -> Vec<Value> {
    let document = serde_json::to_value(document).unwrap_or_default();
    let schemes = document.pointer("/components/securitySchemes");
    let schemes = schemes.and_then(Value::as_object).into_iter().flatten();
    schemes
        .filter_map(|(_, scheme)| scheme.get("flows")?.as_object())
        .flat_map(|flows| flows.values().cloned())
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
    if path.is_empty() || *path == "index.html" {
        let mut response = with_headers(&page.policy);
        response.content_type("text/html; charset=utf-8");
        return Ok(response.body(page.html.clone()));
    }
    if *path == "service.css" {
        let mut response = with_headers(&page.policy);
        response.content_type("text/css; charset=utf-8");
        return Ok(response.body(STYLE));
    }
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
    let mut response = with_headers(policy);
    response.content_type(file.content_type);
    if file.gzpipped {
        response.insert_header((CONTENT_ENCODING, ContentEncoding::Gzip));
    }
    response.body(match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    })
}

fn with_headers(policy: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_SECURITY_POLICY, policy));
    response
}
