//! Who the caller is if there is no `sub`.

use identity_core::verification::SubjectRule;
use serde_json::{Value, json};
use wiremock::MockServer;

use crate::introspection::{TOKEN, active, at, builder, oidc, ok, serve};

/// Returns the subject, or the code of the refusal, of a token without `sub`.
async fn subject(rule: SubjectRule, username_as_subject: bool, changes: Value) -> String {
    let server = MockServer::start().await;
    let mut response = active(changes);
    drop(response.as_object_mut().unwrap().remove("sub"));
    serve(&server, ok(&response), 1).await;
    let mut oidc = oidc();
    oidc.subject = rule;
    let mut config = at(&server.uri());
    config.username_as_subject = username_as_subject;
    let authenticator = builder(oidc, config).build().unwrap();
    match authenticator.authenticate(TOKEN).await {
        Ok(caller) => caller.principal().subject.clone(),
        Err(error) => error.code().to_owned(),
    }
}

#[tokio::test]
async fn a_user_is_never_taken_for_the_client_and_is_named_only_by_setting() {
    use SubjectRule::{ClientIfAbsent, Required};
    let (user, machine) = (json!({"username": "ada"}), json!({}));
    let blank = json!({"username": ""});
    for (rule, username_as_subject, changes, expected) in [
        (Required, false, &user, "missing_claim"),
        (Required, false, &machine, "missing_claim"),
        (Required, true, &machine, "missing_claim"),
        (Required, true, &blank, "missing_claim"),
        (ClientIfAbsent, false, &user, "missing_claim"),
        (ClientIfAbsent, false, &blank, "missing_claim"),
        (ClientIfAbsent, true, &blank, "missing_claim"),
        (Required, true, &user, "ada"),
        (ClientIfAbsent, true, &user, "ada"),
        (ClientIfAbsent, true, &machine, "C1"),
        (ClientIfAbsent, false, &machine, "C1"),
    ] {
        let found = subject(rule, username_as_subject, changes.clone()).await;
        assert_eq!(found, expected, "{rule:?} {username_as_subject} {changes}");
    }
}
