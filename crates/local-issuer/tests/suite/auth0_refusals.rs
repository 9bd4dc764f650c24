use serde_json::{Value, json};

use crate::support::{post_form, refused_token, rows, start};

#[tokio::test]
async fn every_refusal_has_auth0s_status_and_words() {
    let issuer = start().await;
    let management = format!("{}api/v2/", issuer.auth0().issuer());
    let no_grant = format!(
        "Client is not authorized to access \"{management}\". You need to create a \"client-grant\" associated to this API. \
         See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants"
    );
    // What is wrong, the members that differ from a good request (null: left out), status, `error` and `error_description`.
    let table = json!([
        ["no grant type", { "grant_type": null }, 400, "invalid_request", "Missing required parameter: grant_type"],
        ["an unknown grant type", { "grant_type": "x" }, 400, "unsupported_grant_type", "Grant type not supported"],
        ["a grant type of later", { "grant_type": "password" }, 403, "unauthorized_client", "This local issuer does not have the grant type password, only authorization_code, refresh_token, device_code and client_credentials"],
        ["no client", { "client_id": null }, 400, "invalid_request", "Missing required parameter: client_id"],
        ["no secret", { "client_secret": null }, 401, "access_denied", "Unauthorized"],
        ["a wrong secret", { "client_secret": "x" }, 401, "access_denied", "Unauthorized"],
        ["an unknown client", { "client_id": "x" }, 401, "access_denied", "Unauthorized"],
        ["no audience", { "audience": null }, 403, "access_denied", "Non-global clients are not allowed access to APIv1"],
        ["an unknown audience", { "audience": "https://other" }, 403, "access_denied", "Service not enabled within domain: https://other"],
        ["an organization that is not its own", { "organization": "org_other" }, 403, "access_denied", "The client is not allowed in the organization org_other"],
        ["no client grant", { "audience": management }, 403, "access_denied", no_grant],
    ]);
    for row in rows(table) {
        let good = json!({
            "grant_type": "client_credentials", "client_id": "local-machine",
            "client_secret": "local-machine-secret", "audience": "https://api.example.com",
        });
        let (status, body) = refused_token(&issuer.auth0().token_url(), good, &row[1]).await;
        let found = json!([
            row[0],
            row[1],
            status,
            body["error"],
            body["error_description"]
        ]);
        assert_eq!(found, Value::from(row));
        assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    }
    let twice = [
        ("grant_type", "client_credentials"),
        ("client_id", "a"),
        ("client_id", "b"),
    ];
    let repeated = post_form(&issuer.auth0().token_url(), &twice).await;
    let expected = json!({ "error": "invalid_request", "error_description": "Parameter client_id must not be repeated" });
    assert_eq!(repeated, (400, "no-store".to_owned(), expected));
}
