//! Routes that tell a client how to get a token, and what is in one.

use actix_web::{get, web};
use identity_core::providers::Auth0Config;
use serde::Serialize;
use utoipa::ToSchema;

/// The information that a client needs to get a token.
#[derive(Debug, Serialize, ToSchema)]
pub struct Info {
    message: &'static str,
    #[schema(example = "dev-example.us.auth0.com")]
    auth0_domain: String,
    #[schema(example = "https://api.example.com")]
    required_audience: String,
}

/// The structure of a token, and how to get one.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenStructure {
    jwt_structure: JwtStructure,
    how_to_get_token: HowToGetToken,
}

/// The three parts of a JWT.
#[derive(Debug, Serialize, ToSchema)]
pub struct JwtStructure {
    /// The header parameters.
    header: Vec<Member>,
    /// The claims.
    payload: Vec<Member>,
    /// What is signed, and with which key.
    signature: &'static str,
}

/// A member of a JSON object, with its meaning.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    name: String,
    meaning: String,
}

/// The token request of a machine client (client credentials grant).
#[derive(Debug, Serialize, ToSchema)]
pub struct HowToGetToken {
    method: &'static str,
    url: String,
    body: TokenRequest,
}

/// The body of the token request.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenRequest {
    client_id: &'static str,
    client_secret: &'static str,
    audience: String,
    grant_type: &'static str,
}

/// Show the domain and audience that a client needs to get a token
#[utoipa::path(tag = "public", responses((status = 200, description = "Domain and audience", body = Info)))]
#[get("/public/info")]
pub async fn info(settings: web::Data<Auth0Config>) -> web::Json<Info> {
    web::Json(Info {
        message: "Ask this domain for a token with this audience",
        auth0_domain: settings.domain.to_string(),
        required_audience: settings.audiences().join(" or "),
    })
}

/// Explain the structure of a token, and how to get one
#[utoipa::path(tag = "public", responses((status = 200, description = "As this service checks it", body = TokenStructure)))]
#[get("/demo/token-structure")]
pub async fn token_structure(settings: web::Data<Auth0Config>) -> web::Json<TokenStructure> {
    let roles = format!(
        "roles, if an Action puts them there (AUTH0_ROLES_CLAIM names the claim: {})",
        settings.roles_claim
    );
    web::Json(TokenStructure {
        jwt_structure: JwtStructure {
            header: vec![
                member(
                    "alg",
                    format!("the signature's algorithm: {}", settings.algorithms),
                ),
                member("typ", "the kind of token: JWT, or at+jwt"),
                member(
                    "kid",
                    "which key of the tenant's key set made the signature",
                ),
            ],
            payload: vec![
                member(
                    "iss",
                    format!("who issued it: exactly {}", settings.issuers().join(" or ")),
                ),
                member("sub", "who it is about: a user, or a client (...@clients)"),
                member(
                    "aud",
                    format!(
                        "whom it is for: {} must be there",
                        settings.audiences().join(" or ")
                    ),
                ),
                member("iat", "when it was issued, in seconds since 1970"),
                member("exp", "when it ends, in seconds since 1970"),
                member("scope", "what the client may do, separated by spaces"),
                member(
                    "permissions",
                    "what the caller may do, if the API has RBAC switched on",
                ),
                member(&settings.roles_claim, roles),
            ],
            signature: "over header and payload; made with the tenant's private key, checked with the public one from its key set",
        },
        how_to_get_token: HowToGetToken {
            method: "POST",
            url: format!("{}oauth/token", settings.issuer),
            body: TokenRequest {
                client_id: "YOUR_CLIENT_ID",
                client_secret: "YOUR_CLIENT_SECRET",
                audience: settings.audience.clone(),
                grant_type: "client_credentials",
            },
        },
    })
}

fn member(name: &str, meaning: impl Into<String>) -> Member {
    Member {
        name: name.to_owned(),
        meaning: meaning.into(),
    }
}
