//! The text printed at startup.

use std::fmt::Write;
use std::net::SocketAddr;

use service_kit::program::url_of;

use crate::policies;
use crate::settings::Settings;
use identity_core::providers::DescopeConfig;

/// Returns the startup text: the accepted issuer, the URLs to open and the first requests to try.
pub fn banner(settings: &Settings, address: SocketAddr) -> String {
    let (descope, url) = (&settings.descope, url_of(address));
    let mut text = String::from("descope-api\n");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  Project ID:    {}", descope.project_id);
    let _ = writeln!(text, "  Discovery URL: {}", descope.discovery_url);
    let _ = writeln!(text, "  Audience:      {}", audience(descope));
    let _ = writeln!(text, "  Docs:          {url}/docs");
    let _ = writeln!(
        text,
        "  Try:           curl -H \"Authorization: Bearer $TOKEN\" {url}/api/me"
    );
    let _ = writeln!(text, "  Routes:");
    for route in policies::access().routes() {
        let _ = writeln!(text, "    {route}");
    }
    text
}

fn audience(descope: &DescopeConfig) -> String {
    let project = descope.project_id.as_str();
    if descope.audiences.iter().any(|audience| audience != project) {
        format!("aud must name {}", descope.audiences.join(" or "))
    } else if descope.require_audience {
        format!("aud must name {project}")
    } else {
        format!("aud must name {project}; session tokens may have none")
    }
}
