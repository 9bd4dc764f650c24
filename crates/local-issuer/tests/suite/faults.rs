use std::time::{Duration, Instant};

use local_issuer::{
    ControlLimits, Endpoint, Fault, FaultError, Length, LocalIssuer, ProviderHandle, ProviderKind,
};
use serde_json::{Value, json};

use crate::support::{
    client, client_without_redirects, control, controlled, get, get_json, post_form, quick,
    refused, start,
};

/// Longer than any test runs.
const FOREVER: Duration = Duration::from_secs(24 * 60 * 60);

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
    for (fault, member, expected) in [
        (
            json!({ "status": 199 }),
            "fault.status",
            "expected a status from 200 to 599, got 199",
        ),
        (json!({ "status": 600 }), "fault.status", "got 600"),
        (json!({ "status": "503" }), "fault.status", "expected u16"),
        (
            json!({ "redirect": { "status": 200 } }),
            "fault.redirect.status",
            "from 300 to 399",
        ),
        (
            json!({ "redirect": { "location": "a\nb" } }),
            "fault.redirect.location",
            "without control characters",
        ),
        (
            json!({ "redirect": { "to": "x" } }),
            "fault.redirect.to",
            "unknown field `to`",
        ),
        (
            json!({ "headers": { "set": { "Content-Length": "1" } } }),
            "fault.headers",
            "got Content-Length; truncate and grow do that",
        ),
        (
            json!({ "headers": { "remove": ["transfer-encoding"] } }),
            "fault.headers",
            "got transfer-encoding",
        ),
        (
            json!({ "headers": { "set": { "a b": "1" } } }),
            "fault.headers",
            "expected the name of a header",
        ),
        (
            json!({ "headers": { "set": { "a": "\r\nb" } } }),
            "fault.headers.set",
            "control characters",
        ),
        (
            json!({ "grow": { "bytes": 1001 } }),
            "fault.grow.bytes",
            "expected at most 1000, got 1001",
        ),
        (
            json!({ "grow": { "bytes": 1, "length": "none" } }),
            "fault.grow.length",
            "`declared` or `chunked`",
        ),
        (
            json!({ "drip": { "bytes": 0, "every_milliseconds": 1 } }),
            "fault.drip.bytes",
            "expected 1 or more",
        ),
        (
            json!({ "drip": { "bytes": 1, "every_milliseconds": 86_400_001 } }),
            "fault.drip.every_milliseconds",
            "expected at most 86400000",
        ),
        (
            json!({ "delay_milliseconds": 86_400_001 }),
            "fault.delay_milliseconds",
            "expected at most 86400000, got 86400001",
        ),
        (
            json!({ "delay_milliseconds": -1 }),
            "fault.delay_milliseconds",
            "u64",
        ),
        (
            json!("burn"),
            "fault",
            "expected one of `delay_milliseconds`, `drip`",
        ),
    ] {
        let body = json!({ "endpoint": "jwks", "fault": fault });
        let (found, description) = refused(auth0, "faults", &body).await;
        assert_eq!(found, member, "{fault}: {description}");
        assert!(description.contains(expected), "{fault}: {description}");
    }
    for (body, member) in [
        (
            json!({ "endpoint": "health", "fault": "close" }),
            json!("endpoint"),
        ),
        (
            json!({ "endpoint": "jwks", "fault": "close", "requests": 0 }),
            json!("requests"),
        ),
        (
            json!({ "endpoint": "jwks", "fault": "close", "requests": -1 }),
            json!("requests"),
        ),
        (json!({ "endpoint": "jwks" }), Value::Null),
    ] {
        assert_eq!(refused(auth0, "faults", &body).await.0, member, "{body}");
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
    let (body, json_type) = (genuine.2.clone(), Some("application/json"));
    let location = |path: &str| Fault::Redirect {
        status: 307,
        location: Some(path.to_owned()),
    };
    type Row<'a> = (Vec<Fault>, u16, &'a str, Option<&'a str>, Vec<u8>);
    let rows: Vec<Row<'_>> = vec![
        (
            vec![Fault::Status(503)],
            503,
            "content-type",
            json_type,
            body.clone(),
        ),
        (
            vec![Fault::Body("sorry".to_owned())],
            200,
            "content-type",
            json_type,
            b"sorry".to_vec(),
        ),
        (vec![Fault::Empty], 200, "content-length", Some("0"), vec![]),
        (
            vec![Fault::Json(json!([1]))],
            200,
            "content-type",
            json_type,
            b"[1]".to_vec(),
        ),
        (
            vec![Fault::header("Content-Type", "text/html")],
            200,
            "content-type",
            Some("text/html"),
            body.clone(),
        ),
        (
            vec![Fault::header("content-encoding", "gzip")],
            200,
            "content-encoding",
            Some("gzip"),
            body.clone(),
        ),
        (
            vec![Fault::header("cache-control", "max-age=1")],
            200,
            "cache-control",
            Some("max-age=1"),
            body.clone(),
        ),
        (
            vec![Fault::Headers {
                set: Default::default(),
                remove: vec!["content-type".to_owned()],
            }],
            200,
            "content-type",
            None,
            body.clone(),
        ),
        (
            vec![Fault::redirect("http://other.example/")],
            302,
            "location",
            Some("http://other.example/"),
            vec![],
        ),
        (vec![location("/x")], 307, "location", Some("/x"), vec![]),
        (
            vec![Fault::redirect_loop()],
            302,
            "location",
            Some("/.well-known/jwks.json"),
            vec![],
        ),
        (
            vec![
                Fault::Status(500),
                Fault::Body("a".to_owned()),
                Fault::Status(429),
                Fault::header("retry-after", "7"),
            ],
            429,
            "retry-after",
            Some("7"),
            b"a".to_vec(),
        ),
        (
            vec![Fault::member("keys", json!([]))],
            200,
            "content-type",
            json_type,
            br#"{"keys":[]}"#.to_vec(),
        ),
        (
            vec![Fault::without_member("keys")],
            200,
            "content-type",
            json_type,
            b"{}".to_vec(),
        ),
        (
            vec![Fault::Garbage, Fault::member("keys", 1)],
            200,
            "x-local-issuer",
            Some("development only"),
            b"\xff\xfe\x00{\"keys\":[\x80 <html>".to_vec(),
        ),
    ];
    for (faults, status, name, value, body) in rows {
        for fault in &faults {
            auth0.fail(Endpoint::Jwks, fault.clone()).unwrap();
        }
        let expected = (status, value.map(str::to_owned), body);
        assert_eq!(seen(&url, name).await, expected, "{faults:?}");
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
            post_form(&provider.token_url(), &[]).await.0,
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
    let milliseconds = Duration::from_millis;
    for (fault, expected) in [
        (
            Fault::Delay(milliseconds(5)),
            json!({ "delay_milliseconds": 5 }),
        ),
        (
            Fault::Drip {
                bytes: 1,
                every: milliseconds(2),
            },
            json!({ "drip": { "bytes": 1, "every_milliseconds": 2 } }),
        ),
        (Fault::Truncate(3), json!({ "truncate": 3 })),
        (
            Fault::Grow {
                bytes: 9,
                length: Length::Chunked,
            },
            json!({ "grow": { "bytes": 9, "length": "chunked" } }),
        ),
        (
            Fault::grow(9),
            json!({ "grow": { "bytes": 9, "length": "declared" } }),
        ),
        (
            Fault::member("a", 1),
            json!({ "members": { "set": { "a": 1 }, "remove": [] } }),
        ),
        (Fault::Reset, json!("reset")),
    ] {
        assert_eq!(serde_json::to_value(&fault).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Fault>(expected).unwrap(), fault);
    }
}

