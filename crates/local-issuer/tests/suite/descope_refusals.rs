use serde_json::{Value, json};

use crate::support::{Form, client, facts, post_form, start};

const CLIENT_CREDENTIALS: (&str, &str) = ("grant_type", "client_credentials");

/// What is wrong, the request, and status and body of the answer.
type Case<'a> = (&'a str, Form<'a>, u16, Value);

fn refusal(code: &str, description: &str, message: &str) -> Value {
    json!({ "errorCode": code, "errorDescription": description, "errorMessage": message })
}

#[tokio::test]
async fn every_refusal_has_descopes_status_and_words() {
    let issuer = start().await;
    let project = issuer.descope().project_id().to_owned();
    let grant_types = refusal(
        "E011003",
        "Request is invalid",
        "The grant_type field must be one of: authorization_code, refresh_token, client_credentials",
    );
    let missing = |name: &str| {
        refusal(
            "E011002",
            "Missing arguments",
            &format!("The {name} field is required"),
        )
    };
    let wrong = refusal(
        "E062803",
        "Invalid access key",
        "Failed to validate access key",
    );
    let unsupported = "The local issuer supports the grant type client_credentials only";
    let cases: [Case; 9] = [
        (
            "no grant type",
            &[("client_id", "local-admin")],
            400,
            grant_types.clone(),
        ),
        (
            "an unknown grant type",
            &[("grant_type", "password")],
            400,
            grant_types,
        ),
        (
            "a grant type of later",
            &[("grant_type", "refresh_token")],
            400,
            refusal("E011003", "Request is invalid", unsupported),
        ),
        (
            "no client",
            &[CLIENT_CREDENTIALS],
            400,
            missing("client_id"),
        ),
        (
            "no secret",
            &[CLIENT_CREDENTIALS, ("client_id", "local-admin")],
            400,
            missing("client_secret"),
        ),
        (
            "a wrong secret",
            &[
                CLIENT_CREDENTIALS,
                ("client_id", "local-admin"),
                ("client_secret", "x"),
            ],
            401,
            wrong.clone(),
        ),
        (
            "an unknown client",
            &[
                CLIENT_CREDENTIALS,
                ("client_id", "x"),
                ("client_secret", "local-admin-secret"),
            ],
            401,
            wrong.clone(),
        ),
        (
            "another's secret",
            &[
                CLIENT_CREDENTIALS,
                ("client_id", "local-viewer"),
                ("client_secret", "local-admin-secret"),
            ],
            401,
            wrong.clone(),
        ),
        (
            "the project with a wrong key",
            &[
                CLIENT_CREDENTIALS,
                ("client_id", &project),
                ("client_secret", "x"),
            ],
            401,
            wrong,
        ),
    ];
    for (case, form, status, body) in cases {
        let answer = post_form(&issuer.descope().token_url(), form).await;
        assert_eq!(answer, (status, "no-store".to_owned(), body), "{case}");
    }
    let not_json = client()
        .post(issuer.descope().token_url())
        .header("content-type", "application/json")
        .body("grant_type=client_credentials")
        .send()
        .await
        .unwrap();
    let expected = refusal(
        "E011001",
        "Bad request",
        "The request body is not valid JSON",
    );
    assert_eq!(
        facts(not_json).await,
        (400, "no-store".to_owned(), expected)
    );
}
