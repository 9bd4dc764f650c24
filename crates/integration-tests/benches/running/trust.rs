//! Settings of a service that trusts a local issuer.

use integration_tests::ServiceKind;
use local_issuer::IssuerConfig;

/// The settings that name this issuer, which must have its addresses.
pub fn trust(kind: ServiceKind, issuer: &IssuerConfig) -> Vec<(&'static str, String)> {
    let (descope, auth0) = (&issuer.descope, &issuer.auth0);
    let address = |address: &Option<String>| address.clone().unwrap_or_default();
    match kind {
        ServiceKind::DescopeApi => vec![
            ("DESCOPE_PROJECT_ID", descope.project_id.clone()),
            ("DESCOPE_BASE_URL", address(&descope.issuer_base)),
        ],
        _ => vec![
            ("AUTH0_DOMAIN", "dev-example.us.auth0.com".to_owned()),
            ("AUTH0_API_AUDIENCE", auth0.audience.clone()),
            ("AUTH0_ISSUER", address(&auth0.issuer)),
        ],
    }
}
