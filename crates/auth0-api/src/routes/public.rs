//! Routes that need no token.

use actix_web::{get, web};
use identity_actix::AccessTable;
use serde::Serialize;
use utoipa::ToSchema;

/// A description of this service and its routes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index {
    #[schema(example = "Welcome to an API protected by Auth0")]
    message: &'static str,
    #[schema(example = "public")]
    status: &'static str,
    endpoints: Endpoints,
    #[schema(example = "/docs")]
    docs: &'static str,
}

/// The paths, grouped by whether they need a token.
#[derive(Debug, Serialize, ToSchema)]
pub struct Endpoints {
    public: Vec<&'static str>,
    protected: Vec<&'static str>,
}

/// A response that confirms success.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hello {
    #[schema(example = "success")]
    status: &'static str,
    msg: &'static str,
}

/// Describe this service and its routes
#[utoipa::path(tag = "public", responses((status = 200, description = "This service", body = Index)))]
#[get("/")]
pub async fn index(access: web::Data<AccessTable>) -> web::Json<Index> {
    web::Json(Index {
        message: "Welcome to an API protected by Auth0",
        status: "public",
        endpoints: Endpoints {
            public: access.public_paths(),
            protected: access.protected_paths(),
        },
        docs: "/docs",
    })
}

/// A route that needs no token
#[utoipa::path(tag = "public", responses((status = 200, description = "It worked", body = Hello)))]
#[get("/api/public")]
pub async fn hello() -> web::Json<Hello> {
    web::Json(Hello {
        status: "success",
        msg: "Hello from a public endpoint! You don't need a token to see this.",
    })
}
