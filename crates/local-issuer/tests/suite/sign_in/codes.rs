use local_issuer::{IssuerConfig, LocalIssuer};
use serde_json::{Value, json};

use super::{APP, CHALLENGE, REDIRECT_URI, Side, VERIFIER};
use crate::support::{quick, rows, start};

/// What each provider says of a code: status and words.
fn refusal(side: &Side, what: &str) -> (u16, Value) {
    let auth0 = |status: u16, error: &str, text: &str| {
        (status, json!({ "error": error, "error_description": text }))
    };
    let descope = |status: u16, [code, description, message]: [&str; 3]| {
        let body =
            json!({ "errorCode": code, "errorDescription": description, "errorMessage": message });
        (status, body)
    };
    let arguments = |message| descope(400, ["E011004", "Invalid arguments", message]);
    let missing = |message| descope(400, ["E011002", "Missing arguments", message]);
    match (side.is_auth0(), what) {
        (true, "code") => auth0(403, "invalid_grant", "Invalid authorization code"),
        (true, "verifier") => auth0(403, "invalid_grant", "Failed to verify code verifier"),
        (true, "uri") => auth0(
            403,
            "invalid_grant",
            "The redirect URI is wrong. It must be the one of the authorization request.",
        ),
        (true, "client") => auth0(401, "access_denied", "Unauthorized"),
        (true, missing) => auth0(
            400,
            "invalid_request",
            &format!("Missing required parameter: {missing}"),
        ),
        (false, "code") => arguments("The code is invalid or has expired"),
        (false, "verifier") => arguments("The code_verifier is wrong"),
        (false, "uri") => arguments("The redirect_uri is not the one of the authorization"),
        (false, "client") => descope(
            401,
            [
                "E062803",
                "Invalid access key",
                "Failed to validate access key",
            ],
        ),
        (false, name) => missing(&format!("The {name} field is required")),
    }
}

#[tokio::test]
async fn a_code_is_refused_with_each_providers_words() {
    let issuer = start().await;
    // What is wrong, the members of the token request that differ, which refusal it is, whether the code is still good after it.
    let table = json!([
        ["no code", { "code": null }, "missing code", true],
        ["an unknown code", { "code": "x" }, "code", true],
        ["no client", { "client_id": null }, "missing client_id", true],
        ["an unknown client", { "client_id": "x" }, "client", true],
        ["a public client with a secret", { "client_secret": "x" }, "client", true],
        ["a confidential client without its secret", { "client_id": "local-web" }, "client", true],
        ["a foreign code", { "client_id": "local-web", "client_secret": "local-web-secret" }, "code", true],
        ["no verifier", { "code_verifier": null }, "missing code_verifier", false],
        ["a wrong verifier", { "code_verifier": VERIFIER.to_lowercase() }, "verifier", false],
        ["the challenge as the verifier", { "code_verifier": CHALLENGE }, "verifier", false],
        ["no redirect URI", { "redirect_uri": null }, "uri", false],
        ["another registered redirect URI", { "redirect_uri": "http://127.0.0.1:5001/other" }, "uri", false],
        ["another port", { "redirect_uri": "http://127.0.0.1:5002/callback" }, "uri", false],
    ]);
    for side in Side::both(&issuer).await {
        for row in rows(table.clone()) {
            let case = format!("{} {}", side.name(), row[0]);
            let code = side.code(json!({})).await;
            let what = row[2].as_str().unwrap();
            let expected = refusal(&side, what.strip_prefix("missing ").unwrap_or(what));
            let refused = side.redeem(&code, row[1].clone()).await;
            assert_eq!(
                refused,
                if what == "missing code" {
                    refusal_of_missing(&side)
                } else {
                    expected
                },
                "{case}"
            );
            let (status, body) = side.redeem(&code, json!({})).await;
            assert_eq!(status == 200, row[3] == true, "{case}: {body}");
        }
    }
}

/// `code` names two refusals.
fn refusal_of_missing(side: &Side) -> (u16, Value) {
    let (status, body) = refusal(side, "code_verifier");
    let body = body.to_string().replace("code_verifier", "code");
    (status, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn a_code_is_good_for_a_minute_of_the_issuers_clock() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        for (seconds, good) in [(55, true), (60, false)] {
            let code = side.code(json!({})).await;
            side.provider.set_clock_offset(seconds);
            let (status, body) = side.redeem(&code, json!({})).await;
            side.provider.set_clock_offset(0);
            assert_eq!(
                status == 200,
                good,
                "{} after {seconds} s: {body}",
                side.name()
            );
        }
    }
}

#[tokio::test]
async fn a_code_used_twice_ends_the_session_of_its_first_use() {
    let issuer = start().await;
    for side in Side::both(&issuer).await {
        let (code, other) = (side.code(json!({})).await, side.tokens(json!({})).await);
        let (_, tokens) = side.redeem(&code, json!({})).await;
        assert_eq!(side.redeem(&code, json!({})).await, refusal(&side, "code"));
        let token = tokens["refresh_token"].as_str().unwrap();
        assert_eq!(
            side.refresh(token, json!({})).await,
            side.wrong_refresh_token()
        );
        // Another session of the same user goes on.
        let token = other["refresh_token"].as_str().unwrap();
        assert_eq!(side.refresh(token, json!({})).await.0, 200);
    }
}

#[tokio::test]
async fn a_confidential_client_may_leave_pkce_out_and_then_no_verifier_fits() {
    let issuer = start().await;
    let without =
        json!({ "client_id": "local-web", "code_challenge": null, "code_challenge_method": null });
    let secret = json!({ "client_id": "local-web", "client_secret": "local-web-secret" });
    for side in Side::both(&issuer).await {
        let code = side.code(without.clone()).await;
        assert_eq!(
            side.redeem(&code, secret.clone()).await,
            refusal(&side, "verifier")
        );
        let code = side.code(without.clone()).await;
        let mut form = secret.clone();
        form["code_verifier"] = Value::Null;
        let (status, body) = side.redeem(&code, form).await;
        assert_eq!(status, 200, "{body}");
        // Also with HTTP Basic.
        let code = side.code(without.clone()).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
        ];
        let request = side.client.post(side.endpoint("token")).form(&form);
        let request = request.basic_auth("local-web", Some("local-web-secret"));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn the_oldest_sign_in_is_dropped_for_a_new_one() {
    let config = IssuerConfig {
        open_sign_ins: 3,
        ..quick()
    };
    let issuer = LocalIssuer::start(config).await.unwrap();
    for side in Side::both(&issuer).await {
        let first = side.code(json!({})).await;
        for _ in 0..2 {
            side.code(json!({})).await;
        }
        // The page of one who is not signed in yet takes no code away.
        let page = side
            .authorize(json!({ "prompt": "login", "client_id": APP }))
            .await;
        assert_eq!(page.status(), 200);
        assert_eq!(side.redeem(&first, json!({})).await.0, 200);
        for _ in 0..3 {
            side.code(json!({})).await;
        }
        assert_eq!(side.redeem(&first, json!({})).await, refusal(&side, "code"));
    }
}
