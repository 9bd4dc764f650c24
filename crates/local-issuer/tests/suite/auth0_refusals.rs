use serde_json::json;

use crate::support::{Form, post_form, start};

const AUDIENCE: (&str, &str) = ("audience", "https://api.example.com");
const CLIENT_CREDENTIALS: (&str, &str) = ("grant_type", "client_credentials");
const ID: (&str, &str) = ("client_id", "local-machine");
const SECRET: (&str, &str) = ("client_secret", "local-machine-secret");

/// What is wrong, the request, and status, `error` and `error_description` of the answer.
type Case<'a> = (&'a str, Form<'a>, (u16, &'a str, &'a str));

#[tokio::test]
async fn every_refusal_has_auth0s_status_and_words() {
    let issuer = start().await;
    let management = format!("{}api/v2/", issuer.auth0().issuer());
    let no_grant = format!(
        "Client is not authorized to access \"{management}\". You need to create a \"client-grant\" associated to this API. \
         See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants"
    );
    let wrong = (401, "access_denied", "Unauthorized");
    let cases: [Case; 10] = [
        (
            "no grant type",
            &[ID, SECRET, AUDIENCE],
            (
                400,
                "invalid_request",
                "Missing required parameter: grant_type",
            ),
        ),
        (
            "an unknown grant type",
            &[("grant_type", "x"), ID, SECRET],
            (400, "unsupported_grant_type", "Grant type not supported"),
        ),
        (
            "a grant type the client has not",
            &[("grant_type", "password"), ID, SECRET],
            (
                403,
                "unauthorized_client",
                "Grant type 'password' not allowed for the client.",
            ),
        ),
        (
            "no client",
            &[CLIENT_CREDENTIALS, SECRET, AUDIENCE],
            (
                400,
                "invalid_request",
                "Missing required parameter: client_id",
            ),
        ),
        ("no secret", &[CLIENT_CREDENTIALS, ID, AUDIENCE], wrong),
        (
            "a wrong secret",
            &[CLIENT_CREDENTIALS, ID, ("client_secret", "x"), AUDIENCE],
            wrong,
        ),
        (
            "an unknown client",
            &[CLIENT_CREDENTIALS, ("client_id", "x"), SECRET, AUDIENCE],
            wrong,
        ),
        (
            "no audience",
            &[CLIENT_CREDENTIALS, ID, SECRET],
            (
                403,
                "access_denied",
                "Non-global clients are not allowed access to APIv1",
            ),
        ),
        (
            "an unknown audience",
            &[
                CLIENT_CREDENTIALS,
                ID,
                SECRET,
                ("audience", "https://other"),
            ],
            (
                403,
                "access_denied",
                "Service not enabled within domain: https://other",
            ),
        ),
        (
            "no client grant",
            &[CLIENT_CREDENTIALS, ID, SECRET, ("audience", &management)],
            (403, "access_denied", &no_grant),
        ),
    ];
    for (case, form, (status, error, description)) in cases {
        let expected = json!({ "error": error, "error_description": description });
        let answer = post_form(&issuer.auth0().token_url(), form).await;
        assert_eq!(answer, (status, "no-store".to_owned(), expected), "{case}");
    }
    let repeated = post_form(&issuer.auth0().token_url(), &[CLIENT_CREDENTIALS, ID, ID]).await;
    let expected = json!({ "error": "invalid_request", "error_description": "Parameter client_id must not be repeated" });
    assert_eq!(repeated, (400, "no-store".to_owned(), expected));
}
