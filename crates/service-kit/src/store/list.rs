//! Lists that come in pages.
//!
//! A page starts after the id of a row: rows that are created or deleted meanwhile move no other row to another page, and
//! the last page takes no longer than the first.

use std::borrow::Cow;
use std::fmt::Display;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::LINK;
use actix_web::web::Json;
use actix_web::{CustomizeResponder, FromRequest, HttpRequest, Responder};
use identity_actix::{ApiError, InvalidField};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{SchemaFormat, Type};
use utoipa::openapi::{ObjectBuilder, Required};

use super::{ID_PATTERN, is_id};

/// A row of a list that comes in pages.
pub trait Listed {
    /// The id of a row. The list is in the order of the ids.
    type Id: RowId;
    /// The name of a row with its article, such as `a user`.
    const ROW: &'static str;
    /// The parameter with the id of the last row of the previous page. Default `after`.
    const CURSOR: &'static str = "after";
    /// The maximum number of rows of a page if the request does not set `limit`. Default 100.
    const DEFAULT: u32 = 100;
    /// The largest `limit`. Default 1,000.
    const MAX: u32 = 1000;
}

/// The id of a row.
pub trait RowId: Display + Sized {
    /// Reads an id. Returns `None` for a text that cannot be an id. Does not check whether there is such a row.
    fn read(text: &str) -> Option<Self>;
    /// Returns the schema for the OpenAPI document.
    fn schema() -> ObjectBuilder;
}

/// A page to select from the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<Id = String> {
    /// The maximum number of rows.
    pub limit: u32,
    /// The page starts after the row with this id; at the beginning if `None`.
    pub after: Option<Id>,
}

/// The rows of a page.
#[derive(Debug, Clone)]
pub struct Rows<T, Id = String> {
    /// The rows, in the order of the list.
    pub rows: Vec<T>,
    /// The id of the last row, after which the next page starts; `None` on the last page.
    pub next: Option<Id>,
}

impl<Id> Page<Id> {
    /// Returns the number of rows to select: one more than the page has, to know whether there is a next page.
    pub fn select(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Returns the rows of the page. `selected` has up to [`select`](Self::select) rows.
    pub fn rows<T>(&self, mut selected: Vec<T>, id: impl Fn(&T) -> Id) -> Rows<T, Id> {
        let has_more = selected.len() > self.limit as usize;
        selected.truncate(self.limit as usize);
        Rows {
            next: selected.last().filter(|_| has_more).map(id),
            rows: selected,
        }
    }
}

/// Extracts the page that a request asks for from its query: `limit` and [`Listed::CURSOR`]. Other parameters are
/// ignored.
///
/// Errors: 400 if one of them appears twice, 422 if one is not allowed.
#[derive(Debug)]
pub struct ListQuery<L: Listed> {
    page: Page<L::Id>,
    query: String,
}

impl<L: Listed> ListQuery<L> {
    /// Returns the page.
    pub fn page(&self) -> &Page<L::Id> {
        &self.page
    }

    /// Returns the response with this body, and the `Link` to the next page, as [`page_response`] does.
    pub fn response<B: Serialize>(
        &self,
        next: Option<&L::Id>,
        body: B,
    ) -> CustomizeResponder<Json<B>> {
        page_response::<L, B>(&self.query, next, body)
    }

    fn read(query: &str) -> Result<Self, ApiError> {
        let (mut limit, mut after) = (None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let parameter = match &*name {
                "limit" => &mut limit,
                name if name == L::CURSOR => &mut after,
                _ => continue,
            };
            if parameter.replace(value).is_some() {
                return Err(ApiError::bad_request(format!(
                    "The query does not parse: duplicate field `{name}`"
                )));
            }
        }
        let limit = limit.as_deref().map(read_limit::<L>).transpose();
        let after = after.as_deref().map(read_id::<L>).transpose();
        match (limit, after) {
            (Ok(limit), Ok(after)) => Ok(Self {
                page: Page {
                    limit: limit.unwrap_or(L::DEFAULT),
                    after,
                },
                query: query.to_owned(),
            }),
            (limit, after) => {
                let faults = [(L::CURSOR, after.err()), ("limit", limit.err())];
                let field = |(name, error): (&str, Option<garde::Error>)| {
                    error.map(|error| InvalidField {
                        field: name.to_owned(),
                        message: error.to_string(),
                    })
                };
                Err(ApiError::invalid_input(
                    faults.into_iter().filter_map(field).collect(),
                ))
            }
        }
    }
}

impl<L: Listed + 'static> FromRequest for ListQuery<L> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request.query_string()))
    }
}

/// Reads the parameter `limit` of a list, a validation rule. Errors: what it must be.
pub fn read_limit<L: Listed>(text: &str) -> Result<u32, garde::Error> {
    match text.parse() {
        Ok(limit) if (1..=L::MAX).contains(&limit) => Ok(limit),
        _ => Err(garde::Error::new(format!(
            "must be a whole number from 1 to {}",
            L::MAX
        ))),
    }
}

/// Reads the id after which a page of a list starts, a validation rule. Errors: what it must be.
pub fn read_id<L: Listed>(text: &str) -> Result<L::Id, garde::Error> {
    L::Id::read(text).ok_or_else(|| garde::Error::new(format!("must be the id of {}", L::ROW)))
}

/// Returns the response with this body. If there is a next page, the header `Link` (RFC 8288) has its address with
/// `rel="next"`: the query of the request with another start, relative to the request's own address.
pub fn page_response<L: Listed, B: Serialize>(
    query: &str,
    next: Option<&L::Id>,
    body: B,
) -> CustomizeResponder<Json<B>> {
    let response = Json(body).customize();
    let Some(next) = next else {
        return response;
    };
    let others = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != L::CURSOR);
    let cursor = (Cow::from(L::CURSOR), Cow::from(next.to_string()));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others.chain([cursor]))
        .finish();
    response.insert_header((LINK, format!("<?{query}>; rel=\"next\"")))
}

impl<L: Listed> IntoParams for ListQuery<L> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = |name: &str, description: String, schema: ObjectBuilder| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .description(Some(description))
                .schema(Some(schema))
                .build()
        };
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(L::MAX))
            .default(Some(L::DEFAULT.into()));
        let (row, max) = (L::ROW, L::MAX);
        let limit_is = format!("The maximum number of entries: 1 to {max}.");
        let after_is = format!(
            "The id of {row}, the last one of the previous page; the header `Link` has it."
        );
        vec![
            parameter("limit", limit_is, limit),
            parameter(L::CURSOR, after_is, L::Id::schema()),
        ]
    }
}

/// A UUID, in the form that [`is_id`] accepts.
impl RowId for String {
    fn read(text: &str) -> Option<Self> {
        is_id(text).then(|| text.to_owned())
    }

    fn schema() -> ObjectBuilder {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("uuid".to_owned())))
            .pattern(Some(ID_PATTERN))
    }
}

/// A number that the database assigns, from 1.
impl RowId for i64 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().filter(|id| *id > 0)
    }

    fn schema() -> ObjectBuilder {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(i64::MAX))
    }
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
