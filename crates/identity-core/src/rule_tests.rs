use std::sync::Arc;

use serde_json::{Value, json};

use super::{Denial, Rule};
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::verification::{AudienceRule, VerificationRules};
use crate::{
    Authenticated, Authenticator, ClaimsError, Policy, Principal, Provider, VerifiedToken, all_of,
    any_of, claims,
};

/// A provider that reads scopes, roles and permissions from the claims of these names.
#[derive(Debug)]
struct Plain;

impl Provider for Plain {
    fn keys(&self) -> crate::keys::KeyAddress {
        crate::keys::KeyAddress::Fixed("https://issuer.example/jwks".parse().unwrap())
    }

    fn verification(&self) -> VerificationRules {
        VerificationRules::new(
            vec!["issuer".to_owned()],
            AudienceRule::Required(vec!["api".to_owned()]),
        )
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        Ok(Principal {
            scopes: claims::scopes(token.claim("scope")),
            roles: claims::names(token.claim("roles")),
            permissions: claims::names(token.claim("permissions")),
            ..Principal::without_grants(token)
        })
    }
}

/// Returns a caller whose token has these claims added.
async fn caller(more: Value) -> Arc<Authenticated> {
    let key = TestKey::fixed();
    let keys = Arc::new(StaticKeys::of(&[&key]));
    let authenticator = Authenticator::builder(Plain)
        .keys(keys)
        .clock(Arc::new(TestClock::at(0.0)))
        .build()
        .unwrap();
    let mut claims = json!({"iss": "issuer", "aud": "api", "sub": "U1", "exp": 60});
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

const READ: Rule = Rule::scope("read:messages");
const WRITE: Rule = Rule::scope("write:messages");
const ADMIN: Rule = Rule::role("admin");
const CREATE: Rule = Rule::permission("users.create");
const ORGANIZATION: Rule = Rule::claim("org", "acme");

#[tokio::test]
async fn a_caller_with_nothing_is_refused_with_what_is_missing() {
    let nobody = caller(json!({})).await;
    let both = || {
        let names = ["read:messages", "write:messages"];
        scopes(&names, &names)
    };
    let rows = [
        (READ, scopes(&["read:messages"], &["read:messages"])),
        (ADMIN, Denial::Role("admin".into())),
        (CREATE, Denial::Permission("users.create".into())),
        (ORGANIZATION, Denial::Other),
        (Rule::no_claim("sub"), Denial::Other),
        (any_of![], Denial::Other),
        (all_of![READ, WRITE], both()),
        (all_of![READ, ADMIN, WRITE], both()),
        (all_of![ADMIN, READ], Denial::Role("admin".into())),
        (
            all_of![Rule::Authenticated, CREATE],
            Denial::Permission("users.create".into()),
        ),
        (all_of![ORGANIZATION, ADMIN], Denial::Other),
        (all_of![all_of![READ], all_of![WRITE]], both()),
        (
            all_of![READ, READ],
            scopes(&["read:messages"], &["read:messages"]),
        ),
        (all_of![READ, all_of![READ, WRITE]], both()),
        (any_of![ADMIN], Denial::Role("admin".into())),
        (
            any_of![READ, Rule::no_claim("sub")],
            scopes(&["read:messages"], &["read:messages"]),
        ),
        (
            any_of![ORGANIZATION, CREATE],
            Denial::Permission("users.create".into()),
        ),
        (any_of![ADMIN, CREATE], Denial::Other),
        (any_of![READ, WRITE], Denial::Other),
        (any_of![all_of![READ, WRITE], ORGANIZATION], both()),
        (all_of![any_of![], READ], Denial::Other),
    ];
    for (rule, expected) in rows {
        assert_eq!(rule.check(&nobody), Err(expected), "{rule}");
    }
}

#[tokio::test]
async fn what_is_granted_is_not_called_missing() {
    let reader = caller(json!({"scope": "read:messages", "roles": ["admin"]})).await;
    let rows = [
        (
            all_of![READ, WRITE],
            scopes(&["write:messages"], &["read:messages", "write:messages"]),
        ),
        (
            all_of![ADMIN, READ, WRITE, CREATE],
            scopes(&["write:messages"], &["read:messages", "write:messages"]),
        ),
        (
            all_of![READ, ADMIN, CREATE],
            Denial::Permission("users.create".into()),
        ),
    ];
    for (rule, expected) in rows {
        assert_eq!(rule.check(&reader), Err(expected), "{rule}");
    }
}

#[tokio::test]
async fn names_are_compared_whole_and_by_case() {
    let rows = [
        (
            json!({"scope": "read:message read:messages:all READ:MESSAGES"}),
            READ,
        ),
        (json!({"scope": "read:messages,write:messages"}), READ),
        (json!({"scope": ["read:messages write:messages"]}), READ),
        (json!({"scope": {"read:messages": true}}), READ),
        (
            json!({"permissions": ["read:messages"], "roles": ["read:messages"]}),
            READ,
        ),
        (
            json!({"roles": ["Admin", "administrator", "user admin"]}),
            ADMIN,
        ),
        (json!({"roles": "user admin"}), ADMIN),
        (json!({"roles": ["admin", 5]}), ADMIN),
        (json!({"roles": {"admin": true}}), ADMIN),
        (json!({"scope": "admin", "permissions": ["admin"]}), ADMIN),
        (json!({"permissions": "users.create users.delete"}), CREATE),
        (
            json!({"permissions": ["users.*", "*", "users.create "]}),
            CREATE,
        ),
        (json!({"org": "acme "}), ORGANIZATION),
        (json!({"org": ["Acme", ["acme"]]}), ORGANIZATION),
        (json!({"org": {"acme": "acme"}}), ORGANIZATION),
    ];
    for (claims, rule) in rows {
        assert!(
            rule.check(&*caller(claims.clone()).await).is_err(),
            "{claims} for {rule}"
        );
    }
}

#[tokio::test]
async fn a_caller_who_has_it_may_pass() {
    let rows = [
        (json!({}), Rule::Authenticated),
        (json!({"scope": "openid read:messages"}), READ),
        (json!({"scope": ["openid", "read:messages"]}), READ),
        (json!({"roles": ["user", "admin"]}), ADMIN),
        (json!({"roles": "admin"}), ADMIN),
        (json!({"permissions": ["users.create"]}), CREATE),
        (json!({"org": "acme"}), ORGANIZATION),
        (json!({"org": ["other", "acme"]}), ORGANIZATION),
        (json!({}), Rule::no_claim("scope")),
        (json!({}), all_of![]),
        (
            json!({"scope": "read:messages write:messages"}),
            all_of![READ, WRITE],
        ),
        (json!({"roles": ["admin"]}), any_of![READ, ADMIN]),
        (
            json!({"scope": "descope.claims"}),
            any_of![Rule::scope("descope.claims"), Rule::no_claim("scope")],
        ),
        (
            json!({}),
            any_of![Rule::scope("descope.claims"), Rule::no_claim("scope")],
        ),
        (
            json!({"scope": "read:messages", "org": "acme"}),
            all_of![READ, any_of![ADMIN, ORGANIZATION]],
        ),
    ];
    for (claims, rule) in rows {
        assert_eq!(
            rule.check(&*caller(claims.clone()).await),
            Ok(()),
            "{claims} for {rule}"
        );
    }
    let empty = caller(json!({"scope": null})).await;
    assert!(
        Rule::no_claim("scope").check(&empty).is_err(),
        "a claim that is null is there"
    );
}

#[test]
fn a_denial_has_one_text_and_one_code() {
    let rows = [
        (
            scopes(&["a"], &["a"]),
            "Missing required scopes: a",
            "insufficient_scope",
        ),
        (
            scopes(&["a", "b"], &["a", "b", "c"]),
            "Missing required scopes: a, b",
            "insufficient_scope",
        ),
        (
            Denial::Role("admin".into()),
            "Missing required role: admin",
            "missing_role",
        ),
        (
            Denial::Permission("users.create".into()),
            "Missing required permission: users.create",
            "missing_permission",
        ),
        (Denial::Other, "Access denied", "access_denied"),
    ];
    for (denial, text, code) in rows {
        assert_eq!((denial.to_string().as_str(), denial.code()), (text, code));
    }
}

#[test]
fn a_rule_is_told_in_words_and_scopes() {
    let rows: [(Rule, &str, &[&str]); 11] = [
        (Rule::Authenticated, "any verified token", &[]),
        (READ, "scope read:messages", &["read:messages"]),
        (ADMIN, "role admin", &[]),
        (CREATE, "permission users.create", &[]),
        (ORGANIZATION, "claim org = acme", &[]),
        (
            Rule::no_claim("scope"),
            "a token without the claim scope",
            &[],
        ),
        (
            all_of![READ, WRITE],
            "scope read:messages and scope write:messages",
            &["read:messages", "write:messages"],
        ),
        (
            any_of![READ, Rule::no_claim("scope")],
            "scope read:messages or a token without the claim scope",
            &["read:messages"],
        ),
        (
            any_of![ADMIN, all_of![READ, CREATE]],
            "role admin or (scope read:messages and permission users.create)",
            &["read:messages"],
        ),
        (all_of![], "any verified token", &[]),
        (any_of![], "nobody", &[]),
    ];
    for (rule, words, scopes) in rows {
        assert_eq!(rule.to_string(), words);
        assert_eq!(rule.scopes(), scopes, "{rule}");
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
