//! The text printed at startup.

use std::fmt::Write;
use std::net::SocketAddr;

use service_kit::program::url_of;

use crate::policies;
use crate::settings::Settings;

/// Returns the startup text: the issuer, the URLs to open and the first requests to try.
pub fn banner(settings: &Settings, address: SocketAddr) -> String {
    let (tokens, url) = (settings.token_config(address), url_of(address));
    let issuer = &tokens.issuer;
    let mut text = String::from("auth-server\n");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  Issuer:        {issuer}");
    let audience = match tokens.audience.as_slice() {
        [] => "none".to_owned(),
        audience => audience.join(", "),
    };
    let _ = writeln!(text, "  Audience:      {audience}");
    let _ = writeln!(
        text,
        "  Discovery URL: {issuer}/.well-known/openid-configuration"
    );
    let _ = writeln!(text, "  Docs:          {url}/docs");
    let _ = writeln!(
        text,
        "  Try:           curl -d grant_type=password -d username=$NAME -d password=$PASSWORD {url}/user/login"
    );
    let _ = writeln!(text, "  Routes:");
    for route in policies::access().routes() {
        let _ = writeln!(text, "    {route}");
    }
    text
}
