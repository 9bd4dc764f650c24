//! `GET /` for a browser: what the service is, and which route has which rule. A program gets what the service's own
//! handler responds with.

use actix_web::dev::ServiceResponse;
use actix_web::http::header::{
    Accept, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue, VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, guard, web};
use askama::Template;
use identity_actix::{Access, AccessRoute, AccessTable};
use utoipa::openapi::content::Content;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, RefOr};
use uuid::Uuid;

use crate::info::ServiceInfo;

const PATH: &str = "/";

#[derive(Template)]
#[template(path = "index.html")]
struct Page<'a> {
    info: ServiceInfo,
    /// The path prefix, without a slash at its end.
    prefix: &'a str,
    routes: Vec<Row<'a>>,
    /// Allows the page's own style sheet and no other.
    nonce: String,
}

struct Row<'a> {
    route: &'a AccessRoute,
    /// The rule, in words.
    rule: String,
    /// Whether a link leads there: a browser sends no token.
    has_link: bool,
}

/// Adds the page, if the service has a route at `/`. It comes before that route, and is for requests that prefer HTML.
pub(crate) fn page(
    app: &mut web::ServiceConfig,
    info: ServiceInfo,
    access: &AccessTable,
    prefix: Option<&str>,
) {
    if !is_there(access) {
        return;
    }
    let prefix = prefix.unwrap_or_default().to_owned();
    let page = web::resource(PATH)
        .guard(guard::Get())
        .guard(guard::fn_guard(|request| {
            request
                .header::<Accept>()
                .is_some_and(|accept| prefers_html(&accept))
        }))
        .to(move |access: web::Data<AccessTable>| {
            std::future::ready(respond(info, &access, &prefix))
        });
    app.service(page);
}

/// Says that the response depends on `Accept`, to caches between the service and its clients.
pub(crate) fn vary<B>(response: &mut ServiceResponse<B>) {
    let request = response.request();
    if request.path() == PATH && request.method() == Method::GET {
        add_vary(response.headers_mut());
    }
}

/// Adds the page to the document of the route at `/`.
pub(crate) fn document(mut document: OpenApi) -> OpenApi {
    let item = document.paths.paths.get_mut(PATH);
    let operation = item.and_then(|item| item.get.as_mut());
    let response = operation.and_then(|operation| operation.responses.responses.get_mut("200"));
    if let Some(RefOr::T(response)) = response {
        let html = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A page for a browser"))
            .build();
        let content = Content::new(Some(html));
        response
            .content
            .insert("text/html".to_owned(), RefOr::T(content));
    }
    document
}

fn is_there(access: &AccessTable) -> bool {
    access.public_paths().contains(&PATH)
}

/// `*/*` alone is a program.
fn prefers_html(accept: &Accept) -> bool {
    accept.preference().essence_str() == "text/html"
}

fn respond(info: ServiceInfo, access: &AccessTable, prefix: &str) -> HttpResponse {
    let page = Page {
        info,
        prefix: prefix.trim_end_matches('/'),
        routes: access.routes().iter().map(row).collect(),
        nonce: Uuid::new_v4().simple().to_string(),
    };
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        page.nonce
    );
    match page.render() {
        Ok(html) => HttpResponse::build(StatusCode::OK)
            .content_type("text/html; charset=utf-8")
            .insert_header((CONTENT_SECURITY_POLICY, policy))
            .insert_header((CACHE_CONTROL, "no-cache"))
            .body(html),
        Err(error) => {
            tracing::error!("could not write the page: {error}");
            HttpResponse::InternalServerError().finish()
        }
    }
}

fn row(route: &AccessRoute) -> Row<'_> {
    let (rule, is_public) = match &route.access {
        Access::Public => ("no token".to_owned(), true),
        Access::Protected { rule, .. } => (rule.to_string(), false),
        _ => (String::new(), false),
    };
    Row {
        route,
        rule,
        has_link: is_public && route.method == Method::GET && !route.path.contains('{'),
    }
}

fn add_vary(headers: &mut HeaderMap) {
    headers.append(VARY, HeaderValue::from_static("accept"));
}
