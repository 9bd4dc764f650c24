//! axum with jwt-authorizer, on one thread.

use std::env;
use std::error::Error;

use axum::routing::get;
use axum::{Json, Router};
use jwt_authorizer::{IntoLayer, JwtAuthorizer, JwtClaims, Validation};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Clone, Deserialize)]
struct Claims {
    sub: String,
    permissions: Vec<String>,
}

#[derive(Serialize)]
struct Public {
    status: &'static str,
}

#[derive(Serialize)]
struct Private {
    message: &'static str,
    user_authenticated: bool,
    token_info: TokenInfo,
}

#[derive(Serialize)]
struct TokenInfo {
    sub: String,
    permissions: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let validation = Validation::new()
        .iss(&[env::var("ISSUER")?])
        .aud(&[env::var("AUDIENCE")?]);
    let authorizer = JwtAuthorizer::<Claims>::from_jwks_url(&env::var("JWKS_URL")?)
        .validation(validation)
        .build()
        .await?;
    let app = Router::new()
        .route("/api/private", get(private))
        .layer(authorizer.into_layer())
        .route("/api/public", get(public));
    let listener = TcpListener::bind(("127.0.0.1", env::var("PORT")?.parse()?)).await?;
    axum::serve(listener, app).tcp_nodelay(true).await?;
    Ok(())
}

async fn public() -> Json<Public> {
    Json(Public { status: "success" })
}

async fn private(JwtClaims(claims): JwtClaims<Claims>) -> Json<Private> {
    Json(Private {
        message: "This is a protected endpoint",
        user_authenticated: true,
        token_info: TokenInfo {
            sub: claims.sub,
            permissions: claims.permissions,
        },
    })
}
