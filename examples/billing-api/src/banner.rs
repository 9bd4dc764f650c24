//! The text printed at startup.

use std::fmt::Write;
use std::net::SocketAddr;

use service_kit::program::url_of;

use crate::policies;
use crate::settings::Settings;
use crate::tokens;

/// Returns the startup text: the accepted issuer, the URLs to open and the first requests to try.
pub fn banner(settings: &Settings, address: SocketAddr) -> String {
    let (oidc, url) = (&settings.oidc, url_of(address));
    let keys = oidc.jwks_url.as_ref().map_or_else(
        || "where the issuer's discovery document says".to_owned(),
        ToString::to_string,
    );
    let mut text = String::from("billing-api\n");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  Issuer:   {}", oidc.issuers().join(" or "));
    let _ = writeln!(text, "  Keys:     {keys}");
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
