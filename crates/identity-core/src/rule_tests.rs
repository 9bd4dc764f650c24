use std::sync::Arc;

use serde_json::{Value, json};

use super::{Denial, Policy, Rule};
use crate::testing::{StaticKeys, TestClock, TestKey};
use crate::{
    AudienceRule, Authenticated, Authenticator, ClaimsError, Principal, Provider,
    VerificationRules, VerifiedToken, claims,
};

/// Reads scopes, roles and permissions from the claims of these names.
#[derive(Debug)]
struct Plain;

impl Provider for Plain {
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

/// A caller whose token says this too.
async fn caller(more: Value) -> Arc<Authenticated> {
    let key = TestKey::fixed();
    let keys = Arc::new(StaticKeys::of(&[&key]));
    let authenticator = Authenticator::new(Arc::new(Plain), keys, Arc::new(TestClock::at(0.0)));
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
        missing: missing.to_vec(),
        required: required.to_vec(),
    }
}

const READ: Rule = Rule::Scope("read:messages");
const WRITE: Rule = Rule::Scope("write:messages");
const ADMIN: Rule = Rule::Role("admin");
const CREATE: Rule = Rule::Permission("users.create");
const ORGANIZATION: Rule = Rule::Claim("org", "acme");

#[tokio::test]
async fn a_caller_with_nothing_is_refused_with_what_is_missing() {
    let nobody = caller(json!({})).await;
    let both = || {
        let names = ["read:messages", "write:messages"];
        scopes(&names, &names)
    };
    let rows = [
        (READ, scopes(&["read:messages"], &["read:messages"])),
        (ADMIN, Denial::Role("admin")),
        (CREATE, Denial::Permission("users.create")),
        (ORGANIZATION, Denial::Other),
        (Rule::NoClaim("sub"), Denial::Other),
        (Rule::Any(&[]), Denial::Other),
        (Rule::All(&[READ, WRITE]), both()),
        (Rule::All(&[READ, ADMIN, WRITE]), both()),
        (Rule::All(&[ADMIN, READ]), Denial::Role("admin")),
        (
            Rule::All(&[Rule::Authenticated, CREATE]),
            Denial::Permission("users.create"),
        ),
        (Rule::All(&[ORGANIZATION, ADMIN]), Denial::Other),
        (
            Rule::All(&[Rule::All(&[READ]), Rule::All(&[WRITE])]),
            both(),
        ),
        (
            Rule::All(&[READ, READ]),
            scopes(&["read:messages"], &["read:messages"]),
        ),
        (Rule::All(&[READ, Rule::All(&[READ, WRITE])]), both()),
        (Rule::Any(&[ADMIN]), Denial::Role("admin")),
        (
            Rule::Any(&[READ, Rule::NoClaim("sub")]),
            scopes(&["read:messages"], &["read:messages"]),
        ),
        (
            Rule::Any(&[ORGANIZATION, CREATE]),
            Denial::Permission("users.create"),
        ),
        (Rule::Any(&[ADMIN, CREATE]), Denial::Other),
        (Rule::Any(&[READ, WRITE]), Denial::Other),
        (
            Rule::Any(&[Rule::All(&[READ, WRITE]), ORGANIZATION]),
            both(),
        ),
        (Rule::All(&[Rule::Any(&[]), READ]), Denial::Other),
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
            Rule::All(&[READ, WRITE]),
            scopes(&["write:messages"], &["read:messages", "write:messages"]),
        ),
        (
            Rule::All(&[ADMIN, READ, WRITE, CREATE]),
            scopes(&["write:messages"], &["read:messages", "write:messages"]),
        ),
        (
            Rule::All(&[READ, ADMIN, CREATE]),
            Denial::Permission("users.create"),
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
        (json!({}), Rule::NoClaim("scope")),
        (json!({}), Rule::All(&[])),
        (
            json!({"scope": "read:messages write:messages"}),
            Rule::All(&[READ, WRITE]),
        ),
        (json!({"roles": ["admin"]}), Rule::Any(&[READ, ADMIN])),
        (
            json!({"scope": "descope.claims"}),
            Rule::Any(&[Rule::Scope("descope.claims"), Rule::NoClaim("scope")]),
        ),
        (
            json!({}),
            Rule::Any(&[Rule::Scope("descope.claims"), Rule::NoClaim("scope")]),
        ),
        (
            json!({"scope": "read:messages", "org": "acme"}),
            Rule::All(&[READ, Rule::Any(&[ADMIN, ORGANIZATION])]),
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
        Rule::NoClaim("scope").check(&empty).is_err(),
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
            Denial::Role("admin"),
            "Missing required role: admin",
            "missing_role",
        ),
        (
            Denial::Permission("users.create"),
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
            Rule::NoClaim("scope"),
            "a token without the claim scope",
            &[],
        ),
        (
            Rule::All(&[READ, WRITE]),
            "scope read:messages and scope write:messages",
            &["read:messages", "write:messages"],
        ),
        (
            Rule::Any(&[READ, Rule::NoClaim("scope")]),
            "scope read:messages or a token without the claim scope",
            &["read:messages"],
        ),
        (
            Rule::Any(&[ADMIN, Rule::All(&[READ, CREATE])]),
            "role admin or (scope read:messages and permission users.create)",
            &["read:messages"],
        ),
        (Rule::All(&[]), "any verified token", &[]),
        (Rule::Any(&[]), "nobody", &[]),
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
