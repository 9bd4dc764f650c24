//! Responses that are not a token.

use identity_core::client::{OAuthError, TokenClientError};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::client::failure;

/// Returns the rows of a table in JSON.
fn rows<T: serde::de::DeserializeOwned>(table: Value) -> T {
    serde_json::from_value(table).unwrap()
}

#[tokio::test]
async fn both_providers_errors_are_told() {
    // Status, body, and the code and the description of the error.
    let rows: Vec<(u16, Value, String, String)> = rows(json!([
        [400, {
            "errorCode": "E011003", "errorDescription": "Request is invalid",
            "errorMessage": "The grant_type field must be one of: client_credentials",
        }, "E011003", "Request is invalid: The grant_type field must be one of: client_credentials"],
        [401, {
            "errorCode": "E061005", "errorDescription": "Invalid token",
            "errorMessage": "Failed to validate", "message": "more",
        }, "E061005", "Invalid token: Failed to validate"],
        [400, {"errorCode": "E063316", "errorMessage": "Application is not associated with this MCP server"},
            "E063316", "Application is not associated with this MCP server"],
        [400, {"errorCode": "E011001"}, "E011001", ""],
        [401, {"error": "access_denied", "error_description": "Unauthorized"}, "access_denied", "Unauthorized"],
        [403, {"error": "access_denied", "error_description": "Service not enabled within domain: api"},
            "access_denied", "Service not enabled within domain: api"],
        [429, {"error": "too_many_requests", "error_description": "Slow down"}, "too_many_requests", "Slow down"],
        [400, {"error": "invalid_client"}, "invalid_client", ""],
        [400, {"error": "invalid_scope", "error_description": null}, "invalid_scope", ""],
    ]));
    for (status, body, code, description) in rows {
        let answer = ResponseTemplate::new(status).set_body_json(&body);
        let error = failure(answer, "no such text").await;
        assert_eq!(error.code(), "token_refused", "{error}");
        let TokenClientError::Refused(error) = error else {
            panic!("{error}")
        };
        let expected = OAuthError {
            status,
            code,
            description,
        };
        assert_eq!(error, expected, "{body}");
    }
}

#[tokio::test]
async fn an_answer_that_is_neither_is_told_without_its_body() {
    let seen = "s3en-in-the-body";
    let rows: Vec<(u16, Value)> = rows(json!([
        [500, seen],
        [502, {"message": seen}],
        [400, {"error": {"message": seen}}],
        [401, [seen]],
        [200, {"token": seen, "token_type": "Bearer"}],
        [200, {"access_token": [seen], "token_type": "Bearer"}],
        [200, {"access_token": null, "id_token": seen, "token_type": "Bearer"}],
        [200, {"access_token": "", "id_token": seen, "token_type": "Bearer"}],
        [200, {"access_token": seen}],
        [200, {"access_token": seen, "token_type": "DPoP"}],
        [200, {"access_token": seen, "token_type": "mac"}],
        [200, {"access_token": seen, "token_type": ""}],
        [200, {"access_token": seen, "token_type": "Bearer", "expires_in": seen}],
        [200, {"error": "access_denied", "error_description": seen}],
        [200, seen],
    ]));
    for (status, body) in rows {
        let answer = ResponseTemplate::new(status).set_body_json(&body);
        let error = failure(answer, seen).await;
        let sentence = format!("{status} {body}: {error}");
        assert_eq!(error.code(), "token_answer_unreadable", "{sentence}");
    }
    let page = format!("<html>{seen}</html>");
    let twice = r#"{"access_token":"s3en-in-the-body","access_token":"b","token_type":"Bearer"}"#;
    for (status, body) in [(200, page.as_str()), (502, &page), (200, twice)] {
        let answer = ResponseTemplate::new(status).set_body_string(body);
        let error = failure(answer, seen).await;
        assert_eq!(error.code(), "token_answer_unreadable", "{status} {body}");
    }
}

#[tokio::test]
async fn an_answer_over_the_size_limit_is_not_read() {
    let huge = "x".repeat(300 * 1024);
    let error = failure(ResponseTemplate::new(200).set_body_string(huge), "xxx").await;
    assert_eq!(error.code(), "token_endpoint_unreachable", "{error}");
}
