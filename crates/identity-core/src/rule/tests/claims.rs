//! Claims at a path, and rules that must not hold.

use serde_json::{Value, json};

use super::{caller, check};
use crate::{Rule, all_of, any_of, none_of};

const NESTED: Rule = Rule::claim("realm_access.roles", "admin");
const POINTER: Rule = Rule::claim("/a.b/c~1d", "x");
const URL: Rule = Rule::claim("https://example.com/plan", "pro");
const NO_BAN: Rule = Rule::no_claim("account.banned");
const NOT_ACME: Rule = none_of![Rule::claim("account.org", "acme")];

/// Claims in which something on the way to `account.org` or the claim itself is of a type that says nothing.
fn unreadable() -> Value {
    json!([
        {"account": 5},
        {"account": null},
        {"account": "acme"},
        {"account": ["acme"]},
        {"account": [{"org": "acme", "banned": true}]},
        {"account": {"org": 5, "banned": 5}},
        {"account": {"org": null, "banned": null}},
        {"account": {"org": {"acme": true}, "banned": {}}},
        {"account": {"org": ["other", 5], "banned": []}},
    ])
}

#[tokio::test]
async fn a_path_that_crosses_something_else_than_objects_gives_nothing() {
    for rule in [Rule::claim("account.org", "acme"), NO_BAN, NOT_ACME] {
        check(&rule, unreadable(), false).await;
        // Nor does another `Not` around it.
        let negated = Rule::Not(vec![rule.clone()].into());
        check(&negated, json!([{"account": 5}]), false).await;
        let either = any_of![
            Rule::claim("org", "none"),
            none_of![Rule::claim("account.org", "acme")]
        ];
        check(&either, unreadable(), false).await;
        let both = none_of![all_of![
            Rule::Authenticated,
            Rule::claim("account.org", "acme")
        ]];
        check(&both, unreadable(), false).await;
    }
    // What decides without it does.
    let decided = any_of![Rule::Authenticated, Rule::claim("account.org", "acme")];
    check(&decided, unreadable(), true).await;
    let decided = none_of![all_of![any_of![], Rule::claim("account.org", "acme")]];
    check(&decided, unreadable(), true).await;
}

#[tokio::test]
async fn a_claim_is_found_at_its_path() {
    let rows = [
        (
            &NESTED,
            json!([{"realm_access": {"roles": ["user", "admin"]}}, {"realm_access": {"roles": "admin"}}]),
        ),
        (&POINTER, json!([{"a.b": {"c/d": "x"}}])),
        (&URL, json!([{"https://example.com/plan": "pro"}])),
        (
            &NO_BAN,
            json!([{}, {"account": {}}, {"account": {"org": "acme"}}]),
        ),
        (
            &NOT_ACME,
            json!([{}, {"account": {}}, {"account": {"org": "other"}}, {"account": {"org": ["a", "b"]}}]),
        ),
    ];
    for (rule, claims) in rows {
        check(rule, claims, true).await;
    }
    let rows = [
        (
            &NESTED,
            json!([{}, {"realm_access.roles": "admin"}, {"realm_access": {"roles": "user"}}]),
        ),
        (
            &POINTER,
            json!([{"a": {"b": {"c/d": "x"}}}, {"a.b": {"c": {"d": "x"}}}]),
        ),
        (&NO_BAN, json!([{"account": {"banned": true}}])),
        (
            &NOT_ACME,
            json!([{"account": {"org": "acme"}}, {"account": {"org": ["other", "acme"]}}]),
        ),
    ];
    for (rule, claims) in rows {
        check(rule, claims, false).await;
    }
}

#[tokio::test]
async fn a_path_that_is_none_meets_no_rule() {
    let anyone = caller(json!({"": "x", "a": {"": "x"}, "a,b": "x"})).await;
    for path in ["", "a.", "a..b", "/a~2"] {
        for rule in [
            Rule::Claim(path.into(), "x".into()),
            Rule::NoClaim(path.into()),
        ] {
            assert!(rule.check(&anyone).is_err(), "{rule}");
            assert!(Rule::Not(vec![rule].into()).check(&anyone).is_err());
        }
    }
}

#[tokio::test]
async fn none_of_these_means_not_one() {
    let rule = none_of![Rule::role("guest"), Rule::scope("read")];
    check(
        &rule,
        json!([{"roles": ["guest"]}, {"scope": "read"}, {"roles": "guest", "scope": "read"}]),
        false,
    )
    .await;
    check(
        &rule,
        json!([{}, {"roles": ["guests"], "scope": "readers"}]),
        true,
    )
    .await;
    check(&none_of![], json!([{}]), true).await;
}
