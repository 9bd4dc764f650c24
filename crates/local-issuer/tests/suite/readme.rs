//! The calls that the README shows are made as they stand there.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{control, controlled, get, get_json};

const README: &str = include_str!("../../README.md");
const CURL: &str = r#"curl -s -H "$TOKEN" $CONTROL/"#;

/// The path and the body of each `curl` line of the control plane.
fn calls() -> Vec<(&'static str, &'static str)> {
    let lines = README.lines().filter_map(|line| line.strip_prefix(CURL));
    let call = |line: &'static str| match line.strip_suffix(" -X POST") {
        Some(path) => (path, ""),
        None => {
            let (path, rest) = line.split_once(" -d '").expect("-d or -X POST");
            (path, rest.strip_suffix('\'').expect("one word"))
        }
    };
    lines.map(call).collect()
}

#[tokio::test]
async fn every_curl_line_of_the_control_plane_works() {
    let issuer = controlled().await;
    let provider = issuer.descope();
    let other_side = get_json(&issuer.auth0().jwks_url()).await;
    let health = format!("{}/health", provider.base_url());
    let old = provider.key_ids().current;
    assert!(calls().len() > 20, "the lines are found");
    for (path, body) in calls() {
        // A line that names a key by KID is about the one that signed before.
        let body = body.replace("KID", &old);
        let body: Value = if body.is_empty() {
            Value::Object(Default::default())
        } else {
            serde_json::from_str(&body).unwrap_or_else(|error| panic!("{body}: {error}"))
        };
        let (status, answer) = control(provider, path, &body).await;
        assert_eq!(status, 200, "{path} {body}: {answer}");
        assert_eq!(
            get(&health).await.status(),
            200,
            "alive after {path} {body}"
        );
        assert_eq!(get_json(&issuer.auth0().jwks_url()).await, other_side);
    }
}

#[tokio::test]
async fn every_call_of_the_table_is_there_and_has_a_curl_line() {
    let issuer = controlled().await;
    let rows = README
        .lines()
        .filter_map(|line| line.strip_prefix("| `/_control/"));
    let table: BTreeSet<_> = rows.map(|row| row.split('`').next().unwrap()).collect();
    let shown: BTreeSet<_> = calls().into_iter().map(|(path, _)| path).collect();
    assert_eq!(table, shown);
    assert_eq!(table.len(), 14);
    for path in table {
        let (status, _) = control(issuer.auth0(), path, &Value::Object(Default::default())).await;
        assert_ne!(status, 404, "{path}");
    }
}

#[tokio::test]
async fn every_fault_and_every_hostile_key_is_in_the_readme() {
    let issuer = controlled().await;
    for (call, member) in [("faults", "fault"), ("keys/hostile", "key")] {
        let mut body = serde_json::json!({ "endpoint": "jwks" });
        body[member] = "x".into();
        if member == "key" {
            body.as_object_mut().unwrap().remove("endpoint");
        }
        let (_, answer) = control(issuer.auth0(), call, &body).await;
        let (_, names) = answer["error_description"]
            .as_str()
            .unwrap()
            .split_once("expected one of ")
            .unwrap();
        let names: Vec<_> = names.split('`').skip(1).step_by(2).collect();
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            let (quoted, coded) = (format!("\"{name}\""), format!("`{name}`"));
            assert!(
                README.contains(&quoted) || README.contains(&coded),
                "{name}"
            );
        }
    }
}
