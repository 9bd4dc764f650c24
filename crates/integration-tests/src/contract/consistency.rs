//! A token whose rights are not known here: the service must respond as the token's own claims say.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::matrix::{Demand, Matrix, NO_ORGANIZATION, ORGANIZATION, OUTSIDE, Route, TENANT};
use crate::case::{Case, Needs};
use crate::jwt;
use crate::refusal::{ALGORITHM, Refusal, SIGNATURE, UNKNOWN_KEY};
use crate::target::RightsClaims;

pub(super) fn cases(matrix: &Matrix) -> Vec<Case> {
    let routes = matrix.routes.iter();
    let protected = routes.filter(|route| !route.demand.is_public());
    let mut cases: Vec<_> = protected.map(answers_as_the_claims_say).collect();
    cases.extend(forgeries());
    cases
}

fn answers_as_the_claims_say(route: &Route) -> Case {
    let route = *route;
    let name = format!("{}_answers_as_the_claims_say", route.label("client"));
    let sentence = format!(
        "The route needs {:?}: a caller who has it is accepted, and one who has it not is refused.",
        route.demand
    );
    Case::new(name, &sentence, Needs::Client, async move |target| {
        let token = target.client_token().await?;
        let (_, claims) = jwt::read(&token)?;
        let refusal = refusal(&route, &claims, target.rights());
        route.check(target, &token, refusal).await
    })
}

/// What a token with these claims is refused with, if it is.
fn refusal(
    route: &Route,
    claims: &Map<String, Value>,
    rights: &RightsClaims,
) -> Option<&'static str> {
    let demand = route.demand;
    let is_about_tenant = matches!(
        demand,
        Demand::Member | Demand::TenantRole(_) | Demand::TenantPermission(_)
    );
    if is_about_tenant && inside(route, claims, rights).is_none() {
        return Some(OUTSIDE);
    }
    if !is_met(route, claims, rights) {
        return Some(demand.code());
    }
    let of_organization = matches!(demand, Demand::ScopeOfOrganization(_));
    let organization = claims.get("org_id").and_then(Value::as_str);
    (of_organization && organization.is_none()).then_some(NO_ORGANIZATION)
}

/// What the provider's documentation says of these claims, in the fewest words: a second opinion on the service's.
fn is_met(route: &Route, claims: &Map<String, Value>, rights: &RightsClaims) -> bool {
    let scopes = || match claims.get(&rights.scopes) {
        Some(Value::String(text)) => text.split(' ').map(str::to_owned).collect(),
        other => names(other),
    };
    let has = |claim: &str, wanted: &str| names(claims.get(claim)).iter().any(|one| one == wanted);
    let scope = |wanted: &str| scopes().iter().any(|one| one == wanted);
    let inside = inside(route, claims, rights).unwrap_or_default();
    let is_in = |names: &[String], wanted: &str| names.iter().any(|one| one == wanted);
    match route.demand {
        Demand::Nothing | Demand::Token | Demand::Member => true,
        Demand::TenantRole(wanted) => is_in(&inside.roles, wanted),
        Demand::TenantPermission(wanted) => is_in(&inside.permissions, wanted),
        Demand::Scopes(wanted) => wanted.iter().all(|wanted| scope(wanted)),
        Demand::ScopeOfOrganization(wanted) => scope(wanted),
        Demand::ScopeIfAny(wanted) => !claims.contains_key(&rights.scopes) || scope(wanted),
        Demand::Role(wanted) => has(&rights.roles, wanted),
        Demand::Permission(wanted) => has("permissions", wanted),
    }
}

/// What a caller may do within a tenant.
#[derive(Default)]
struct Inside {
    roles: Vec<String>,
    permissions: Vec<String>,
}

/// The rights within the tenant of the path; `None` outside of it.
fn inside(route: &Route, claims: &Map<String, Value>, rights: &RightsClaims) -> Option<Inside> {
    let (current, id) = match route.path.contains("{org_id}") {
        true => ("org_id", ORGANIZATION),
        false => ("dct", TENANT),
    };
    let of = |roles, permissions| {
        Some(Inside {
            roles: names(roles),
            permissions: names(permissions),
        })
    };
    match claims.get("tenants") {
        Some(tenants) => {
            let rights = tenants.get(id)?;
            of(rights.get("roles"), rights.get("permissions"))
        }
        None => {
            (claims.get(current)? == id).then_some(())?;
            of(claims.get(&rights.roles), claims.get("permissions"))
        }
    }
}

fn names(claim: Option<&Value>) -> Vec<String> {
    match claim {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(list)) => {
            let names = list.iter().filter_map(Value::as_str);
            names.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The token with one change that only the provider could sign.
fn forgeries() -> Vec<Case> {
    type Forge = fn(&str) -> Result<String>;
    #[rustfmt::skip]
    let rows: [(&str, Refusal, Forge); 5] = [
        ("more_rights", SIGNATURE, with_more_rights),
        ("another_signature", SIGNATURE, with_another_signature),
        ("no_signature", ALGORITHM, |token| with_header(token, "alg", "none")),
        ("a_secret_as_key", ALGORITHM, |token| with_header(token, "alg", "HS256")),
        ("an_unknown_key", UNKNOWN_KEY, |token| with_header(token, "kid", "nobody-has-this-key")),
    ];
    let cases = rows.map(|(name, refusal, forge)| {
        Case::new(
            format!("client::token_with_{name}_is_401"),
            "Only the provider can change a token.",
            Needs::Client,
            async move |target| {
                let token = target.client_token().await?;
                target.refuses(&forge(&token)?, refusal).await
            },
        )
    });
    cases.into()
}

fn with_more_rights(token: &str) -> Result<String> {
    let (_, mut claims) = jwt::read(token)?;
    let [header, _, signature] = jwt::segments(token)?;
    claims.insert("roles".to_owned(), json!(["admin"]));
    claims.insert(
        "scope".to_owned(),
        json!("read:messages write:messages delete:messages"),
    );
    let payload = jwt::segment(Value::Object(claims).to_string());
    Ok(format!("{header}.{payload}.{signature}"))
}

/// As long as the real one, and not it.
fn with_another_signature(token: &str) -> Result<String> {
    let [header, payload, signature] = jwt::segments(token)?;
    let first = signature
        .chars()
        .next()
        .context("a token without a signature")?;
    let other = if first == 'A' { 'B' } else { 'A' };
    let rest = signature.get(1..).unwrap_or_default();
    Ok(format!("{header}.{payload}.{other}{rest}"))
}

fn with_header(token: &str, member: &str, value: &str) -> Result<String> {
    let (mut header, _) = jwt::read(token)?;
    let [_, payload, signature] = jwt::segments(token)?;
    header.insert(member.to_owned(), json!(value));
    let header = jwt::segment(Value::Object(header).to_string());
    Ok(format!("{header}.{payload}.{signature}"))
}
