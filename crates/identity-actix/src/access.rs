//! The access table: which route has which rule.

use std::any::type_name;
use std::fmt;

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use identity_core::{Denial, Policy, Rule, TokenError, VerifyError};

use crate::api_error::ApiError;

/// The access table: every route of a service with its rule, in the order in which they are listed.
///
/// The table enforces nothing: handlers do, with `Require<P>`. It shows the same policies in the OpenAPI document, in
/// the list printed at start, and in responses to a wrong method.
#[derive(Debug, Clone, Default)]
pub struct AccessTable {
    routes: Vec<AccessRoute>,
}

/// One row of an [`AccessTable`].
#[derive(Debug, Clone)]
pub struct AccessRoute {
    /// The HTTP method.
    pub method: Method,
    /// The path, with its variable parts as `{names}`.
    pub path: &'static str,
    /// Who may call the route.
    pub access: Access,
    /// The name of the policy, such as `CreateUsers`: that of its type. `None` for a public route.
    pub policy: Option<&'static str>,
    /// The path, compiled once.
    pattern: ResourceDef,
}

/// Who may call a route.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Any client, without credentials.
    Public,
    /// Callers who satisfy the rule.
    Protected {
        /// The rule that a caller must satisfy.
        rule: Rule,
        /// The policy's own message for a caller who does not, if it has one.
        denied: Option<&'static str>,
    },
}

/// The policy of routes that are open to any authenticated caller.
#[derive(Debug, Clone, Copy)]
pub struct AnyCaller;

impl Policy for AnyCaller {
    const RULE: Rule = Rule::Authenticated;
}

impl AccessTable {
    /// Returns an empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route that needs no credentials.
    pub fn public(self, method: Method, path: &'static str) -> Self {
        self.with(method, path, Access::Public, None)
    }

    /// Adds a route with the policy that its handler enforces.
    pub fn protected<P: Policy>(self, method: Method, path: &'static str) -> Self {
        self.with(
            method,
            path,
            Access::Protected {
                rule: P::RULE,
                denied: P::DENIED,
            },
            type_name::<P>().rsplit("::").next(),
        )
    }

    fn with(
        mut self,
        method: Method,
        path: &'static str,
        access: Access,
        policy: Option<&'static str>,
    ) -> Self {
        self.routes.push(AccessRoute {
            method,
            path,
            access,
            policy,
            pattern: ResourceDef::new(path),
        });
        self
    }

    /// Returns all rows.
    pub fn routes(&self) -> &[AccessRoute] {
        &self.routes
    }

    /// Returns the paths with a route that needs no token, without duplicates.
    pub fn public_paths(&self) -> Vec<&'static str> {
        self.paths(|access| *access == Access::Public)
    }

    /// Returns the paths with a route that needs a token, without duplicates.
    pub fn protected_paths(&self) -> Vec<&'static str> {
        self.paths(|access| *access != Access::Public)
    }

    fn paths(&self, of: fn(&Access) -> bool) -> Vec<&'static str> {
        let mut paths: Vec<&'static str> = Vec::new();
        for route in self.routes.iter().filter(|route| of(&route.access)) {
            if !paths.contains(&route.path) {
                paths.push(route.path);
            }
        }
        paths
    }

    /// Returns the row of a request. `path` is its path, decoded, or the pattern of its route. If the path has rows of its
    /// own, patterns that also match it are ignored.
    #[must_use]
    pub fn row(&self, method: &Method, path: &str) -> Option<&AccessRoute> {
        let mut rows = self.rows(path);
        rows.find(|route| route.method == *method)
    }

    /// Returns the methods of a path, without duplicates. If the path has rows of its own, patterns that also match it
    /// are ignored.
    fn methods(&self, path: &str) -> Vec<Method> {
        let mut methods = Vec::new();
        for route in self.rows(path) {
            if !methods.contains(&route.method) {
                methods.push(route.method.clone());
            }
        }
        methods
    }

    fn rows(&self, path: &str) -> impl Iterator<Item = &AccessRoute> {
        let has_its_own = self.routes.iter().any(|route| route.path == path);
        self.routes.iter().filter(move |route| match has_its_own {
            true => route.path == path,
            false => route.pattern.is_match(path),
        })
    }
}

impl AccessRoute {
    /// Returns the rule. Returns `None` for a public route.
    pub fn rule(&self) -> Option<&Rule> {
        match &self.access {
            Access::Public => None,
            Access::Protected { rule, .. } => Some(rule),
        }
    }

    /// Returns whether the path names the tenant of the request: it has one part `{tenant_id}` or `{org_id}`, in which
    /// [`RequireIn`](crate::RequireIn) checks the caller.
    pub fn names_tenant(&self) -> bool {
        let is_tenant = |part: &&str| {
            let name = part
                .strip_prefix('{')
                .and_then(|part| part.split([':', '}']).next());
            matches!(name, Some("tenant_id" | "org_id"))
        };
        self.path.split('/').filter(is_tenant).count() == 1
    }

    /// Returns the errors of a caller without a token, with one that has expired, and with tokens that do not meet the rule,
    /// if there can be such: examples for documentation. A public route has none.
    pub fn refusals(&self) -> Vec<ApiError> {
        let Access::Protected { rule, denied } = &self.access else {
            return Vec::new();
        };
        let expired = VerifyError::Token(TokenError::Expired);
        let mut refusals = vec![
            ApiError::missing_token(""),
            ApiError::unverified("", &expired),
        ];
        refusals.extend(rule.denials().iter().map(|denial| match denial {
            Denial::NotAMember => ApiError::outside(self.path),
            denial => ApiError::denied("", denial, *denied),
        }));
        refusals
    }
}

impl fmt::Display for AccessRoute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)?;
        match &self.access {
            Access::Public
            | Access::Protected {
                rule: Rule::Authenticated,
                ..
            } => Ok(()),
            Access::Protected { rule, .. } => write!(formatter, " (requires {rule})"),
        }
    }
}

/// Responds to requests that match no route: 405 with `Allow` if the path has other methods, otherwise 404.
///
/// Use it as the `default_service` of the app and of every scope with middleware. The table must be app data
/// (`web::Data<AccessTable>`).
pub async fn no_such_route(
    request: HttpRequest,
    table: web::Data<AccessTable>,
) -> Result<HttpResponse, ApiError> {
    let methods = table.methods(request.path());
    // The method is there, but not this path: the route's pattern is narrower than the row's, such as an id of digits.
    let is_narrower = methods.contains(request.method());
    Err(if methods.is_empty() || is_narrower {
        ApiError::outside(request.path())
    } else {
        ApiError::method_not_allowed(request.method(), methods)
    })
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
