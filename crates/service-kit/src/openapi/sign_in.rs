//! Signing in at the issuer's own page, from the Authorize dialog of Swagger UI.

use std::collections::{BTreeMap, HashMap};

use identity_actix::{Access, AccessTable};
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{AuthorizationCode, Flow, OAuth2, Scopes, SecurityScheme};
use utoipa_swagger_ui::oauth;

use super::document::add_scheme;

/// After `bearer`, whose field gets the focus: the dialog shows them in this order.
const SCHEME: &str = "browser_sign_in";
/// How many routes the description of a scope names.
const NAMED_ROUTES: usize = 2;

/// How people sign in at `/docs`: authorization code with PKCE (RFC 6749, section 4.1; RFC 7636), as a public client.
///
/// The issuer must know the page `/docs/oauth2-redirect.html` of this service as a redirect URI of the client, and allow
/// requests from its origin to the token endpoint (CORS).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignIn {
    /// The id of the public client.
    pub client_id: String,
    /// The authorization endpoint, as the browser reaches it: absolute, or a path of the service itself.
    pub authorization_url: String,
    /// The token endpoint, as the browser reaches it: absolute, or a path of the service itself.
    pub token_url: String,
    /// Scopes besides those that routes require, each with a description. One of a route gets this description.
    pub scopes: Vec<(String, String)>,
    /// Which scopes the dialog requests unless a person chooses others.
    pub selected: SelectedScopes,
    /// Parameters of the authorization request besides the standard ones, such as Auth0's `audience`. `prompt` is `login`
    /// unless it is here.
    pub parameters: Vec<(String, String)>,
}

/// Which scopes are selected when the Authorize dialog opens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SelectedScopes {
    /// All of them, for an issuer that grants only those that are requested and held.
    #[default]
    All,
    /// None, for an issuer that then grants all that are held, or that refuses a request for others.
    None,
}

impl SignIn {
    /// Returns the client `client_id` at these endpoints, without other scopes and parameters.
    pub fn at(
        client_id: impl Into<String>,
        authorization_url: impl Into<String>,
        token_url: impl Into<String>,
    ) -> Self {
        Self {
            client_id: client_id.into(),
            authorization_url: authorization_url.into(),
            token_url: token_url.into(),
            ..Self::default()
        }
    }

    /// Returns these scopes and those that routes require, each with a description.
    fn all_scopes(&self, table: &AccessTable) -> BTreeMap<String, String> {
        let mut routes = BTreeMap::<_, Vec<_>>::new();
        for route in table.routes() {
            let Access::Protected { rule, .. } = &route.access else {
                continue;
            };
            for scope in rule.scopes() {
                let name = format!("{} {}", route.method, route.path);
                routes.entry(scope.into_owned()).or_default().push(name);
            }
        }
        let required = routes.into_iter();
        let mut scopes: BTreeMap<_, _> = required
            .map(|(scope, routes)| (scope, required_by(&routes)))
            .collect();
        scopes.extend(self.scopes.iter().cloned());
        scopes
    }
}

fn required_by(routes: &[String]) -> String {
    let named: Vec<_> = routes
        .iter()
        .take(NAMED_ROUTES)
        .map(String::as_str)
        .collect();
    let more = match routes.len().saturating_sub(NAMED_ROUTES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("For {}{more}", named.join(", "))
}

/// Adds the flow as an alternative to the bearer token for every protected route.
pub(crate) fn with_sign_in(document: OpenApi, table: &AccessTable, sign_in: &SignIn) -> OpenApi {
    let scopes = Scopes::from_iter(sign_in.all_scopes(table));
    let flow = AuthorizationCode::new(&sign_in.authorization_url, &sign_in.token_url, scopes);
    let description = "Opens the sign-in page; afterwards this page has the token. Choose scopes to see what is refused without the others.";
    let scheme = OAuth2::with_description([Flow::AuthorizationCode(flow)], description);
    add_scheme(document, table, SCHEME, SecurityScheme::OAuth2(scheme))
}

/// Returns what the Authorize dialog starts with.
pub(super) fn dialog(document: &OpenApi, sign_in: &SignIn) -> oauth::Config {
    // The issuer's page appears even if its browser session lasts: a person may want to be somebody else.
    let mut parameters = HashMap::from([("prompt".to_owned(), "login".to_owned())]);
    parameters.extend(sign_in.parameters.iter().cloned());
    let selected = match sign_in.selected {
        SelectedScopes::All => scopes_in(document),
        SelectedScopes::None => Vec::new(),
    };
    oauth::Config::new()
        .client_id(&sign_in.client_id)
        .scopes(selected)
        .use_pkce_with_authorization_code_grant(true)
        .additional_query_string_params(parameters)
}

/// Returns the scopes of the flow in the document.
fn scopes_in(document: &OpenApi) -> Vec<String> {
    let document = serde_json::to_value(document).unwrap_or_default();
    let pointer = format!("/components/securitySchemes/{SCHEME}/flows/authorizationCode/scopes");
    let scopes = document
        .pointer(&pointer)
        .and_then(|scopes| scopes.as_object());
    let names = scopes.into_iter().flat_map(|scopes| scopes.keys());
    names.cloned().collect()
}

#[cfg(test)]
#[path = "sign_in_tests.rs"]
mod tests;
