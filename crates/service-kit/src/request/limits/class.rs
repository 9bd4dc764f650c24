//! The classes of routes.

use actix_web::dev::{ResourceDef, ServiceRequest};
use actix_web::http::Method;
use identity_actix::AccessTable;

/// What kind of route a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RouteClass {
    /// It needs no token, or does not exist.
    Public,
    /// It is protected, and the method changes nothing.
    Read,
    /// It is protected, and the method is one of changes.
    Change,
}

impl RouteClass {
    /// Returns the class of a protected route.
    pub(super) fn of_protected(method: &Method) -> Self {
        match *method {
            Method::POST | Method::PUT | Method::PATCH | Method::DELETE => Self::Change,
            _ => Self::Read,
        }
    }
}

/// The classes of the routes of a service.
#[derive(Debug)]
pub(crate) struct Classes {
    scopes: Vec<&'static str>,
    /// The public paths inside the scopes.
    public: Vec<ResourceDef>,
}

impl Classes {
    /// Returns the classes of a service with these protected scopes.
    pub(crate) fn new(scopes: Vec<&'static str>, access: &AccessTable) -> Self {
        let paths = access.public_paths().into_iter();
        let inside = paths.filter(|path| scopes.iter().any(|scope| is_in(path, scope)));
        Self {
            public: inside.map(ResourceDef::new).collect(),
            scopes,
        }
    }

    /// Returns the class of the route that a request is for, by the path that routes are chosen by, in which escaped
    /// letters are letters again. Returns `None` if it is not limited.
    pub(super) fn of(&self, request: &ServiceRequest) -> Option<RouteClass> {
        let path = request.match_info().as_str();
        if path == "/health" || path == "/health/ready" {
            return None;
        }
        let is_protected = self.scopes.iter().any(|scope| is_in(path, scope))
            && !self.public.iter().any(|public| public.is_match(path));
        Some(match is_protected {
            true => RouteClass::of_protected(request.method()),
            false => RouteClass::Public,
        })
    }
}

/// Returns whether the scope has this path.
fn is_in(path: &str, scope: &str) -> bool {
    let rest = path.strip_prefix(scope);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
