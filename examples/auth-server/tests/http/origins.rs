//! Tests of where a request comes from: its address behind a proxy, and the site of its page.

use std::process::Stdio;

use reqwest::{Method, RequestBuilder};
use tokio::io::AsyncReadExt;

use crate::crash::{listening, program};
use crate::support::{
    PASSWORD, Person, TestDatabase, TestServer, on_both_databases, send, settings, signup_body,
};
use crate::throttling::{login_from, with_clock};

on_both_databases! {
    every_form_of_an_address_is_the_same_client
    a_proxy_that_is_not_trusted_is_told_once
    pages_of_other_sites_are_refused_and_cost_nothing
    pages_of_allowed_origins_are_not_refused
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

async fn a_proxy_that_is_not_trusted_is_told_once(database: TestDatabase) {
    for (trusted, warnings) in [("", 1), ("10.0.0.0/8", 1), ("127.0.0.1", 0)] {
        let mut command = program(&database);
        let command = command.env("TRUSTED_PROXIES", trusted);
        let (mut server, api) = listening(command.stderr(Stdio::piped())).await;
        let mut stderr = server.stderr.take().unwrap();
        for _ in 0..3 {
            let refused = login_from(&api, "203.0.113.9", "nobody", PASSWORD).await;
            refused.oauth_error(400, "invalid_grant");
        }
        server.kill().await.unwrap();
        let mut log = String::new();
        stderr.read_to_string(&mut log).await.unwrap();
        assert_eq!(log.matches("TRUSTED_PROXIES").count(), warnings, "{log}");
        assert!(!log.contains("203.0.113.9"), "{log}");
    }
}

async fn pages_of_other_sites_are_refused_and_cost_nothing(database: TestDatabase) {
    let (mut settings, _) = with_clock(&database);
    settings.limits.failures_per_address = 1;
    settings.limits.signups_per_address = 2;
    settings.service.cors_allowed_origins = vec!["https://app.example.com".to_owned()];
    let server = TestServer::with(settings);
    let api = &server.api;
    let owner = Person::owner(api).await;
    let from_page = |path: &str| {
        let request = api.request(Method::POST, path);
        let request = request.header("origin", "https://evil.example");
        request.header("sec-fetch-site", "cross-site")
    };
    let of_another_site = "Pages of another site cannot call this";
    for _ in 0..5 {
        for (path, grant) in [
            ("/user/login", "password"),
            ("/oauth/token", "password"),
            ("/oauth/token", "client_credentials"),
            ("/oauth/revoke", ""),
            ("/oauth/introspect", ""),
        ] {
            let form = [
                ("grant_type", grant),
                ("username", "nobody_at_all"),
                ("password", "wrong password"),
                ("client_id", "nobody"),
                ("client_secret", "wrong"),
            ];
            let refused = send(from_page(path).form(&form)).await;
            let told = refused.oauth_error(403, "access_denied");
            assert_eq!(told, of_another_site);
        }
        let refused = send(from_page("/user/signup").json(&signup_body())).await;
        let told = refused.problem(403, "access_denied");
        assert_eq!(told, of_another_site);
    }
    // A form is refused before it is read.
    let unread = send(from_page("/user/login").body("no form")).await;
    unread.oauth_error(403, "access_denied");
    Person::owner(api).await;
    for _ in 0..2 {
        let refused = api.login("nobody_at_all", "wrong password", "").await;
        refused.oauth_error(400, "invalid_grant");
    }
    api.login(&owner.username, PASSWORD, "").await.expect(200);
}

async fn pages_of_allowed_origins_are_not_refused(database: TestDatabase) {
    let origin = "https://app.example.com";
    for (allowed, site, expected) in [
        (vec![origin], "cross-site", 200),
        (vec!["*"], "cross-site", 200),
        (vec![], "cross-site", 403),
        (
            vec!["https://app.example.com.evil.example"],
            "cross-site",
            403,
        ),
        (vec![], "same-site", 200),
        (vec![], "same-origin", 200),
        (vec![], "none", 200),
    ] {
        let mut settings = settings(&database);
        settings.service.cors_allowed_origins = allowed.iter().map(ToString::to_string).collect();
        let server = TestServer::with(settings);
        let owner = Person::owner(&server.api).await;
        let form = [
            ("grant_type", "password"),
            ("username", &owner.username),
            ("password", PASSWORD),
        ];
        let request: RequestBuilder = server.api.request(Method::POST, "/user/login");
        let request = request.header("origin", origin).form(&form);
        let answer = send(request.header("sec-fetch-site", site)).await;
        assert_eq!(answer.status, expected, "{allowed:?} {site}");
    }
}
