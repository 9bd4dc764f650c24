//! The settings of the accepted tokens.

use super::*;

#[test]
fn tokens_without_an_audience_are_accepted_for_named_clients_only() {
    let (none, clients) = (("NO_AUDIENCE", "true"), ("CLIENTS", "C1"));
    let settings = with_issuer(&[none, clients]).unwrap();
    assert!(matches!(settings.oidc.audience, AudienceRule::Absent));
    assert_eq!(settings.oidc.clients, ["C1"]);
    for (others, expected) in [
        (&[][..], "expected CLIENTS beside it"),
        (&[("CLIENTS", " , ")], "expected CLIENTS beside it"),
        (
            &[clients, ("AUDIENCE", "a")],
            "expected no AUDIENCE beside it",
        ),
        (
            &[clients, ("RFC9068_ONLY", "true")],
            "expected no RFC9068_ONLY beside it",
        ),
    ] {
        let problem = problem(&[&[none], others].concat());
        let start = format!("NO_AUDIENCE cannot be used: {expected}");
        assert!(problem.starts_with(&start), "{others:?}: {problem}");
    }
}

#[test]
fn a_flag_that_would_have_no_effect_is_refused() {
    let strict = ("RFC9068_ONLY", "true");
    for (values, expected) in [
        (
            &[("CLIENT_AS_SUBJECT", "true"), strict][..],
            "CLIENT_AS_SUBJECT cannot be used: expected no RFC9068_ONLY beside it",
        ),
        (
            &[("PERMISSIONS_FROM_KEYS", "true")],
            "PERMISSIONS_FROM_KEYS cannot be used: expected PERMISSIONS_CLAIM beside it",
        ),
    ] {
        let problem = problem(values);
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[test]
fn what_names_no_claim_is_refused() {
    for (name, value) in [
        ("SCOPES_CLAIM", "scope,.scp"),
        ("ROLES_CLAIM", "realm_access..roles"),
        ("PERMISSIONS_CLAIM", "/a~2"),
        ("ORGANIZATION_CLAIM", "org_id,tid"),
    ] {
        let problem = problem(&[(name, value)]);
        let start = format!("{name} cannot be used: expected one claim: its name, or its path");
        assert!(problem.starts_with(&start), "{problem}");
    }
}

#[test]
fn an_issuer_may_have_several_names_and_discovery_is_below_the_first() {
    let google = "https://accounts.google.com,accounts.google.com";
    let oidc = with_issuer(&[("ISSUER", google)]).unwrap().oidc;
    assert_eq!(oidc.issuer, "https://accounts.google.com");
    assert_eq!(oidc.other_issuers, ["accounts.google.com"]);
    assert_eq!(audiences(&oidc), ["https://accounts.google.com"]);
    let problem = problem(&[("ISSUER", "accounts.google.com,https://accounts.google.com")]);
    let start = "ISSUER cannot be used: expected an address, such as ";
    assert!(problem.starts_with(start), "{problem}");
}

#[test]
fn a_templated_issuer_is_that_of_the_listed_tenants() {
    let entra =
        "https://login.microsoftonline.com/{tenantid}/v2.0, https://sts.windows.net/{tenantid}/";
    let organization = ("ORGANIZATION_CLAIM", "tid");
    let tenants = ("ISSUER_TENANTS", "t-1,t-2");
    let oidc = with_issuer(&[("ISSUER", entra), tenants, organization]);
    let expected = [
        "https://login.microsoftonline.com/t-1/v2.0",
        "https://login.microsoftonline.com/t-2/v2.0",
        "https://sts.windows.net/t-1/",
        "https://sts.windows.net/t-2/",
    ];
    assert_eq!(oidc.unwrap().oidc.issuers(), expected);
    for (values, expected) in [
        (
            &[("ISSUER", entra)][..],
            "ISSUER cannot be used: expected ISSUER_TENANTS beside it",
        ),
        (
            &[("ISSUER_TENANTS", "t-1")],
            "ISSUER_TENANTS cannot be used: expected {tenantid} in ISSUER",
        ),
        (
            &[
                ("ISSUER", entra),
                ("ISSUER_TENANTS", "t-1,../x"),
                organization,
            ],
            "ISSUER_TENANTS cannot be used: expected ids of tenants",
        ),
        (
            &[("ISSUER", entra), ("ISSUER_TENANTS", "*")],
            "ISSUER_TENANTS cannot be used: expected ids of tenants",
        ),
        (
            &[("ISSUER", "https://id.example.com/{tenant}")],
            "ISSUER cannot be used: expected no placeholder but {tenantid}",
        ),
    ] {
        let problem = problem(values);
        assert!(problem.starts_with(expected), "{values:?}: {problem}");
    }
}

#[test]
fn several_tenants_need_a_claim_that_separates_them() {
    let issuer = ("ISSUER", "https://id.example.com/{tenantid}");
    let start = "ISSUER_TENANTS cannot be used: expected ORGANIZATION_CLAIM beside it";
    let empty = ("ORGANIZATION_CLAIM", "");
    for others in [&[][..], &[empty]] {
        let problem = problem(&[&[issuer, ("ISSUER_TENANTS", "t-1,t-2")], others].concat());
        assert!(problem.starts_with(start), "{problem}");
    }
    for claim in ["tid", "org_id"] {
        let organization = ("ORGANIZATION_CLAIM", claim);
        let settings = with_issuer(&[issuer, ("ISSUER_TENANTS", "t-1,t-2"), organization]);
        assert_eq!(settings.unwrap().oidc.tenant_claim.to_string(), claim);
    }
    assert!(with_issuer(&[issuer, ("ISSUER_TENANTS", "t-1")]).is_ok());
}

#[test]
fn a_list_where_one_is_expected_is_refused() {
    for name in ["JWKS_URL", "LOGIN_URL"] {
        let problem = problem(&[(name, "https://a.example/x,https://b.example/x")]);
        let start = format!("{name} cannot be used: expected one address");
        assert!(problem.starts_with(&start), "{problem}");
    }
}

#[test]
fn symmetric_and_unknown_algorithms_are_refused() {
    assert_eq!(
        problem(&[("ALGORITHMS", "RS256,HS256")]),
        "ALGORITHMS cannot be used: HS256 is symmetric: whoever can check such a token can also make one (it comes from the environment)"
    );
    assert!(
        problem(&[("ALGORITHMS", "none")])
            .starts_with(r#"ALGORITHMS cannot be used: unknown algorithm "none""#)
    );
}

#[test]
fn other_issuers_have_the_same_rules_and_names_of_their_own() {
    let (audience, b) = (("AUDIENCE", "urn:api"), "https://b.example.com");
    for (values, expected) in [
        (
            &[("OTHER_ISSUERS", b)][..],
            "expected AUDIENCE or NO_AUDIENCE beside it",
        ),
        (
            &[audience, ("OTHER_ISSUERS", "b.example.com")],
            "expected an address",
        ),
        (
            &[audience, ("OTHER_ISSUERS", "http://b.example.com")],
            "expected an https address",
        ),
        (
            &[
                audience,
                ("OTHER_ISSUERS", "https://b.example.com/{tenantid}"),
            ],
            "expected no placeholder",
        ),
        (
            &[audience, ("OTHER_ISSUERS", ISSUER.1)],
            "expected each issuer once",
        ),
        (
            &[
                audience,
                (
                    "OTHER_ISSUERS",
                    "https://b.example.com,https://b.example.com",
                ),
            ],
            "expected each issuer once",
        ),
    ] {
        let problem = problem(values);
        let start = format!("OTHER_ISSUERS cannot be used: {expected}");
        assert!(problem.starts_with(&start), "{values:?}: {problem}");
    }
    let scopes = ("SCOPES_CLAIM", "scope");
    let others = (
        "OTHER_ISSUERS",
        "https://b.example.com,https://c.example.com/",
    );
    let settings = with_issuer(&[audience, scopes, others]).unwrap();
    let names: Vec<_> = settings
        .other_issuers
        .iter()
        .map(OidcConfig::issuers)
        .collect();
    assert_eq!(
        names,
        [["https://b.example.com"], ["https://c.example.com/"]]
    );
    for other in &settings.other_issuers {
        assert_eq!(audiences(other), ["urn:api"]);
        assert_eq!(texts(&other.scope_claims), ["scope"]);
    }
    assert!(with_issuer(&[]).unwrap().other_issuers.is_empty());
}
