//! `/openapi.json`: what the service says of its own routes, against the matrix.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::matrix::{Demand, Matrix, Route};
use crate::case::{Case, Needs, label};
use crate::target::Target;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

pub(super) fn cases(matrix: &Matrix) -> Vec<Case> {
    let whole = *matrix;
    let mut cases = vec![
        Case::new(
            "openapi::names_the_routes_of_the_matrix_and_no_others",
            "A route that the matrix does not name is tested nowhere.",
            Needs::Service,
            async move |target| {
                let (described, expected) = (routes(target).await?, listed(&whole));
                let unknown: Vec<_> = described.difference(&expected).collect();
                let missing: Vec<_> = expected.difference(&described).collect();
                ensure!(
                    unknown.is_empty() && missing.is_empty(),
                    "only in the document: {unknown:?}; only in the matrix: {missing:?}"
                );
                Ok(())
            },
        ),
        Case::new(
            "openapi::has_the_bearer_scheme",
            "The page's Authorize button comes from it.",
            Needs::Service,
            async |target| {
                let document = target.get("/openapi.json").await?;
                let scheme = document.member("/components/securitySchemes/bearer")?;
                let expected = json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT"});
                for (name, value) in expected.as_object().into_iter().flatten() {
                    ensure!(scheme.get(name) == Some(value), "{name}: {scheme}");
                }
                Ok(())
            },
        ),
        Case::new(
            "openapi::every_reference_resolves",
            "A reference that leads nowhere breaks the page and every generator.",
            Needs::Service,
            async |target| {
                let document = target.get("/openapi.json").await?.json()?;
                let mut references = Vec::new();
                collect_references(&document, &mut references);
                ensure!(!references.is_empty(), "there is no reference at all");
                for reference in references {
                    let pointer = reference.strip_prefix('#').context(reference.clone())?;
                    ensure!(document.pointer(pointer).is_some(), "{reference}");
                }
                Ok(())
            },
        ),
    ];
    let routes = matrix.routes.iter();
    let documented = routes.filter(|route| route.is_described);
    cases.extend(documented.map(described));
    cases
}

fn described(route: &'static Route) -> Case {
    let path = label(route.path);
    let name = format!(
        "openapi::{}_{path}_names_its_rule",
        route.method.to_lowercase()
    );
    let sentence = "What is documented is what is enforced: the rule, the scheme, and each error with its body.";
    Case::new(name, sentence, Needs::Service, async |target| {
        let document = target.get("/openapi.json").await?.json()?;
        let operation = operation(&document, route)?;
        let responses = operation.get("responses").and_then(Value::as_object);
        let responses = responses.context("there are no responses")?;
        let success = route.success.to_string();
        let success = if responses.contains_key(&success) {
            success
        } else {
            "200".to_owned()
        };
        ensure!(responses.contains_key(&success), "no success is described");
        if route.demand.is_public() {
            ensure!(operation.get("security") == Some(&json!([])), "{operation}");
            return Ok(());
        }
        let security = json!([{"bearer": route.demand.scopes()}]);
        ensure!(operation.get("security") == Some(&security), "{operation}");
        let summary = operation.get("summary").and_then(Value::as_str);
        let requires = format!(" (requires {})", in_words(route.demand));
        ensure!(
            summary.is_some_and(|text| text.ends_with(&requires)),
            "{summary:?} without {requires:?}"
        );
        for status in ["400", "401", "503"] {
            is_problem(responses, status)?;
        }
        let may_be_denied = !matches!(route.demand, Demand::Token | Demand::Member);
        ensure!(
            responses.contains_key("403") == may_be_denied,
            "403: {operation}"
        );
        if route.path.contains("{tenant_id}") || route.path.contains("{org_id}") {
            is_problem(responses, "404")?;
        }
        if may_be_denied {
            is_problem(responses, "403")?;
        }
        Ok(())
    })
}

/// The rule as people read it.
fn in_words(demand: Demand) -> String {
    match demand {
        Demand::Scopes(_) | Demand::ScopeOfOrganization(_) => {
            let scopes = demand.scopes().into_iter();
            let words: Vec<_> = scopes.map(|scope| format!("scope {scope}")).collect();
            words.join(" and ")
        }
        Demand::ScopeIfAny(scope) => format!("scope {scope} or a token without the claim scope"),
        Demand::Role(role) => format!("role {role}"),
        Demand::Permission(permission) => format!("permission {permission}"),
        Demand::Member => "membership in the tenant".to_owned(),
        Demand::TenantRole(role) => format!("role {role} in the tenant"),
        Demand::TenantPermission(name) => format!("permission {name} in the tenant"),
        Demand::Token | Demand::Nothing => "any verified token".to_owned(),
    }
}

fn is_problem(responses: &Map<String, Value>, status: &str) -> Result<()> {
    let response = responses
        .get(status)
        .with_context(|| format!("no {status}"))?;
    let schema = response.pointer("/content/application~1problem+json/schema/$ref");
    ensure!(
        schema == Some(&json!("#/components/schemas/Problem")),
        "{status}: {response}"
    );
    Ok(())
}

fn operation<'d>(document: &'d Value, route: &Route) -> Result<&'d Value> {
    let path = document
        .get("paths")
        .and_then(|paths| paths.get(route.path));
    let operation = path.and_then(|path| path.get(route.method.to_lowercase()));
    operation.with_context(|| format!("{} {} is not described", route.method, route.path))
}

async fn routes(target: &Target) -> Result<BTreeSet<(String, String)>> {
    let paths = target.get("/openapi.json").await?.member("/paths")?;
    let paths = paths.as_object().context("paths is not an object")?;
    let mut routes = BTreeSet::new();
    for (path, item) in paths {
        let methods = METHODS.iter().filter(|method| item.get(**method).is_some());
        routes.extend(methods.map(|method| (path.clone(), method.to_uppercase())));
    }
    Ok(routes)
}

fn listed(matrix: &Matrix) -> BTreeSet<(String, String)> {
    let routes = matrix.routes.iter().filter(|route| route.is_described);
    let pairs = routes.map(|route| (route.path.to_owned(), route.method.to_owned()));
    pairs.collect()
}

fn collect_references(value: &Value, references: &mut Vec<String>) {
    if let Value::Object(members) = value {
        let reference = members.get("$ref").and_then(Value::as_str);
        references.extend(reference.map(str::to_owned));
    }
    let members = value.as_object().into_iter().flat_map(Map::values);
    for inner in members.chain(value.as_array().into_iter().flatten()) {
        collect_references(inner, references);
    }
}
