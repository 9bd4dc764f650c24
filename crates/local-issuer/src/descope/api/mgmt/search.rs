//! Finding users.

use actix_web::HttpResponse;
use serde_json::{Map, Value, json};

use crate::descope::api::body::Body;
use crate::descope::api::manage::body;
use crate::descope::directory::{User, Who};
use crate::descope::project::Project;
use crate::provider::Call;
use crate::refusal::Refusal;

/// Users of one page, if the request does not say how many.
const PAGE: i64 = 100;

/// What users must have; a condition that the request does not make holds for all.
struct Search {
    login_ids: Vec<String>,
    user_ids: Vec<String>,
    emails: Vec<String>,
    phones: Vec<String>,
    statuses: Vec<String>,
    tenants: Vec<String>,
    roles: Vec<String>,
    attributes: Map<String, Value>,
    text: Option<String>,
    created: (i64, i64),
    modified: (i64, i64),
    tests: Tests,
}

/// Whether users that were created for tests are found.
#[derive(PartialEq, Eq)]
enum Tests {
    No,
    Too,
    Only,
}

/// The users of some ids.
pub(super) fn load(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let ids = body.texts("userIds")?.unwrap_or_default();
    let skips_unknown = body.flag("includeInvalidUsers")?.unwrap_or_default();
    body.end()?;
    let directory = project.directory.state();
    let mut users = Vec::new();
    for id in ids {
        match directory.user(&Who::UserId(id)) {
            Ok(user) => users.push(directory.user_record(user)),
            Err(_) if skips_unknown => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(HttpResponse::Ok().json(json!({ "users": users })))
}

pub(super) fn search(call: &Call<'_>, project: &Project) -> Result<HttpResponse, Refusal> {
    let mut body = body(call, project)?;
    let limit = body.number("limit")?.filter(|limit| *limit > 0);
    let (limit, page) = (limit.unwrap_or(PAGE), body.number("page")?.unwrap_or(0));
    let search = Search::read(&mut body)?;
    body.end()?;
    let directory = project.directory.state();
    let found = directory.users().iter().filter(|user| search.finds(user));
    let found: Vec<_> = found.collect();
    let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
    let skipped = size(limit.saturating_mul(page));
    let shown = found.iter().skip(skipped).take(size(limit));
    let users: Vec<_> = shown.map(|user| directory.user_record(user)).collect();
    let total = found.len();
    Ok(HttpResponse::Ok().json(json!({ "users": users, "total": total })))
}

impl Search {
    fn read(body: &mut Body) -> Result<Self, Refusal> {
        let mut texts = |name| Ok::<_, Refusal>(body.texts(name)?.unwrap_or_default());
        let lists = [
            texts("loginIds")?,
            texts("userIds")?,
            texts("emails")?,
            texts("phones")?,
            texts("statuses")?,
            texts("tenantIds")?,
            texts("roleNames")?,
        ];
        let [
            login_ids,
            user_ids,
            emails,
            phones,
            statuses,
            tenants,
            roles,
        ] = lists;
        let only = body.flag("testUsersOnly")?.unwrap_or_default();
        let too = body.flag("withTestUser")?.unwrap_or_default();
        Ok(Self {
            login_ids,
            user_ids,
            emails,
            phones,
            statuses,
            tenants,
            roles,
            attributes: body.attributes("customAttributes")?.unwrap_or_default(),
            text: body.text("text")?.map(|text| text.to_lowercase()),
            created: times(body, "fromCreatedTime", "toCreatedTime")?,
            modified: times(body, "fromModifiedTime", "toModifiedTime")?,
            tests: match (only, too) {
                (true, _) => Tests::Only,
                (false, true) => Tests::Too,
                (false, false) => Tests::No,
            },
        })
    }

    fn finds(&self, user: &User) -> bool {
        let profile = &user.persona.profile;
        let email = profile.email.as_deref().unwrap_or_default();
        let is = |wanted: &[String], value: &str| {
            wanted.is_empty() || wanted.iter().any(|wanted| wanted == value)
        };
        let tenants = user.persona.descope.tenants.keys();
        let in_tenants = user.persona.descope.tenants.values();
        let in_tenants = in_tenants.flat_map(|rights| &rights.roles);
        let is_within = |(from, to): (i64, i64), time: i64| from <= time && time <= to;
        let of_tests = match self.tests {
            Tests::No => !user.is_test,
            Tests::Too => true,
            Tests::Only => user.is_test,
        };
        of_tests
            && has(&self.login_ids, user.login_ids.iter())
            && is(&self.user_ids, user.id())
            && is(&self.emails, email)
            && is(&self.phones, &user.phone)
            && is(&self.statuses, user.status.name())
            && has(&self.tenants, tenants)
            && has(&self.roles, user.persona.roles.iter().chain(in_tenants))
            && is_within(self.created, user.created_at)
            && is_within(self.modified, user.modified_at)
            && self
                .attributes
                .iter()
                .all(|(name, value)| user.persona.attributes.get(name) == Some(value))
            && self.text.as_ref().is_none_or(|text| mentions(user, text))
    }
}

/// Whether one of the values is wanted; all are if none is named.
fn has<'a>(wanted: &[String], mut values: impl Iterator<Item = &'a String>) -> bool {
    wanted.is_empty() || values.any(|value| wanted.contains(value))
}

/// Whether a name, an address or a login id of the user has this text in it, in lower case.
fn mentions(user: &User, text: &str) -> bool {
    let profile = &user.persona.profile;
    let names = [&profile.name, &profile.email].into_iter().flatten();
    let mut texts = names.chain(&user.login_ids).chain([&user.phone]);
    texts.any(|known| known.to_lowercase().contains(text))
}

/// A span of time. SDKs send milliseconds; the times of users are seconds.
fn times(body: &mut Body, from: &str, to: &str) -> Result<(i64, i64), Refusal> {
    let mut seconds = |name| {
        let milliseconds = body.number(name)?.filter(|time| *time > 0);
        Ok::<_, Refusal>(milliseconds.map(|milliseconds| milliseconds / 1000))
    };
    Ok((
        seconds(from)?.unwrap_or(0),
        seconds(to)?.unwrap_or(i64::MAX),
    ))
}
