//! Responses that are not a token.

use identity_core::client::{OAuthError, TokenClientError};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::client::failure;

#[tokio::test]
async fn both_providers_errors_are_told() {
    let rows: [(u16, Value, &str, &str); 9] = [
        (
            400,
            json!({
                "errorCode": "E011003", "errorDescription": "Request is invalid",
                "errorMessage": "The grant_type field must be one of: client_credentials",
            }),
            "E011003",
            "Request is invalid: The grant_type field must be one of: client_credentials",
        ),
        (
            401,
            json!({
                "errorCode": "E061005", "errorDescription": "Invalid token",
                "errorMessage": "Failed to validate", "message": "more",
            }),
            "E061005",
            "Invalid token: Failed to validate",
        ),
        (
            400,
            json!({"errorCode": "E063316", "errorMessage": "Application is not associated with this MCP server"}),
            "E063316",
            "Application is not associated with this MCP server",
        ),
        (400, json!({"errorCode": "E011001"}), "E011001", ""),
        (
            401,
            json!({"error": "access_denied", "error_description": "Unauthorized"}),
            "access_denied",
            "Unauthorized",
        ),
        (
            403,
            json!({"error": "access_denied", "error_description": "Service not enabled within domain: api"}),
            "access_denied",
            "Service not enabled within domain: api",
        ),
        (
            429,
            json!({"error": "too_many_requests", "error_description": "Slow down"}),
            "too_many_requests",
            "Slow down",
        ),
        (
            400,
            json!({"error": "invalid_client"}),
            "invalid_client",
            "",
        ),
        (
            400,
            json!({"error": "invalid_scope", "error_description": null}),
            "invalid_scope",
            "",
        ),
    ];
    for (status, body, code, description) in rows {
        let answer = ResponseTemplate::new(status).set_body_json(&body);
        let error = failure(answer, "no such text").await;
        assert_eq!(error.code(), "token_refused", "{error}");
        let TokenClientError::Refused(error) = error else {
            panic!("{error}")
        };
        let expected = OAuthError {
            status,
            code: code.to_owned(),
            description: description.to_owned(),
        };
        assert_eq!(error, expected, "{body}");
    }
}

#[tokio::test]
async fn an_answer_that_is_neither_is_told_without_its_body() {
    let seen = "s3en-in-the-body";
    let rows = [
        (500, json!(seen)),
        (502, json!({"message": seen})),
        (400, json!({"error": {"message": seen}})),
        (401, json!([seen])),
        (200, json!({"token": seen, "token_type": "Bearer"})),
        (200, json!({"access_token": [seen], "token_type": "Bearer"})),
        (
            200,
            json!({"access_token": null, "id_token": seen, "token_type": "Bearer"}),
        ),
        (
            200,
            json!({"access_token": "", "id_token": seen, "token_type": "Bearer"}),
        ),
        (200, json!({"access_token": seen})),
        (200, json!({"access_token": seen, "token_type": "DPoP"})),
        (200, json!({"access_token": seen, "token_type": "mac"})),
        (200, json!({"access_token": seen, "token_type": ""})),
        (
            200,
            json!({"access_token": seen, "token_type": "Bearer", "expires_in": seen}),
        ),
        (
            200,
            json!({"error": "access_denied", "error_description": seen}),
        ),
        (200, json!(seen)),
    ];
    for (status, body) in rows {
        let answer = ResponseTemplate::new(status).set_body_json(&body);
        let error = failure(answer, seen).await;
        assert_eq!(
            error.code(),
            "token_answer_unreadable",
            "{status} {body}: {error}"
        );
    }
    for status in [200, 502] {
        let page = ResponseTemplate::new(status).set_body_string(format!("<html>{seen}</html>"));
        assert_eq!(failure(page, seen).await.code(), "token_answer_unreadable");
    }
    let twice = r#"{"access_token":"s3en-in-the-body","access_token":"b","token_type":"Bearer"}"#;
    assert_eq!(
        failure(ResponseTemplate::new(200).set_body_string(twice), seen)
            .await
            .code(),
        "token_answer_unreadable"
    );
}

#[tokio::test]
async fn an_answer_over_the_size_limit_is_not_read() {
    let huge = "x".repeat(300 * 1024);
    let error = failure(ResponseTemplate::new(200).set_body_string(huge), "xxx").await;
    assert_eq!(error.code(), "token_endpoint_unreachable", "{error}");
}
