//! Tests of where a request comes from: its address behind a proxy.

use crate::support::{PASSWORD, TestDatabase, TestServer, on_both_databases};
use crate::throttling::{login_from, with_clock};

on_both_databases! {
    every_form_of_an_address_is_the_same_client
}

async fn every_form_of_an_address_is_the_same_client(database: TestDatabase) {
    for forms in [
        ["203.0.113.9", "203.0.113.9:51234", "203.0.113.9:1"],
        ["[2001:db8::1]", "[2001:db8::2]:51234", "2001:db8::3"],
    ] {
        let (mut settings, _) = with_clock(&database);
        settings.limits.failures_per_address = 2;
        let server = TestServer::with(settings);
        let api = &server.api;
        let login = async |address: &str| login_from(api, address, "nobody", PASSWORD).await;
        for form in forms {
            login(form).await.oauth_error(400, "invalid_grant");
        }
        for form in forms {
            login(form).await.oauth_error(429, "too_many_requests");
        }
        for other in ["203.0.113.10:51234", "[2001:db8:0:1::1]:51234"] {
            login(other).await.oauth_error(400, "invalid_grant");
        }
        // Behind another trusted proxy, and with what the client itself wrote.
        let hops = format!("198.51.100.7, {}, 127.0.0.1", forms[1]);
        login(&hops).await.oauth_error(429, "too_many_requests");
    }
}
