//! Rules: their logical laws, for any rule and any caller.

use std::sync::Arc;

use identity_core::providers::{Oidc, OidcConfig};
use identity_core::testing::TestClock;
use identity_core::{Authenticated, Authenticator, Denial, Rule};
use proptest::collection::btree_set;
use proptest::prelude::*;
use serde_json::json;

use crate::properties::issuer::{self, NOW, at_once, header, sign};

/// The conditions that a single rule can have.
static GRANTS: [Rule; 9] = [
    Rule::scope("a"),
    Rule::scope("b"),
    Rule::role("a"),
    Rule::role("b"),
    Rule::permission("a"),
    Rule::permission("b"),
    Rule::claim("orgs", "a"),
    Rule::claim("orgs", "b"),
    Rule::Authenticated,
];

/// Returns a caller for whom these of [`GRANTS`] hold, by index.
fn caller(grants: &[usize]) -> Arc<Authenticated> {
    let granted = |wanted: fn(&Rule) -> Option<&str>| {
        let rules = grants.iter().map(|grant| &GRANTS[*grant]);
        rules.filter_map(wanted).collect::<Vec<_>>()
    };
    let mut claims = issuer::claims();
    claims["scope"] = json!(granted(|rule| match rule {
        Rule::Scope(name) => Some(&**name),
        _ => None,
    }));
    claims["roles"] = json!(granted(|rule| match rule {
        Rule::Role(name) => Some(&**name),
        _ => None,
    }));
    claims["permissions"] = json!(granted(|rule| match rule {
        Rule::Permission(name) => Some(&**name),
        _ => None,
    }));
    let organizations = granted(|rule| match rule {
        Rule::Claim(_, name) => Some(&**name),
        _ => None,
    });
    if !organizations.is_empty() {
        claims["orgs"] = json!(organizations);
    }
    let clock = Arc::new(TestClock::at(NOW));
    let provider = Oidc::new(OidcConfig {
        permission_claims: vec!["permissions".parse().unwrap()],
        algorithms: "EdDSA".parse().unwrap(),
        ..OidcConfig::new("https://issuer.example/", "api")
    });
    let authenticator = Authenticator::builder(provider.unwrap())
        .keys(issuer::keys())
        .clock(clock)
        .build()
        .unwrap();
    let token = sign(&header().to_string(), &claims.to_string());
    at_once(authenticator.authenticate(&token)).unwrap()
}

fn grants() -> impl Strategy<Value = Vec<usize>> {
    btree_set(0..GRANTS.len(), 0..6).prop_map(|grants| grants.into_iter().collect())
}

fn leaf(with_no_claim: bool) -> BoxedStrategy<Rule> {
    let grant = prop::sample::select(GRANTS.to_vec());
    if with_no_claim {
        prop_oneof![8 => grant, 1 => Just(Rule::no_claim("orgs")), 1 => Just(Rule::no_claim("iss"))]
            .boxed()
    } else {
        grant.boxed()
    }
}

