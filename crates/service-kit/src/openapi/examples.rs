//! Examples of error responses, for each operation its own.

use std::collections::BTreeMap;

use identity_actix::{ApiError, ErrorCode, Problem};
use serde_json::Value;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, RefOr};

const REQUEST_ID: &str = "019a2f6e-0000-7000-8000-000000000000";

/// Gives each problem response of the operation an example of each of its codes: those of `refusals`, and those that its
/// description names. Examples that the handler documents itself stay.
pub(super) fn add_examples(operation: &mut Operation, refusals: &[ApiError]) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        let refusals = refusals.iter().map(ApiError::problem);
        let problems = refusals.chain(named(&response.description));
        let of_status = problems.filter_map(|problem| as_json(&problem, status));
        let examples = of_status.collect();
        if let Some(RefOr::T(content)) = response.content.get_mut("application/problem+json") {
            set(content, examples);
        }
    }
}

/// Returns a problem for each code that a description names, with what it says of it, as in "`not_found`: there is no
/// such user; `conflict`: ..".
fn named(description: &str) -> Vec<Problem> {
    let parts = description.split("; ");
    let problems = parts.filter_map(|part| {
        let (code, rest) = part.strip_prefix('`')?.split_once('`')?;
        let mut codes = ErrorCode::ALL.iter().copied();
        let code = codes.find(|known| known.as_str() == code)?;
        let text = rest.strip_prefix(": ").map(capitalized);
        let text = text.unwrap_or_else(|| capitalized(&code.as_str().replace('_', " ")));
        Some(match code {
            ErrorCode::InvalidInput => ApiError::invalid_field("field", text).problem(),
            code => Problem::example(code, text),
        })
    });
    problems.collect()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Returns the code and the body of a problem with this status.
fn as_json(problem: &Problem, status: &str) -> Option<(String, Value)> {
    let mut body = serde_json::to_value(problem).ok()?;
    if body.get("status")?.as_u64() != status.parse().ok() {
        return None;
    }
    if let Some(id) = body.get_mut("request_id") {
        *id = REQUEST_ID.into();
    }
    Some((body.get("code")?.as_str()?.to_owned(), body))
}

fn set(content: &mut Content, examples: Vec<(String, Value)>) {
    if content.example.is_some() || !content.examples.is_empty() {
        return;
    }
    // The first of a code: that of the rule, before what a description says.
    let mut by_code = BTreeMap::new();
    for (code, body) in examples {
        by_code.entry(code).or_insert(body);
    }
    if by_code.len() < 2 {
        content.example = by_code.into_values().next();
        return;
    }
    let examples = by_code.into_iter().map(|(code, body)| {
        let example = ExampleBuilder::new().value(Some(body)).build();
        (code, RefOr::T(example))
    });
    content.examples = examples.collect();
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_description_names_codes_and_says_what_they_mean() {
        let description =
            "`not_found`: there is no such user; `conflict`; `nonsense`: x; try again";
        let problems: Vec<_> = named(description)
            .iter()
            .map(|one| serde_json::to_value(one).unwrap())
            .collect();
        let texts: Vec<_> = problems
            .iter()
            .map(|one| (one["status"].clone(), one["detail"].clone()))
            .collect();
        assert_eq!(
            texts,
            [
                (404.into(), "There is no such user".into()),
                (409.into(), "Conflict".into())
            ]
        );
    }
}
