//! The text printed at startup.

use std::fmt::Write;
use std::net::SocketAddr;

use identity_core::introspection::IntrospectionEndpoint;
use service_kit::program::url_of;

use crate::introspection::Introspection;
use crate::policies;
use crate::settings::Settings;
use crate::tokens;

/// Returns the startup text: the accepted issuer, the URLs to open and the first requests to try.
pub fn banner(settings: &Settings, address: SocketAddr) -> String {
    let (oidc, url) = (&settings.oidc, url_of(address));
    let discovered = || "where the issuer's discovery document says".to_owned();
    let introspection = settings.introspection.as_ref();
    let keys = match (&oidc.jwks_url, introspection) {
        (_, Some(Introspection { only: true, .. })) => "none: every JWT is refused".to_owned(),
        (Some(url), _) => url.to_string(),
        (None, _) => discovered(),
    };
    let mut text = String::from("billing-api\n");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  Issuer:   {}", oidc.issuers().join(" or "));
    let _ = writeln!(text, "  Keys:     {keys}");
    for other in &settings.other_issuers {
        let _ = writeln!(text, "  Another:  {}, keys {}", other.issuer, discovered());
    }
    if let Some(Introspection { config, .. }) = introspection {
        let endpoint = match &config.endpoint {
            IntrospectionEndpoint::Fixed(url) => format!("at {url}"),
            _ => discovered(),
        };
        let _ = writeln!(text, "  Opaque:   introspected {endpoint}");
    }
    let _ = writeln!(text, "  Audience: {}", tokens::audience(oidc));
    let _ = writeln!(text, "  Claims:   {}", tokens::claims(oidc));
    let _ = writeln!(text, "  Docs:     {url}/docs");
    let _ = writeln!(
        text,
        "  Try:      curl -H \"Authorization: Bearer $TOKEN\" {url}/billing/"
    );
    let _ = writeln!(text, "  Routes:");
    for route in policies::access().routes() {
        let _ = writeln!(text, "    {route}");
    }
    text
}