#[tokio::test]
async fn every_address_of_an_endpoint_is_that_endpoint() {
    let issuer = start().await;
    let (descope, auth0) = (issuer.descope(), issuer.auth0());
    let id = descope.project_id();
    let discovery = vec![
        format!("/{id}/.well-known/openid-configuration"),
        format!("/{id}/.well-known/oauth-authorization-server"),
        format!("/.well-known/oauth-authorization-server/{id}"),
        format!("/v1/apps/{id}/.well-known/openid-configuration"),
        format!("/v1/apps/{id}/.well-known/oauth-authorization-server"),
    ];
    let jwks = vec![
        format!("/{id}/.well-known/jwks.json"),
        format!("/v2/keys/{id}"),
        format!("/v1/keys/{id}"),
    ];
    let token = vec![
        "/oauth2/v1/token".to_owned(),
        "/oauth2/v1/apps/token".to_owned(),
        format!("/oauth2/v1/apps/{id}/token"),
        "/v1/auth/accesskey/exchange".to_owned(),
    ];
    let owned = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
    let auth0_discovery = owned(&[
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ]);
    let rows: [(&ProviderHandle, Endpoint, Vec<String>); 6] = [
        (descope, Endpoint::Discovery, discovery),
        (descope, Endpoint::Jwks, jwks),
        (descope, Endpoint::Token, token),
        (auth0, Endpoint::Discovery, auth0_discovery),
        (auth0, Endpoint::Jwks, owned(&["/.well-known/jwks.json"])),
        (auth0, Endpoint::Token, owned(&["/oauth/token"])),
    ];
    for (provider, endpoint, paths) in rows {
        provider.fail(endpoint, Fault::Status(599)).unwrap();
        for path in &paths {
            let answer = get(&format!("{}{path}", provider.base_url())).await;
            assert_eq!(answer.status(), 599, "{path}");
        }
        assert_eq!(provider.endpoint_requests(endpoint), paths.len() as u64);
        provider.clear_faults();
    }
}
