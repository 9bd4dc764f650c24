//! What a matrix is made of: routes, what they ask for, and who has it.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::case::{email, label, unique};
use crate::challenge::without_metadata;
use crate::expectation::Expectation;
use crate::http::Call;
use crate::target::Target;

/// Every route of a service, and which persona may call it.
#[derive(Clone, Copy)]
pub(crate) struct Matrix {
    pub(crate) personas: &'static [&'static str],
    pub(crate) routes: &'static [Route],
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// As in the OpenAPI document.
    pub(crate) path: &'static str,
    pub(crate) demand: Demand,
    /// One mark a persona, in the matrix's order: `+` for those that meet the demand, `-` for those that do not, `o` for
    /// those that would, if their token were for an organization, `t` for those outside of the path's tenant.
    pub(crate) marks: &'static str,
    /// The status for a caller who may call.
    pub(crate) success: u16,
    /// Whether the OpenAPI document has it.
    pub(crate) is_described: bool,
}

/// What a caller must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    /// Nothing.
    Nothing,
    /// A good token.
    Token,
    /// All of these scopes.
    Scopes(&'static [&'static str]),
    /// This scope, in a token for an organization.
    ScopeOfOrganization(&'static str),
    /// This scope, or a token without any `scope` claim.
    ScopeIfAny(&'static str),
    /// This role.
    Role(&'static str),
    /// This permission.
    Permission(&'static str),
    /// Membership in the tenant or organization of the path.
    Member,
    /// This role there.
    TenantRole(&'static str),
    /// This permission there.
    TenantPermission(&'static str),
}

impl Demand {
    pub(crate) fn is_public(self) -> bool {
        self == Self::Nothing
    }

    /// The scopes that a client should ask for.
    pub(super) fn scopes(&self) -> Vec<&'static str> {
        match self {
            Self::Scopes(scopes) => scopes.to_vec(),
            Self::ScopeOfOrganization(scope) | Self::ScopeIfAny(scope) => vec![scope],
            _ => Vec::new(),
        }
    }

    /// The `code` for a good token that does not meet the demand.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Scopes(_) | Self::ScopeOfOrganization(_) | Self::ScopeIfAny(_) => {
                "insufficient_scope"
            }
            Self::Role(_) | Self::TenantRole(_) => "missing_role",
            Self::Permission(_) | Self::TenantPermission(_) => "missing_permission",
            Self::Nothing | Self::Token | Self::Member => "",
        }
    }
}

/// The `code` for a good token that would do, and is for no organization.
pub(super) const NO_ORGANIZATION: &str = "access_denied";

/// The `code` for a good token of a caller outside of the path's tenant.
pub(super) const OUTSIDE: &str = "not_found";

/// The tenant of Descope in the paths of the matrix.
pub(super) const TENANT: &str = "T2LocalAcme00000000000000000";

/// The organization of Auth0 in the paths of the matrix.
pub(super) const ORGANIZATION: &str = "org_2LocalAcme000000";

/// A row for `GET`.
pub(crate) const fn get(path: &'static str, demand: Demand, marks: &'static str) -> Route {
    route("GET", path, demand, marks, 200)
}

/// A row.
pub(crate) const fn route(
    method: &'static str,
    path: &'static str,
    demand: Demand,
    marks: &'static str,
    success: u16,
) -> Route {
    Route {
        method,
        path,
        demand,
        marks,
        success,
        is_described: true,
    }
}

impl Route {
    /// A route that the OpenAPI document leaves out.
    pub(crate) const fn undescribed(self) -> Self {
        Self {
            is_described: false,
            ..self
        }
    }

    /// A request that succeeds if the caller may make it.
    pub(super) fn call(&self) -> Call {
        let path = asked_path(self.path);
        match (self.method, self.path) {
            ("POST", "/api/users" | "/api/tenants/{tenant_id}/users") => {
                Call::post(format!("{path}?name=Matrix&email={}", email("matrix")))
            }
            ("POST", "/billing/invoices") => Call::post(path).json(&json!({
                "number": unique("matrix"), "customer": "Matrix", "amount": 1, "currency": "EUR",
            })),
            ("PATCH", _) => Call::new("PATCH", path).json(&json!({"status": "open"})),
            _ => Call::new(self.method, path),
        }
    }

    /// The `code` that a persona with this mark is refused with, if it is.
    pub(super) fn refusal(&self, mark: char) -> Option<&'static str> {
        match mark {
            '+' => None,
            'o' => Some(NO_ORGANIZATION),
            't' => Some(OUTSIDE),
            _ => Some(self.demand.code()),
        }
    }

    /// The start of a case's name.
    pub(super) fn label(&self, group: &str) -> String {
        let method = self.method.to_lowercase();
        format!("{group}::{method}_{}", label(self.path))
    }

    /// The caller with this token may call, or is refused with this code.
    pub(super) async fn check(
        &self,
        target: &Target,
        token: &str,
        refusal: Option<&str>,
    ) -> Result<()> {
        let call = self.call().bearer(token);
        let Some(refusal) = refusal else {
            return target.status(&call, self.success).await.map(drop);
        };
        if refusal == OUTSIDE {
            let expected = Expectation::not_found(&asked_path(self.path));
            let expected = expected.logged([("access.reason", OUTSIDE)]);
            return target.check(&call, &expected).await.map(drop);
        }
        let response = target.status(&call, 403).await?;
        let code = response.member("/code")?;
        ensure!(code == refusal, "code {code}: {response:?}");
        let realm = target.kind().name();
        let start = format!("Bearer realm=\"{realm}\", error=\"insufficient_scope\"");
        let end = match self.demand.scopes() {
            scopes if scopes.is_empty() || refusal == NO_ORGANIZATION => "\"".to_owned(),
            scopes => format!(", scope=\"{}\"", scopes.join(" ")),
        };
        let challenge = response.header("www-authenticate").unwrap_or_default();
        let challenge = without_metadata(challenge)?;
        let fits = challenge.starts_with(&start) && challenge.ends_with(&end);
        ensure!(fits, "a challenge without {end}: {response:?}");
        Ok(())
    }
}

/// A path of the matrix with an id that nothing has, so that what is there survives this test, in the tenant of its marks.
pub(super) fn asked_path(path: &str) -> String {
    let id = "00000000-0000-7000-8000-000000000000";
    let names = [
        ("{user_id}", id),
        ("{invoice_id}", id),
        ("{tenant_id}", TENANT),
        ("{org_id}", ORGANIZATION),
        ("{path}", "other"),
    ];
    names
        .iter()
        .fold(path.to_owned(), |path, (name, id)| path.replace(name, id))
}
