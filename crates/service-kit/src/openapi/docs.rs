//! The page that shows the OpenAPI document.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::guard::Get;
use actix_web::http::header::{CONTENT_ENCODING, ContentEncoding, LOCATION};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerFile};

use identity_actix::ApiError;

/// For `App::configure`: serves the document at `/openapi.json`, and Swagger UI, which is built into the program, at
/// `/docs`.
pub(crate) fn docs(document: OpenApi) -> impl FnOnce(&mut web::ServiceConfig) {
    let config = Config::from("/openapi.json")
        .persist_authorization(true)
        .display_request_duration(true)
        .try_it_out_enabled(true);
    let page = web::Data::from(Arc::new(config));
    let document = web::Data::new(document);
    move |app| {
        app.app_data(page).app_data(document);
        // The guards are on the resources, so that other methods reach `no_such_route`.
        app.service(web::resource("/docs").guard(Get()).to(to_docs));
        app.service(web::resource("/docs/{file:.*}").guard(Get()).to(file));
        app.service(web::resource("/openapi.json").guard(Get()).to(openapi_json));
    }
}

/// The links of the page are relative to `/docs/`.
async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, "/docs/"))
        .finish()
}

async fn openapi_json(document: web::Data<OpenApi>) -> HttpResponse {
    HttpResponse::Ok().json(document.get_ref())
}

async fn file(
    request: HttpRequest,
    path: web::Path<String>,
    page: web::Data<Config<'static>>,
) -> Result<HttpResponse, ApiError> {
    match utoipa_swagger_ui::serve(&path, page.into_inner()) {
        Ok(Some(file)) => Ok(answer(file)),
        Ok(None) => Err(ApiError::not_found(format!(
            "There is no {}",
            request.path()
        ))),
        Err(error) => Err(ApiError::broken(&error.to_string())),
    }
}

fn answer(file: SwaggerFile<'static>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type(file.content_type);
    if file.gzpipped {
        response.insert_header((CONTENT_ENCODING, ContentEncoding::Gzip));
    }
    response.body(match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    })
}
