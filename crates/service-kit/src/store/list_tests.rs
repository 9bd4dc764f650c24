//! Tests of pages.

use actix_web::body::to_bytes;
use actix_web::http::header::LINK;
use actix_web::test::TestRequest;
use actix_web::{FromRequest, HttpRequest, Responder};
use identity_actix::ApiError;
use utoipa::IntoParams;

use super::{ID_PATTERN, ListQuery, Listed, Page};

#[derive(Debug)]
struct Numbered;

impl Listed for Numbered {
    type Id = i64;
    const ROW: &'static str = "a number";
    const CURSOR: &'static str = "before";
    const DEFAULT: u32 = 3;
    const MAX: u32 = 5;
}

#[derive(Debug)]
struct Named;

impl Listed for Named {
    type Id = String;
    const ROW: &'static str = "a name";
}

fn request(query: &str) -> HttpRequest {
    let uri = format!("/list{query}");
    TestRequest::with_uri(&uri).to_http_request()
}

async fn read<L: Listed + 'static>(query: &str) -> Result<ListQuery<L>, ApiError> {
    ListQuery::extract(&request(query)).await
}

#[actix_web::test]
async fn a_parameter_that_is_not_allowed_is_named() {
    let limit = "limit: must be a whole number from 1 to 5";
    let before = "before: must be the id of a number";
    let both = format!("{before}; {limit}");
    for (query, detail) in [
        ("?limit=0", limit),
        ("?limit=6", limit),
        ("?limit=", limit),
        ("?limit=-1", limit),
        ("?limit=all", limit),
        ("?limit=99999999999999999999", limit),
        ("?before=0", before),
        ("?before=x", before),
        ("?before=99999999999999999999", before),
        ("?limit=0&before=x", &both),
    ] {
        let refused = read::<Numbered>(query).await.unwrap_err();
        let expected = format!("invalid_input: {detail}");
        assert_eq!(refused.to_string(), expected, "{query}");
    }
    for query in ["?after=1", "?after=019A2F6E-0000-7000-8000-000000000000"] {
        let refused = read::<Named>(query).await.unwrap_err();
        let expected = "invalid_input: after: must be the id of a name";
        assert_eq!(refused.to_string(), expected, "{query}");
    }
    let twice = read::<Named>("?limit=1&limit=2").await.unwrap_err();
    assert_eq!(twice.code().as_str(), "bad_request");
}

#[actix_web::test]
async fn a_page_is_what_the_query_says() {
    for (query, limit, after) in [
        ("", 3, None),
        ("?limit=5", 5, None),
        ("?before=7&other=x", 3, Some(7)),
        ("?before=9223372036854775807&limit=1", 1, Some(i64::MAX)),
    ] {
        let list = read::<Numbered>(query).await.unwrap();
        assert_eq!(list.page(), &Page { limit, after }, "{query}");
    }
}

#[actix_web::test]
async fn the_link_leads_to_the_next_page_and_keeps_the_rest_of_the_query() {
    for (query, link) in [
        ("", "<?before=4>; rel=\"next\""),
        (
            "?before=7&limit=2&q=a%26b%3E",
            "<?limit=2&q=a%26b%3E&before=4>; rel=\"next\"",
        ),
    ] {
        let list = read::<Numbered>(query).await.unwrap();
        let rows = list.page().rows(vec![8, 6, 5, 4], |id| *id);
        let limit = list.page().limit as usize;
        assert_eq!(rows.rows.len(), limit);
        assert_eq!(rows.next.as_ref(), rows.rows.last());
        let response = list.response(Some(&4), &rows.rows);
        let response = response.respond_to(&request(query));
        assert_eq!(response.headers().get(LINK).unwrap(), link);
        let body = to_bytes(response.into_body()).await.ok().unwrap();
        assert_eq!(body, serde_json::to_vec(&rows.rows).unwrap());
    }
    let list = read::<Numbered>("").await.unwrap();
    let last = list.page().rows(vec![3, 2, 1], |id| *id);
    assert_eq!((last.rows.len(), last.next), (3, None));
    let response = list.response(None, &last.rows).respond_to(&request(""));
    assert!(!response.headers().contains_key(LINK));
}

#[test]
fn the_limits_are_documented() {
    let parameters = ListQuery::<Numbered>::into_params(|| None);
    let parameters = serde_json::to_value(parameters).unwrap();
    assert_eq!(parameters[0]["name"], "limit");
    assert_eq!(parameters[1]["name"], "before");
    let expected = serde_json::json!({"type": "integer", "default": 3, "minimum": 1, "maximum": 5});
    assert_eq!(parameters[0]["schema"], expected);
    assert_eq!(parameters[0]["required"], false);
    assert_eq!(parameters[1]["schema"]["minimum"], 1);
    let parameters = ListQuery::<Named>::into_params(|| None);
    let parameters = serde_json::to_value(parameters).unwrap();
    let expected = serde_json::json!({"type": "string", "format": "uuid", "pattern": ID_PATTERN});
    assert_eq!(parameters[1]["schema"], expected);
}
