//! That the contract finds what a provider does wrong, and says so in words.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{CONTRACT_NOW, faults_of};
use crate::claims;
use crate::keys::KeyAddress;
use crate::principal::{Principal, TenantRights};
use crate::provider::Provider;
use crate::verification_rules::{AudienceRule, VerificationRules};
use crate::{ClaimsError, VerifiedToken};

/// Changes a principal that was read correctly.
type Slip = fn(&VerifiedToken, &mut Principal);

/// A provider that reads `scope`, `roles`, `permissions`, `tenants` and `tenant`, and then makes this mistake.
#[derive(Debug)]
struct Slipping(Slip);

impl Provider for Slipping {
    fn keys(&self) -> KeyAddress {
        KeyAddress::Fixed("https://id.example.com/keys".parse().unwrap())
    }

    fn verification(&self) -> VerificationRules {
        let audience = AudienceRule::Required(vec!["api".to_owned()]);
        VerificationRules::new(vec!["https://id.example.com".to_owned()], audience)
    }

    fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
        let tenants = token.claim("tenants").and_then(Value::as_object);
        let tenants = tenants.into_iter().flatten().map(|(id, granted)| {
            let roles = claims::names(granted.get("roles"));
            let permissions = claims::names(granted.get("permissions"));
            (id.clone(), TenantRights { roles, permissions })
        });
        let mut principal = Principal {
            scopes: claims::scopes(token.claim("scope")),
            roles: claims::names(token.claim("roles")),
            permissions: claims::names(token.claim("permissions")),
            tenants: tenants.collect(),
            current_tenant: token.text("tenant").map(str::to_owned),
            ..Principal::without_rights(token)
        };
        (self.0)(token, &mut principal);
        Ok(principal)
    }
}

fn words(value: &Value) -> Vec<String> {
    let words = value.as_str().into_iter().flat_map(|text| text.split(' '));
    words.map(str::to_owned).collect()
}

#[tokio::test]
async fn each_mistake_of_a_provider_is_found_and_named() {
    let good = json!({
        "iss": "https://id.example.com", "aud": "api", "sub": "U1", "iat": CONTRACT_NOW, "exp": CONTRACT_NOW + 600.0,
        "scope": "read write", "roles": ["admin"], "permissions": ["users.create"], "tenant": "T1",
        "tenants": {"T1": {"roles": ["editor"], "permissions": ["pages.write"]}, "T2": {"roles": ["owner"]}},
    });
    let cases: [(Slip, &str); 9] = [
        (|_, _| {}, ""),
        (
            |_, caller| caller.subject = "admin".to_owned(),
            "the principal does not have the good token's sub",
        ),
        (
            |_, caller| caller.roles.push("member".to_owned()),
            "a token without the claims that give rights gives {(\"role\", None, \"member\")}",
        ),
        (
            |_, caller| caller.current_tenant = Some("T1".to_owned()),
            "a token without the claims that name tenants is for one",
        ),
        (
            |token, caller| {
                let listed = token.claim("roles").and_then(Value::as_array);
                let texts = listed.into_iter().flatten().filter_map(Value::as_str);
                caller.roles = texts.map(str::to_owned).collect();
            },
            "roles of the wrong type gives rights: [\"intruder\",5] gives [(\"role\", None, \"intruder\")]",
        ),
        (
            |token, caller| caller.scopes = token.claim("scope").map(words).unwrap_or_default(),
            "[\"contract.one\",\"contract.two\"] in scope must be the scopes {\"contract.one\", \"contract.two\"}, but is {}",
        ),
        (
            |token, caller| {
                if let Some(text @ Value::String(_)) = token.claim("permissions") {
                    caller.permissions = words(text);
                }
            },
            "\"contract.one contract.two\" in permissions must be the permissions {\"contract.one contract.two\"}, but is {\"contract.one\", \"contract.two\"}",
        ),
        (
            |_, caller| {
                let granted = caller
                    .tenants
                    .values()
                    .flat_map(|granted| granted.roles.clone());
                let granted: Vec<_> = granted.collect();
                caller.roles.extend(granted);
            },
            "what a tenant other than T1 granted counts outside of tenants",
        ),
        (
            |_, caller| {
                let granted = caller
                    .tenants
                    .values()
                    .flat_map(|granted| granted.roles.clone());
                let granted: Vec<_> = granted.collect();
                let own = caller.tenants.entry("T1".to_owned()).or_default();
                own.roles.extend(granted);
            },
            "what another tenant granted counts in T1",
        ),
    ];
    for (slip, expected) in cases {
        let faults = faults_of(Arc::new(Slipping(slip)), &good).await;
        match expected {
            "" => assert_eq!(faults, Vec::<String>::new()),
            expected => assert!(
                faults.iter().any(|fault| fault == expected),
                "{expected}\nis not in\n{}",
                faults.join("\n")
            ),
        }
    }
}

#[tokio::test]
async fn a_provider_that_accepts_too_much_or_not_its_own_is_found() {
    #[derive(Debug)]
    struct Of(AudienceRule);

    impl Provider for Of {
        fn keys(&self) -> KeyAddress {
            Slipping(|_, _| {}).keys()
        }

        fn verification(&self) -> VerificationRules {
            let issuers = vec!["https://id.example.com".to_owned()];
            VerificationRules::new(issuers, self.0.clone())
        }

        fn principal(&self, token: &VerifiedToken) -> Result<Principal, ClaimsError> {
            Ok(Principal::without_rights(token))
        }
    }

    let good = json!({
        "iss": "https://id.example.com", "aud": "api", "sub": "U1", "iat": CONTRACT_NOW, "exp": CONTRACT_NOW + 600.0,
    });
    let ours = || vec!["api".to_owned()];
    let strict = faults_of(Arc::new(Of(AudienceRule::Required(ours()))), &good).await;
    assert_eq!(strict, Vec::<String>::new());
    let evil = vec!["api".to_owned(), "https://evil.example/".to_owned()];
    let lax = faults_of(Arc::new(Of(AudienceRule::Required(evil))), &good).await;
    assert_eq!(
        lax,
        [
            "a token that is bad (for another audience) must be refused with invalid_claims, but is accepted"
        ]
    );
    let other = AudienceRule::Required(vec!["other".to_owned()]);
    let other = faults_of(Arc::new(Of(other)), &good).await;
    assert_eq!(
        other,
        ["the good token is refused: audience mismatch: got \"api\""]
    );
}
