use serde_json::{Value, json};

use crate::support::{client, facts, refused_token, rows, start};

#[tokio::test]
async fn every_refusal_has_descopes_status_and_words() {
    let issuer = start().await;
    let project = issuer.descope().project_id();
    let grant_types = "The grant_type field must be one of: authorization_code, refresh_token, client_credentials";
    // What is wrong, the members that differ from a good request (null: left out), status, code, description and message.
    let table = json!([
        ["no grant type", { "grant_type": null }, 400, "E011003", "Request is invalid", grant_types],
        ["an unknown grant type", { "grant_type": "password" }, 400, "E011003", "Request is invalid", grant_types],
        ["a tenant that is not its own", { "tenant": "T2Other" }, 400, "E011004", "Invalid arguments", "admin has no tenant T2Other"],
        ["no client", { "client_id": null }, 400, "E011002", "Missing arguments", "The client_id field is required"],
        ["no secret", { "client_secret": null }, 400, "E011002", "Missing arguments", "The client_secret field is required"],
        ["a wrong secret", { "client_secret": "x" }, 401, "E062803", "Invalid access key", "Failed to validate access key"],
        ["an unknown client", { "client_id": "x" }, 401, "E062803", "Invalid access key", "Failed to validate access key"],
        ["another's secret", { "client_id": "local-viewer" }, 401, "E062803", "Invalid access key", "Failed to validate access key"],
        ["the project with a wrong key", { "client_id": project, "client_secret": "x" }, 401, "E062803", "Invalid access key", "Failed to validate access key"],
    ]);
    let url = issuer.descope().token_url();
    for row in rows(table) {
        let good = json!({
            "grant_type": "client_credentials", "client_id": "local-admin", "client_secret": "local-admin-secret",
        });
        let (status, body) = refused_token(&url, good, &row[1]).await;
        let words = ["errorCode", "errorDescription", "errorMessage"].map(|name| &body[name]);
        let found = json!([row[0], row[1], status, words[0], words[1], words[2]]);
        assert_eq!(found, Value::from(row));
        assert_eq!(body.as_object().unwrap().len(), 3, "{body}");
    }
    let not_json = client()
        .post(url)
        .header("content-type", "application/json")
        .body("grant_type=client_credentials");
    let answer = facts(not_json.send().await.unwrap()).await;
    let expected = json!({
        "errorCode": "E011001", "errorDescription": "Bad request", "errorMessage": "The request body is not valid JSON",
    });
    assert_eq!(answer, (400, "no-store".to_owned(), expected));
}
