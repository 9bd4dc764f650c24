//! The text printed at startup.

use std::fmt::Write;
use std::net::SocketAddr;

use identity_actix::Access;
use service_kit::program::url_of;

use crate::policies;
use crate::settings::Settings;

/// Returns the startup text: the accepted issuer, the URLs to open and the available routes.
pub fn banner(settings: &Settings, address: SocketAddr) -> String {
    let (auth0, url, rule) = (&settings.auth0, url_of(address), "=".repeat(70));
    let mut text = format!("{rule}\nauth0-api\n{rule}\n\n");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "Auth0 Domain: {}", auth0.domain);
    let _ = writeln!(text, "API Audience: {}", auth0.audiences().join(" or "));
    let _ = writeln!(text, "Issuer: {}", auth0.issuers().join(" or "));
    let _ = writeln!(text, "\nStarting server at {url}");
    let _ = writeln!(text, "API Documentation: {url}/docs");
    for (title, public) in [
        ("Public Endpoints:", true),
        ("Protected Endpoints (require JWT token):", false),
    ] {
        let _ = writeln!(text, "\n{title}");
        for route in policies::access().routes() {
            if (route.access == Access::Public) == public {
                let _ = writeln!(text, "  - {route}");
            }
        }
    }
    let _ = writeln!(text, "\n{rule}");
    text
}
