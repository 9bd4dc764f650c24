mod claims;
mod step_up;
mod tenants;
mod words;

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Denial, Rule};
use crate::providers::{Oidc, OidcConfig};
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::{Authenticated, Authenticator, Policy, all_of, any_of};

/// Returns a caller whose token has these claims added.
async fn caller(more: Value) -> Arc<Authenticated> {
    caller_at(Arc::new(TestClock::at(0.0)), more).await
}

async fn caller_at(clock: Arc<TestClock>, more: Value) -> Arc<Authenticated> {
    let key = TestKey::fixed();
    let provider = Oidc::new(OidcConfig {
        permission_claims: vec!["permissions".parse().unwrap()],
        ..OidcConfig::new("https://issuer.example", "api")
    });
    let authenticator = Authenticator::builder(provider.unwrap())
        .keys(Arc::new(StaticKeys::of(&[&key])))
        .clock(clock)
        .build()
        .unwrap();
    let mut claims = json!({"iss": "https://issuer.example", "aud": "api", "sub": "U1", "exp": 60});
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    authenticator
        .authenticate(&key.token(&claims))
        .await
        .unwrap()
}

fn scopes(missing: &[&'static str], required: &[&'static str]) -> Denial {
    Denial::Scopes {
        missing: missing.iter().map(|&name| name.into()).collect(),
        required: required.iter().map(|&name| name.into()).collect(),
    }
}

fn requires(rule: &str) -> Denial {
    Denial::Requires(rule.to_owned())
}

const READ: Rule = Rule::scope("read:messages");
const WRITE: Rule = Rule::scope("write:messages");
const ADMIN: Rule = Rule::role("admin");
const CREATE: Rule = Rule::permission("users.create");
const ORGANIZATION: Rule = Rule::claim("org", "acme");
const NO_SCOPE: Rule = Rule::no_claim("scope");
const BOTH: [&str; 2] = ["read:messages", "write:messages"];

#[tokio::test]
async fn a_caller_with_nothing_is_refused_with_what_is_missing() {
    let nobody = caller(json!({})).await;
    let read = || scopes(&["read:messages"], &["read:messages"]);
    let both = || scopes(&BOTH, &BOTH);
    let admin = || Denial::Role("admin".into());
    let create = || Denial::Permission("users.create".into());
    let organization = || requires("claim org = acme");
    let rows = [
        (READ, read()),
        (ADMIN, admin()),
        (CREATE, create()),
        (ORGANIZATION, organization()),
        (
            Rule::no_claim("sub"),
            requires("a token without the claim sub"),
        ),
        (any_of![], Denial::Other),
        (all_of![READ, WRITE], both()),
        (all_of![READ, ADMIN, WRITE], both()),
        (all_of![ADMIN, READ], admin()),
        (all_of![Rule::Authenticated, CREATE], create()),
        (all_of![ORGANIZATION, ADMIN], organization()),
        (all_of![all_of![READ], all_of![WRITE]], both()),
        (all_of![READ, READ], read()),
        (all_of![READ, all_of![READ, WRITE]], both()),
        (any_of![ADMIN], admin()),
        (any_of![READ, Rule::no_claim("sub")], read()),
        (any_of![ORGANIZATION, CREATE], create()),
        (
            any_of![ADMIN, CREATE],
            requires("role admin or permission users.create"),
        ),
        (
            any_of![READ, WRITE],
            requires("scope read:messages or scope write:messages"),
        ),
        (any_of![all_of![READ, WRITE], ORGANIZATION], both()),
        (all_of![any_of![], READ], Denial::Other),
    ];
    for (rule, expected) in rows {
        assert_eq!(rule.check(&nobody), Err(expected.clone()), "{rule}");
        assert_eq!(rule.denials(), [expected], "without a caller: {rule}");
    }
    for rule in [Rule::Authenticated, all_of![], any_of![ADMIN, all_of![]]] {
        assert_eq!(rule.denials(), [], "{rule}");
    }
}

#[tokio::test]
async fn what_is_granted_is_not_called_missing() {
    let reader = caller(json!({"scope": "read:messages", "roles": ["admin"]})).await;
    let write = || scopes(&["write:messages"], &BOTH);
    let create = Denial::Permission("users.create".into());
    let rows = [
        (all_of![READ, WRITE], write()),
        (all_of![ADMIN, READ, WRITE, CREATE], write()),
        (all_of![READ, ADMIN, CREATE], create),
    ];
    for (rule, expected) in rows {
        assert_eq!(rule.check(&reader), Err(expected), "{rule}");
    }
}

/// Checks callers with each of these lists of claims.
async fn check(rule: &Rule, claims: Value, passes: bool) {
    for claims in claims.as_array().unwrap() {
        let outcome = rule.check(&*caller(claims.clone()).await);
        assert_eq!(outcome.is_ok(), passes, "{claims} for {rule}");
    }
}

#[tokio::test]
async fn names_are_compared_whole_and_by_case() {
    let claims = json!([
        {"scope": "read:message read:messages:all READ:MESSAGES"},
        {"scope": "read:messages,write:messages"},
        {"scope": ["read:messages write:messages"]},
        {"scope": {"read:messages": true}},
        {"permissions": ["read:messages"], "roles": ["read:messages"]},
    ]);
    check(&READ, claims, false).await;
    let claims = json!([
        {"roles": ["Admin", "administrator", "user admin"]},
        {"roles": "user admin"},
        {"roles": ["admin", 5]},
        {"roles": {"admin": true}},
        {"scope": "admin", "permissions": ["admin"]},
    ]);
    check(&ADMIN, claims, false).await;
    let claims = json!([
        {"permissions": "users.create users.delete"},
        {"permissions": ["users.*", "*", "users.create "]},
    ]);
    check(&CREATE, claims, false).await;
    let claims = json!([
        {"org": "acme "},
        {"org": ["Acme", ["acme"]]},
        {"org": {"acme": "acme"}},
    ]);
    check(&ORGANIZATION, claims, false).await;
}

#[tokio::test]
async fn a_caller_who_has_it_may_pass() {
    // A claim that is null is there.
    check(&NO_SCOPE, json!([{"scope": null}]), false).await;
    let descope = any_of![Rule::scope("descope.claims"), NO_SCOPE];
    let nested = all_of![READ, any_of![ADMIN, ORGANIZATION]];
    let rows = [
        (Rule::Authenticated, json!([{}])),
        (
            READ,
            json!([{"scope": "openid read:messages"}, {"scope": ["openid", "read:messages"]}]),
        ),
        (
            ADMIN,
            json!([{"roles": ["user", "admin"]}, {"roles": "admin"}]),
        ),
        (CREATE, json!([{"permissions": ["users.create"]}])),
        (
            ORGANIZATION,
            json!([{"org": "acme"}, {"org": ["other", "acme"]}]),
        ),
        (NO_SCOPE, json!([{}])),
        (all_of![], json!([{}])),
        (
            all_of![READ, WRITE],
            json!([{"scope": "read:messages write:messages"}]),
        ),
        (any_of![READ, ADMIN], json!([{"roles": ["admin"]}])),
        (descope, json!([{"scope": "descope.claims"}, {}])),
        (nested, json!([{"scope": "read:messages", "org": "acme"}])),
    ];
    for (rule, claims) in rows {
        check(&rule, claims, true).await;
    }
}

#[test]
fn a_policy_says_what_is_missing_unless_it_has_its_own_words() {
    struct CreateUsers;
    impl Policy for CreateUsers {
        const RULE: Rule = CREATE;
    }
    assert_eq!((CreateUsers::RULE, CreateUsers::DENIED), (CREATE, None));
}
