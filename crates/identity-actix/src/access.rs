//! The access table: which route has which rule.

use std::fmt;

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use identity_core::{Policy, Rule};

use crate::api_error::ApiError;

/// Every route of a service with its rule, in the order in which it is listed.
///
/// The handlers enforce (`Require<P>`); this table says the same policies to people: in the OpenAPI document, in the
/// list that is printed at start, and in responses to a wrong method.
#[derive(Debug, Clone, Default)]
pub struct AccessTable {
    routes: Vec<AccessRoute>,
}

/// One row of an [`AccessTable`].
#[derive(Debug, Clone)]
pub struct AccessRoute {
    /// The HTTP method.
    pub method: Method,
    /// The path, with `{names}` for its variable parts.
    pub path: &'static str,
    /// Who may call.
    pub access: Access,
    /// The path, compiled once.
    pattern: ResourceDef,
}

/// Who may call a route.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Every client, without credentials.
    Public,
    /// Callers who meet the rule.
    Protected {
        /// What a caller must have.
        rule: Rule,
        /// The policy's own text for a caller without it, if it has one.
        denied: Option<&'static str>,
    },
}

/// The policy of routes that any authenticated caller may call.
#[derive(Debug, Clone, Copy)]
pub struct AnyCaller;

impl Policy for AnyCaller {
    const RULE: Rule = Rule::Authenticated;
}

impl AccessTable {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route that needs no credentials.
    pub fn public(self, method: Method, path: &'static str) -> Self {
        self.with(method, path, Access::Public)
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
        )
    }

    fn with(mut self, method: Method, path: &'static str, access: Access) -> Self {
        self.routes.push(AccessRoute {
            method,
            path,
            access,
            pattern: ResourceDef::new(path),
        });
        self
    }

    /// All rows.
    pub fn routes(&self) -> &[AccessRoute] {
        &self.routes
    }

    /// The paths that need no token, each once.
    pub fn public_paths(&self) -> Vec<&'static str> {
        self.paths(|access| *access == Access::Public)
    }

    /// The paths that need a token, each once.
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

    /// The methods that this path has, each once. A path that has rows of its own is not one that `{names}` stand for.
    fn methods(&self, path: &str) -> Vec<Method> {
        let has_its_own = self.routes.iter().any(|route| route.path == path);
        let is_of = |route: &&AccessRoute| match has_its_own {
            true => route.path == path,
            false => route.pattern.is_match(path),
        };
        let mut methods = Vec::new();
        for route in self.routes.iter().filter(is_of) {
            if !methods.contains(&route.method) {
                methods.push(route.method.clone());
            }
        }
        methods
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

/// Responds to requests that no route takes: 405 with `Allow` where the path has other methods, else 404.
///
/// For the `default_service` of the app and of every scope with middleware, with the table as app data
/// (`web::Data<AccessTable>`).
pub async fn no_such_route(
    request: HttpRequest,
    table: web::Data<AccessTable>,
) -> Result<HttpResponse, ApiError> {
    let methods = table.methods(request.path());
    Err(if methods.is_empty() {
        ApiError::not_found(format!("There is no {}", request.path()))
    } else {
        ApiError::method_not_allowed(request.method(), methods)
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;
    use identity_core::{Policy, Rule};

    use super::{AccessTable, AnyCaller};

    struct Admins;

    impl Policy for Admins {
        const RULE: Rule = Rule::role("admin");
    }

    fn table() -> AccessTable {
        AccessTable::new()
            .public(Method::GET, "/")
            .protected::<AnyCaller>(Method::GET, "/users")
            .protected::<Admins>(Method::POST, "/users")
            .protected::<Admins>(Method::DELETE, "/users/{id}")
            .public(Method::GET, "/words/all")
            .public(Method::GET, "/words/{word}")
            .public(Method::DELETE, "/words/{word}")
    }

    #[test]
    fn rows_read_as_sentences() {
        let rows: Vec<_> = table().routes().iter().map(ToString::to_string).collect();
        assert_eq!(
            rows,
            [
                "GET /",
                "GET /users",
                "POST /users (requires role admin)",
                "DELETE /users/{id} (requires role admin)",
                "GET /words/all",
                "GET /words/{word}",
                "DELETE /words/{word}"
            ]
        );
    }

    #[test]
    fn paths_stand_once() {
        assert_eq!(table().public_paths(), ["/", "/words/all", "/words/{word}"]);
        assert_eq!(table().protected_paths(), ["/users", "/users/{id}"]);
    }

    #[test]
    fn methods_are_those_of_the_path() {
        assert_eq!(table().methods("/users"), [Method::GET, Method::POST]);
        assert_eq!(table().methods("/users/7"), [Method::DELETE]);
        assert_eq!(table().methods("/words/all"), [Method::GET], "its own");
        assert_eq!(table().methods("/words/one"), [Method::GET, Method::DELETE]);
        assert!(table().methods("/users/7/x").is_empty());
    }
}
