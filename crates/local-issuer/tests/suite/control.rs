use local_issuer::{ControlLimits, Endpoint, Fault, LocalIssuer, TokenKind};
use serde_json::{Value, json};

use crate::support::{
    CONTROL_TOKEN, client, control, controlled, facts, form, get, get_json, json_of, post_form,
    quick, refused, rows, start,
};

/// Every call, with a body that it takes.
const CALLS: &[(&str, &str)] = &[
    ("state", "{}"),
    ("reset", "{}"),
    ("rotate", "{}"),
    ("keys/publish", r#"{"algorithm":"ES256"}"#),
    ("keys/hostile", r#"{"key":"small_rsa"}"#),
    ("keys/withhold", r#"{"kid":"x"}"#),
    ("keys/withdraw", r#"{"kid":"x"}"#),
    ("keys/restore", r#"{"kid":"x"}"#),
    ("keys/remove", "{}"),
    ("faults", r#"{"endpoint":"all","fault":"close"}"#),
    ("faults/clear", "{}"),
    ("clock", r#"{"offset_seconds":60}"#),
    ("mint", "{}"),
    ("requests", "{}"),
];

async fn call(base: &str, name: &str, token: Option<&str>, body: &str) -> (u16, Value) {
    let mut request = client()
        .post(format!("{base}/_control/{name}"))
        .body(body.to_owned());
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let (status, _, body) = facts(request.send().await.unwrap()).await;
    (status, body)
}

/// What a call would have changed.
fn changes(issuer: &LocalIssuer) -> [Value; 2] {
    [&**issuer.descope(), &**issuer.auth0()].map(|provider| {
        let mut state = serde_json::to_value(provider.control_state()).unwrap();
        for member in ["now", "endpoints"] {
            state.as_object_mut().unwrap().remove(member).unwrap();
        }
        state
    })
}

#[tokio::test]
async fn without_a_control_token_there_is_no_control_plane() {
    let issuer = start().await;
    let before = changes(&issuer);
    for base in [issuer.descope().base_url(), issuer.auth0().base_url()] {
        let unknown = call(base, "no-such-call", None, "{}").await;
        assert_eq!(unknown.0, 404);
        for (name, body) in CALLS {
            let (status, body) = call(base, name, Some(CONTROL_TOKEN), body).await;
            let body = body.to_string().replace(name, "no-such-call");
            let expected = (unknown.0, unknown.1.to_string());
            assert_eq!(
                (status, body),
                expected,
                "{name} must look like any unknown path"
            );
        }
    }
    assert_eq!(changes(&issuer), before);
}

#[tokio::test]
async fn every_call_wants_the_token_and_post() {
    let issuer = controlled().await;
    let before = changes(&issuer);
    let base = issuer.descope().base_url();
    let refused =
        json!({ "error": "invalid_token", "error_description": "Expected the control token" });
    for (name, body) in CALLS {
        for token in [None, Some(""), Some("let-me-i"), Some("let-me-in2")] {
            let answer = call(base, name, token, body).await;
            assert_eq!(answer, (401, refused.clone()), "{name} with {token:?}");
        }
        for method in ["GET", "PUT", "DELETE", "PATCH"] {
            let request = client()
                .request(method.parse().unwrap(), format!("{base}/_control/{name}"))
                .body(*body);
            assert_eq!(
                request.try_clone().unwrap().send().await.unwrap().status(),
                401
            );
            let answer = request.bearer_auth(CONTROL_TOKEN).send().await.unwrap();
            assert_eq!(answer.headers()["allow"], "POST");
            let (status, _, answer) = facts(answer).await;
            assert_eq!(
                (status, &answer["error"]),
                (405, &json!("method_not_allowed")),
                "{method} {name}"
            );
        }
    }
    let unknown = call(base, "nothing", Some(CONTROL_TOKEN), "{}").await;
    assert_eq!((unknown.0, &unknown.1["error"]), (404, &json!("not_found")));
    let basic = client()
        .post(format!("{base}/_control/state"))
        .basic_auth("x", Some(CONTROL_TOKEN))
        .send()
        .await
        .unwrap();
    assert_eq!(basic.status(), 401);
    assert_eq!(
        basic.headers()["www-authenticate"],
        r#"Bearer realm="local-issuer""#
    );
    assert_eq!(changes(&issuer), before);
}

#[tokio::test]
async fn what_is_no_json_object_is_400_and_what_is_unknown_is_422() {
    let issuer = controlled().await;
    let before = changes(&issuer);
    let descope = issuer.descope();
    for (name, _) in CALLS {
        for body in ["[", "{", "nonsense", "{} {}"] {
            let (status, answer) = call(descope.base_url(), name, Some(CONTROL_TOKEN), body).await;
            // Two objects in a row may fail at the first, which lacks what the call needs.
            let expected: &[u16] = if body == "{} {}" { &[400, 422] } else { &[400] };
            assert!(expected.contains(&status), "{name} {body}: {answer}");
        }
        let (_, description) = refused(descope, name, &json!({ "no_such_member": 1 })).await;
        assert!(
            description.contains("no_such_member"),
            "{name}: {description}"
        );
    }
    let table = json!([
        ["rotate", { "revoke": 1 }, "revoke", "expected a boolean"],
        ["clock", { "offset_seconds": "1" }, "offset_seconds", "i64"],
        ["clock", {}, null, "missing field `offset_seconds`"],
        ["clock", { "offset_seconds": i64::MAX }, "offset_seconds", "expected -3153600000 to 3153600000"],
        ["requests", { "last": -1 }, "last", "usize"],
        ["keys/publish", { "algorithm": "HS256" }, "algorithm", "expected one of `RS256`, `RS384`"],
    ]);
    for row in rows(table) {
        let [name, body, member, expected] = &row[..] else {
            panic!("{row:?}")
        };
        let (found, description) = refused(descope, name.as_str().unwrap(), body).await;
        assert_eq!(&found, member, "{name} {body}: {description}");
        let expected = expected.as_str().unwrap();
        assert!(
            description.contains(expected),
            "{name} {body}: {description}"
        );
    }
    assert_eq!(changes(&issuer), before);
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let mut config = quick();
    config.control_token = Some(local_issuer::Secret::new(CONTROL_TOKEN));
    config.control_limits = ControlLimits {
        body_bytes: 100,
        ..ControlLimits::default()
    };
    let issuer = LocalIssuer::start(config).await.unwrap();
    let body = |length| json!({ "endpoint": "jwks", "fault": { "body": "x".repeat(length) } });
    let (status, answer) = control(issuer.auth0(), "faults", &body(100)).await;
    let expected = json!({ "error": "payload_too_large", "error_description": "Expected a body of at most 100 bytes" });
    assert_eq!((status, answer), (413, expected));
    assert_eq!(issuer.auth0().faults(), []);
    assert_eq!(control(issuer.auth0(), "faults", &body(10)).await.0, 200);
}

#[tokio::test]
async fn tokens_follow_the_clock_of_their_provider_and_no_other() {
    let issuer = controlled().await;
    let (descope, auth0) = (issuer.descope(), issuer.auth0());
    let issued = async |ahead: i64| {
        let (status, _, answer) = post_form(&descope.token_url(), &form("admin", &[])).await;
        assert_eq!(status, 200);
        let claims = json_of(answer["access_token"].as_str().unwrap(), 1);
        let now = auth0.now();
        let iat = claims["iat"].as_i64().unwrap();
        assert_eq!(claims["exp"].as_i64().unwrap() - iat, 600);
        assert!(
            (iat - now - ahead).abs() < 60,
            "{iat} is not {ahead} after {now}"
        );
    };
    issued(0).await;
    for offset in [100_000, -100_000, 0] {
        let (status, answer) =
            control(descope, "clock", &json!({ "offset_seconds": offset })).await;
        assert_eq!(
            (status, &answer["clock_offset_seconds"]),
            (200, &json!(offset))
        );
        assert_eq!((descope.clock_offset(), auth0.clock_offset()), (offset, 0));
        issued(offset).await;
        let minted = descope
            .mint("admin", TokenKind::Access)
            .unwrap()
            .expires_in(5);
        let exp = minted.claims()["exp"].as_i64().unwrap();
        assert!((exp - auth0.now() - offset).abs() < 60, "{exp}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_path_and_endpoint_and_the_last_are_remembered() {
    let mut config = quick();
    config.control_token = Some(local_issuer::Secret::new(CONTROL_TOKEN));
    config.control_limits.requests = 4;
    let issuer = LocalIssuer::start(config).await.unwrap();
    let (descope, auth0) = (issuer.descope(), issuer.auth0());
    get(&auth0.discovery_url()).await;
    get(&auth0.jwks_url()).await;
    get(&auth0.jwks_url()).await;
    post_form(
        &auth0.token_url(),
        &[("client_secret", "secret-in-the-body")],
    )
    .await;
    get(&format!(
        "{}/nowhere?secret-in-the-query=1",
        auth0.base_url()
    ))
    .await;
    let counts = json!({
        "/.well-known/openid-configuration": 1, "/.well-known/jwks.json": 2, "/oauth/token": 1, "/nowhere": 1,
    });
    let (status, mut seen) = control(auth0, "requests", &json!({ "last": 3 })).await;
    assert_eq!(status, 200);
    let mut sorted = seen["requests"].take();
    sorted.as_object_mut().unwrap().sort_keys();
    let mut counts = counts;
    counts.as_object_mut().unwrap().sort_keys();
    assert_eq!(sorted, counts);
    assert_eq!(
        seen["endpoints"],
        json!({ "discovery": 1, "jwks": 2, "other": 1, "token": 1 })
    );
    let last: Vec<_> = seen["last"]
        .as_array()
        .unwrap()
        .iter()
        .map(|seen| {
            assert!(seen["at_milliseconds"].as_u64().unwrap() > 1_700_000_000_000);
            json!([seen["method"], seen["path"], seen["endpoint"]])
        })
        .collect();
    let expected = [
        json!(["GET", "/.well-known/jwks.json", "jwks"]),
        json!(["POST", "/oauth/token", "token"]),
        json!(["GET", "/nowhere", null]),
    ];
    assert_eq!(last, expected);
    assert!(!seen.to_string().contains("secret"), "{seen}");
    assert_eq!(auth0.request_log().last.len(), 4, "no more are remembered");
    assert_eq!((auth0.jwks_requests(), descope.jwks_requests()), (2, 0));
    assert_eq!(auth0.endpoint_requests(Endpoint::All), 5);

    let (_, shown) = control(auth0, "requests", &json!({ "reset": true })).await;
    assert_eq!(shown["endpoints"]["jwks"], 2, "shown once more");
    let (_, forgotten) = control(auth0, "requests", &json!({})).await;
    assert_eq!(
        forgotten,
        json!({ "requests": {}, "endpoints": {}, "last": [] })
    );
}

#[tokio::test]
async fn reset_goes_back_to_the_start_and_leaves_the_other_side_alone() {
    let issuer = controlled().await;
    let start = changes(&issuer);
    let first_set = get_json(&issuer.descope().jwks_url()).await;
    for provider in [&**issuer.descope(), &**issuer.auth0()] {
        for (name, body) in CALLS.iter().filter(|(name, _)| *name != "reset") {
            let body: Value = serde_json::from_str(body).unwrap();
            control(provider, name, &body).await;
        }
        let current = provider.key_ids().current;
        assert!(provider.withhold(&current));
        provider.fail(Endpoint::Jwks, Fault::Garbage).unwrap();
        provider
            .publish_hostile(&local_issuer::HostileKey::Many(3))
            .unwrap();
        provider.set_clock_offset(7);
    }
    let changed = changes(&issuer);
    assert!(changed[0] != start[0] && changed[1] != start[1]);

    let (status, state) = control(issuer.descope(), "reset", &json!({})).await;
    assert_eq!((status, &state["endpoints"]), (200, &json!({})));
    let after = changes(&issuer);
    assert_eq!(after[0], start[0]);
    assert_eq!(after[1], changed[1], "the other side");
    assert_eq!(get_json(&issuer.descope().jwks_url()).await, first_set);
    let (_, shown) = control(issuer.auth0(), "state", &json!({})).await;
    assert_eq!(shown["clock_offset_seconds"], 7);
    assert_eq!(
        shown["faults"][0],
        json!({ "endpoint": "jwks", "fault": "garbage", "requests": null })
    );
}