fn rule_with(with_no_claim: bool) -> impl Strategy<Value = Rule> {
    leaf(with_no_claim).prop_recursive(3, 12, 3, |inner| {
        let list = prop::collection::vec(inner, 0..4);
        prop_oneof![
            list.clone().prop_map(|rules| Rule::All(rules.into())),
            list.prop_map(|rules| Rule::Any(rules.into())),
        ]
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    rule_with(true)
}

/// Returns the meaning of a rule, from the given rights alone.
fn means(rule: &Rule, grants: &[usize]) -> bool {
    let has = |grant: &Rule| grants.iter().any(|number| GRANTS[*number] == *grant);
    match rule {
        Rule::Authenticated => true,
        Rule::NoClaim(name) if name == "orgs" => {
            !has(&Rule::claim("orgs", "a")) && !has(&Rule::claim("orgs", "b"))
        }
        Rule::NoClaim(_) => false,
        Rule::All(rules) => !rules.iter().any(|rule| !means(rule, grants)),
        Rule::Any(rules) => rules.iter().any(|rule| means(rule, grants)),
        grant => has(grant),
    }
}

fn all(rules: &[Rule]) -> Rule {
    Rule::All(rules.to_vec().into())
}

fn any_of(rules: &[Rule]) -> Rule {
    Rule::Any(rules.to_vec().into())
}

proptest! {
    #![proptest_config(crate::properties::config())]

    #[test]
    fn a_rule_holds_for_whom_it_says(rule in rule(), grants in grants()) {
        prop_assert_eq!(rule.check(&caller(&grants)).is_ok(), means(&rule, &grants), "{}", rule);
    }

    #[test]
    fn all_and_any_obey_their_laws(one in rule(), two in rule(), three in rule(), grants in grants()) {
        let caller = caller(&grants);
        let holds = |rule: &Rule| rule.check(&caller).is_ok();
        let (a, b, c) = (holds(&one), holds(&two), holds(&three));
        // An empty `All` holds for every caller, an empty `Any` for none.
        prop_assert!(holds(&all(&[])));
        prop_assert!(!holds(&any_of(&[])));
        let everyone = || all(&[]);
        let nobody = || any_of(&[]);
        let [x, y, z] = [&one, &two, &three].map(|rule| || rule.clone());
        prop_assert_eq!(holds(&all(&[x(), nobody()])), false);
        prop_assert_eq!(holds(&any_of(&[x(), everyone()])), true);
        // A list with one rule, once or twice, is the rule itself.
        for list in [&[x()][..], &[x(), x()]] {
            prop_assert_eq!(holds(&all(list)), a);
            prop_assert_eq!(holds(&any_of(list)), a);
        }
        // Neither the order nor the nesting matters.
        prop_assert_eq!(holds(&all(&[x(), y()])), a && b);
        prop_assert_eq!(holds(&all(&[y(), x()])), a && b);
        prop_assert_eq!(holds(&any_of(&[x(), y()])), a || b);
        prop_assert_eq!(holds(&any_of(&[y(), x()])), a || b);
        prop_assert_eq!(holds(&all(&[x(), all(&[y(), z()])])), a && b && c);
        prop_assert_eq!(holds(&any_of(&[any_of(&[x(), y()]), z()])), a || b || c);
        // Each distributes over the other, and absorbs it.
        let spread = any_of(&[all(&[x(), y()]), all(&[x(), z()])]);
        prop_assert_eq!(holds(&all(&[x(), any_of(&[y(), z()])])), holds(&spread));
        let spread = all(&[any_of(&[x(), y()]), any_of(&[x(), z()])]);
        prop_assert_eq!(holds(&any_of(&[x(), all(&[y(), z()])])), holds(&spread));
        prop_assert_eq!(holds(&all(&[x(), any_of(&[x(), y()])])), a);
        prop_assert_eq!(holds(&any_of(&[x(), all(&[x(), y()])])), a);
    }

    #[test]
    fn another_grant_never_takes_an_allowance_away(
        rule in rule_with(false), grants in grants(), more in grants()
    ) {
        let richer: Vec<_> = grants.iter().chain(&more).copied().collect();
        if rule.check(&caller(&grants)).is_ok() {
            prop_assert!(rule.check(&caller(&richer)).is_ok(), "{}", rule);
        }
    }

    #[test]
    fn a_denial_names_what_is_missing(rule in rule(), grants in grants()) {
        let caller = caller(&grants);
        let principal = caller.principal();
        match rule.check(&caller) {
            Ok(()) | Err(Denial::Other) => {}
            Err(Denial::Requires(words)) => prop_assert!(rule.to_string().contains(&words)),
            Err(Denial::Scopes { missing, required }) => {
                prop_assert!(!missing.is_empty());
                for scope in missing {
                    prop_assert!(!principal.has_scope(&scope), "{}", rule);
                    prop_assert!(required.contains(&scope), "{}", rule);
                }
                for scope in required {
                    prop_assert!(rule.scopes().contains(&scope), "{}", rule);
                }
            }
            Err(Denial::Role(role)) => prop_assert!(!principal.has_role(&role), "{}", rule),
            Err(Denial::Permission(name)) => {
                prop_assert!(!principal.has_permission(&name), "{}", rule);
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
