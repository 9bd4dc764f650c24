use std::time::{Duration, Instant};

use local_issuer::{
    ControlLimits, Endpoint, Fault, FaultError, Length, LocalIssuer, ProviderHandle, ProviderKind,
};
use serde_json::{Value, json};

use crate::support::{
    Form, client, client_without_redirects, control, controlled, get, get_json, post_form, quick,
    refused, rows, start,
};

/// Longer than any test runs.
const FOREVER: Duration = Duration::from_secs(24 * 60 * 60);

/// The body of `garbage`, as far as it is text.
const GARBAGE: &str = "\u{fffd}\u{fffd}\0{\"keys\":[\u{fffd} <html>";

/// Status, a header and the body of an answer, redirects as they are.
async fn seen(url: &str, header: &str) -> (u16, Option<String>, Vec<u8>) {
    let request = client_without_redirects().get(url).send().await.unwrap();
    let status = request.status().as_u16();
    let header = request.headers().get(header).cloned();
    let header = header.map(|value| value.to_str().unwrap().to_owned());
    (status, header, request.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn faults_that_cannot_be_sent_are_refused_and_named() {
    let mut config = quick();
    config.control_token = Some(local_issuer::Secret::new("let-me-in"));
    config.control_limits = ControlLimits {
        answer_bytes: 1000,
        ..ControlLimits::default()
    };
    let issuer = LocalIssuer::start(config).await.unwrap();
    let auth0 = issuer.auth0();
    let table = json!([
        [{ "status": 199 }, "fault.status", "expected a status from 200 to 599, got 199"],
        [{ "status": 600 }, "fault.status", "got 600"],
        [{ "status": "503" }, "fault.status", "expected u16"],
        [{ "redirect": { "status": 200 } }, "fault.redirect.status", "from 300 to 399"],
        [{ "redirect": { "location": "a\nb" } }, "fault.redirect.location", "without control characters"],
        [{ "redirect": { "to": "x" } }, "fault.redirect.to", "unknown field `to`"],
        [{ "headers": { "set": { "Content-Length": "1" } } }, "fault.headers", "got Content-Length; truncate and grow do that"],
        [{ "headers": { "remove": ["transfer-encoding"] } }, "fault.headers", "got transfer-encoding"],
        [{ "headers": { "set": { "a b": "1" } } }, "fault.headers", "expected the name of a header"],
        [{ "headers": { "set": { "a": "\r\nb" } } }, "fault.headers.set", "control characters"],
        [{ "grow": { "bytes": 1001 } }, "fault.grow.bytes", "expected at most 1000, got 1001"],
        [{ "grow": { "bytes": 1, "length": "none" } }, "fault.grow.length", "`declared` or `chunked`"],
        [{ "drip": { "bytes": 0, "every_milliseconds": 1 } }, "fault.drip.bytes", "expected 1 or more"],
        [{ "drip": { "bytes": 1, "every_milliseconds": 86_400_001 } }, "fault.drip.every_milliseconds", "expected at most 86400000"],
        [{ "delay_milliseconds": 86_400_001 }, "fault.delay_milliseconds", "expected at most 86400000, got 86400001"],
        [{ "delay_milliseconds": -1 }, "fault.delay_milliseconds", "u64"],
        ["burn", "fault", "expected one of `delay_milliseconds`, `drip`"],
    ]);
    for row in rows(table) {
        let [fault, member, expected] = &row[..] else {
            panic!("{row:?}")
        };
        let body = json!({ "endpoint": "jwks", "fault": fault });
        let (found, description) = refused(auth0, "faults", &body).await;
        assert_eq!(&found, member, "{fault}: {description}");
        let expected = expected.as_str().unwrap();
        assert!(description.contains(expected), "{fault}: {description}");
    }
    let table = json!([
        [{ "endpoint": "health", "fault": "close" }, "endpoint"],
        [{ "endpoint": "jwks", "fault": "close", "requests": 0 }, "requests"],
        [{ "endpoint": "jwks", "fault": "close", "requests": -1 }, "requests"],
        [{ "endpoint": "jwks" }, null],
    ]);
    for row in rows(table) {
        let refusal = refused(auth0, "faults", &row[0]).await;
        assert_eq!(refusal.0, row[1], "{}", row[0]);
    }
    assert_eq!(auth0.faults(), []);
    for _ in 0..100 {
        auth0.fail(Endpoint::Token, Fault::Close).unwrap();
    }
    let more = auth0.fail(Endpoint::Token, Fault::Close);
    assert_eq!(more, Err(FaultError::TooMany(100)));
}

#[tokio::test]
async fn an_answer_is_spoilt_as_the_faults_say_and_in_their_order() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    let url = auth0.jwks_url();
    let genuine = seen(&url, "content-type").await;
    assert_eq!(
        (genuine.0, genuine.1.as_deref()),
        (200, Some("application/json"))
    );
    let body = String::from_utf8(genuine.2.clone()).unwrap();
    // The faults, the status, a header and its value, and the body.
    let table = json!([
        [[{ "status": 503 }], 503, "content-type", "application/json", body],
        [[{ "body": "sorry" }], 200, "content-type", "application/json", "sorry"],
        [["empty"], 200, "content-length", "0", ""],
        [[{ "json": [1] }], 200, "content-type", "application/json", "[1]"],
        [[{ "headers": { "set": { "Content-Type": "text/html" } } }], 200, "content-type", "text/html", body],
        [[{ "headers": { "set": { "content-encoding": "gzip" } } }], 200, "content-encoding", "gzip", body],
        [[{ "headers": { "set": { "cache-control": "max-age=1" } } }], 200, "cache-control", "max-age=1", body],
        [[{ "headers": { "remove": ["content-type"] } }], 200, "content-type", null, body],
        [[{ "redirect": { "location": "http://other.example/" } }], 302, "location", "http://other.example/", ""],
        [[{ "redirect": { "status": 307, "location": "/x" } }], 307, "location", "/x", ""],
        [[{ "redirect": {} }], 302, "location", "/.well-known/jwks.json", ""],
        [[{ "status": 500 }, { "body": "a" }, { "status": 429 }, { "headers": { "set": { "retry-after": "7" } } }], 429, "retry-after", "7", "a"],
        [[{ "members": { "set": { "keys": [] } } }], 200, "content-type", "application/json", "{\"keys\":[]}"],
        [[{ "members": { "remove": ["keys"] } }], 200, "content-type", "application/json", "{}"],
        [["garbage", { "members": { "set": { "keys": 1 } } }], 200, "x-local-issuer", "development only", GARBAGE],
    ]);
    for row in rows(table) {
        for fault in row[0].as_array().unwrap() {
            let fault = serde_json::from_value(fault.clone()).unwrap();
            auth0.fail(Endpoint::Jwks, fault).unwrap();
        }
        let (status, header, body) = seen(&url, row[2].as_str().unwrap()).await;
        let body = String::from_utf8_lossy(&body);
        let found = json!([row[0], status, row[2], header, body]);
        assert_eq!(found, Value::from(row));
        auth0.clear_faults();
    }
    assert_eq!(seen(&url, "content-type").await, genuine);
}

#[tokio::test]
async fn a_discovery_document_can_lie() {
    let issuer = start().await;
    for kind in [ProviderKind::Descope, ProviderKind::Auth0] {
        let provider = issuer.provider(kind);
        let genuine = get_json(&provider.discovery_url()).await;
        provider
            .fail(
                Endpoint::Discovery,
                Fault::member("issuer", "https://evil.example/"),
            )
            .unwrap();
        provider
            .fail(
                Endpoint::Discovery,
                Fault::member("jwks_uri", "http://evil.example/keys"),
            )
            .unwrap();
        provider
            .fail(Endpoint::Discovery, Fault::without_member("token_endpoint"))
            .unwrap();
        let lie = get_json(&provider.discovery_url()).await;
        let mut expected = genuine.clone();
        expected["issuer"] = "https://evil.example/".into();
        expected["jwks_uri"] = "http://evil.example/keys".into();
        expected
            .as_object_mut()
            .unwrap()
            .remove("token_endpoint")
            .unwrap();
        assert_eq!(lie, expected);
    }
}

#[tokio::test]
async fn a_fault_is_for_its_endpoint_its_provider_and_its_number_of_answers() {
    let issuer = controlled().await;
    let (descope, auth0) = (issuer.descope(), issuer.auth0());
    let statuses = async |provider: &ProviderHandle| {
        let base = provider.base_url();
        let get = async |url: &str| get(url).await.status().as_u16();
        (
            get(&provider.discovery_url()).await,
            get(&provider.jwks_url()).await,
            post_form(&provider.token_url(), &Form::default()).await.0,
            get(&format!("{base}/nowhere")).await,
            get(&format!("{base}/health")).await,
        )
    };
    let well = (200, 200, 400, 404, 200);
    for (endpoint, expected) in [
        ("discovery", (599, 200, 400, 404, 200)),
        ("jwks", (200, 599, 400, 404, 200)),
        ("token", (200, 200, 599, 404, 200)),
        ("all", (599, 599, 599, 599, 200)),
    ] {
        let fault = json!({ "endpoint": endpoint, "fault": { "status": 599 } });
        let (status, set) = control(descope, "faults", &fault).await;
        assert_eq!(
            (status, &set["faults"][0]["fault"]),
            (200, &json!({ "status": 599 }))
        );
        assert_eq!(statuses(descope).await, expected, "{endpoint}");
        assert_eq!(
            statuses(auth0).await,
            well,
            "the other side with {endpoint}"
        );
        let elsewhere = if endpoint == "all" { "jwks" } else { "all" };
        let (_, left) = control(descope, "faults/clear", &json!({ "endpoint": elsewhere })).await;
        assert_eq!(left, set, "faults of {elsewhere} are others");
        let (_, left) = control(descope, "faults/clear", &json!({ "endpoint": endpoint })).await;
        assert_eq!(left, json!({ "faults": [] }));
        assert_eq!(statuses(descope).await, well);
    }
    let twice = json!({ "endpoint": "jwks", "fault": { "status": 503 }, "requests": 2 });
    control(descope, "faults", &twice).await;
    get(&descope.discovery_url()).await;
    for (expected, left) in [(503, 1), (503, 0), (200, 0)] {
        assert_eq!(get(&descope.jwks_url()).await.status(), expected);
        assert_eq!(descope.faults().len(), left);
    }
    assert_eq!(
        descope.endpoint_requests(Endpoint::Jwks),
        11,
        "spoilt answers count"
    );
}

#[tokio::test]
async fn a_late_answer_comes_late_and_holds_up_no_other() {
    let issuer = start().await;
    let auth0 = issuer.auth0();
    let late = Duration::from_millis(60);
    auth0.fail(Endpoint::Jwks, Fault::Delay(late / 2)).unwrap();
    auth0.fail(Endpoint::Jwks, Fault::Delay(late / 2)).unwrap();
    let before = Instant::now();
    get_json(&auth0.jwks_url()).await;
    assert!(before.elapsed() >= late, "delays add up");

    auth0.fail(Endpoint::Jwks, Fault::Delay(FOREVER)).unwrap();
    let asked = auth0.jwks_requests();
    let url = auth0.jwks_url();
    let waiting = tokio::spawn(async move { get_json(&url).await });
    while auth0.jwks_requests() == asked {
        assert_eq!(get(&auth0.discovery_url()).await.status(), 200);
    }
    assert_eq!(get(&issuer.descope().jwks_url()).await.status(), 200);
    assert!(!waiting.is_finished());
    auth0.clear_faults();
    assert!(
        waiting.await.unwrap()["keys"].is_array(),
        "cleared, it comes at once"
    );
}

#[tokio::test]
async fn a_delayed_answer_does_not_keep_an_issuer_from_stopping() {
    let issuer = start().await;
    let auth0 = issuer.auth0().clone();
    auth0.fail(Endpoint::Jwks, Fault::Delay(FOREVER)).unwrap();
    let url = auth0.jwks_url();
    let waiting = tokio::spawn(async move { client().get(&url).send().await });
    while auth0.jwks_requests() == 0 {
        get(&auth0.discovery_url()).await;
    }
    issuer.stop().await;
    assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
}

#[test]
fn faults_are_written_in_json_as_they_are_read() {
    let (bytes, length, every) = (9, Length::Chunked, Duration::from_millis(2));
    let delay = Fault::Delay(Duration::from_millis(5));
    let drip = Fault::Drip { bytes: 1, every };
    let grow = Fault::Grow { bytes, length };
    let member = Fault::member("a", 1);
    let table = [
        (delay, json!({ "delay_milliseconds": 5 })),
        (
            drip,
            json!({ "drip": { "bytes": 1, "every_milliseconds": 2 } }),
        ),
        (Fault::Truncate(3), json!({ "truncate": 3 })),
        (grow, json!({ "grow": { "bytes": 9, "length": "chunked" } })),
        (
            Fault::grow(9),
            json!({ "grow": { "bytes": 9, "length": "declared" } }),
        ),
        (
            member,
            json!({ "members": { "set": { "a": 1 }, "remove": [] } }),
        ),
        (Fault::Reset, json!("reset")),
    ];
    for (fault, expected) in table {
        assert_eq!(serde_json::to_value(&fault).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Fault>(expected).unwrap(), fault);
    }
}
